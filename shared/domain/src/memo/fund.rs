//! Funding: what AWS has taken off the payer's bill for the memo's credit, on whatever account it
//! put it. How it is laid over memos is `credit_law/` (rule book D1); here is one account's part of it.

use std::collections::BTreeMap;

use money::{Exact, MoneyError, Rounding};

use super::{CreditMemo, MemberMemos, MemoFact};
use crate::{
    credit_law::{AppliedUnder, FundCredit, LawFault, decide_funding},
    ids::{DeliveryId, UpstreamCreditId},
    period::BillingPeriod,
};

/// Bring a memo's funding of one period to what was attributed to its credit.
#[derive(Debug, Clone)]
pub struct FundMemo {
    /// The credit.
    pub credit: UpstreamCreditId,
    /// What AWS applied in which period.
    pub funding: FundingFromCredit,
    /// How a grown memo is rounded.
    pub rounding: Rounding,
    /// The first period of the payer whose statements are not issued.
    pub first_unissued: Option<BillingPeriod>,
}

/// AWS's application of a credit in one period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FundingFromCredit {
    /// The period of AWS's bill.
    pub period: BillingPeriod,
    /// All that was attributed to the credit in it.
    pub attributed: Exact,
    /// The delivery it comes from.
    pub delivery: Option<DeliveryId>,
}

impl MemberMemos {
    /// What the memos of a credit are funded with for a period, and what of it is a surplus: its own, and
    /// those that supplement it.
    ///
    /// # Errors
    /// [`MoneyError`] where the sum cannot be held.
    pub fn funded_in(&self, credit: &UpstreamCreditId, period: BillingPeriod) -> Result<Exact, MoneyError> {
        let Some(own) = self.of_credit_in(credit, period) else { return Ok(Exact::ZERO) };
        let supplements = |memo: &&CreditMemo| memo.by_revision && memo.supplements.as_ref() == Some(&own.number);
        let funded = self.memos.values().filter(supplements).chain([own]);
        Exact::checked_sum(
            funded.flat_map(|memo| memo.funding.get(&period).into_iter().chain(memo.surplus.get(&period)).copied()),
        )
    }

    /// Decides the funding of one month of a credit whose memos are all in this account, its other months
    /// as they stand (rule book D1). Where a credit changed hands on an earlier day than it was known to,
    /// the memo of the former ownership gives back what it was funded with since (rule book N25): no month
    /// funds two memos.
    ///
    /// # Errors
    /// [`LawFault`].
    pub fn decide_fund(&self, command: &FundMemo) -> Result<Vec<MemoFact>, LawFault> {
        let Some((payer, member)) = self.owner.clone() else { return Ok(Vec::new()) };
        let FundingFromCredit { period, attributed, delivery } = &command.funding;
        let mut by_month: BTreeMap<BillingPeriod, Exact> = BTreeMap::new();
        for memo in self.memos.values().filter(|memo| memo.credit.as_ref() == Some(&command.credit)) {
            for (month, amount) in memo.funding.iter().chain(&memo.surplus) {
                let sum = by_month.entry(*month).or_default();
                *sum = sum.checked_add(*amount)?;
            }
        }
        by_month.insert(*period, *attributed);
        let applied: Vec<AppliedUnder> = by_month
            .into_iter()
            .map(|(month, amount)| AppliedUnder {
                payer: payer.clone(),
                owner: member.clone(),
                period: month,
                amount,
                delivery: delivery.clone().filter(|_| month == *period),
            })
            .collect();
        let roundings = applied.iter().map(|one| (one.period, command.rounding)).collect();
        let first_unissued = command.first_unissued.map(|open| (payer.clone(), open)).into_iter().collect();
        let mut accounts = BTreeMap::from([((payer, member), self.clone())]);
        let command = FundCredit {
            credit: &command.credit,
            applied: &applied,
            roundings: &roundings,
            first_unissued: &first_unissued,
        };
        let facts = decide_funding(&mut accounts, &command)?;
        Ok(facts.into_iter().map(|(_, fact)| fact).collect())
    }
}
