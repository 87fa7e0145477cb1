//! Consent (rule book N22, D5): a memo is its customer's. Promotional credits do not change hands, so
//! nothing but that customer's consent moves one to another customer.

use super::HandRefusal;
use crate::ids::{CustomerId, MemoNumber};

/// Refuses a move to another customer without consent. A memo that belongs to nobody yet may go anywhere.
pub(super) fn check_consent(
    memo: &MemoNumber,
    owner: &CustomerId,
    other: &CustomerId,
    consent: bool,
) -> Result<(), HandRefusal> {
    if consent || owner.is_blank() || owner == other {
        return Ok(());
    }
    Err(HandRefusal::OtherCustomer { memo: memo.clone(), owner: owner.clone(), other: other.clone() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_consent_moves_a_memo_to_another_customer() {
        let memo = MemoNumber::parse("CM-1-2-0001").unwrap();
        for (owner, other, consent, moves) in [
            ("acme", "acme", false, true),
            ("acme", "bolt", false, false),
            ("acme", "bolt", true, true),
            ("acme", "", false, false),
            ("", "bolt", false, true),
        ] {
            let decided = check_consent(&memo, &owner.into(), &other.into(), consent);
            assert_eq!(decided.is_ok(), moves, "'{owner}' to '{other}', consent {consent}: {decided:?}");
        }
    }
}
