//! N42: a pro-forma export has no credits and no invoices; absence there is not zero.

use super::one_customer;
use crate::support::*;

#[test]
fn n42_a_pro_forma_export_is_recorded_and_not_billed() {
    let office = one_customer();
    office.grants(&[grant("5001", OWNER, "1000.00")]);
    let view = "arn:aws:billing::999900001111:billingview/billing-group-1";
    let january =
        bill("2019-01").lines([usage(OWNER, "AmazonEC2", "100.00")]).estimated().with("billing_view_arn", view);
    assert_fields(&only(&office.ingest("january.csv", january.cur2())), &[("charges", "100")]);
    office.run(&["bill", "2019-01", "--accept-estimated"]).exits(5).says(&["pro-forma"]);
    office.run(&["close", "2019-01", "--accept-estimated"]).exits(5).says(&["pro-forma"]);
    assert_fields(&office.balance(OWNER), &[("open_balance", "1000.00")]);
}
