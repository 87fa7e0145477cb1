//! N45: AWS adds words without notice. They are counted, billed, paid by no memo, and hold the close.

use super::one_customer;
use crate::support::*;

#[test]
fn n45_an_unknown_line_type_is_billed_and_holds_the_close_until_waived() {
    let office = one_customer();
    office.grants(&[grant("5001", OWNER, "1000.00")]);
    let lines = [usage(OWNER, "AmazonEC2", "10.00"), line(OWNER, "Novel", "AmazonEC2", "7.00", "something new")];
    let row = only(&office.ingest("january.csv", bill("2019-01").lines(lines).cur2()));
    assert_fields(&row, &[("unclassified", "7"), ("charges", "10"), ("total", "17")]);
    office.ok(&["bill", "2019-01"]);
    assert_fields(&office.statement(OWNER, "2019-01"), &[("gross", "17.00"), ("applied", "10.00"), ("due", "7.00")]);
    office.run(&["close", "2019-01"]).exits(5).says(&["no table knows"]);
    office.ok(&["close", "2019-01", "--waive", "--reason", "asked AWS"]);
}
