//! W13: AWS splits a credit of 2,000.00; 500.00 of it are reserved for a bill that is not final.

use super::{SUFFIXED, assert_sound};
use crate::support::*;

fn office() -> Office {
    let office = Office::new();
    office.accounts(&[(OWNER, "Department of Light", "PO-A"), (A2, "Second Street Bakery", "PO-2")]);
    office.grants(&[grant("5001", OWNER, "2000.00")]);
    office
}

fn split<'a>(first: &'a str, second: &'a str) -> [&'a str; 11] {
    let portions = ["--portion", first, "--portion", second];
    let [a, b, c, d] = portions;
    ["credits", "split", "5001", a, b, c, d, "--reserved", "500", "--date", "2019-02-01"]
}

#[track_caller]
fn assert_open(office: &Office, expected: &[(&str, &str)]) {
    let rows = office.json(&["balance"]);
    assert_eq!(rows.as_array().unwrap().len(), expected.len(), "{rows:#}");
    for (credit, open) in expected {
        assert_fields(&row_where(&rows, "credit_id", credit), &[("open_balance", open)]);
    }
}

#[test]
fn the_parent_keeps_what_is_reserved_and_the_sum_stays() {
    let office = office();
    office.ok(&split("5002:1000", "5003:500"));
    assert_open(&office, &[("5001", "500.00"), ("5002", "1000.00"), ("5003", "500.00")]);
    let rows = office.json(&["balance"]);
    let open = sum(rows.as_array().unwrap().iter().map(|row| row["open_balance"].as_str().unwrap()));
    assert_eq!(open, Decimal::of("2000.00"));
    assert_sound(&office, &[]);
}

#[test]
fn a_portion_below_a_hundred_is_refused() {
    let office = office();
    office.refused(&split("5002:1400.01", "5003:99.99"), &["5003"]);
    assert_open(&office, &[("5001", "2000.00")]);
}

#[test]
fn portions_that_are_not_all_that_is_available_are_refused() {
    let office = office();
    office.refused(&split("5002:1000", "5003:500.01"), &["1500"]);
    office.refused(&split("5002:1000", "5003:499.99"), &["1500"]);
    assert_open(&office, &[("5001", "2000.00")]);
}

#[test]
fn a_portion_of_another_account_is_its_memo() {
    let office = office();
    office.ok(&split("5002:1000", &format!("5003:500:{A2}")));
    assert_open(&office, &[("5001", "500.00"), ("5002", "1000.00"), ("5003", "500.00")]);
    assert_fields(&office.balance(A2), &[("credit_id", "5003"), ("face_amount", "500.00")]);
    assert_sound(&office, &[]);
}

#[test]
fn the_reserved_part_pays_the_bill_that_was_open() {
    let office = office();
    office.ok(&split("5002:1000", "5003:500"));
    let january = bill("2019-01").lines([
        usage(OWNER, "AmazonEC2", "100.00"),
        usage(A2, "AmazonEC2", "2500.00"),
        credit(OWNER, "-100.00", SUFFIXED),
        credit(A2, "-400.00", SUFFIXED),
    ]);
    office.ingest("january.csv", january.cur2());
    office.bill_and_close("2019-01");
    assert_fields(&office.statement(OWNER, "2019-01"), &[("applied", "100.00"), ("due", "0.00")]);
    let rows = office.json(&["balance"]);
    let parent = row_where(&rows, "credit_id", "5001");
    assert_fields(&parent, &[("applied_amount", "100.00"), ("open_balance", "400.00"), ("funded_balance", "400.00")]);
    assert_sound(&office, &["2019-01"]);
}

/// AWS splits what it has not applied: what it has stays with the parent's memo, and does not lapse.
#[test]
fn n26_what_aws_took_before_the_split_stays_with_the_parent() {
    let office = super::partly_funded();
    let words = ["--portion", "5002:200", "--portion", "5003:400", "--date", "2019-02-03"];
    let mut split = vec!["credits", "split", "5001"];
    split.extend(words);
    office.ok(&split);
    let rows = office.json(&["balance", "--account", OWNER]);
    for (id, open, funded) in [("5001", "300.00", "300.00"), ("5002", "200.00", "0.00"), ("5003", "400.00", "0.00")] {
        assert_fields(&row_where(&rows, "credit_id", id), &[("open_balance", open), ("funded_balance", funded)]);
    }
    assert_sound(&office, &["2019-01"]);
}

/// What AWS took back beyond all that it had applied is owed to AWS: it is no part of what is split,
/// and a delivery without it leaves no credit applied beyond its face.
#[test]
fn n26_what_aws_took_back_makes_no_portion_larger() {
    let office = Story::imported();
    let taken_back = Story::later("2019-01", "100.00").lines([credit(A2, "47.75", SUFFIXED)]);
    office.ingest("january.csv", taken_back.cur2());
    let split = |first: &str, second: &str| {
        ["credits", "split", "5001", "--portion", first, "--portion", second, "--date", "2019-02-01"].map(str::to_owned)
    };
    let words = split("5002:600", "5003:447.75");
    office.refused(&words.each_ref().map(String::as_str), &["1000"]);
    let words = split("5002:600", "5003:400");
    office.ok(&words.each_ref().map(String::as_str));
    assert_open(&office, &[("5001", "0.00"), ("5002", "600.00"), ("5003", "400.00")]);
    assert_sound(&office, &[]);
    office.ingest("again.csv", Story::later("2019-01", "100.00").cur2());
    office.bill_and_close("2019-01");
    assert_sound(&office, &["2019-01"]);
}

/// On the funded basis there is nothing to move: a portion's memo opens at nothing and grows with what
/// AWS applies of the child.
#[test]
fn n26_on_the_funded_basis_a_portion_grows_as_the_parent_would_have() {
    let mut office = Office::new();
    office.accounts(&[(OWNER, "Department of Light", "PO-A"), (A2, "Bakery", "PO-2"), (A3, "Pictures", "PO-3")]);
    super::adopt(&office, r#"{"memo_basis":"funded"}"#);
    office.grants(&[grant("5001", OWNER, "1000.00")]);
    let january = Story::later("2019-01", "100.00").lines([credit(A2, "-400.00", SUFFIXED)]);
    office.ingest("january.csv", january.cur2());
    office.bill_and_close("2019-01");
    assert_open(&office, &[("5001", "300.00")]);
    office.ok(&["credits", "split", "5001", "--portion", "5002:200", "--portion", "5003:400", "--date", "2019-02-01"]);
    assert_open(&office, &[("5001", "300.00"), ("5002", "0.00"), ("5003", "0.00")]);

    office.at(FIVE_MARCH);
    let child = "AWS Promotional Credit - 2/2, credit from account: 000000001234";
    let february = Story::later("2019-02", "350.00").lines([credit(A3, "-150.00", child)]);
    office.ingest("february.csv", february.cur2());
    office.bill_and_close("2019-02");
    assert_fields(
        &office.statement(OWNER, "2019-02"),
        &[("applied", "350.00"), ("balance_of_funds", "100.00"), ("due", "0.00")],
    );
    assert_open(&office, &[("5001", "0.00"), ("5002", "0.00"), ("5003", "100.00")]);
    assert_sound(&office, &["2019-01", "2019-02"]);
}

/// The file that granted the parent, read again after the split, is no news.
#[test]
fn n26_the_credits_file_once_more_makes_no_new_money() {
    let office = office();
    office.ok(&split("5002:1000", "5003:500"));
    let log = office.log_files();
    office.grants(&[grant("5001", OWNER, "2000.00")]);
    assert_eq!(office.log_files(), log);
    // What AWS grants more is more, whatever was split off.
    office.grants(&[grant("5001", OWNER, "2100.00")]);
    let rows = office.json(&["balance"]);
    let open = sum(rows.as_array().unwrap().iter().map(|row| row["open_balance"].as_str().unwrap()));
    assert_eq!(open, Decimal::of("2100.00"), "{rows:#}");
    assert_sound(&office, &[]);
}

/// AWS owes each portion from the split on: the books say so of the portion, and not of the parent.
#[test]
fn n26_what_aws_has_still_to_apply_stands_with_the_portions() {
    let mut office = super::partly_funded();
    office.ok(&["credits", "split", "5001", "--portion", "5002:200", "--portion", "5003:400", "--date", "2019-02-03"]);
    let stands = |office: &Office| ["5001", "5002", "5003"].map(|id| super::receivable(office, id));
    assert_eq!(stands(&office), ["0", "200.00", "400.00"]);
    office.at(FIVE_MARCH);
    let child = "AWS Promotional Credit - 2/2, credit from account: 000000001234";
    let february = Story::later("2019-02", "350.00").lines([credit(A3, "-150.00", child)]);
    office.ingest("february.csv", february.cur2());
    office.bill_and_close("2019-02");
    assert_eq!(stands(&office), ["0", "200.00", "250.00"]);
    assert_sound(&office, &["2019-01", "2019-02"]);
}
