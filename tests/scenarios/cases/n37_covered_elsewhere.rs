//! N37: usage that another account's Savings Plan covers stands on the owner with its negation; the
//! memo pays what the customer is charged, which is neither.

use super::one_customer;
use crate::support::*;

#[test]
fn n37_covered_usage_and_its_negation_are_nothing_on_the_owner() {
    let office = one_customer();
    office.grants(&[grant("5001", OWNER, "1000.00")]);
    let lines = [
        line(OWNER, "SavingsPlanCoveredUsage", "AmazonEC2", "50.00", "covered"),
        line(OWNER, "SavingsPlanNegation", "AmazonEC2", "-50.00", "negation"),
        usage(OWNER, "AmazonEC2", "10.00"),
    ];
    office.ingest("january.csv", bill("2019-01").lines(lines).cur2());
    office.bill_and_close("2019-01");
    assert_fields(
        &office.statement(OWNER, "2019-01"),
        &[("gross", "10.00"), ("utilisation", "10.00"), ("applied", "10.00"), ("due", "0.00")],
    );
    assert_fields(&office.balance(OWNER), &[("open_balance", "990.00")]);
}
