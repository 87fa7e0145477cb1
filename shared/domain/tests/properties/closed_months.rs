//! Corrections of closed months (rule book N1, N2, N9, W3): what stands applied never exceeds what
//! a memo may pay, a month that did not change is left alone, and other currencies are not touched.

use domain::{
    memo::{IssueMemo, MemoFact, MemoTerms},
    never_covered::NeverCovered,
    policy::{ExpiryInsideMonth, Policies},
    rating::RatedCharge,
};
use money::{Currency, Money};
use proptest::prelude::*;

use crate::builders::{
    any_charges, any_issues, charge, correct, correct_beyond, day, drawn, fold, holding, issue, month_of_2019, only,
    open, rated, uncovered, usd,
};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn a_month_that_did_not_change_is_not_corrected(issues in any_issues(3), charges in any_charges(-3_000)) {
        let mut memos = holding(&issues);
        let month = rated(month_of_2019(4), charges);
        drawn(&mut memos, &month, &Policies::default());
        let decision = correct(&memos, &month, &Policies::default(), month_of_2019(5)).unwrap();
        prop_assert_eq!(decision.facts, []);
    }

    #[test]
    fn what_stands_after_a_correction_is_within_the_months_charges(
        issues in any_issues(3), before in any_charges(-3_000), between in any_charges(0), after in any_charges(-3_000),
    ) {
        let mut memos = holding(&issues);
        drawn(&mut memos, &rated(month_of_2019(4), before), &Policies::default());
        drawn(&mut memos, &rated(month_of_2019(5), between), &Policies::default());
        let month = rated(month_of_2019(4), after);
        let facts = correct(&memos, &month, &Policies::default(), month_of_2019(6)).unwrap().facts;
        fold(&mut memos, &facts);
        let stands = Money::sum(Currency::USD, memos.memos.values().map(|memo| memo.applied_for(month.period)));
        let gross = month.gross().unwrap().round_to_money(Currency::USD, Default::default()).unwrap();
        prop_assert!(stands <= gross.at_least_zero(), "{} stands applied for {} of charges", stands, gross);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn a_correction_decided_again_records_nothing(
        issues in any_issues(3), before in any_charges(-3_000), between in any_charges(0), after in any_charges(-3_000),
    ) {
        let mut memos = holding(&issues);
        drawn(&mut memos, &rated(month_of_2019(4), before), &Policies::default());
        drawn(&mut memos, &rated(month_of_2019(5), between), &Policies::default());
        let month = rated(month_of_2019(4), after);
        let facts = correct(&memos, &month, &Policies::default(), month_of_2019(6)).unwrap().facts;
        fold(&mut memos, &facts);
        prop_assert_eq!(correct(&memos, &month, &Policies::default(), month_of_2019(6)).unwrap().facts, []);
    }
}

/// The memo that was there keeps the service it paid, also when one that is drawn earlier joins it.
#[test]
fn a_correction_with_a_new_memo_decided_again_records_nothing() {
    let restricted = IssueMemo { terms: only(&["AmazonEC2"]), ..issue("1", usd("500.00"), Some("2019-12-31")) };
    let mut memos = holding(&[restricted]);
    drawn(&mut memos, &rated(month_of_2019(1), vec![charge("AmazonEC2", "100")]), &Policies::default());
    let late = memos.decide_issue(&issue("2", usd("200.00"), Some("2019-06-30"))).unwrap();
    fold(&mut memos, &late);
    let grown = rated(month_of_2019(1), vec![charge("AmazonEC2", "100"), charge("AmazonRDS", "80")]);
    let facts = correct(&memos, &grown, &Policies::default(), month_of_2019(2)).unwrap().facts;
    fold(&mut memos, &facts);
    assert_eq!(open(&memos), ["400.00", "120.00"]);
    let again = correct(&memos, &grown, &Policies::default(), month_of_2019(2)).unwrap().facts;
    assert_eq!(again, []);
}

/// What was due before a memo came stays due: it pays what a correction charges, no more.
#[test]
fn n01_a_memo_that_came_since_pays_only_what_is_new() {
    let memos = holding(&[issue("1", usd("1000.00"), None)]);
    let settled = (usd("500.00"), usd("0.00"));
    let as_billed = rated(month_of_2019(1), vec![charge("AmazonEC2", "500")]);
    assert_eq!(correct_beyond(&memos, &as_billed, settled), [], "another account's restatement");
    let grown = rated(month_of_2019(1), vec![charge("AmazonEC2", "510")]);
    let facts = correct_beyond(&memos, &grown, settled);
    assert!(matches!(&facts[..], [MemoFact::Applied(applied)] if applied.amount == usd("10.00")), "{facts:?}");
}

/// A memo whose service is gone pays others up to what it paid; where it does must be recorded, or
/// the next run puts it elsewhere and draws another memo for what became free.
#[test]
fn a_correction_that_moves_a_memo_to_another_service_stays_there() {
    let anything = issue("1", usd("100.00"), None);
    let lambda = IssueMemo { terms: only(&["AWSLambda"]), ..issue("2", usd("300.00"), None) };
    let mut memos = holding(&[anything, lambda]);
    drawn(&mut memos, &rated(month_of_2019(1), vec![charge("AmazonEC2", "100")]), &Policies::default());
    let moved = rated(month_of_2019(1), vec![charge("AWSLambda", "105"), charge("AmazonRDS", "101")]);
    let facts = correct(&memos, &moved, &Policies::default(), month_of_2019(2)).unwrap().facts;
    fold(&mut memos, &facts);
    assert_eq!(correct(&memos, &moved, &Policies::default(), month_of_2019(2)).unwrap().facts, []);
}

#[test]
fn w3_a_closed_month_that_grew_is_drawn_on_in_the_open_one() {
    for (restated, posted, after_february) in [("130", "-30.00", "619.60"), ("80", "20.00", "669.60")] {
        let mut memos = holding(&[issue("1", usd("1000.00"), Some("2019-12-31"))]);
        let (january, february) = (month_of_2019(1), month_of_2019(2));
        drawn(&mut memos, &rated(january, vec![charge("AmazonEC2", "100")]), &Policies::default());
        let again = rated(january, vec![charge("AmazonEC2", restated)]);
        let facts = correct(&memos, &again, &Policies::default(), february).unwrap().facts;
        fold(&mut memos, &facts);
        drawn(&mut memos, &rated(february, vec![charge("AmazonEC2", "250.40")]), &Policies::default());
        let memo = memos.memos.values().next().unwrap();
        assert_eq!(memo.movements[&january].applied, usd("100.00"), "the January statement stays");
        assert_eq!(memo.movements[&february].corrections, usd(posted));
        assert_eq!(memo.open, usd(after_february));
        assert_eq!(facts[0].effective(), january.last_day());
    }
}

#[test]
fn a_memo_that_covers_tax_keeps_the_tax_it_paid() {
    let terms = MemoTerms { covers_tax: true, ..MemoTerms::default() };
    let mut memos = holding(&[IssueMemo { terms, ..issue("1", usd("100.00"), None) }]);
    let month =
        rated(month_of_2019(1), vec![charge("AmazonEC2", "60"), uncovered("AmazonEC2", "6", NeverCovered::Tax)]);
    drawn(&mut memos, &month, &Policies::default());
    assert_eq!(open(&memos), ["34.00"]);
    let decision = correct(&memos, &month, &Policies::default(), month_of_2019(2)).unwrap();
    assert_eq!(decision.facts, [], "nothing changed");
}

#[test]
fn a_memo_in_another_currency_is_left_out_of_a_correction() {
    let yen = Currency::parse("JPY").unwrap();
    let in_yen = IssueMemo { currency: yen, ..issue("2", Money::from_units(5_000, 0), None) };
    let mut memos = holding(&[issue("1", usd("100.00"), None), in_yen]);
    let month = |amount: &str| rated(month_of_2019(1), vec![charge("AmazonEC2", amount)]);
    drawn(&mut memos, &month("60"), &Policies::default());
    let facts = correct(&memos, &month("70"), &Policies::default(), month_of_2019(2)).unwrap().facts;
    fold(&mut memos, &facts);
    assert_eq!(open(&memos), ["30.00", "5000"]);
}

#[test]
fn a_restricted_memo_gives_back_what_its_services_no_longer_owe() {
    let mut memos = holding(&[IssueMemo { terms: only(&["AmazonEC2"]), ..issue("1", usd("100.00"), None) }]);
    drawn(&mut memos, &rated(month_of_2019(1), vec![charge("AmazonEC2", "60")]), &Policies::default());
    let moved = rated(month_of_2019(1), vec![charge("AmazonEC2", "20"), charge("AmazonRDS", "100")]);
    let facts = correct(&memos, &moved, &Policies::default(), month_of_2019(2)).unwrap().facts;
    fold(&mut memos, &facts);
    assert_eq!(open(&memos), ["80.00"], "a memo for EC2 paid 60.00 of 20.00");
}

#[test]
fn the_parts_of_a_correction_are_its_amount() {
    let mut memos = holding(&[issue("1", usd("100.00"), None)]);
    drawn(&mut memos, &rated(month_of_2019(1), vec![charge("AmazonEC2", "60")]), &Policies::default());
    let more = rated(month_of_2019(1), vec![charge("AmazonEC2", "70")]);
    for fact in correct(&memos, &more, &Policies::default(), month_of_2019(2)).unwrap().facts {
        let MemoFact::Applied(applied) = fact else { panic!("{fact:?}") };
        assert_eq!(applied.amount, usd("10.00"));
        assert_eq!(Money::sum(Currency::USD, applied.by_service.iter().map(|part| part.amount)), applied.amount);
    }
}

#[test]
fn a_memo_counted_to_the_day_is_corrected_to_the_day() {
    let policies = Policies { expiry_inside_month: ExpiryInsideMonth::DayExact, ..Policies::default() };
    let of_march = |before: &str, after: &str| {
        let on = |at: &str, amount: &str| RatedCharge { day: Some(day(at)), ..charge("AmazonEC2", amount) };
        rated(month_of_2019(3), vec![on("2019-03-10", before), on("2019-03-20", after)])
    };
    let mut memos = holding(&[issue("1", usd("900.00"), Some("2019-03-15"))]);
    drawn(&mut memos, &of_march("150", "160"), &policies);
    assert_eq!(open(&memos), ["750.00"]);
    let facts = correct(&memos, &of_march("75", "320"), &policies, month_of_2019(4)).unwrap().facts;
    fold(&mut memos, &facts);
    assert_eq!(open(&memos), ["825.00"], "what it paid is usage up to its end");
}
