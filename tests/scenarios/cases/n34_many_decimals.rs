//! N34: charges are exact, an account's document is rounded once, and its lines add up to it.

use super::one_customer;
use crate::support::*;

#[test]
fn n34_the_total_is_rounded_once_and_the_lines_add_up_to_it() {
    let office = one_customer();
    office.grants(&[grant("5001", OWNER, "1000.00")]);
    let thirds = ["AmazonEC2", "AmazonRDS", "AmazonS3"].map(|service| usage(OWNER, service, "0.3383333333"));
    office.ingest("january.csv", bill("2019-01").lines(thirds).cur2());
    office.bill_and_close("2019-01");
    // 1.0149999999: each line alone would be 0.34, together 1.02.
    let statement = office.statement(OWNER, "2019-01");
    assert_fields(
        &statement,
        &[("gross", "1.01"), ("applied", "1.01"), ("due", "0.00"), ("balance_of_funds", "998.99")],
    );
    let lines = statement["lines"].as_array().unwrap();
    for column in ["gross", "applied"] {
        let total = sum(lines.iter().map(|line| line[column].as_str().unwrap()));
        assert_eq!(total, Decimal::of("1.01"), "{column}");
    }
}
