//! Funding: what AWS has taken off the payer's bill for the memo's credit, on whatever account it
//! put it. Decided by target: the period's attributed total, less what stands (rule book N7, N14).

use money::{Exact, Money, MoneyError, Rounding};

use super::{CreditMemo, MemberMemos, MemoFact, MemoFunded};
use crate::{
    ids::{DeliveryId, UpstreamCreditId},
    period::BillingPeriod,
    policy::MemoBasis,
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

impl CreditMemo {
    /// What of its face no other month has funded.
    fn room_for_funding(&self, period: BillingPeriod) -> Result<Exact, MoneyError> {
        let elsewhere = self.funding.iter().filter(|(of, _)| **of != period).map(|(_, amount)| *amount);
        let room = self.face.to_exact().checked_sub(Exact::checked_sum(elsewhere)?)?;
        Ok(room.max(Exact::ZERO))
    }
}

impl MemberMemos {
    /// What the memos of a credit are funded with for a period: its own, and those that supplement it.
    ///
    /// # Errors
    /// [`MoneyError`] where the sum cannot be held.
    pub fn funded_in(&self, credit: &UpstreamCreditId, period: BillingPeriod) -> Result<Exact, MoneyError> {
        let Some(own) = self.of_credit_in(credit, period) else { return Ok(Exact::ZERO) };
        let supplements = |memo: &&CreditMemo| memo.by_revision && memo.supplements.as_ref() == Some(&own.number);
        let funded = self.memos.values().filter(supplements).chain([own]);
        Exact::checked_sum(funded.filter_map(|memo| memo.funding.get(&period).copied()))
    }

    /// Decides the funding of the credit's memo. A credit without a memo here funds nothing. Where a
    /// credit changed hands on an earlier day than it was known to, the memo of the former ownership
    /// gives back what it was funded with since (rule book N25): no month funds two memos.
    ///
    /// # Errors
    /// [`MoneyError`] where a sum cannot be held.
    pub fn decide_fund(&self, command: &FundMemo) -> Result<Vec<MemoFact>, MoneyError> {
        let FundingFromCredit { period, attributed, .. } = &command.funding;
        let owned = self.of_credit_in(&command.credit, *period).map(|memo| &memo.number);
        let is_funded = |memo: &&CreditMemo| memo.is_the_credits() || memo.by_revision;
        let of_credit =
            self.in_order_of_issue().into_iter().filter(|memo| memo.credit.as_ref() == Some(&command.credit));
        let of_ownership = |memo: &CreditMemo| owned == Some(memo.supplements.as_ref().unwrap_or(&memo.number));
        let (funded, others): (Vec<&CreditMemo>, Vec<&CreditMemo>) =
            of_credit.filter(is_funded).partition(|memo| of_ownership(memo));
        let mut facts = Vec::new();
        for memo in others {
            facts.extend(Self::decide_funding_of(memo, command, Exact::ZERO)?);
        }
        // The credit's memo up to its face, then those that supplement it as AWS granted more (N5).
        let mut left = *attributed;
        for (at, memo) in funded.iter().enumerate() {
            let is_last = at + 1 == funded.len();
            let part = if is_last { left } else { left.min(memo.room_for_funding(*period)?) };
            left = left.checked_sub(part)?;
            facts.extend(Self::decide_funding_of(memo, command, part)?);
        }
        Ok(facts)
    }

    fn decide_funding_of(memo: &CreditMemo, command: &FundMemo, target: Exact) -> Result<Option<MemoFact>, MoneyError> {
        let FundingFromCredit { period, delivery, .. } = &command.funding;
        let stands = memo.funding.get(period).copied().unwrap_or(Exact::ZERO);
        let amount = target.checked_sub(stands)?;
        if amount.is_zero() {
            return Ok(None);
        }
        let funded_after = memo.funded.checked_add(amount)?;
        let grown = match memo.basis {
            MemoBasis::Face => Money::zero(memo.currency),
            MemoBasis::Funded => {
                let worth = funded_after.round_to_money(memo.currency, command.rounding)?;
                // Taken-back funding shrinks the memo by what is still open, never below nothing.
                // What went to other memos took its funding with it.
                (worth + memo.reassigned_out - memo.face).max(-memo.open)
            }
        };
        Ok(Some(MemoFact::Funded(MemoFunded {
            memo: memo.number.clone(),
            period: *period,
            amount,
            funded_before: memo.funded,
            funded_after,
            grown,
            delivery: delivery.clone(),
            effective: period.last_day(),
            posting: command.first_unissued.map_or(*period, |open| open.max(*period)),
            balance_before: memo.open,
            balance_after: memo.open + grown,
        })))
    }
}
