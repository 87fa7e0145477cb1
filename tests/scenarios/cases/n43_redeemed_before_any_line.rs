//! N43: a credit is redeemed in January and first on AWS's bill in February.

use super::one_customer;
use crate::support::*;

#[test]
fn n43_the_memo_is_issued_and_drawn_unfunded_until_aws_shows_it() {
    let mut office = one_customer();
    office.grants(&[grant("5001", OWNER, "1000.00")]);
    office.ingest("january.csv", bill("2019-01").lines([usage(OWNER, "AmazonEC2", "100.00")]).cur2());
    office.bill_and_close("2019-01");
    assert_fields(
        &office.statement(OWNER, "2019-01"),
        &[("issued", "1000.00"), ("applied", "100.00"), ("due", "0.00")],
    );
    assert_fields(&office.balance(OWNER), &[("funded_balance", "0.00"), ("unfunded_balance", "900.00")]);

    office.at(FIVE_MARCH);
    let lines = [usage(OWNER, "AmazonEC2", "300.00"), credit(OWNER, "-400.00", "AWS Promotional Credit")];
    office.ingest("february.csv", bill("2019-02").lines(lines).cur2());
    office.bill_and_close("2019-02");
    assert_fields(&office.statement(OWNER, "2019-02"), &[("applied", "300.00"), ("balance_of_funds", "600.00")]);
    assert_fields(&office.balance(OWNER), &[("funded_balance", "0.00"), ("unfunded_balance", "600.00")]);
}
