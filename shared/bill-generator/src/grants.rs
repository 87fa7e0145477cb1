//! The upstream credits of the span: programme, owner, face, dates, services.
//!
//! Invariants: ids are distinct; a description is unique in the span except for one pair on two
//! owners who have no other credit (so that each line of the pair can still be told apart by its
//! owner); the owner was a member from the credit's first month on.

use std::collections::BTreeSet;

use chrono::{Datelike, Days, Months, NaiveDate};
use domain::{
    aws_rules::CreditSharing,
    ids::{ProductCode, UpstreamCreditId},
};

use crate::{
    GeneratorFault, GeneratorPlan,
    catalogue::CREDIT_RESTRICTIONS,
    roster::Roster,
    seeded::{Purpose, Seeded},
    ticks::{CENT, UNIT},
};

/// An upstream credit.
#[derive(Debug)]
pub(crate) struct Grant {
    pub(crate) id: UpstreamCreditId,
    /// Place of the owner in the roster.
    pub(crate) owner: usize,
    pub(crate) payer: usize,
    pub(crate) description: String,
    /// The description on lines of other accounts.
    pub(crate) scattered_description: String,
    pub(crate) program: &'static str,
    /// Ticks; whole cents.
    pub(crate) face: i64,
    pub(crate) start_date: NaiveDate,
    pub(crate) end_date: NaiveDate,
    pub(crate) services: BTreeSet<ProductCode>,
    pub(crate) sharing: CreditSharing,
}

/// A programme: its name, how long its credits live in months, and the range of the face in units.
struct Program {
    name: &'static str,
    months: u32,
    face: (i64, i64, i64),
}

const PROGRAMS: [Program; 6] = [
    Program { name: "promotional", months: 9, face: (1_000, 25_000, 250) },
    Program { name: "activate", months: 24, face: (5_000, 60_000, 1_000) },
    Program { name: "educational", months: 12, face: (500, 10_000, 100) },
    Program { name: "earned", months: 6, face: (250, 7_500, 50) },
    Program { name: "defew", months: 12, face: (40, 900, 1) },
    Program { name: "map", months: 18, face: (10_000, 90_000, 2_500) },
];

/// The two credits of the same description, by place.
const TWINS: [usize; 2] = [1, 7];

/// The credit of the account that joins, and the unshared one of the account that leaves, by place.
const JOINERS_CREDIT: usize = 4;
const LEAVERS_CREDIT: usize = 5;

pub(crate) fn grants(plan: &GeneratorPlan, roster: &Roster) -> Result<Vec<Grant>, GeneratorFault> {
    let mut seeded = Seeded::keyed(plan.seed, Purpose::Grants, &[]);
    let mut ids = BTreeSet::new();
    let mut owners = Owners::of(plan, roster);
    let mut all = Vec::with_capacity(plan.credits);
    for at in 0..plan.credits {
        let id = loop {
            let id = UpstreamCreditId::parse(&(1_000_000_000 + seeded.below(8_999_999_999)).to_string())
                .map_err(|cause| GeneratorFault::Plan(cause.to_string()))?;
            if ids.insert(id.clone()) {
                break id;
            }
        };
        let (owner, start_date) = owners.next(at, plan, roster, &mut seeded);
        all.push(grant(roster, &mut seeded, at, id, owner, start_date));
    }
    Ok(all)
}

/// Who gets the next credit.
struct Owners {
    /// Members of the whole span, twins' owners taken out.
    pool: Vec<usize>,
    twins: Vec<usize>,
}

impl Owners {
    fn of(plan: &GeneratorPlan, roster: &Roster) -> Self {
        let first_day = plan.first_period.first_day();
        let mut pool: Vec<usize> =
            (0..roster.members.len()).filter(|at| roster.members[*at].stays(first_day)).collect();
        let mut twins = Vec::new();
        // Fewer accounts than this and the twins' owners could not be spared.
        if pool.len() > 4 {
            twins.push(pool.remove(3));
            let payer = roster.members[twins[0]].payer;
            if let Some(at) = pool.iter().skip(1).position(|at| roster.members[*at].payer == payer) {
                twins.push(pool.remove(at + 1));
            }
        }
        Self { pool, twins }
    }

    /// The owner, and the day from which the credit runs.
    fn next(&mut self, at: usize, plan: &GeneratorPlan, roster: &Roster, seeded: &mut Seeded) -> (usize, NaiveDate) {
        let first_day = plan.first_period.first_day();
        if let Some(twin) = TWINS.iter().position(|place| *place == at).and_then(|which| self.twins.get(which)) {
            return (*twin, start(plan, seeded, at));
        }
        if at == JOINERS_CREDIT
            && let Some(joiner) = roster.joiner(first_day)
        {
            // A joiner's credits pay for the organization from the next month on.
            // https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/useconsolidatedbilling-credits.html
            let joined = roster.members[joiner].joined;
            return (joiner, domain::period::BillingPeriod::containing(joined).next().first_day());
        }
        if at == LEAVERS_CREDIT
            && let Some(leaver) = roster.leaver()
        {
            return (leaver, first_day);
        }
        let owner = if self.pool.is_empty() { 0 } else { *seeded.pick(&self.pool) };
        (owner, start(plan, seeded, at))
    }
}

/// Research bodies get educational and egress credits; companies get the commercial ones.
fn program_of(at: usize, public_body: bool) -> &'static Program {
    const PROMOTIONAL: usize = 0;
    const ACTIVATE: usize = 1;
    const EDUCATIONAL: usize = 2;
    const EARNED: usize = 3;
    const EGRESS: usize = 4;
    const MIGRATION: usize = 5;
    let place = match (public_body, at % 12) {
        _ if TWINS.contains(&at) => ACTIVATE,
        (true, 0 | 3 | 6 | 9 | 10) => EDUCATIONAL,
        (true, 1 | 4 | 7) => EGRESS,
        (false, 1 | 4 | 8) => ACTIVATE,
        (false, 2 | 6 | 11) => EARNED,
        (false, 3 | 9) => MIGRATION,
        _ => PROMOTIONAL,
    };
    &PROGRAMS[place]
}

fn grant(
    roster: &Roster,
    seeded: &mut Seeded,
    at: usize,
    id: UpstreamCreditId,
    owner: usize,
    start_date: NaiveDate,
) -> Grant {
    let member = &roster.members[owner];
    let customer = &roster.customers[member.customer];
    let program = program_of(at, customer.public_body);
    let (low, high, step) = program.face;
    let units = seeded.between(low / step, high / step) * step;
    // Egress waivers are odd amounts; the others are granted in round figures.
    let odd_cents = if program.name == "defew" { seeded.between(0, 99) } else { 0 };
    let cents = if at == LEAVERS_CREDIT && roster.leaver() == Some(owner) {
        // More than the account will use before it leaves, so that a rest goes with it.
        (member.usual_spend / UNIT / 100).max(1) * 100 * 12 * 100
    } else {
        units * 100 + odd_cents
    };
    let short_lived = at % 9 == 3;
    let months = if short_lived { 3 } else { program.months };
    let end_date = end(start_date, months, at);
    let restricted = !TWINS.contains(&at) && (short_lived || at % 4 == 2);
    let services = if restricted {
        seeded.pick(&CREDIT_RESTRICTIONS).iter().map(|code| ProductCode::from(*code)).collect()
    } else {
        BTreeSet::new()
    };
    let description = describe(program.name, at, start_date, &customer.short);
    let scattered_description = format!("{description}, credit from account: {}", member.id);
    let unshared = at % 8 == LEAVERS_CREDIT;
    Grant {
        id,
        owner,
        payer: member.payer,
        scattered_description,
        description,
        program: program.name,
        face: cents * CENT,
        start_date,
        end_date,
        services,
        sharing: if unshared { CreditSharing::Off } else { CreditSharing::On },
    }
}

/// Grants are spread over the span; every fifth one starts in the middle of its month.
fn start(plan: &GeneratorPlan, seeded: &mut Seeded, at: usize) -> NaiveDate {
    let first_day = plan.first_period.first_day();
    let month = (at as u32).wrapping_mul(7) % plan.months.max(1);
    let within = if at.is_multiple_of(5) { Days::new(seeded.below(20)) } else { Days::new(0) };
    first_day.checked_add_months(Months::new(month)).unwrap_or(first_day) + within
}

/// Credits end with a calendar month, but for a few that end in mid-month.
fn end(start_date: NaiveDate, months: u32, at: usize) -> NaiveDate {
    let first = start_date.with_day(1).unwrap_or(start_date);
    let after = first.checked_add_months(Months::new(months)).unwrap_or(first);
    if at % 10 == 6 { after - Days::new(16) } else { after - Days::new(1) }
}

fn describe(program: &str, at: usize, start: NaiveDate, short: &str) -> String {
    let (year, month) = (start.year(), start.month());
    if TWINS.contains(&at) {
        return "AWS Activate Founders Package".to_owned();
    }
    match program {
        "activate" => format!("AWS Activate Portfolio {year} {short} {at:03}"),
        "educational" => format!("EDU_RES_FY{year}_CC_{}_{at:03}", short.to_uppercase()),
        "earned" => format!("APN Earned Credit {year}Q{} {short} {at:03}", (month - 1) / 3 + 1),
        "defew" => format!("DEFW_{year}{month:02}_{short}_{at:03}"),
        "map" => format!("MAP2.0_MPE{:05}_{}", 20_000 + at, short.to_uppercase()),
        _ => format!("AWS Promotional Credits {} {year}-{at:03}", short.to_uppercase()),
    }
}
