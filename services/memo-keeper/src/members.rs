//! Which members a run is about, and what each is charged: what the billing, closing and
//! reconciling of a period read alike.

use std::collections::BTreeSet;

use domain::{
    billing::{PeriodOutline, StatementsBefore},
    classification::CreditLineTreatment,
    credit::KnownCredits,
    ids::{MemberAccountId, PayerAccountId},
    period::BillingPeriod,
    policy::{Policies, PolicyHash},
    rating::{RatedMonth, rate},
    usage::{ChargeAggregate, CreditLineAggregate, DeliveryCompleted, DeliveryState, MemberUsage},
};
use money::Currency;
use read_model::ReadModel;
use service_kit::Failure;

use crate::{
    corrections::{refunds_month, sum_of},
    undated::with_months,
};

/// A payer's period with what its decisions depend on.
pub(crate) struct PeriodContext {
    pub(crate) payer: PayerAccountId,
    pub(crate) period: BillingPeriod,
    pub(crate) deliveries: DeliveryState,
    pub(crate) delivery: DeliveryCompleted,
    pub(crate) policies: Policies,
    pub(crate) policy: PolicyHash,
    known_credits: KnownCredits,
    /// The payer's statements issued before this period's.
    pub(crate) follows: StatementsBefore,
}

impl PeriodContext {
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
        let follows = statements_before(model, payer, period)?;
        Ok(Some(Self {
            follows,
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

    /// A member's usage as it counts, with the months of lines that bear no date.
    pub(crate) fn usage(&self, model: &ReadModel, member: &MemberAccountId) -> Result<Option<MemberUsage>, Failure> {
        let Some(usage) = model.member_usage(&self.payer, member, self.period, &self.deliveries)? else {
            return Ok(None);
        };
        Ok(Some(with_months(model, usage, |line| self.treat(line))?))
    }

    /// A member's month, rated; empty where it has no charges. Refunds of earlier months that have
    /// a statement are not here: they correct those months (rule book N9).
    pub(crate) fn rated(&self, model: &ReadModel, member: &MemberAccountId) -> Result<RatedMonth, Failure> {
        self.rated_with(model, member, Vec::new())
    }

    /// The same, with refunds of this month that stand on later bills.
    pub(crate) fn rated_with(
        &self,
        model: &ReadModel,
        member: &MemberAccountId,
        refunds: Vec<ChargeAggregate>,
    ) -> Result<RatedMonth, Failure> {
        let usage = self.usage(model, member)?;
        if usage.is_none() && refunds.is_empty() {
            return Ok(RatedMonth::empty(self.period, self.currency()));
        }
        let mut usage = usage.unwrap_or_else(|| self.no_usage(member));
        let mut moved = Vec::new();
        if usage.charges.iter().any(|charge| refunds_month(charge, self.period).is_some()) {
            let refunded = usage.charges.iter().filter_map(|charge| refunds_month(charge, self.period));
            let mut with_statement: BTreeSet<BillingPeriod> = refunded.collect();
            let all = model.statements_of_periods(&self.payer, member, &with_statement)?;
            with_statement = all.into_iter().map(|stored| stored.statement.period).collect();
            let is_moved = |charge: &ChargeAggregate| {
                refunds_month(charge, self.period).is_some_and(|month| with_statement.contains(&month))
            };
            (moved, usage.charges) = usage.charges.into_iter().partition(is_moved);
        }
        usage.charges.extend(refunds);
        let mut month = rate(&usage, &self.policies, |line| self.treat(line))?;
        // They are on this bill all the same: what AWS charges less what this month's documents say.
        let moved = sum_of(&moved)?;
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

/// Which statements of a payer went out before those of a period; what its first issue found is
/// kept.
pub(crate) fn statements_before(
    model: &ReadModel,
    payer: &PayerAccountId,
    period: BillingPeriod,
) -> Result<StatementsBefore, Failure> {
    let periods = model.billing_periods(payer)?;
    if let Some(state) = periods.get(&period)
        && let (true, Some(follows)) = (state.is_issued, state.follows)
    {
        return Ok(follows);
    }
    let billed = |state: &PeriodOutline| state.billed().is_some();
    let former = periods.range(..period).rev().find(|(_, state)| billed(state)).map(|(at, _)| *at);
    let later = periods.range(period.next()..).rev().find(|(_, state)| billed(state)).map(|(at, _)| *at);
    Ok(StatementsBefore { former, later })
}

/// Members of a payer with memos, sorted.
pub(crate) fn memo_holders(model: &ReadModel, payer: &PayerAccountId) -> Result<BTreeSet<MemberAccountId>, Failure> {
    Ok(model.memo_holders(payer)?)
}
