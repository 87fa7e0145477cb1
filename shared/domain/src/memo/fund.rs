//! Funding: what AWS has taken off the payer's bill for the memo's credit, on whatever account it
//! put it. Decided by target: the period's attributed total, less what stands (rule book N7, N14).

use money::{Exact, Money, MoneyError, Rounding};

use super::{MemberMemos, MemoFact, MemoFunded};
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

impl MemberMemos {
    /// Decides the funding of the credit's memo. A credit without a memo here funds nothing.
    ///
    /// # Errors
    /// [`MoneyError`] where a sum cannot be held.
    pub fn decide_fund(&self, command: &FundMemo) -> Result<Vec<MemoFact>, MoneyError> {
        let FundingFromCredit { period, attributed, delivery } = &command.funding;
        let Some(memo) = self.of_credit_in(&command.credit, *period) else { return Ok(Vec::new()) };
        let stands = memo.funding.get(period).copied().unwrap_or(Exact::ZERO);
        let amount = attributed.checked_sub(stands)?;
        if amount.is_zero() {
            return Ok(Vec::new());
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
        Ok(vec![MemoFact::Funded(MemoFunded {
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
        })])
    }
}
