//! The order in which things are listed or recorded changes nothing: charges, credit lines are in
//! `attribution.rs`, facts on different subjects.

use std::collections::BTreeMap;

use domain::{
    ids::MemberAccountId,
    memo::{IssueMemo, MemberMemos, MemoFact},
    policy::Policies,
    rating::RatedCharge,
};
use proptest::prelude::*;

use crate::builders::{
    any_charges, any_issues, any_policies, charge, draw, drawn, fold, holding, issue, member, month_of_2019, open,
    rated, usd,
};

fn charges_twice() -> impl Strategy<Value = (Vec<RatedCharge>, Vec<RatedCharge>)> {
    any_charges(-5_000).prop_flat_map(|charges| (Just(charges.clone()), Just(charges).prop_shuffle()))
}

/// The facts of one account's life: issue, then two months.
fn life(owner: &str, issues: Vec<IssueMemo>, months: [Vec<RatedCharge>; 2]) -> (MemberAccountId, Vec<MemoFact>) {
    let owner = member(owner);
    let mut memos = MemberMemos::default();
    let mut facts = Vec::new();
    for issue in issues {
        let issued = memos.decide_issue(&IssueMemo { member: owner.clone(), ..issue }).unwrap();
        fold(&mut memos, &issued);
        facts.extend(issued);
    }
    for (at, charges) in (4..).zip(months) {
        facts.extend(drawn(&mut memos, &rated(month_of_2019(at), charges), &Policies::default()).facts);
    }
    (owner, facts)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn the_order_of_charges_changes_no_plan(
        issues in any_issues(4), (charges, shuffled) in charges_twice(), policies in any_policies(),
    ) {
        let memos = holding(&issues);
        // Which charges a memo took is told by their places in the list, which are others here.
        let plan_of = |charges| {
            let mut plan = draw(&memos, &rated(month_of_2019(4), charges), &policies).unwrap().plan;
            plan.draws.iter_mut().for_each(|draw| draw.taken.clear());
            plan
        };
        prop_assert_eq!(plan_of(charges), plan_of(shuffled));
    }

    #[test]
    fn the_order_of_facts_on_different_accounts_changes_no_balance(
        first in any_issues(2), second in any_issues(2),
        months in prop::array::uniform4(any_charges(0)), picks in prop::collection::vec(any::<bool>(), 32),
    ) {
        let [a, b, c, d] = months;
        let lives = [life("111122223333", first, [a, b]), life("444455556666", second, [c, d])];
        let mut apart: BTreeMap<MemberAccountId, MemberMemos> = BTreeMap::new();
        for (owner, facts) in &lives {
            fold(apart.entry(owner.clone()).or_default(), facts);
        }
        let mut woven: BTreeMap<MemberAccountId, MemberMemos> = BTreeMap::new();
        let mut waiting = lives.map(|(owner, facts)| (owner, facts.into_iter().peekable()));
        for pick in picks.into_iter().cycle() {
            let [one, two] = &mut waiting;
            if one.1.peek().is_none() && two.1.peek().is_none() {
                break;
            }
            let (owner, facts) = if (pick && one.1.peek().is_some()) || two.1.peek().is_none() { one } else { two };
            fold(woven.entry(owner.clone()).or_default(), &facts.next().into_iter().collect::<Vec<_>>());
        }
        apart.retain(|_, memos| *memos != MemberMemos::default());
        prop_assert_eq!(apart, woven);
    }
}

/// Equal charges of one service in two regions: which of them the first memo pays decides what is
/// left for one that is restricted to a region, so the choice must not be the list's.
#[test]
fn the_order_of_equal_charges_changes_no_plan() {
    let anywhere = issue("1", usd("10.00"), Some("2019-06-30"));
    let restricted = IssueMemo {
        terms: domain::memo::MemoTerms { regions: vec!["us-east-1".into()], ..Default::default() },
        ..issue("2", usd("10.00"), Some("2019-12-31"))
    };
    let charge_in = |region: &str| RatedCharge { region: region.into(), ..charge("AmazonEC2", "10") };
    let (east, west) = (charge_in("us-east-1"), charge_in("us-west-2"));
    let after = |charges: Vec<RatedCharge>| {
        let mut memos = holding(&[anywhere.clone(), restricted.clone()]);
        drawn(&mut memos, &rated(month_of_2019(1), charges), &Policies::default());
        open(&memos)
    };
    assert_eq!(after(vec![east.clone(), west.clone()]), after(vec![west, east]));
}
