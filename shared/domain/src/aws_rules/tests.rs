//! AWS's own example, the worked examples of the rule book, and what holds for any month.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use money::{Currency, Exact};
use proptest::prelude::*;

use super::*;
use crate::{
    ids::{MemberAccountId, ProductCode, UpstreamCreditId},
    period::BillingPeriod,
};

fn exact(text: &str) -> Exact {
    Exact::parse(text).unwrap()
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn charge(member: &str, product: &str, amount: &str) -> MemberCharge {
    MemberCharge {
        member: MemberAccountId::parse(member).unwrap(),
        product: ProductCode::from(product),
        amount: exact(amount),
        eligible: true,
    }
}

fn never_covered(member: &str, product: &str, amount: &str) -> MemberCharge {
    MemberCharge { eligible: false, ..charge(member, product, amount) }
}

fn credit(id: &str, owner: &str, remaining: &str, end: &str, services: &[&str]) -> OfferedCredit {
    OfferedCredit {
        id: UpstreamCreditId::parse(id).unwrap(),
        owner: MemberAccountId::parse(owner).unwrap(),
        remaining: exact(remaining),
        currency: Currency::USD,
        start_date: day("2019-01-01"),
        end_date: day(end),
        services: services.iter().map(|service| ProductCode::from(*service)).collect(),
        excluded_services: BTreeSet::new(),
        sharing: CreditSharing::On,
    }
}

fn january(charges: Vec<MemberCharge>, credits: Vec<OfferedCredit>) -> PayerMonth {
    PayerMonth { period: BillingPeriod::parse("2019-01").unwrap(), currency: Currency::USD, charges, credits }
}

/// `credit beneficiary product amount`, one a line, in the order of the rule.
fn applied(month: &PayerMonth, highest_spend: HighestSpend) -> Vec<String> {
    simulate(month, highest_spend)
        .unwrap()
        .applications
        .iter()
        .map(|a| format!("{} {} {} {}", a.credit, a.beneficiary, a.product, a.amount))
        .collect()
}

#[test]
fn the_guides_example_spends_both_credits_on_the_largest_charge() {
    let month = january(
        vec![charge("A", "AmazonEC2", "100"), charge("A", "AmazonS3", "50")],
        vec![
            credit("2", "A", "5", "2019-12-31", &["AmazonEC2"]),
            credit("1", "A", "10", "2019-01-31", &["AmazonS3", "AmazonEC2"]),
        ],
    );
    assert_eq!(applied(&month, HighestSpend::Total), ["1 A AmazonEC2 10", "2 A AmazonEC2 5"]);
}

#[test]
fn w1_the_owner_is_paid_first_and_the_rest_goes_to_the_highest_spend() {
    let month = january(
        vec![charge("-1234", "AmazonEC2", "100"), charge("A2", "AmazonEC2", "2500"), charge("A3", "AmazonEC2", "2400")],
        vec![credit("1", "-1234", "1000", "2019-12-31", &[])],
    );
    for reading in [HighestSpend::Total, HighestSpend::Eligible] {
        assert_eq!(applied(&month, reading), ["1 -1234 AmazonEC2 100", "1 A2 AmazonEC2 900"]);
    }
    let outcome = &simulate(&month, HighestSpend::Total).unwrap().outcomes[0];
    assert_eq!((outcome.on_owner, outcome.scattered), (exact("100"), exact("900")));
    assert!(outcome.remaining_after.is_zero());
}

#[test]
fn w2_the_two_readings_of_highest_spend_scatter_differently() {
    let month = january(
        vec![
            charge("O1", "AmazonEC2", "40"),
            charge("O1", "AmazonS3", "10"),
            charge("A2", "AmazonEC2", "300"),
            charge("A2", "AmazonRDS", "500"),
            charge("A3", "AmazonEC2", "600"),
            charge("A3", "AmazonS3", "50"),
        ],
        vec![credit("1", "O1", "700", "2019-12-31", &["AmazonEC2", "AmazonS3"])],
    );
    assert_eq!(
        applied(&month, HighestSpend::Total),
        ["1 O1 AmazonEC2 40", "1 O1 AmazonS3 10", "1 A2 AmazonEC2 300", "1 A3 AmazonEC2 350"]
    );
    assert_eq!(
        applied(&month, HighestSpend::Eligible),
        ["1 O1 AmazonEC2 40", "1 O1 AmazonS3 10", "1 A3 AmazonEC2 600", "1 A3 AmazonS3 50"]
    );
}

#[test]
fn what_is_never_covered_counts_as_spend_and_is_never_paid() {
    let month = january(
        vec![
            charge("O1", "AmazonEC2", "60"),
            charge("A2", "AmazonEC2", "50"),
            never_covered("A2", "AWSSupportEnterprise", "15000"),
            charge("A3", "AmazonEC2", "80"),
        ],
        vec![credit("1", "O1", "100", "2019-12-31", &[])],
    );
    assert_eq!(applied(&month, HighestSpend::Total), ["1 O1 AmazonEC2 60", "1 A2 AmazonEC2 40"]);
    assert_eq!(applied(&month, HighestSpend::Eligible), ["1 O1 AmazonEC2 60", "1 A3 AmazonEC2 40"]);
}

#[test]
fn sharing_off_keeps_a_credit_with_its_owner_and_a_list_limits_who_benefits() {
    let charges =
        vec![charge("O1", "AmazonEC2", "60"), charge("A2", "AmazonEC2", "500"), charge("A3", "AmazonEC2", "400")];
    let mut owned = credit("1", "O1", "100", "2019-12-31", &[]);
    owned.sharing = CreditSharing::Off;
    let month = january(charges.clone(), vec![owned.clone()]);
    assert_eq!(applied(&month, HighestSpend::Total), ["1 O1 AmazonEC2 60"]);
    assert_eq!(simulate(&month, HighestSpend::Total).unwrap().outcomes[0].remaining_after, exact("40"));
    owned.sharing = CreditSharing::Among(BTreeSet::from([MemberAccountId::parse("A3").unwrap()]));
    assert_eq!(
        applied(&january(charges, vec![owned]), HighestSpend::Total),
        ["1 O1 AmazonEC2 60", "1 A3 AmazonEC2 40"]
    );
}

#[test]
fn credits_out_of_force_are_named_and_left_alone() {
    let untouched = |change: fn(&mut OfferedCredit)| {
        let mut offered = credit("1", "O1", "100", "2019-12-31", &[]);
        change(&mut offered);
        let month = january(vec![charge("O1", "AmazonEC2", "60")], vec![offered]);
        let result = simulate(&month, HighestSpend::Total).unwrap();
        assert!(result.applications.is_empty());
        result.outcomes[0].untouched
    };
    assert_eq!(untouched(|c| c.start_date = day("2019-02-01")), Some(WhyUntouched::NotStarted));
    assert_eq!(untouched(|c| c.end_date = day("2018-12-31")), Some(WhyUntouched::Ended));
    assert_eq!(untouched(|c| c.currency = Currency::parse("EUR").unwrap()), Some(WhyUntouched::OtherCurrency));
    assert_eq!(untouched(|c| c.remaining = Exact::ZERO), Some(WhyUntouched::Exhausted));
}

#[test]
fn dates_inside_the_month_count_for_the_whole_month() {
    let mut offered = credit("1", "O1", "100", "2019-01-01", &[]);
    offered.start_date = day("2019-01-31");
    offered.end_date = day("2019-01-31");
    let month = january(vec![charge("O1", "AmazonEC2", "60")], vec![offered]);
    assert_eq!(applied(&month, HighestSpend::Total), ["1 O1 AmazonEC2 60"]);
}

#[test]
fn an_excluded_service_is_passed_over_and_negative_charges_hold_nothing() {
    let mut offered = credit("1", "O1", "100", "2019-12-31", &[]);
    offered.excluded_services = BTreeSet::from([ProductCode::from("AmazonEC2")]);
    let month = january(
        vec![charge("O1", "AmazonEC2", "60"), charge("O1", "AmazonS3", "-5"), charge("O1", "AmazonRDS", "7")],
        vec![offered],
    );
    assert_eq!(applied(&month, HighestSpend::Total), ["1 O1 AmazonRDS 7"]);
}

const MEMBERS: [&str; 4] = ["M1", "M2", "M3", "M4"];
const PRODUCTS: [&str; 3] = ["AmazonEC2", "AmazonRDS", "AmazonS3"];

fn any_charges() -> impl Strategy<Value = Vec<MemberCharge>> {
    let one =
        (0usize..4, 0usize..3, -2_000i64..50_000, prop::bool::weighted(0.8)).prop_map(|(m, p, cents, eligible)| {
            MemberCharge { eligible, ..charge(MEMBERS[m], PRODUCTS[p], &format!("{cents}e-2")) }
        });
    prop::collection::vec(one, 0..20)
}

fn any_credits() -> impl Strategy<Value = Vec<OfferedCredit>> {
    let one = (0usize..4, 0i64..80_000, 1u32..13, prop::collection::btree_set(0usize..3, 0..3), any::<bool>());
    prop::collection::vec(one, 0..6).prop_map(|many| {
        let grant =
            |(at, (owner, cents, month, services, shared)): (usize, (usize, i64, u32, BTreeSet<usize>, bool))| {
                let services: Vec<&str> = services.into_iter().map(|at| PRODUCTS[at]).collect();
                let end = format!("2019-{month:02}-15");
                let mut offered = credit(&at.to_string(), MEMBERS[owner], &format!("{cents}e-2"), &end, &services);
                offered.sharing = if shared { CreditSharing::On } else { CreditSharing::Off };
                offered
            };
        many.into_iter().enumerate().map(grant).collect()
    })
}

proptest! {
    #[test]
    fn no_credit_and_no_charge_is_overdrawn_and_the_owner_comes_first(
        charges in any_charges(), credits in any_credits(), eligible_reading in any::<bool>(),
    ) {
        let reading = if eligible_reading { HighestSpend::Eligible } else { HighestSpend::Total };
        let month = january(charges, credits);
        let result = simulate(&month, reading).unwrap();
        let mut left: BTreeMap<(MemberAccountId, ProductCode), Exact> = BTreeMap::new();
        for charge in month.charges.iter().filter(|charge| charge.eligible) {
            let entry = left.entry((charge.member.clone(), charge.product.clone())).or_default();
            *entry = entry.checked_add(charge.amount).unwrap();
        }
        for outcome in &result.outcomes {
            let offered = month.credits.iter().find(|credit| credit.id == outcome.credit).unwrap();
            let mine = result.applications.iter().filter(|application| application.credit == outcome.credit);
            let mut used = Exact::ZERO;
            for application in mine {
                prop_assert!(application.amount.is_positive());
                if application.beneficiary != offered.owner {
                    let owner_left = left.iter().any(|((member, product), charge)| {
                        *member == offered.owner && offered.covers(product) && charge.is_positive()
                    });
                    prop_assert!(!owner_left, "{:?} went past its owner", application);
                }
                let entry = left.get_mut(&(application.beneficiary.clone(), application.product.clone())).unwrap();
                *entry = entry.checked_sub(application.amount).unwrap();
                prop_assert!(!entry.is_negative());
                used = used.checked_add(application.amount).unwrap();
            }
            prop_assert_eq!(used, outcome.on_owner.checked_add(outcome.scattered).unwrap());
            prop_assert_eq!(used.checked_add(outcome.remaining_after).unwrap(), offered.remaining);
        }
    }

    #[test]
    fn the_order_of_the_inputs_changes_nothing(charges in any_charges(), credits in any_credits()) {
        let month = january(charges, credits);
        let mut turned = month.clone();
        turned.charges.reverse();
        turned.credits.reverse();
        prop_assert_eq!(simulate(&month, HighestSpend::Total).unwrap(), simulate(&turned, HighestSpend::Total).unwrap());
    }
}
