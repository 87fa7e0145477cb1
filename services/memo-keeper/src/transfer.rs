//! Money that moves from one memo to another: out of the one first, then into the other, under one
//! transfer id. Whether it may move is decided in the domain; who asks is a person or a split credit.
//! The incoming side is `in_transit.rs`.

use domain::{
    ids::{MemberAccountId, MemoNumber, PayerAccountId, UpstreamCreditId},
    memo::TransferMemo,
    period::BillingPeriod,
};
use money::Money;
use read_model::ReadModel;
use service_kit::{Failure, UnitOfWork, codes};
use wire::{Fact, Subject};

use crate::in_transit::{arrive, one_in_transit};

/// A move of part of a memo to a memo of another account, or of another credit.
pub(crate) struct Transfer<'a> {
    pub(crate) payer: &'a PayerAccountId,
    pub(crate) from_member: &'a MemberAccountId,
    pub(crate) memo: &'a MemoNumber,
    pub(crate) to_payer: &'a PayerAccountId,
    pub(crate) to_member: &'a MemberAccountId,
    pub(crate) id: String,
    pub(crate) amount: Option<Money>,
    pub(crate) effective: chrono::NaiveDate,
    pub(crate) posting: BillingPeriod,
    /// The credit of the memo that comes of it, where it is another.
    pub(crate) credit: Option<&'a UpstreamCreditId>,
    /// Move no more than is open instead of refusing.
    pub(crate) up_to_open: bool,
}

impl Transfer<'_> {
    /// Records both sides; the outgoing first. One that was cut off between is in transit until someone
    /// completes it: the outgoing side says where to.
    pub(crate) async fn record(&self, unit: &mut UnitOfWork) -> Result<(), Failure> {
        let from = Subject::memos(self.payer, self.from_member);
        unit.decide(&from, |model| self.outgoing(model)).await?;
        if let Some(left) = one_in_transit(&unit.model, self.payer, self.from_member, self.memo, &self.id)? {
            arrive(unit, &left).await?;
        }
        Ok(())
    }

    fn outgoing(&self, model: &ReadModel) -> Result<Vec<Fact>, Failure> {
        let memos = model.memos(self.payer, self.from_member)?;
        let Some(memo) = memos.memos.get(self.memo) else { return Ok(Vec::new()) };
        if memo.transfers_out.contains_key(&self.id) {
            return Ok(Vec::new());
        }
        let amount = self.amount.map(|amount| if self.up_to_open { amount.min(memo.open) } else { amount });
        if self.up_to_open && amount.is_some_and(Money::is_zero) {
            return Ok(Vec::new());
        }
        let command = TransferMemo {
            memo: self.memo.clone(),
            transfer: self.id.clone(),
            to_payer: self.to_payer.clone(),
            to_member: self.to_member.clone(),
            amount,
            unfunded_first: self.credit.is_some(),
            effective: self.effective,
            posting: self.posting,
        };
        let (fact, ..) = memos
            .decide_transfer_out(&command)
            .map_err(|refusal| Failure::refused(codes::HAND_ACT_REFUSED, refusal))?;
        Ok(vec![fact.into()])
    }
}
