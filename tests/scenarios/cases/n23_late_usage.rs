//! N23: an account is billed for a while after it left; what AWS took for its credit still pays.

use crate::support::*;

#[test]
fn n23_usage_after_leaving_still_draws_the_funded_part() {
    let mut office = Office::new();
    let rows = format!(
        "payer_account_id,member_account_id,customer,po_number,from,to\n{PAYER},{OWNER},Dept,PO-A,2015-01-01,2019-02-01\n\
         {PAYER},{A2},Bakery,PO-2,2015-01-01,\n"
    );
    office.write("accounts.csv", rows);
    office.ok(&["accounts", "import", "accounts.csv"]);
    office.grants(&[grant("5001", OWNER, "1000.00")]);
    let suffixed = "AWS Promotional Credit, credit from account: 000000001234";
    let january = [
        usage(OWNER, "AmazonEC2", "100.00"),
        usage(A2, "AmazonEC2", "500.00"),
        credit(OWNER, "-100.00", suffixed),
        credit(A2, "-300.00", suffixed),
    ];
    office.ingest("january.csv", bill("2019-01").lines(january).cur2());
    office.bill_and_close("2019-01");
    assert_fields(&office.balance(OWNER), &[("written_off_amount", "600.00"), ("open_balance", "300.00")]);

    office.at(FIVE_MARCH);
    let late = [usage(OWNER, "AmazonEC2", "20.00"), usage(A2, "AmazonEC2", "500.00")];
    office.ingest("february.csv", bill("2019-02").lines(late).cur2());
    office.bill_and_close("2019-02");
    assert_fields(&office.statement(OWNER, "2019-02"), &[("applied", "20.00"), ("due", "0.00"), ("customer", "Dept")]);
    assert_fields(&office.balance(OWNER), &[("open_balance", "280.00"), ("unfunded_balance", "0.00")]);
    office.ok(&["audit"]);
}
