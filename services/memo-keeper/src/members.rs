//! Which members a run is about, and what each is charged: what the billing, closing and
//! reconciling of a period read alike.

use std::collections::BTreeSet;

use domain::{
    classification::CreditLineTreatment,
    credit::KnownCredits,
    ids::{MemberAccountId, PayerAccountId},
    period::BillingPeriod,
    policy::{Policies, PolicyHash},
    rating::{RatedMonth, rate},
    usage::{CreditLineAggregate, DeliveryCompleted, DeliveryState, MemberUsage},
};
use money::Currency;
use read_model::ReadModel;
use service_kit::Failure;

/// A payer's period with what its decisions depend on.
pub(crate) struct PeriodBasis {
    pub(crate) payer: PayerAccountId,
    pub(crate) period: BillingPeriod,
    pub(crate) deliveries: DeliveryState,
    pub(crate) delivery: DeliveryCompleted,
    pub(crate) policies: Policies,
    pub(crate) policy: PolicyHash,
    known_credits: KnownCredits,
}

impl PeriodBasis {
    /// Reads it; none where nothing was delivered.
    pub(crate) fn read(
        model: &ReadModel,
        payer: &PayerAccountId,
        period: BillingPeriod,
    ) -> Result<Option<Self>, Failure> {
        let deliveries = model.deliveries(payer, period)?;
        let Some(delivery) = deliveries.current().cloned() else { return Ok(None) };
        let policies = model.policies(payer, period)?;
        let known_credits = KnownCredits::of(model.upstream_credits(Some(payer))?.values());
        Ok(Some(Self {
            payer: payer.clone(),
            period,
            deliveries,
            delivery,
            policy: policies.hash(),
            policies,
            known_credits,
        }))
    }

    pub(crate) fn currency(&self) -> Currency {
        self.delivery.currency
    }

    /// What a credit line is.
    pub(crate) fn treat(&self, line: &CreditLineAggregate) -> CreditLineTreatment {
        self.known_credits.treat(line, &self.policies)
    }

    /// A member's usage as it counts.
    pub(crate) fn usage(&self, model: &ReadModel, member: &MemberAccountId) -> Result<Option<MemberUsage>, Failure> {
        Ok(model.member_usage(&self.payer, member, self.period, &self.deliveries)?)
    }

    /// A member's month, rated; empty where it has no charges.
    pub(crate) fn rated(&self, model: &ReadModel, member: &MemberAccountId) -> Result<RatedMonth, Failure> {
        match self.usage(model, member)? {
            Some(usage) => Ok(rate(&usage, &self.policies, |line| self.treat(line))?),
            None => Ok(RatedMonth::empty(self.period, self.currency())),
        }
    }

    /// Members with charges, credit lines or memos, sorted.
    pub(crate) fn members(&self, model: &ReadModel) -> Result<BTreeSet<MemberAccountId>, Failure> {
        let mut members: BTreeSet<MemberAccountId> = BTreeSet::new();
        for member in model.members_of_period(&self.payer, self.period)? {
            let usage = self.usage(model, &member)?;
            if usage.is_some_and(|usage| !usage.charges.is_empty() || !usage.credit_lines.is_empty()) {
                members.insert(member);
            }
        }
        members.extend(memo_holders(model, &self.payer)?);
        Ok(members)
    }
}

/// Members of a payer with memos, sorted.
pub(crate) fn memo_holders(model: &ReadModel, payer: &PayerAccountId) -> Result<BTreeSet<MemberAccountId>, Failure> {
    let memos = model.all_memos()?;
    Ok(memos.into_keys().filter(|(of, _)| of == payer).map(|(_, member)| member).collect())
}
