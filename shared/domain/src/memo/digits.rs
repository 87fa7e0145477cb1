//! Whether the amounts of a fact are written with the digits of its memo's currency: a log says an amount as
//! text, and 100.0 dollars are none. Amounts of different digits are never summed, so this is asked before a
//! fact is folded.

use money::{Currency, Money};

use super::{FoldFault, MemberMemos, MemoFact};

impl MemberMemos {
    /// Checks the amounts of a fact against the currency of its memo.
    pub(super) fn check_digits(&self, fact: &MemoFact) -> Result<(), FoldFault> {
        let currency = match fact {
            MemoFact::Issued(issued) => Some(issued.currency),
            MemoFact::Opened(opened) => Some(opened.issued.currency),
            MemoFact::ReassignedIn(came) => Some(came.issued.currency),
            _ => self.memos.get(fact.memo()).map(|memo| memo.currency),
        };
        let Some(currency) = currency else { return Ok(()) };
        let (before, after) = fact.balances();
        let whose = fact.memo().as_str();
        digits_fit(whose, currency, [before, after].into_iter().chain(amounts(fact)))
    }
}

/// Refuses an amount that is not written with a currency's digits; `whose` names what it is of.
///
/// # Errors
/// [`FoldFault::Digits`].
pub(crate) fn digits_fit(
    whose: &str,
    currency: Currency,
    amounts: impl IntoIterator<Item = Money>,
) -> Result<(), FoldFault> {
    match amounts.into_iter().find(|amount| amount.minor_digits() != currency.minor_digits()) {
        None => Ok(()),
        Some(amount) => Err(FoldFault::Digits { whose: whose.to_owned(), amount, currency }),
    }
}

/// The amounts of a fact beside the balances that it states.
fn amounts(fact: &MemoFact) -> Vec<Money> {
    match fact {
        MemoFact::Issued(issued) => std::iter::once(issued.face).chain(issued.terms.monthly_cap).collect(),
        MemoFact::Opened(opened) => {
            let cap = opened.issued.terms.monthly_cap;
            [opened.issued.face, opened.applied_before].into_iter().chain(cap).collect()
        }
        MemoFact::ReassignedIn(came) => {
            std::iter::once(came.issued.face).chain(came.issued.terms.monthly_cap).collect()
        }
        MemoFact::Funded(funded) => vec![funded.grown],
        MemoFact::Applied(applied) => {
            let by_service = applied.by_service.iter().map(|of| of.amount);
            [applied.amount, applied.eligible].into_iter().chain(by_service).collect()
        }
        MemoFact::Unapplied(back) => vec![back.amount],
        MemoFact::Lapsed(gone) | MemoFact::Expired(gone) => vec![gone.amount],
        MemoFact::WrittenOff(gone) => vec![gone.amount],
        MemoFact::Refunded(gone) => vec![gone.amount],
        MemoFact::ReassignedOut(gone) => vec![gone.amount],
        MemoFact::PoReassigned(moved) => vec![moved.amount],
        MemoFact::Reinstated(back) => vec![back.amount],
        MemoFact::Surplus(_) => Vec::new(),
        MemoFact::Shortfall(stated) => vec![stated.shortfall_before, stated.shortfall],
    }
}
