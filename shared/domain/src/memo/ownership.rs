//! Whose a memo is (rule book D5, N22): its customer's, for the charges of its account while the account
//! is that customer's. An account that goes to another customer does not take the memo along: only a
//! reassignment with consent does.

use super::{CreditMemo, MemberMemos};
use crate::{account::MemberAccountState, ids::CustomerId};

/// The customer of a memo: as recorded, else the account's when the memo entered its first statement. None
/// where the account was nobody's.
pub fn memo_customer(memo: &CreditMemo, account: &MemberAccountState) -> Option<CustomerId> {
    if let Some(customer) = &memo.customer {
        return Some(customer.clone());
    }
    let entered = memo.movements.keys().next().map(|posting| posting.first_day());
    let day = entered.map_or(memo.start_date, |entered| entered.max(memo.start_date));
    let assigned = account.on(day).or_else(|| account.assignments().find(|one| one.from >= day));
    assigned.or_else(|| account.assignments().last()).map(|one| one.customer.clone())
}

impl CreditMemo {
    /// Whether it is another customer's than the one that is charged.
    pub fn is_anothers(&self, account: &MemberAccountState, charged: &CustomerId) -> bool {
        memo_customer(self, account).is_some_and(|owner| owner != *charged)
    }
}

impl MemberMemos {
    /// The memos as a draw of charges of `charged` finds them: those of other customers pay nothing.
    #[must_use]
    pub fn for_charges_of(mut self, account: &MemberAccountState, charged: Option<&CustomerId>) -> Self {
        for memo in self.memos.values_mut() {
            memo.charges_are_anothers = charged.is_some_and(|charged| memo.is_anothers(account, charged));
        }
        self
    }
}
