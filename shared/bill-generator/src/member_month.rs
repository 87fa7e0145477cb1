//! What a member account uses in a month, as sums: series of lines of one SKU each.
//!
//! A pure function of plan, member and month, so that the pass that scatters the credits and the
//! pass that writes the lines agree without keeping anything.

use domain::ids::ProductCode;

use crate::{
    GeneratorPlan,
    calendar::MonthClock,
    catalogue::{REGIONS, Region, Sku},
    commitments::reserved_count,
    extras::{self, Extra},
    line::LineKind,
    roster::Member,
    seeded::{Purpose, Seeded},
    series::{Series, ServiceCharge},
    ticks::UNIT,
};

/// A member's month before credits.
#[derive(Debug)]
pub(crate) struct MemberMonth {
    /// The hours of the month in which the account belongs to the payer.
    pub(crate) from_hour: u32,
    pub(crate) to_hour: u32,
    pub(crate) series: Vec<Series>,
    pub(crate) extras: Vec<Extra>,
}

impl MemberMonth {
    /// `None` where the account is not a member in the month.
    pub(crate) fn of(
        plan: &GeneratorPlan,
        member: &Member,
        at: usize,
        month: usize,
        clock: &MonthClock,
        rows: u64,
    ) -> Option<Self> {
        let period = clock.period;
        if member.joined > period.last_day() || member.left.is_some_and(|left| left <= period.first_day()) {
            return None;
        }
        let from_hour = clock.hour_of(member.joined);
        let to_hour = member.left.map_or(clock.hours, |left| clock.hour_of(left));
        let month = month as u64;
        let mut month_of = Seeded::keyed(plan.seed, Purpose::Month, &[at as u64, month]);
        // Spend grows by one per cent a month and varies by fifteen.
        let trend = 100 + month as i64;
        let noise = month_of.between(85, 115);
        let present = i64::from(to_hour - from_hour);
        let spend = member.usual_spend / 10_000 * trend * noise / i64::from(clock.hours) * present;
        let mut workload = Seeded::keyed(plan.seed, Purpose::Workload, &[at as u64]);
        let mut series = usage(member, spend, rows, &mut workload, &mut month_of);
        committed(member, spend, present, &mut series);
        let mut extras_of = Seeded::keyed(plan.seed, Purpose::Extras, &[at as u64, month]);
        let mut extras = extras::before_discounts(member, &series, spend, present, month, &mut extras_of);
        if plan.discount_lines && month * 2 >= u64::from(plan.months) {
            extras.extend(extras::discounts(member, &service_charges(&series, &extras)));
        }
        extras.extend(extras::free_tier(member, &series, &mut extras_of));
        Some(Self { from_hour, to_hour, series, extras })
    }

    /// Charges by service, sorted, as the rule wants them: after discounts and Free Tier, which AWS
    /// takes off before promotional credits.
    pub(crate) fn charges(&self) -> Vec<ServiceCharge> {
        service_charges(&self.series, &self.extras)
    }

    /// Lines that the month will have, approximately; decides where a new file starts.
    pub(crate) fn line_estimate(&self) -> u64 {
        let lines = self.series.iter().map(|series| u64::from(series.lines)).sum::<u64>();
        lines + lines / 20 + 2 * self.extras.len() as u64
    }
}

fn service_charges(series: &[Series], extras: &[Extra]) -> Vec<ServiceCharge> {
    let mut sums = std::collections::BTreeMap::<(&str, bool), i64>::new();
    for one in series {
        *sums.entry((one.sku.service.code, true)).or_default() += one.cost();
    }
    for extra in extras {
        *sums.entry((extra.product_code(), extra.eligible())).or_default() += extra.cost;
    }
    sums.into_iter()
        .filter(|(_, amount)| *amount != 0)
        .map(|((code, eligible), amount)| ServiceCharge { product: ProductCode::from(code), eligible, amount })
        .collect()
}

/// A line this large gets a coarser quantity, so that no cost needs more than 15 digits.
const COARSE_FROM: i64 = 2_000 * UNIT;
const COARSE: i64 = 10_000;

fn usage(member: &Member, spend: i64, rows: u64, workload: &mut Seeded, month: &mut Seeded) -> Vec<Series> {
    // With few lines to give, an account shows its main services only.
    let shown = member.workload.len().min((rows as usize / 2).max(2));
    let parts: Vec<(&'static Sku, &'static Region, u64, u64)> = member
        .workload
        .iter()
        .take(shown)
        .map(|(sku, share)| {
            let away = workload.chance(150);
            let region = if away { workload.pick(&REGIONS) } else { member.home };
            let share = share * (60 + workload.below(81)) * (85 + month.below(31));
            (*sku, region, share, sku.line_weight * (50 + workload.below(101)))
        })
        .collect();
    let shares: u64 = parts.iter().map(|part| part.2).sum();
    let weights: u64 = parts.iter().map(|part| part.3).sum();
    parts
        .into_iter()
        .filter_map(|(sku, region, share, weight)| {
            let cost = (i128::from(spend) * i128::from(share) / i128::from(shares)) as i64;
            let lines = (rows * weight / weights).clamp(1, u64::from(u32::MAX)) as u32;
            series(sku, region, LineKind::Usage, cost, lines)
        })
        .collect()
}

/// A series of about this cost, with at most so many lines; `None` where it rounds to nothing.
fn series(sku: &'static Sku, region: &'static Region, kind: LineKind, cost: i64, lines: u32) -> Option<Series> {
    let whole = if sku.whole_units { 10i64.pow(sku.quantity_scale()) } else { 1 };
    let coarse = if cost / i64::from(lines) > COARSE_FROM { COARSE } else { 1 };
    let quantum = whole.max(coarse);
    let steps = cost / sku.rate / quantum;
    let lines = i64::from(lines).min(steps) as u32;
    (steps > 0).then_some(Series { sku, region, kind, quantity: steps * quantum, quantum, lines })
}

/// Usage that a reservation or a Savings Plan pays for.
fn committed(member: &Member, spend: i64, present: i64, usage: &mut Vec<Series>) {
    let instance = |one: &&Series| one.sku.family == "Compute Instance" && one.sku.service.code == "AmazonEC2";
    let Some((sku, lines)) = usage.iter().find(instance).map(|one| (one.sku, one.lines.div_ceil(4))) else {
        return;
    };
    if member.habits.reserved_instances {
        let worth = reserved_count(member) * present * sku.rate * (UNIT / 1_000);
        usage.extend(series(sku, member.home, LineKind::DiscountedUsage, worth, lines));
    }
    if member.habits.savings_plan {
        usage.extend(series(sku, member.home, LineKind::SavingsPlanCoveredUsage, spend / 8, lines));
    }
}
