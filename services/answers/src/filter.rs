//! Which rows are asked for. What is not named takes all.

use domain::ids::{MemberAccountId, PayerAccountId};

/// A filter of rows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Of this payer.
    pub payer: Option<PayerAccountId>,
    /// Of this member account.
    pub account: Option<MemberAccountId>,
    /// Of this customer.
    pub customer: Option<String>,
    /// Under this PO number.
    pub po_number: Option<String>,
    /// Of this status, in the word that the rows have.
    pub status: Option<String>,
}

impl Filter {
    /// Everything of a payer.
    pub fn of_payer(payer: &PayerAccountId) -> Self {
        Self { payer: Some(payer.clone()), ..Self::default() }
    }

    pub(crate) fn takes_payer(&self, payer: &PayerAccountId) -> bool {
        self.payer.as_ref().is_none_or(|asked| asked == payer)
    }

    pub(crate) fn takes_account(&self, payer: &PayerAccountId, account: &MemberAccountId) -> bool {
        self.takes_payer(payer) && self.account.as_ref().is_none_or(|asked| asked == account)
    }

    /// Whether rows have to be of a customer or PO number.
    pub(crate) fn asks_customer(&self) -> bool {
        self.customer.is_some() || self.po_number.is_some()
    }

    pub(crate) fn takes_customer(&self, customer: &str, po_number: &str) -> bool {
        self.customer.as_ref().is_none_or(|asked| asked == customer)
            && self.po_number.as_ref().is_none_or(|asked| asked == po_number)
    }

    pub(crate) fn takes_status(&self, status: &str) -> bool {
        self.status.as_ref().is_none_or(|asked| asked.eq_ignore_ascii_case(status))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_named_takes_all_and_what_is_named_takes_its_own() {
        let (payer, other) = (PayerAccountId::parse("1").unwrap(), PayerAccountId::parse("2").unwrap());
        let account = MemberAccountId::parse("11").unwrap();
        let all = Filter::default();
        assert!(all.takes_account(&payer, &account) && all.takes_customer("", "") && all.takes_status("open"));
        assert!(!all.asks_customer());
        let one =
            Filter { po_number: Some("PO-1".to_owned()), status: Some("Open".to_owned()), ..Filter::of_payer(&payer) };
        assert!(one.takes_account(&payer, &account) && !one.takes_account(&other, &account));
        assert!(one.takes_customer("acme", "PO-1") && !one.takes_customer("acme", "PO-2") && one.asks_customer());
        assert!(one.takes_status("open") && !one.takes_status("expired"));
    }
}
