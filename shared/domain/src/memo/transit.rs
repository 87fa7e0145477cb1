//! A move from one memo to another between its two sides: the outgoing one says all that the incoming
//! one needs, so that whoever comes next completes it. How a move is decided is `by_hand.rs`.

use chrono::NaiveDate;
use money::{Exact, Money};
use serde::{Deserialize, Serialize};

use super::{CreditMemo, MemoReassignedOut, TransferAct};
use crate::{
    ids::{MemberAccountId, PayerAccountId},
    period::BillingPeriod,
};

/// What left a memo for another one: all that its other side needs, should whoever moved it be cut off
/// between the two.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransferOut {
    /// The payer it went to.
    pub to_payer: PayerAccountId,
    /// The account it went to.
    pub to_member: MemberAccountId,
    /// How much.
    pub amount: Money,
    /// What of AWS's funding went with it.
    pub funded_moved: Exact,
    /// The day it counts from.
    pub effective: NaiveDate,
    /// The period whose statement shows it.
    pub posting: BillingPeriod,
}

impl From<&MemoReassignedOut> for TransferOut {
    fn from(gone: &MemoReassignedOut) -> Self {
        Self {
            to_payer: gone.to_payer.clone(),
            to_member: gone.to_member.clone(),
            amount: gone.amount,
            funded_moved: gone.funded_moved,
            effective: gone.effective,
            posting: gone.posting,
        }
    }
}

impl CreditMemo {
    /// The id of a move that is decided now: as asked for, unless another move went under that id since it
    /// was asked for. Two moves under one id would arrive as one.
    pub(super) fn free_transfer_id(&self, asked: &str) -> String {
        if !self.transfers_out.contains_key(asked) {
            return asked.to_owned();
        }
        let numbered = (self.transfers_out.len() + 1..).map(|n| self.transfer_id(n));
        numbered.into_iter().find(|id| !self.transfers_out.contains_key(id)).unwrap_or_else(|| asked.to_owned())
    }

    /// The id of the next move by hand.
    pub fn next_transfer_id(&self) -> String {
        self.free_transfer_id(&self.transfer_id(self.transfers_out.len() + 1))
    }

    fn transfer_id(&self, n: usize) -> String {
        format!("reassign-{}-{n}", self.number)
    }

    /// Whether a move that left this memo is what a command asks for: someone who repeats a command that
    /// was cut off wants it done, and not done twice. All that is open is asked for again where nothing
    /// is left.
    pub fn is_asked_again(&self, left: &TransferOut, home: &PayerAccountId, act: &TransferAct) -> bool {
        let same_amount = match act.amount {
            Some(amount) => amount.to_money(self.currency).is_ok_and(|amount| amount == left.amount),
            None => self.open.is_zero(),
        };
        let to_payer = act.to_payer.as_ref().unwrap_or(home);
        same_amount && left.to_payer == *to_payer && left.to_member == act.to_member
    }
}
