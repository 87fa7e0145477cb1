//! The bounds of a draw (rule book N29, N30, N34, N36), and documents that add up.

use std::collections::BTreeMap;

use domain::{
    memo::{DrawPlan, MemberMemos, MemoFact},
    never_covered::NeverCovered,
    rating::{RatedCharge, RatedMonth},
};
use money::{Currency, Exact, Money, Rounding};
use proptest::prelude::*;

use crate::builders::{
    any_charges, any_issues, any_policies, charge, draw, holding, issue, month_of_2019, rated, uncovered, usd,
};

fn rounded<'a>(charges: impl IntoIterator<Item = &'a RatedCharge>, rounding: Rounding) -> Money {
    let sum = Exact::checked_sum(charges.into_iter().map(|charge| charge.amount)).unwrap();
    sum.round_to_money(Currency::USD, rounding).unwrap().at_least_zero()
}

fn may_be_paid(charge: &RatedCharge, memos: &MemberMemos) -> bool {
    let tax = memos.memos.values().any(|memo| memo.terms.covers_tax);
    charge.never_covered.is_none() || (tax && charge.never_covered == Some(NeverCovered::Tax))
}

/// Each column's sum and the total it must make.
fn columns(plan: &DrawPlan) -> [(Money, Money); 4] {
    let sum = |of: fn(&domain::memo::PlannedLine) -> Money| Money::sum(Currency::USD, plan.lines.iter().map(of));
    [
        (sum(|line| line.gross), plan.gross),
        (sum(|line| line.eligible), plan.eligible),
        (sum(|line| line.applied), plan.applied),
        (sum(|line| line.due), plan.due),
    ]
}

fn amounts(plan: &DrawPlan) -> Vec<Money> {
    let lines = plan.lines.iter().flat_map(|line| [line.gross, line.eligible, line.applied, line.due]);
    lines.chain([plan.gross, plan.eligible, plan.applied, plan.due]).collect()
}

fn kinds(month: &RatedMonth) -> BTreeMap<(String, String), Vec<&RatedCharge>> {
    let mut kinds: BTreeMap<_, Vec<&RatedCharge>> = BTreeMap::new();
    for charge in &month.charges {
        kinds.entry((charge.product_code.to_string(), charge.line_type.to_string())).or_default().push(charge);
    }
    kinds
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn draws_stay_within_usage_gross_and_balance(
        issues in any_issues(4), charges in any_charges(-8_000), policies in any_policies(),
    ) {
        let memos = holding(&issues);
        let month = rated(month_of_2019(5), charges);
        let plan = draw(&memos, &month, &policies).unwrap().plan;

        prop_assert!(plan.applied <= rounded(&month.charges, policies.rounding), "more than the gross");
        let payable = month.charges.iter().filter(|charge| may_be_paid(charge, &memos));
        // A memo past its end may cover tax and pay nothing: tax is then no part of the bound.
        let untaxed = month.charges.iter().filter(|charge| charge.never_covered.is_none());
        let bound = rounded(payable, policies.rounding).max(rounded(untaxed, policies.rounding));
        prop_assert!(plan.applied <= bound, "more than eligible usage");
        prop_assert_eq!(Money::sum(Currency::USD, plan.draws.iter().map(|draw| draw.amount)), plan.applied);
        prop_assert_eq!(plan.gross - plan.applied, plan.due);
        for draw in &plan.draws {
            let memo = memos.memos.get(&draw.memo);
            prop_assert!(memo.is_some(), "{} is another account's", draw.memo);
            let memo = memo.unwrap();
            prop_assert!(draw.amount.is_positive() && draw.amount <= memo.open);
            let its_own = || month.charges.iter().filter(|charge| memo.terms.may_pay(charge));
            // What an earlier memo was lowered by is not taken off this one again.
            let positive = || its_own().filter(|charge| charge.amount.is_positive());
            prop_assert!(draw.amount <= rounded(positive(), policies.rounding), "more than its services");
            for part in &draw.by_service {
                prop_assert!(its_own().any(|charge| charge.product_code.as_str() == part.service), "{:?}", part);
            }
            prop_assert_eq!(Money::sum(Currency::USD, draw.by_service.iter().map(|part| part.amount)), draw.amount);
        }
    }

    #[test]
    fn every_fact_of_a_draw_is_of_the_accounts_own_memos(
        issues in any_issues(3), charges in any_charges(0), policies in any_policies(),
    ) {
        let memos = holding(&issues);
        let decision = draw(&memos, &rated(month_of_2019(5), charges), &policies).unwrap();
        for fact in &decision.facts {
            prop_assert!(memos.memos.contains_key(fact.memo()));
            prop_assert!(matches!(fact, MemoFact::Applied(_)), "a first draw only applies: {:?}", fact);
        }
    }

    #[test]
    fn columns_add_up_and_nothing_is_minus_zero(
        issues in any_issues(3), charges in any_charges(-8_000), policies in any_policies(),
    ) {
        let month = rated(month_of_2019(5), charges);
        let plan = draw(&holding(&issues), &month, &policies).unwrap().plan;
        for (sum, total) in columns(&plan) {
            prop_assert_eq!(sum, total);
        }
        for line in &plan.lines {
            prop_assert_eq!(line.gross - line.applied, line.due);
        }
        for amount in amounts(&plan) {
            prop_assert_ne!(amount.to_string(), "-0.00");
        }
    }

    #[test]
    fn nothing_negative_is_due_where_nothing_negative_is_charged(
        issues in any_issues(3), charges in any_charges(0), policies in any_policies(),
    ) {
        let plan = draw(&holding(&issues), &rated(month_of_2019(5), charges), &policies).unwrap().plan;
        for amount in amounts(&plan) {
            prop_assert!(!amount.is_negative(), "{:?}", plan);
        }
    }

    /// Unlike the totals, lines are shown by largest remainder: still, a line that no memo may pay
    /// shows neither eligible usage nor a payment.
    #[test]
    fn a_line_that_no_memo_may_pay_shows_no_payment(issues in any_issues(3), charges in any_charges(0)) {
        let memos = holding(&issues);
        let month = rated(month_of_2019(5), charges);
        let plan = draw(&memos, &month, &Default::default()).unwrap().plan;
        for ((service, kind), charges) in kinds(&month) {
            if charges.iter().any(|charge| may_be_paid(charge, &memos)) {
                continue;
            }
            let shown = |line: &&domain::memo::PlannedLine| {
                line.service.as_str() == service && line.charge_kind.as_str() == kind
            };
            let line = plan.lines.iter().find(shown).unwrap();
            prop_assert!(line.eligible.is_zero() && line.applied.is_zero(), "{:?}", line);
        }
    }
}

#[test]
fn a_marketplace_line_shows_no_payment_though_the_cents_fall_badly() {
    let month = rated(
        month_of_2019(1),
        vec![uncovered("A-Marketplace", "10.006", NeverCovered::Marketplace), charge("AmazonEC2", "10.006")],
    );
    let plan = draw(&holding(&[issue("1", usd("1000.00"), None)]), &month, &Default::default()).unwrap().plan;
    assert_eq!((plan.gross, plan.applied), (usd("20.01"), usd("10.01")));
    for line in &plan.lines {
        assert!(line.applied <= line.eligible && line.eligible <= line.gross, "{line:?}");
    }
}

#[test]
fn a_negative_month_draws_nothing() {
    let month = rated(month_of_2019(1), vec![charge("AmazonEC2", "40"), charge("AmazonS3", "-60")]);
    let decision = draw(&holding(&[issue("1", usd("100.00"), None)]), &month, &Default::default()).unwrap();
    assert!(decision.facts.is_empty());
    assert_eq!(decision.plan.due, usd("-20.00"));
}
