//! W5: several memos of one account: earliest expiry first, largest charge first within it.

use serde_json::Value;

use crate::support::*;

fn office(grants: &[Grant]) -> Office {
    let office = Office::new();
    office.accounts(&[(OWNER, "Department of Light", "PO-A")]);
    office.grants(grants);
    office
}

fn open_balance(office: &Office, credit: &str) -> Value {
    let rows = office.json(&["balance", "--account", OWNER]);
    row_where(&rows, "credit_id", credit)["open_balance"].clone()
}

fn due_of(statement: &Value, service: &str) -> Value {
    row_where(&statement["lines"], "service", service)["due"].clone()
}

#[test]
fn n30_the_earlier_expiry_pays_the_largest_charge_and_leaves_the_rest_to_the_restricted_one() {
    let office = office(&[
        grant("A", OWNER, "500.00").described("Compute only").services("AmazonEC2").runs("2019-01-01", "2019-12-31"),
        grant("B", OWNER, "300.00").described("Anything").runs("2019-01-01", "2019-06-30"),
    ]);
    let january = bill("2019-01").lines([usage(OWNER, "AmazonEC2", "250.00"), usage(OWNER, "AmazonRDS", "400.00")]);
    office.ingest("january.csv", january.cur2());
    office.bill_and_close("2019-01");
    let statement = office.statement(OWNER, "2019-01");
    assert_fields(&statement, &[("applied", "550.00"), ("due", "100.00"), ("balance_of_funds", "250.00")]);
    assert_eq!(due_of(&statement, "AmazonRDS"), "100.00");
    assert_eq!(due_of(&statement, "AmazonEC2"), "0.00");
    assert_eq!(open_balance(&office, "A"), "250.00");
    assert_eq!(open_balance(&office, "B"), "0.00");
}

#[test]
fn the_example_of_awss_guide() {
    let office = office(&[
        grant("C1", OWNER, "10.00").described("Either").services("AmazonS3;AmazonEC2").runs("2019-01-01", "2019-01-31"),
        grant("C2", OWNER, "5.00").described("Compute").services("AmazonEC2").runs("2019-01-01", "2019-12-31"),
    ]);
    let january = bill("2019-01").lines([usage(OWNER, "AmazonEC2", "100"), usage(OWNER, "AmazonS3", "50")]);
    office.ingest("january.csv", january.cur2());
    office.bill_and_close("2019-01");
    let statement = office.statement(OWNER, "2019-01");
    assert_eq!(due_of(&statement, "AmazonEC2"), "85.00");
    assert_eq!(due_of(&statement, "AmazonS3"), "50.00");
    assert_eq!((open_balance(&office, "C1"), open_balance(&office, "C2")), ("0.00".into(), "0.00".into()));
}

#[test]
fn memos_are_used_up_one_after_the_other_over_months() {
    let mut office = office(&[
        grant("M2", OWNER, "1000.00").described("Long").runs("2019-01-01", "2019-12-31"),
        grant("M1", OWNER, "300.00").described("Short").runs("2019-01-01", "2019-03-31"),
    ]);
    office.ingest("january.csv", bill("2019-01").lines([usage(OWNER, "AmazonEC2", "200")]).cur2());
    office.bill_and_close("2019-01");
    assert_eq!((open_balance(&office, "M1"), open_balance(&office, "M2")), ("100.00".into(), "1000.00".into()));
    office.at(FIVE_MARCH);
    office.ingest("february.csv", bill("2019-02").lines([usage(OWNER, "AmazonEC2", "250")]).cur2());
    office.bill_and_close("2019-02");
    assert_eq!((open_balance(&office, "M1"), open_balance(&office, "M2")), ("0.00".into(), "850.00".into()));
}
