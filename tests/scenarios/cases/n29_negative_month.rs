//! N29: a month of negative charges draws nothing and never raises a memo.

use super::one_customer;
use crate::support::*;

#[test]
fn n29_a_refund_beyond_the_usage_draws_nothing_and_raises_nothing() {
    let office = one_customer();
    office.grants(&[grant("5001", OWNER, "1000.00")]);
    let refund = line(OWNER, "Refund", "AmazonS3", "-60.00", "refund");
    office.ingest("january.csv", bill("2019-01").lines([usage(OWNER, "AmazonEC2", "40.00"), refund]).cur2());
    office.bill_and_close("2019-01");
    assert_fields(
        &office.statement(OWNER, "2019-01"),
        &[("gross", "-20.00"), ("applied", "0.00"), ("due", "-20.00"), ("balance_of_funds", "1000.00")],
    );
    assert_fields(&office.balance(OWNER), &[("face_amount", "1000.00"), ("open_balance", "1000.00")]);
}
