//! W8: an account joins with a credit that it used a part of before, and another one leaves before
//! its credit is used up.

use super::{SUFFIXED, assert_sound};
use crate::support::*;

const HEADER: &str = "payer_account_id,member_account_id,customer,po_number,from,to\n";

fn office(from: &str, to: &str) -> Office {
    let office = Office::new();
    let rows = format!("{HEADER}{PAYER},{OWNER},Dept,PO-A,{from},{to}\n{PAYER},{A2},Bakery,PO-2,2015-01-01,\n");
    office.write("accounts.csv", rows);
    office.ok(&["accounts", "import", "accounts.csv"]);
    office
}

fn month(period: &str, used: &str, on_owner: &str, elsewhere: &str) -> String {
    let lines = [usage(OWNER, "AmazonEC2", used), usage(A2, "AmazonEC2", "800.00")];
    let credits = [credit(OWNER, on_owner, SUFFIXED), credit(A2, elsewhere, SUFFIXED)];
    bill(period).lines(lines).lines(credits).cur2()
}

#[test]
fn n24_who_joins_has_what_aws_uses_from_the_first_full_month() {
    let mut office = office("2019-01-11", "");
    office.grants(&[grant("5001", OWNER, "70.00").runs("2019-02-01", "2019-12-31")]);
    let january = bill("2019-01").lines([usage(OWNER, "AmazonEC2", "45.00"), usage(A2, "AmazonEC2", "800.00")]);
    office.ingest("january.csv", january.cur2());
    office.bill_and_close("2019-01");
    assert_fields(
        &office.statement(OWNER, "2019-01"),
        &[("issued", "0.00"), ("applied", "0.00"), ("balance_of_funds", "0.00"), ("due", "45.00")],
    );
    office.at(FIVE_MARCH);
    office.ingest("february.csv", month("2019-02", "50.00", "-50.00", "-20.00"));
    office.bill_and_close("2019-02");
    assert_fields(
        &office.statement(OWNER, "2019-02"),
        &[("issued", "70.00"), ("applied", "50.00"), ("balance_of_funds", "20.00"), ("due", "0.00")],
    );
    assert_fields(
        &office.balance(OWNER),
        &[("face_amount", "70.00"), ("open_balance", "20.00"), ("funded_balance", "20.00")],
    );
    assert_sound(&office, &["2019-01", "2019-02"]);
}

/// AWS took 700.00 off our bill by April, the owner used 300.00, and leaves on 16 April.
fn left() -> Office {
    let mut office = office("2015-01-01", "2019-04-16");
    office.grants(&[grant("5001", OWNER, "1000.00")]);
    office.at(FIVE_APRIL);
    office.ingest("march.csv", month("2019-03", "200.00", "-200.00", "-300.00"));
    office.bill_and_close("2019-03");
    office.at("2019-05-05T09:00:00Z");
    office.ingest("april.csv", month("2019-04", "100.00", "-100.00", "-100.00"));
    office.ok(&["bill", "2019-04"]);
    office
}

#[test]
fn n23_who_leaves_is_owed_what_aws_took_and_no_more() {
    let office = left();
    let before = [("open_balance", "700.00"), ("unfunded_balance", "300.00"), ("written_off_amount", "0.00")];
    assert_fields(&office.balance(OWNER), &before);
    office.ok(&["close", "2019-04"]);
    assert_fields(
        &office.balance(OWNER),
        &[
            ("face_amount", "1000.00"),
            ("applied_amount", "300.00"),
            ("written_off_amount", "300.00"),
            ("open_balance", "400.00"),
            ("funded_balance", "400.00"),
            ("unfunded_balance", "0.00"),
            ("customer", "Dept"),
        ],
    );
    assert_fields(&office.statement(OWNER, "2019-04"), &[("applied", "100.00"), ("due", "0.00"), ("customer", "Dept")]);
    assert_sound(&office, &["2019-03", "2019-04"]);
}

#[test]
fn the_next_statement_shows_what_went_with_the_account() {
    let mut office = left();
    office.ok(&["close", "2019-04"]);
    let april = office.statement(OWNER, "2019-04");
    office.at("2019-06-05T09:00:00Z");
    office.ingest("may.csv", bill("2019-05").lines([usage(A2, "AmazonEC2", "800.00")]).cur2());
    office.bill_and_close("2019-05");
    let may = office.statement(OWNER, "2019-05");
    assert_eq!(may["prior_balance"], april["balance_of_funds"]);
    assert_fields(&may, &[("balance_of_funds", "400.00"), ("applied", "0.00")]);
    assert_fields(&office.balance(OWNER), &[("written_off_amount", "300.00"), ("open_balance", "400.00")]);
    assert_sound(&office, &["2019-03", "2019-04", "2019-05"]);
}
