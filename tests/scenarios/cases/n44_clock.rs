//! N44: all periods are UTC. 31 January 19:30 in New York is February.

use crate::support::*;

#[test]
fn n44_a_refund_of_an_evening_in_new_york_is_of_the_next_month() {
    let mut office = Story::closed();
    office.at(FIVE_MARCH);
    let evening =
        line(OWNER, "Refund", "AmazonEC2", "-40.00", "refund").with("usage date", "2019-01-31T19:30:00-05:00");
    office.ingest("february.csv", Story::later("2019-02", "250.40").lines([evening]).cur2());
    office.bill_and_close("2019-02");
    let statement = office.statement(OWNER, "2019-02");
    assert_fields(&statement, &[("corrections", "0.00"), ("applied", "210.40"), ("gross", "210.40")]);
    assert!(statement.get("earlier_periods").is_none_or(|earlier| earlier.as_array().is_some_and(Vec::is_empty)));
}

#[test]
fn n44_today_is_the_day_in_utc() {
    let mut office = Office::new();
    let rows = format!(
        "payer_account_id,member_account_id,customer,po_number,from,to\n{PAYER},{OWNER},Dept,PO-A,2015-01-01,2019-02-10\n\
         {PAYER},{OWNER},Dept,PO-B,2019-02-10,\n"
    );
    office.write("accounts.csv", rows);
    office.ok(&["accounts", "import", "accounts.csv"]);
    office.ingest("january.csv", bill("2019-01").lines([usage(OWNER, "AmazonEC2", "100.00")]).cur2());
    office.at("2019-02-09T19:30:00-05:00");
    office.ok(&["bill", "2019-01"]);
    assert_fields(&office.statement(OWNER, "2019-01"), &[("po_number", "PO-B")]);
}
