//! Money that moves from one memo to another: out of the one first, then into the other, under one
//! transfer id. Whether it may move is decided in the domain; who asks is a person or a split credit.

use domain::{
    ids::{MemberAccountId, MemoNumber, PayerAccountId, UpstreamCreditId},
    memo::{IssueMemo, TransferMemo},
    period::BillingPeriod,
};
use money::Money;
use read_model::ReadModel;
use service_kit::{BackOffice, Failure};
use wire::{Fact, Subject};

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
    /// Records both sides; the outgoing first. One that was cut off between is completed by
    /// repeating it: the amount is in transit meanwhile, and the outgoing side says where to.
    pub(crate) async fn record(&self, office: &mut BackOffice) -> Result<(), Failure> {
        let from = Subject::memos(self.payer, self.from_member);
        office.decide(&from, |model| self.outgoing(model)).await?;
        let to = Subject::memos(self.to_payer, self.to_member);
        let first_unissued = office.first_unissued(self.to_payer)?;
        office.decide(&to, |model| self.incoming(model, first_unissued)).await?;
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
        let (fact, ..) = memos.decide_transfer_out(&command).map_err(|refusal| Failure::refused("CM0336", refusal))?;
        Ok(vec![fact.into()])
    }

    fn incoming(&self, model: &ReadModel, first_unissued: Option<BillingPeriod>) -> Result<Vec<Fact>, Failure> {
        let source = model.memos(self.payer, self.from_member)?;
        let Some(memo) = source.memos.get(self.memo) else { return Ok(Vec::new()) };
        let Some((amount, funded_moved)) = memo.transfers_out.get(&self.id).copied() else { return Ok(Vec::new()) };
        let target = model.memos(self.to_payer, self.to_member)?;
        if target.transfers_in.contains(&self.id) {
            return Ok(Vec::new());
        }
        let child = match self.credit {
            Some(credit) => model.upstream_credit(self.to_payer, credit)?.terms,
            None => None,
        };
        let issue = IssueMemo {
            payer: self.to_payer.clone(),
            member: self.to_member.clone(),
            credit: self.credit.cloned().or_else(|| memo.credit.clone()),
            supplements: None,
            description: child.map_or_else(|| memo.description.clone(), |terms| terms.description),
            program: memo.program.clone(),
            currency: memo.currency,
            face: amount,
            start_date: self.effective,
            end_date: memo.end_date.map(|end| end.max(self.effective)),
            terms: memo.terms.clone(),
            basis: memo.basis,
            policy: model.policies(self.to_payer, self.posting)?.hash(),
            first_unissued,
            new_ownership: true,
        };
        let facts = target
            .decide_transfer_in(
                &issue,
                &self.id,
                (self.memo.clone(), self.from_member.clone()),
                funded_moved,
                self.credit.is_some(),
            )
            .map_err(|refusal| Failure::refused("CM0336", refusal))?;
        Ok(facts.into_iter().map(Fact::from).collect())
    }
}
