//! The worked examples of the rule book, as far as memos decide them alone. W3 is in
//! `closed_months.rs`, W5 in `draw_order.rs`, W11 in `attribution.rs`.

use domain::{
    memo::{FundMemo, FundingFromCredit, IssueMemo, LapseAtClose, MemberMemos, WriteOffCause, WriteOffMemo},
    never_covered::NeverCovered,
    policy::{ExpiryInsideMonth, MemoExpiry, Policies},
    rating::RatedCharge,
};
use money::Rounding;

use crate::builders::{
    charge, credit_id, day, drawn, exact, fold, hash, holding, issue, month_of_2019, open, rated, uncovered, usd,
};

fn fund(memos: &mut MemberMemos, month: u32, attributed: &str) {
    let funding = FundingFromCredit { period: month_of_2019(month), attributed: exact(attributed), delivery: None };
    let command = FundMemo { credit: credit_id("1"), funding, rounding: Rounding::HalfEven, first_unissued: None };
    let facts = memos.decide_fund(&command).unwrap();
    fold(memos, &facts);
}

fn close(memos: &mut MemberMemos, month: u32, policies: &Policies) {
    let facts = memos.decide_lapse(&LapseAtClose {
        closing: month_of_2019(month),
        expiry: policies.memo_expiry,
        policy: &hash(),
        first_unissued: month_of_2019(month + 1),
    });
    fold(memos, &facts);
}

/// Draws EC2 usage of a month: what is due and what stays open.
fn bill(memos: &mut MemberMemos, month: u32, usage: &str) -> (String, Vec<String>) {
    let plan = drawn(memos, &rated(month_of_2019(month), vec![charge("AmazonEC2", usage)]), &Policies::default()).plan;
    (plan.due.to_string(), open(memos))
}

#[test]
fn w1_the_balance_runs_over_three_months() {
    let mut memos = holding(&[issue("1", usd("1000.00"), Some("2019-12-31"))]);
    fund(&mut memos, 1, "1000");
    for (month, usage, due, left) in
        [(1, "100.00", "0.00", "900.00"), (2, "250.40", "0.00", "649.60"), (3, "900.00", "250.40", "0.00")]
    {
        assert_eq!(bill(&mut memos, month, usage), (due.to_owned(), vec![left.to_owned()]), "month {month}");
        let memo = memos.memos.values().next().unwrap();
        assert_eq!(memo.unfunded_balance(), usd("0.00"), "AWS applied all of it in January");
    }
}

#[test]
fn w4_a_document_is_rounded_once() {
    let third = || charge("AmazonEC2", "33.3333333333");
    let kinds = ["Usage", "DiscountedUsage", "Fee2"];
    let thirds: Vec<RatedCharge> =
        kinds.iter().map(|kind| RatedCharge { line_type: (*kind).into(), ..third() }).collect();
    let mut memos = holding(&[issue("1", usd("1000.00"), None)]);
    let plan = drawn(&mut memos, &rated(month_of_2019(1), thirds), &Policies::default()).plan;
    assert_eq!((plan.gross, plan.applied, plan.due), (usd("100.00"), usd("100.00"), usd("0.00")));
    let mut shown: Vec<String> = plan.lines.iter().map(|line| line.gross.to_string()).collect();
    shown.sort();
    assert_eq!(shown, ["33.33", "33.33", "33.34"]);

    for (amount, rounding, total) in [
        ("1.96", Rounding::HalfEven, "1.96"),
        ("250.405", Rounding::HalfEven, "250.40"),
        ("250.405", Rounding::HalfUp, "250.41"),
    ] {
        let policies = Policies { rounding, ..Policies::default() };
        let charges = if amount == "1.96" {
            (0..400).map(|_| charge("AmazonS3", "0.0049")).collect()
        } else {
            vec![charge("AmazonS3", amount)]
        };
        let plan = drawn(&mut holding(&[]), &rated(month_of_2019(1), charges), &policies).plan;
        assert_eq!(plan.gross, usd(total), "{amount} {rounding:?}");
    }
}

#[test]
fn w6_the_end_inside_a_month() {
    let days: Vec<RatedCharge> = (1..=31)
        .map(|at| RatedCharge { day: Some(day(&format!("2019-03-{at:02}"))), ..charge("AmazonEC2", "10") })
        .collect();
    for (expiry, inside, applied, expired, left) in [
        (MemoExpiry::Upstream, ExpiryInsideMonth::PeriodInclusive, "310.00", "590.00", "0.00"),
        (MemoExpiry::Upstream, ExpiryInsideMonth::DayExact, "150.00", "750.00", "0.00"),
        (MemoExpiry::UnfundedOnly, ExpiryInsideMonth::PeriodInclusive, "310.00", "0.00", "590.00"),
        (MemoExpiry::Never, ExpiryInsideMonth::PeriodInclusive, "310.00", "0.00", "590.00"),
    ] {
        let policies = Policies { memo_expiry: expiry, expiry_inside_month: inside, ..Policies::default() };
        let mut memos = holding(&[issue("1", usd("900.00"), Some("2019-03-15"))]);
        fund(&mut memos, 1, "900");
        let plan = drawn(&mut memos, &rated(month_of_2019(3), days.clone()), &policies).plan;
        close(&mut memos, 3, &policies);
        let memo = memos.memos.values().next().unwrap();
        let found = [plan.applied, memo.expired, memo.open].map(|amount| amount.to_string());
        assert_eq!(found, [applied, expired, left], "{expiry:?} {inside:?}");
    }
}

#[test]
fn w7_a_late_month_is_billed_for_what_is_left() {
    let mut memos = holding(&[issue("1", usd("1000.00"), None)]);
    assert_eq!(bill(&mut memos, 2, "950.00"), ("0.00".into(), vec!["50.00".into()]));
    assert_eq!(bill(&mut memos, 1, "100.00"), ("50.00".into(), vec!["0.00".into()]));
}

#[test]
fn w8_the_account_that_leaves_is_owed_what_aws_took() {
    let mut memos = holding(&[issue("1", usd("1000.00"), Some("2019-12-31"))]);
    fund(&mut memos, 3, "700");
    bill(&mut memos, 3, "300");
    let memo = memos.memos.values().next().unwrap();
    assert_eq!((memo.funded_balance(), memo.unfunded_balance()), (usd("400.00"), usd("300.00")));
    let command = WriteOffMemo {
        memo: memo.number.clone(),
        amount: Some(memo.unfunded_balance()),
        cause: WriteOffCause::AccountLeft,
        effective: day("2019-04-30"),
        posting: month_of_2019(4),
    };
    let facts = memos.decide_write_off(&command).unwrap();
    fold(&mut memos, &facts);
    let memo = memos.memos.values().next().unwrap();
    assert_eq!((memo.open, memo.funded_balance()), (usd("400.00"), usd("400.00")));
}

#[test]
fn w8_a_memo_is_not_drawn_before_its_month() {
    let late = IssueMemo { start_date: day("2019-02-01"), ..issue("1", usd("70.00"), None) };
    let mut memos = holding(&[late]);
    assert_eq!(bill(&mut memos, 1, "45.00"), ("45.00".into(), vec!["70.00".into()]));
    assert_eq!(bill(&mut memos, 2, "50.00"), ("0.00".into(), vec!["20.00".into()]));
}

#[test]
fn w14_excluded_charges_stay_due() {
    let month = rated(
        month_of_2019(1),
        vec![
            charge("AmazonEC2", "60"),
            uncovered("marketplace-product", "25", NeverCovered::Marketplace),
            uncovered("AWSSupportEnterprise", "40", NeverCovered::ListedService),
            uncovered("AmazonRDS", "300", NeverCovered::UpfrontFee),
            uncovered("AmazonEC2", "6", NeverCovered::Tax),
        ],
    );
    let mut memos = holding(&[issue("1", usd("1000.00"), None)]);
    let plan = drawn(&mut memos, &month, &Policies::default()).plan;
    assert_eq!((plan.eligible, plan.due), (usd("60.00"), usd("371.00")));
    assert_eq!(open(&memos), ["940.00"]);
}

#[test]
fn a_draw_may_run_ahead_of_aws_or_wait_for_it() {
    for (draw_limit, due, exposure) in
        [(domain::policy::DrawLimit::Face, "0.00", "60.00"), (domain::policy::DrawLimit::Funded, "60.00", "0.00")]
    {
        let policies = Policies { draw_limit, ..Policies::default() };
        let mut memos = holding(&[issue("1", usd("1000.00"), None)]);
        fund(&mut memos, 1, "40");
        let plan = drawn(&mut memos, &rated(month_of_2019(1), vec![charge("AmazonEC2", "100")]), &policies).plan;
        assert_eq!(plan.due, usd(due));
        assert_eq!(memos.memos.values().next().unwrap().exposure(), usd(exposure));
    }
}
