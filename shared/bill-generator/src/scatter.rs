//! Where each credit lands, month by month: the published rule on the sums of the bill.
//!
//! Invariants: what remains of a credit after a month is what the rule left of it; a credit whose
//! owner was not a member from the month's first day on pays nothing.
//! Source: <https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/useconsolidatedbilling-credits.html>

use std::collections::BTreeMap;

use domain::{
    aws_rules::{MemberCharge, OfferedCredit, PayerMonth, simulate},
    ids::{MemberAccountId, ProductCode, UpstreamCreditId},
};
use money::Currency;

use crate::{
    GeneratorFault, GeneratorPlan,
    calendar::MonthClock,
    grants::{Grant, grants},
    member_month::MemberMonth,
    roster::Roster,
    ticks,
};

/// Everything that is decided before a line is written.
#[derive(Debug)]
pub(crate) struct Simulation {
    pub(crate) plan: GeneratorPlan,
    pub(crate) roster: Roster,
    pub(crate) grants: Vec<Grant>,
    pub(crate) clocks: Vec<MonthClock>,
    line_weights: u64,
}

/// An amount of a credit on one service of one member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Landing {
    /// Place of the credit.
    pub(crate) grant: usize,
    pub(crate) product: ProductCode,
    /// Ticks; positive.
    pub(crate) amount: i64,
}

/// One payer's month, decided.
#[derive(Debug)]
pub(crate) struct PayerPlan {
    pub(crate) payer: usize,
    /// Place of the month.
    pub(crate) month: usize,
    /// By place of the member, in the order in which the rule makes them.
    pub(crate) landings: BTreeMap<usize, Vec<Landing>>,
    /// Members with a bill, and the lines they will have, approximately.
    pub(crate) members: Vec<(usize, u64)>,
}

/// Of the lines asked for, this share is usage; the rest is tax, credits, fees and discounts.
const USAGE_PER_CENT: u64 = 93;

impl Simulation {
    pub(crate) fn of(plan: &GeneratorPlan) -> Result<Self, GeneratorFault> {
        plan.check()?;
        let roster = Roster::of(plan)?;
        let grants = grants(plan, &roster)?;
        let line_weights = roster.members.iter().map(|member| member.line_weight).sum::<u64>().max(1);
        let clocks = plan.periods().into_iter().map(MonthClock::of).collect();
        Ok(Self { plan: plan.clone(), roster, grants, clocks, line_weights })
    }

    /// The member's month before credits; `None` where it is no member then.
    pub(crate) fn member_month(&self, at: usize, month: usize) -> Option<MemberMonth> {
        let member = &self.roster.members[at];
        let rows = self.plan.rows * USAGE_PER_CENT / 100 * member.line_weight / self.line_weights;
        MemberMonth::of(&self.plan, member, at, month, &self.clocks[month], rows)
    }

    /// All months of all payers. Months of one payer follow each other, since a credit's remainder
    /// goes from one to the next.
    pub(crate) fn payer_plans(&self) -> Result<Vec<PayerPlan>, GeneratorFault> {
        let mut plans = Vec::new();
        for payer in 0..self.plan.payers.len() {
            let mut remaining: BTreeMap<UpstreamCreditId, money::Exact> = BTreeMap::new();
            for grant in self.grants.iter().filter(|grant| grant.payer == payer) {
                remaining.insert(grant.id.clone(), ticks::to_exact(i128::from(grant.face))?);
            }
            for month in 0..self.clocks.len() {
                plans.push(self.payer_month(payer, month, &mut remaining)?);
            }
        }
        Ok(plans)
    }

    fn payer_month(
        &self,
        payer: usize,
        month: usize,
        remaining: &mut BTreeMap<UpstreamCreditId, money::Exact>,
    ) -> Result<PayerPlan, GeneratorFault> {
        let mut charges = Vec::new();
        let mut members = Vec::new();
        let mut places: BTreeMap<MemberAccountId, usize> = BTreeMap::new();
        for (at, member) in self.roster.members.iter().enumerate().filter(|(_, member)| member.payer == payer) {
            let Some(member_month) = self.member_month(at, month) else {
                continue;
            };
            members.push((at, member_month.line_estimate()));
            places.insert(member.id.clone(), at);
            for charge in member_month.charges() {
                charges.push(MemberCharge {
                    member: member.id.clone(),
                    product: charge.product,
                    amount: ticks::to_exact(i128::from(charge.amount))?,
                    eligible: charge.eligible,
                });
            }
        }
        let period = self.clocks[month].period;
        let credits = self.offered(payer, month, remaining);
        let in_order = PayerMonth { period, currency: Currency::USD, charges, credits };
        let result = simulate(&in_order, self.plan.highest_spend)?;
        for outcome in result.outcomes {
            remaining.insert(outcome.credit, outcome.remaining_after);
        }
        let grant_places: BTreeMap<&UpstreamCreditId, usize> =
            self.grants.iter().enumerate().map(|(at, grant)| (&grant.id, at)).collect();
        let mut landings: BTreeMap<usize, Vec<Landing>> = BTreeMap::new();
        for application in result.applications {
            if let (Some(at), Some(grant)) =
                (places.get(&application.beneficiary), grant_places.get(&application.credit))
            {
                let amount = ticks::from_exact(application.amount)?;
                landings.entry(*at).or_default().push(Landing { grant: *grant, product: application.product, amount });
            }
        }
        Ok(PayerPlan { payer, month, landings, members })
    }

    fn offered(
        &self,
        payer: usize,
        month: usize,
        remaining: &BTreeMap<UpstreamCreditId, money::Exact>,
    ) -> Vec<OfferedCredit> {
        let first_day = self.clocks[month].period.first_day();
        self.grants
            .iter()
            .filter(|grant| grant.payer == payer)
            .filter(|grant| {
                let owner = &self.roster.members[grant.owner];
                owner.joined <= first_day && owner.left.is_none_or(|left| left > first_day)
            })
            .map(|grant| OfferedCredit {
                id: grant.id.clone(),
                owner: self.roster.members[grant.owner].id.clone(),
                remaining: remaining.get(&grant.id).copied().unwrap_or_default(),
                currency: Currency::USD,
                start_date: grant.start_date,
                end_date: grant.end_date,
                services: grant.services.clone(),
                excluded_services: Default::default(),
                sharing: grant.sharing.clone(),
            })
            .collect()
    }
}
