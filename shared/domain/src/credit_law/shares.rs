//! What a memo may have of AWS's money (rule book D1): what it paid, what is open, and what ended only
//! because AWS was thought to apply no more.

use money::{Exact, Money, MoneyError};

use super::layout::Share;
use crate::memo::CreditMemo;

impl CreditMemo {
    /// What it gave the customer, and what ended although AWS had paid for it.
    pub fn had(&self) -> Money {
        self.applied + self.refunded + (self.expired - self.lapsed - self.given_up) + self.gain
    }

    /// Whether AWS's credit is what it promises: a person's own grant beside it is not.
    pub fn is_of_aws(&self) -> bool {
        self.is_the_credits() || self.by_revision || (self.moved_by_hand && !self.after_upstream_end)
    }

    /// What funding has come with moves and from before the cut-over.
    pub(super) fn funding_moved(&self) -> Result<Exact, MoneyError> {
        self.funded.checked_sub(Exact::checked_sum(self.funding.values().copied())?)
    }

    pub(super) fn share(&self) -> Result<Share, MoneyError> {
        Ok(Share {
            had: self.had(),
            open: self.open,
            comes_back: self.lapsed + self.written_down,
            of_aws: self.is_of_aws(),
            moved: self.funding_moved()?,
        })
    }
}
