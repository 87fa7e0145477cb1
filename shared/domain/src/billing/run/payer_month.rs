//! A payer's month with all that decisions about it depend on, and what its bill is to a customer.

use std::collections::{BTreeMap, BTreeSet};

use money::{Currency, Exact, MoneyError};

use super::{AccountInputs, refunds_month};
use crate::{
    billing::StatementsBefore,
    classification::CreditLineTreatment,
    credit::KnownCredits,
    ids::{DocumentNumber, MemberAccountId, PayerAccountId, RunId},
    period::BillingPeriod,
    policy::{Policies, PolicyHash},
    rating::{RatedMonth, rate},
    usage::{ChargeAggregate, CreditLineAggregate, DeliveryCompleted, DeliveryState, MemberUsage},
};

/// Members of a month whose document was voided for good, with the document and the run it is of.
pub type VoidedMembers = BTreeMap<MemberAccountId, (DocumentNumber, RunId)>;

/// A payer's month with what its decisions depend on.
#[derive(Debug, Clone)]
pub struct PayerMonth {
    /// The payer.
    pub payer: PayerAccountId,
    /// The month.
    pub period: BillingPeriod,
    /// Every delivery of it.
    pub deliveries: DeliveryState,
    /// The delivery that counts.
    pub delivery: DeliveryCompleted,
    /// The policies in force.
    pub policies: Policies,
    /// Their hash.
    pub policy: PolicyHash,
    /// What credit lines may be about.
    pub known_credits: KnownCredits,
    /// The payer's statements issued before this month's.
    pub follows: StatementsBefore,
    /// Members whose document was voided for good: nothing is charged to them for it any more.
    pub voided: VoidedMembers,
}

impl PayerMonth {
    /// The currency of the bill.
    pub fn currency(&self) -> Currency {
        self.delivery.currency
    }

    /// What a credit line is.
    pub fn treat(&self, line: &CreditLineAggregate) -> CreditLineTreatment {
        self.known_credits.treat(line, &self.policies)
    }

    /// A member's month, rated; empty where it has no charges. Refunds of earlier months that have
    /// a statement are not here: they correct those months (rule book N9).
    ///
    /// # Errors
    /// [`MoneyError`] where a sum cannot be held exactly.
    pub fn rated(&self, account: &AccountInputs) -> Result<RatedMonth, MoneyError> {
        self.rated_with(account, Vec::new())
    }

    /// The same, with refunds of this month that stand on later bills.
    ///
    /// # Errors
    /// [`MoneyError`] where a sum cannot be held exactly.
    pub fn rated_with(&self, account: &AccountInputs, refunds: Vec<ChargeAggregate>) -> Result<RatedMonth, MoneyError> {
        let usage = account.usage.get(&self.period);
        let is_moved = |charge: &ChargeAggregate| {
            refunds_month(charge, self.period).is_some_and(|month| account.statements.contains_key(&month))
        };
        let mut month = match usage {
            None if refunds.is_empty() => return Ok(RatedMonth::empty(self.period, self.currency())),
            Some(usage) if refunds.is_empty() && !usage.charges.iter().any(is_moved) => {
                return rate(usage, &self.policies, |line| self.treat(line));
            }
            usage => {
                let mut usage = usage.cloned().unwrap_or_else(|| self.no_usage(&account.member));
                usage.charges.retain(|charge| !is_moved(charge));
                usage.charges.extend(refunds);
                rate(&usage, &self.policies, |line| self.treat(line))?
            }
        };
        // They are on this bill all the same: what AWS charges less what this month's documents say.
        let moved = usage.into_iter().flat_map(|usage| &usage.charges).filter(|charge| is_moved(charge));
        let moved = Exact::checked_sum(moved.map(|charge| charge.amount))?;
        month.kept = month.kept.checked_add(moved)?;
        month.upstream = month.upstream.checked_add(moved)?;
        Ok(month)
    }

    fn no_usage(&self, member: &MemberAccountId) -> MemberUsage {
        MemberUsage {
            payer: self.payer.clone(),
            member: member.clone(),
            period: self.period,
            delivery: self.delivery.delivery.clone(),
            currency: self.currency(),
            charges: Vec::new(),
            credit_lines: Vec::new(),
        }
    }

    /// Whether the month's bill or a memo makes the account one of the month's.
    pub fn is_about(&self, account: &AccountInputs) -> bool {
        let usage = account.usage.get(&self.period);
        account.holds_memos || usage.is_some_and(|usage| !usage.charges.is_empty() || !usage.credit_lines.is_empty())
    }

    /// The months that refunds on the account's bill of this month are for.
    pub fn refunded_months(&self, usage: &MemberUsage) -> BTreeSet<BillingPeriod> {
        usage.charges.iter().filter_map(|charge| refunds_month(charge, self.period)).collect()
    }
}
