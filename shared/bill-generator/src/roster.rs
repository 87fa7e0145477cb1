//! Customers and member accounts: who exists, since when, under which payer and PO, doing what.
//!
//! Invariants: account ids are distinct twelve-digit texts; a member's assignments follow each
//! other without gap or overlap.

use std::collections::BTreeSet;

use chrono::{Days, NaiveDate};
use domain::ids::{IdFault, MemberAccountId};

use crate::{
    GeneratorFault, GeneratorPlan,
    catalogue::{REGIONS, Region, WORKLOADS, Workload},
    names::{ACCOUNT_PURPOSES, ORGANIZATIONS},
    seeded::{Purpose, Seeded},
    ticks::UNIT,
};

/// A customer of the distributor.
#[derive(Debug)]
pub(crate) struct Customer {
    pub(crate) name: String,
    pub(crate) short: String,
    pub(crate) public_body: bool,
}

/// One row of the accounts import.
#[derive(Debug)]
pub(crate) struct Assignment {
    pub(crate) po_number: String,
    pub(crate) from: NaiveDate,
    /// Exclusive.
    pub(crate) to: Option<NaiveDate>,
}

/// What else than usage an account has.
#[derive(Debug, Default)]
pub(crate) struct Habits {
    pub(crate) marketplace: bool,
    pub(crate) enterprise_support: bool,
    pub(crate) reserved_instances: bool,
    pub(crate) savings_plan: bool,
    pub(crate) free_tier: bool,
    pub(crate) domains: bool,
    pub(crate) private_pricing: bool,
    /// Sales tax in basis points; 0 is exempt.
    pub(crate) tax_basis_points: i64,
}

/// A member account.
#[derive(Debug)]
pub(crate) struct Member {
    pub(crate) id: MemberAccountId,
    pub(crate) name: String,
    pub(crate) payer: usize,
    pub(crate) customer: usize,
    pub(crate) assignments: Vec<Assignment>,
    pub(crate) joined: NaiveDate,
    /// Exclusive.
    pub(crate) left: Option<NaiveDate>,
    pub(crate) workload: Workload,
    pub(crate) home: &'static Region,
    /// Ticks a month before trend and noise.
    pub(crate) usual_spend: i64,
    /// Its share of the lines.
    pub(crate) line_weight: u64,
    pub(crate) habits: Habits,
}

impl Member {
    /// A member on every day of the span: its credits are in the shared pool from the start.
    pub(crate) fn stays(&self, first_day: NaiveDate) -> bool {
        self.joined <= first_day && self.left.is_none()
    }
}

/// All customers and members.
#[derive(Debug)]
pub(crate) struct Roster {
    pub(crate) customers: Vec<Customer>,
    pub(crate) members: Vec<Member>,
}

/// The median account spends about this much a month, in currency units.
const MEDIAN_SPEND: i64 = 1_900;

/// The account that joins, the one that leaves and the one that changes its PO, by place.
const JOINER: usize = 5;
const LEAVER: usize = 9;
const PO_CHANGER: usize = 2;

impl Roster {
    pub(crate) fn of(plan: &GeneratorPlan) -> Result<Self, GeneratorFault> {
        let mut seeded = Seeded::keyed(plan.seed, Purpose::Roster, &[]);
        // Three to four accounts a customer, as distributors' resellers see it.
        let customer_count = (plan.accounts * 3 / 10).max(plan.payers.len());
        let customers: Vec<Customer> = (0..customer_count).map(customer).collect();
        let mut taken: BTreeSet<MemberAccountId> = BTreeSet::new();
        let mut accounts_of = vec![0usize; customer_count];
        let mut members = Vec::with_capacity(plan.accounts);
        for at in 0..plan.accounts {
            // The first round gives every customer one account; the rest go where chance puts them.
            let owner = if at < customer_count { at } else { seeded.below(customer_count as u64) as usize };
            let id = unused_id(&mut seeded, &mut taken).map_err(|cause| GeneratorFault::Plan(cause.to_string()))?;
            let nth = accounts_of[owner];
            accounts_of[owner] += 1;
            members.push(member(&mut seeded, plan, at, owner, nth, id, &customers[owner]));
        }
        let mut roster = Self { customers, members };
        roster.tell_the_year(plan);
        Ok(roster)
    }

    /// One account joins, one leaves, one changes its PO: what every back office meets in a year.
    fn tell_the_year(&mut self, plan: &GeneratorPlan) {
        let periods = plan.periods();
        let day = |month: usize, day: u64| periods.get(month).map(|p| p.first_day() + Days::new(day - 1));
        let months = periods.len();
        if months >= 4 && self.members.len() > LEAVER {
            if let Some(joined) = day(months / 3, 11) {
                let joiner = &mut self.members[JOINER];
                joiner.joined = joined;
                joiner.assignments[0].from = joined;
            }
            if let Some(left) = day(months * 2 / 3, 17) {
                let leaver = &mut self.members[LEAVER];
                leaver.left = Some(left);
                leaver.assignments[0].to = Some(left);
            }
        }
        if months >= 3
            && let Some(changed) = day(months / 2, 9)
            && let Some(changer) = self.members.get_mut(PO_CHANGER)
        {
            changer.assignments[0].to = Some(changed);
            let renewed = format!("{}-R1", changer.assignments[0].po_number);
            changer.assignments.push(Assignment { po_number: renewed, from: changed, to: None });
        }
    }

    /// The account that joins in mid-span, if any.
    pub(crate) fn joiner(&self, first_day: NaiveDate) -> Option<usize> {
        self.members.get(JOINER).filter(|member| member.joined > first_day).map(|_| JOINER)
    }

    /// The account that leaves in mid-span, if any.
    pub(crate) fn leaver(&self) -> Option<usize> {
        self.members.get(LEAVER).filter(|member| member.left.is_some()).map(|_| LEAVER)
    }
}

fn customer(at: usize) -> Customer {
    let known = &ORGANIZATIONS[at % ORGANIZATIONS.len()];
    // Past the list, branches of the same organizations: names stay distinct.
    let branch = at / ORGANIZATIONS.len();
    let (name, short) = match branch {
        0 => (known.name.to_owned(), known.short.to_owned()),
        _ => (format!("{} - Branch {branch}", known.name), format!("{}{branch}", known.short)),
    };
    Customer { name, short, public_body: known.public_body }
}

fn unused_id(seeded: &mut Seeded, taken: &mut BTreeSet<MemberAccountId>) -> Result<MemberAccountId, IdFault> {
    loop {
        // A leading zero now and then: ids are text, and tools that make numbers of them must show.
        let id = MemberAccountId::parse(&format!("{:012}", 10_000_000_000 + seeded.below(989_999_999_999)))?;
        if taken.insert(id.clone()) {
            return Ok(id);
        }
    }
}

fn member(
    seeded: &mut Seeded,
    plan: &GeneratorPlan,
    at: usize,
    owner: usize,
    nth: usize,
    id: MemberAccountId,
    customer: &Customer,
) -> Member {
    let purpose = ACCOUNT_PURPOSES[nth % ACCOUNT_PURPOSES.len()];
    let series = nth / ACCOUNT_PURPOSES.len();
    let name = if series == 0 {
        format!("{}-{purpose}", customer.short)
    } else {
        format!("{}-{purpose}-{}", customer.short, series + 1)
    };
    // Production accounts spend more than the others of the same customer.
    let usual_units = MEDIAN_SPEND * seeded.skewed_ppm() / 1_000_000 * if nth == 0 { 2 } else { 1 };
    let usual_spend = usual_units.clamp(20, 600_000) * UNIT;
    // Long-standing members joined up to three years before the first bill.
    let joined = plan.first_period.first_day() - Days::new(31 + seeded.below(1_000));
    let large = usual_units > 6 * MEDIAN_SPEND;
    let habits = Habits {
        marketplace: seeded.chance(140),
        enterprise_support: large && seeded.chance(300),
        reserved_instances: seeded.chance(120),
        savings_plan: large && seeded.chance(500) || seeded.chance(40),
        free_tier: usual_units < MEDIAN_SPEND && seeded.chance(180),
        domains: seeded.chance(50),
        private_pricing: owner == 0,
        tax_basis_points: if customer.public_body { 0 } else { *seeded.pick(&[0, 400, 600, 625, 725, 825]) },
    };
    let po_number = format!("PO-{}-{:04}", 4100 + owner, 100 + nth / 2);
    Member {
        id,
        name,
        payer: owner % plan.payers.len(),
        customer: owner,
        assignments: vec![Assignment { po_number, from: joined, to: None }],
        joined,
        left: None,
        workload: WORKLOADS[(seeded.below(WORKLOADS.len() as u64) as usize + at) % WORKLOADS.len()],
        home: &REGIONS[(seeded.below(6).min(seeded.below(6))) as usize],
        usual_spend,
        line_weight: 8 + usual_units.unsigned_abs().isqrt(),
        habits,
    }
}
