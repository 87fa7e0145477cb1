//! D1 to D4: every cent of AWS's has a place, whatever came first: listed down and up, moved, lapsed and
//! applied after all, cancelled and applied, written off and paid.

use super::{assert_sound, memo_of};
use crate::support::*;

const SUFFIXED: &str = "AWS Promotional Credit, credit from account: 000000001234";

/// An owner and a stranger, and a credit of 800.00 that ends in February.
fn office() -> Office {
    let office = Office::new();
    office.accounts(&[(OWNER, "Department of Light", "PO-A"), (A2, "Second Street Bakery", "PO-2")]);
    list(&office, "800.00");
    office
}

fn list(office: &Office, face: &str) {
    office.grants(&[grant("5001", OWNER, face).runs("2019-01-01", "2019-02-28")]);
}

/// What AWS bills of a month: what the owner used, and what it applied there and on the stranger.
fn month(period: &str, used: &str, on_owner: &str, elsewhere: &str) -> String {
    let credits = [(OWNER, on_owner, "AWS Promotional Credit"), (A2, elsewhere, SUFFIXED)];
    let credits = credits.into_iter().filter(|(_, amount, _)| *amount != "-0.00");
    let lines = [usage(OWNER, "AmazonEC2", used), usage(A2, "AmazonEC2", "5000.00")];
    bill(period).lines(lines).lines(credits.map(|(on, amount, words)| credit(on, amount, words))).cur2()
}

fn settle(office: &mut Office, period: &str, day: &str, content: String) {
    office.at(day);
    office.ingest(&format!("{period}.csv"), content);
    office.bill_and_close(period);
}

fn total(office: &Office, field: &str) -> Decimal {
    let rows = office.json(&["balance"]);
    sum(rows.as_array().unwrap().iter().map(|row| row[field].as_str().unwrap()))
}

#[test]
fn d1_lowered_and_raised_again_is_the_customers_again() {
    // 800 listed at 350 and at 800 again; AWS applies all of it, 60 are used: 740 are owed, nothing lapses.
    let mut office = office();
    list(&office, "350.00");
    list(&office, "800.00");
    settle(&mut office, "2019-01", FIVE_FEBRUARY, month("2019-01", "60.00", "-60.00", "-740.00"));
    settle(&mut office, "2019-02", FIVE_MARCH, month("2019-02", "10.00", "-0.00", "-0.00"));
    assert_eq!(total(&office, "expired_amount"), Decimal::of("0.00"));
    assert_eq!(total(&office, "open_balance"), Decimal::of("730.00"));
    assert_sound(&office, &["2019-01", "2019-02"]);
}

#[test]
fn d4_a_part_that_moved_takes_its_funding_along() {
    // 250 of 800 go to the stranger's account with its consent; AWS applies 800: neither part lapses.
    let mut office = office();
    let number = memo_of(&office, OWNER);
    let consent = ["--consent", "--reason", "agreed", "--amount", "250", "--to-account", A2];
    office.ok(&[&["memos", "reassign", &number][..], &consent].concat());
    settle(&mut office, "2019-01", FIVE_FEBRUARY, month("2019-01", "60.00", "-60.00", "-740.00"));
    settle(&mut office, "2019-02", FIVE_MARCH, month("2019-02", "10.00", "-0.00", "-0.00"));
    assert_eq!(total(&office, "expired_amount"), Decimal::of("0.00"));
    assert_eq!(total(&office, "funded_balance"), total(&office, "open_balance"));
    assert_sound(&office, &["2019-01", "2019-02"]);
}

#[test]
fn d3_a_lapse_comes_back_with_the_end_month_delivered_anew() {
    // By the end of February AWS had applied 450 of 800: 350 lapse. February anew has 200 more: 200 come back
    // on March's statement, which shows the lapse too: 730 + 200 - 500 - 350 = 80.
    let mut office = office();
    settle(&mut office, "2019-01", FIVE_FEBRUARY, month("2019-01", "60.00", "-60.00", "-390.00"));
    settle(&mut office, "2019-02", FIVE_MARCH, month("2019-02", "10.00", "-0.00", "-0.00"));
    assert_fields(&office.balance(OWNER), &[("expired_amount", "350.00"), ("open_balance", "380.00")]);
    office.at(FIVE_APRIL);
    office.ingest("anew.csv", month("2019-02", "10.00", "-0.00", "-200.00"));
    assert_fields(&office.balance(OWNER), &[("expired_amount", "150.00"), ("open_balance", "580.00")]);
    settle(&mut office, "2019-03", FIVE_APRIL, month("2019-03", "500.00", "-0.00", "-0.00"));
    assert_fields(
        &office.statement(OWNER, "2019-03"),
        &[
            ("prior_balance", "730.00"),
            ("expired", "350.00"),
            ("corrections", "200.00"),
            ("applied", "500.00"),
            ("balance_of_funds", "80.00"),
        ],
    );
    assert_sound(&office, &["2019-01", "2019-02", "2019-03"]);
}

#[test]
fn d1_what_no_memo_may_have_is_a_surplus_and_an_exception() {
    // 220 of 800 written off by hand, then AWS applies 800: 220 are a surplus, 580 - 60 - 10 stay owed.
    let mut office = office();
    let number = memo_of(&office, OWNER);
    office.ok(&["memos", "write-off", &number, "--amount", "220", "--reason", "agreed"]);
    settle(&mut office, "2019-01", FIVE_FEBRUARY, month("2019-01", "60.00", "-60.00", "-740.00"));
    settle(&mut office, "2019-02", FIVE_MARCH, month("2019-02", "10.00", "-0.00", "-0.00"));
    assert_fields(&office.balance(OWNER), &[("expired_amount", "0.00"), ("open_balance", "510.00")]);
    let exceptions = office.json(&["credits", "exceptions"]);
    assert_fields(&row_where(&exceptions, "exception", "upstream-surplus"), &[("amount", "220"), ("age_days", "33")]);
    assert_sound(&office, &["2019-01", "2019-02"]);
}

#[test]
fn d3_cancelled_and_yet_applied_is_owed_as_if_it_had_come_before() {
    let mut office = office();
    office.ok(&["credits", "cancel", "5001", "--reason", "AWS said so"]);
    assert_fields(&office.balance(OWNER), &[("written_off_amount", "800.00"), ("open_balance", "0.00")]);
    settle(&mut office, "2019-01", FIVE_FEBRUARY, month("2019-01", "60.00", "-60.00", "-130.00"));
    assert_fields(&office.balance(OWNER), &[("written_off_amount", "610.00"), ("open_balance", "130.00")]);
    assert_sound(&office, &["2019-01"]);
}

#[test]
fn d3_the_months_fill_a_face_in_their_order() {
    // January 500 and February 450 of 800: 150 beyond. January anew with 330: all of both fit.
    let mut office = office();
    office.at(FIVE_MARCH);
    office.ingest("february.csv", month("2019-02", "10.00", "-0.00", "-450.00"));
    office.ingest("january.csv", month("2019-01", "60.00", "-0.00", "-500.00"));
    let beyond = || {
        let items = office.json(&["credits", "suspense"]);
        items
            .as_array()
            .unwrap()
            .iter()
            .map(|one| format!("{} {}", one["period"].as_str().unwrap(), one["amount"].as_str().unwrap()))
            .collect::<Vec<_>>()
    };
    assert_eq!(beyond(), ["2019-02 150"]);
    office.ingest("anew.csv", month("2019-01", "60.00", "-0.00", "-330.00"));
    assert!(beyond().is_empty());
}
