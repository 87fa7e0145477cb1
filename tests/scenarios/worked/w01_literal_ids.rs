//! W1 with the ids as the example writes them: anonymised ids are text like any other, and an
//! option may begin with a hyphen.

use crate::support::*;

#[test]
fn ids_such_as_minus_1234_are_accepted_with_a_warning_and_can_be_named() {
    let office = Office::new();
    let imported = office.accounts_of("PAYER-1", &[("-1234", "Department of Light", "PO-A"), ("A2", "Bakery", "PO-2")]);
    imported.says(&["not of 12 digits", "leading zeros"]);
    office.grants(&[grant("5001", "-1234", "1000.00").payer("PAYER-1")]);
    let january = bill("2019-01").with("payer", "PAYER-1").lines([
        usage("-1234", "AmazonEC2", "100.00"),
        usage("A2", "AmazonEC2", "2500.00"),
        credit("-1234", "-100.00", "AWS Promotional Credit"),
        credit("A2", "-900.00", "AWS Promotional Credit, credit from account: -1234"),
    ]);
    office.ingest("january.csv", january.cur2());
    office.bill_and_close("2019-01");
    assert_fields(&office.statement("-1234", "2019-01"), &[("balance_of_funds", "900.00"), ("due", "0.00")]);
    assert_fields(&office.balance("-1234"), &[("funded_balance", "900.00")]);
    assert_fields(&office.statement("A2", "2019-01"), &[("due", "2500.00")]);
    assert_fields(&office.reconcile("2019-01"), &[("scattered", "900"), ("residual", "0")]);
}
