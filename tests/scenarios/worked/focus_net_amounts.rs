//! FOCUS states billed cost after every discount, with the discounts beside it. There is no list
//! amount to rate by: such charges are rated net, with a warning, whatever is passed on or kept.

use crate::support::*;

#[test]
fn a_file_with_net_amounts_only_is_rated_net_with_a_warning() {
    let office = Office::new();
    office.accounts(&[(OWNER, "Department of Light", "PO-A"), (A2, "Bakery", "PO-2")]);
    office.grants(&[grant("5001", OWNER, "1000.00")]);
    let january = bill("2019-01").lines([
        usage(OWNER, "AmazonEC2", "95.00").with("x_Discounts", "{\"EdpDiscount\":-5.0,\"SppDiscount\":-3.0}"),
        usage(A2, "AmazonS3", "10.00"),
    ]);
    office.ingest("january.csv", january.focus());
    office.ok(&["bill", "2019-01"]).says(&["1 member accounts", "rated net, not list"]);
    assert_fields(&office.statement(OWNER, "2019-01"), &[("gross", "95.00"), ("applied", "95.00")]);
    assert_fields(&office.reconcile("2019-01"), &[("payable", "105"), ("kept", "0"), ("residual", "0")]);
}

#[test]
fn a_discount_on_a_line_of_its_own_is_kept_or_passed_on_by_its_name() {
    let office = Office::new();
    office.accounts(&[(OWNER, "Department of Light", "PO-A")]);
    office.grants(&[grant("5001", OWNER, "1000.00")]);
    let discount = |name: &str, amount: &str| {
        let stated = format!("{{\"{name}\":{amount}}}");
        line(OWNER, "Adjustment", "AmazonEC2", amount, name).with("x_Discounts", &stated)
    };
    let january = bill("2019-01").lines([
        usage(OWNER, "AmazonEC2", "100.00"),
        discount("SppDiscount", "-3.0"),
        discount("EdpDiscount", "-5.0"),
    ]);
    office.ingest("january.csv", january.focus());
    let outcome = office.ok(&["bill", "2019-01"]);
    assert!(!outcome.stderr.contains("rated net"), "{outcome}");
    assert_fields(&office.statement(OWNER, "2019-01"), &[("gross", "95.00"), ("applied", "95.00"), ("due", "0.00")]);
    assert_fields(&office.reconcile("2019-01"), &[("payable", "92"), ("kept", "-3"), ("residual", "0")]);
}
