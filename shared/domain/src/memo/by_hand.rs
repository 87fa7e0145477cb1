//! The memo's verbs: write off, adjust, refund, reassign. Each is decided here from what was asked and
//! what was looked up for it. What a person may ask for is `hand_act.rs`; what is looked up for it, and
//! when, is `hand_context.rs`.

use chrono::NaiveDate;
use money::{Currency, Exact, Money, MoneyError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    CreditMemo, IssueMemo, IssueRefusal, MemberMemos, MemoFact, MemoPoReassigned, MemoReassignedIn, MemoReassignedOut,
    MemoRefunded, MemoWrittenOff, WriteOffCause,
};
use crate::{
    day::YearOutOfRange,
    ids::{CustomerId, MemberAccountId, MemoNumber, PayerAccountId, PoNumber, UpstreamCreditId},
    period::BillingPeriod,
    policy::PolicyHash,
};

/// Write part of a memo off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct WriteOffMemo {
    /// The memo.
    pub memo: MemoNumber,
    /// How much; all that is open where none is named.
    pub amount: Option<Money>,
    /// Why.
    pub cause: WriteOffCause,
    /// The day it counts from.
    pub effective: NaiveDate,
    /// The period whose statement shows it.
    pub posting: BillingPeriod,
}

/// Change what a memo is worth: more is a supplementary memo, less a write-down; the face of a
/// memo is a document and stays (rule book N5).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AdjustMemo {
    /// The memo.
    pub memo: MemoNumber,
    /// The change.
    pub change: Money,
    /// The day it counts from.
    pub effective: NaiveDate,
    /// The period whose statement shows it.
    pub posting: BillingPeriod,
    /// The policies in force.
    pub policy: PolicyHash,
    /// The first period of the payer whose statements are not issued.
    pub first_unissued: Option<BillingPeriod>,
    /// AWS has cancelled the credit, or given it to another account.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub after_upstream_end: bool,
}

/// Pay part of a memo out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RefundMemo {
    /// The memo.
    pub memo: MemoNumber,
    /// How much; the funded balance where none is named.
    pub amount: Option<Money>,
    /// The day it counts from.
    pub effective: NaiveDate,
    /// The period whose statement shows it.
    pub posting: BillingPeriod,
}

/// Move a memo's open balance to another PO number or customer of the same account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReassignPo {
    /// The memo.
    pub memo: MemoNumber,
    /// The customer after.
    pub customer: CustomerId,
    /// The PO number after.
    pub po_number: PoNumber,
    /// The customer and PO before, where the memo has none yet.
    pub from: (CustomerId, PoNumber),
    /// The day it counts from.
    pub effective: NaiveDate,
    /// The period whose statement shows it.
    pub posting: BillingPeriod,
}

/// Move part of a memo to another member account or payer: two facts with one transfer id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TransferMemo {
    /// The memo.
    pub memo: MemoNumber,
    /// Pairs the sides.
    pub transfer: String,
    /// Where to.
    pub to_payer: PayerAccountId,
    /// Whose it becomes.
    pub to_member: MemberAccountId,
    /// How much; all that is open where none is named.
    pub amount: Option<Money>,
    /// What AWS has not applied goes first, as in a split: it is the rest of the credit that AWS
    /// splits. By hand the funded part goes first.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unfunded_first: bool,
    /// The day it counts from.
    pub effective: NaiveDate,
    /// The period whose statement shows it.
    pub posting: BillingPeriod,
}

/// Why an act by hand was not done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HandRefusal {
    /// No such memo. Look it up with `memos list`.
    #[error("memo {0} does not exist")]
    UnknownMemo(MemoNumber),
    /// The amount is nothing or negative. State what to move.
    #[error("an amount of {0} cannot be moved: it must be above zero")]
    NotAnAmount(Money),
    /// More than there is. State no more than the balance.
    #[error("memo {memo} has {open} open, less than {asked}")]
    BeyondOpen {
        /// The memo.
        memo: MemoNumber,
        /// Its open balance.
        open: Money,
        /// Asked for.
        asked: Money,
    },
    /// More than expired. State no more than that.
    #[error("of memo {memo} {expired} has expired, less than {asked}")]
    BeyondExpired {
        /// The memo.
        memo: MemoNumber,
        /// What expired.
        expired: Money,
        /// Asked for.
        asked: Money,
    },
    /// Another customer's. A promotional credit does not change hands without consent: refund it,
    /// or say `--consent`.
    #[error("memo {memo} belongs to customer {owner}: moving it to {other} needs that customer's consent")]
    OtherCustomer {
        /// The memo.
        memo: MemoNumber,
        /// Whose it is.
        owner: CustomerId,
        /// Whose it would become.
        other: CustomerId,
    },
    /// AWS has stated the credit anew since the revision was proposed. Approve the newer proposal.
    #[error("AWS has changed credit {credit} again since, by {change} in all: see approvals")]
    OutOfDate {
        /// The credit.
        credit: UpstreamCreditId,
        /// What AWS has changed of it by now.
        change: Exact,
    },
    /// A row of a cut-over file was not taken over. Correct the row.
    #[error("memo {former} of {member}: {why}")]
    TakeOver {
        /// Its number in the other system.
        former: String,
        /// Whose it would be.
        member: MemberAccountId,
        /// Why not.
        why: Box<HandRefusal>,
    },
    /// A day that cannot be. Correct it.
    #[error(transparent)]
    Day(#[from] YearOutOfRange),
    /// A move without a destination. Name the account, payer, customer or PO number.
    #[error("memo {0} is to be moved, and nothing says where to")]
    NoDestination(MemoNumber),
    /// The memo could not be issued.
    #[error(transparent)]
    Issue(#[from] IssueRefusal),
    /// A sum cannot be held.
    #[error(transparent)]
    Money(#[from] MoneyError),
    /// What was decided does not follow from what stands: a defect.
    #[error(transparent)]
    Fold(#[from] super::FoldFault),
}

impl CreditMemo {
    pub(super) fn can_give(&self, amount: Money) -> Result<(), HandRefusal> {
        if !amount.is_positive() {
            return Err(HandRefusal::NotAnAmount(amount));
        }
        if amount > self.open {
            return Err(HandRefusal::BeyondOpen { memo: self.number.clone(), open: self.open, asked: amount });
        }
        Ok(())
    }
}

impl MemberMemos {
    pub(super) fn known(&self, number: &MemoNumber) -> Result<&CreditMemo, HandRefusal> {
        self.memos.get(number).ok_or_else(|| HandRefusal::UnknownMemo(number.clone()))
    }

    /// Decides a write-off.
    ///
    /// # Errors
    /// [`HandRefusal`].
    pub fn decide_write_off(&self, command: &WriteOffMemo) -> Result<Vec<MemoFact>, HandRefusal> {
        let memo = self.known(&command.memo)?;
        let amount = command.amount.unwrap_or(memo.open);
        memo.can_give(amount)?;
        Ok(vec![MemoFact::WrittenOff(MemoWrittenOff {
            memo: memo.number.clone(),
            amount,
            cause: command.cause,
            effective: command.effective,
            posting: command.posting,
            balance_before: memo.open,
            balance_after: memo.open - amount,
        })])
    }

    /// Decides an adjustment.
    ///
    /// # Errors
    /// [`HandRefusal`].
    pub fn decide_adjust(&self, command: &AdjustMemo) -> Result<Vec<MemoFact>, HandRefusal> {
        let memo = self.known(&command.memo)?;
        if command.change.is_zero() {
            return Err(HandRefusal::NotAnAmount(command.change));
        }
        if command.change.is_negative() {
            return self.decide_write_off(&WriteOffMemo {
                memo: memo.number.clone(),
                amount: Some(-command.change),
                cause: WriteOffCause::Adjusted,
                effective: command.effective,
                posting: command.posting,
            });
        }
        let Some((payer, member)) = self.owner.clone() else {
            return Err(HandRefusal::UnknownMemo(memo.number.clone()));
        };
        let mut issued = self.issued(&IssueMemo {
            payer,
            member,
            credit: memo.credit.clone(),
            supplements: Some(memo.number.clone()),
            description: memo.description.clone(),
            program: memo.program.clone(),
            currency: memo.currency,
            face: command.change,
            start_date: command.effective,
            end_date: memo.end_date.map(|end| end.max(command.effective)),
            terms: memo.terms.clone(),
            basis: crate::policy::MemoBasis::Face,
            policy: command.policy.clone(),
            first_unissued: command.first_unissued,
            new_ownership: false,
        })?;
        issued.after_upstream_end = command.after_upstream_end;
        Ok(vec![MemoFact::Issued(issued)])
    }

    /// Decides a payout.
    ///
    /// # Errors
    /// [`HandRefusal`].
    pub fn decide_refund(&self, command: &RefundMemo) -> Result<Vec<MemoFact>, HandRefusal> {
        let memo = self.known(&command.memo)?;
        let amount = command.amount.unwrap_or_else(|| memo.funded_balance());
        memo.can_give(amount)?;
        Ok(vec![MemoFact::Refunded(MemoRefunded {
            memo: memo.number.clone(),
            amount,
            effective: command.effective,
            posting: command.posting,
            balance_before: memo.open,
            balance_after: memo.open - amount,
        })])
    }

    /// Decides a move to another PO number or customer; the memo and its balance stay (W12).
    ///
    /// # Errors
    /// [`HandRefusal`].
    pub fn decide_reassign_po(&self, command: &ReassignPo) -> Result<Vec<MemoFact>, HandRefusal> {
        let memo = self.known(&command.memo)?;
        let (from_customer, from_po) = memo.assigned_to.clone().unwrap_or_else(|| command.from.clone());
        let moved = from_customer != command.customer || from_po != command.po_number;
        if !moved {
            return Ok(Vec::new());
        }
        Ok(vec![MemoFact::PoReassigned(MemoPoReassigned {
            memo: memo.number.clone(),
            from_customer,
            from_po,
            to_customer: command.customer.clone(),
            to_po: command.po_number.clone(),
            amount: memo.open,
            effective: command.effective,
            posting: command.posting,
            balance_before: memo.open,
            balance_after: memo.open,
        })])
    }

    /// Decides the outgoing side of a move to another account, and the face and funding that the
    /// other side opens with. Funding moves in proportion to nothing: by hand the funded part goes
    /// first, since it is what the customer is owed; in a split the unfunded part (rule book N26).
    ///
    /// # Errors
    /// [`HandRefusal`].
    pub fn decide_transfer_out(&self, command: &TransferMemo) -> Result<(MemoFact, Money, Exact), HandRefusal> {
        let memo = self.known(&command.memo)?;
        let amount = command.amount.unwrap_or(memo.open);
        memo.can_give(amount)?;
        let funded_moved = if command.unfunded_first {
            (amount - memo.unfunded_balance()).at_least_zero().to_exact()
        } else {
            amount.min(memo.funded_balance()).to_exact()
        };
        let fact = MemoFact::ReassignedOut(MemoReassignedOut {
            memo: memo.number.clone(),
            transfer: memo.free_transfer_id(&command.transfer),
            to_member: command.to_member.clone(),
            to_payer: command.to_payer.clone(),
            amount,
            funded_moved,
            effective: command.effective,
            posting: command.posting,
            balance_before: memo.open,
            balance_after: memo.open - amount,
        });
        Ok((fact, amount, funded_moved))
    }

    /// Decides the incoming side of a move.
    ///
    /// # Errors
    /// [`HandRefusal`].
    pub fn decide_transfer_in(
        &self,
        issue: &IssueMemo,
        transfer: &str,
        from: (MemoNumber, MemberAccountId),
        funded_moved: Exact,
        portion: bool,
    ) -> Result<Vec<MemoFact>, HandRefusal> {
        let issued = self.issued(&IssueMemo { basis: crate::policy::MemoBasis::Face, ..issue.clone() })?;
        Ok(vec![MemoFact::ReassignedIn(MemoReassignedIn {
            issued,
            transfer: transfer.to_owned(),
            from_memo: from.0,
            from_member: from.1,
            funded_moved,
            portion,
        })])
    }

    /// The currency of a memo.
    pub fn currency_of(&self, number: &MemoNumber) -> Option<Currency> {
        self.memos.get(number).map(|memo| memo.currency)
    }
}
