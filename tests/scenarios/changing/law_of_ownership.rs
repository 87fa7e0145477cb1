//! D5, N21 to N24: whose a memo is when its account changes hands, payer, or leaves and comes back.

use super::{assert_sound, memo_of};
use crate::support::*;

const SUFFIXED: &str = "AWS Promotional Credit, credit from account: 000000001234";
const HEADER: &str = "payer_account_id,member_account_id,customer,po_number,from,to\n";
const PAYER_2: &str = "999900002222";

fn accounts(office: &Office, rows: &[&str]) {
    office.write("rows.csv", format!("{HEADER}{}\n", rows.join("\n")));
    office.ok(&["accounts", "import", "rows.csv"]);
}

/// January: 700 granted, 50 used and paid; AWS applied 50 there and 150 elsewhere.
fn started() -> Office {
    let office = Office::new();
    office.accounts(&[(OWNER, "Department of Light", "PO-A"), (A2, "Second Street Bakery", "PO-2")]);
    office.grants(&[grant("5001", OWNER, "700.00")]);
    let lines = [usage(OWNER, "AmazonEC2", "50.00"), usage(A2, "AmazonEC2", "900.00")];
    let credits = [credit(OWNER, "-50.00", "AWS Promotional Credit"), credit(A2, "-150.00", SUFFIXED)];
    office.ingest("january.csv", bill("2019-01").lines(lines).lines(credits).cur2());
    office.bill_and_close("2019-01");
    office
}

#[test]
fn d5_an_account_of_another_customer_does_not_take_the_memo_along() {
    let mut office = started();
    accounts(&office, &[&format!("{PAYER},{OWNER},Moss,PO-9,2019-02-01,")]);
    office.at(FIVE_MARCH);
    office.ingest(
        "february.csv",
        bill("2019-02").lines([usage(OWNER, "AmazonEC2", "45.00"), usage(A2, "AmazonEC2", "900.00")]).cur2(),
    );
    office.ok(&["bill", "2019-02"]);
    assert_fields(&office.balance(OWNER), &[("applied_amount", "50.00"), ("open_balance", "650.00")]);
    assert_fields(&office.statement(OWNER, "2019-02"), &[("applied", "0.00"), ("due", "45.00")]);
    let exceptions = office.json(&["credits", "exceptions"]);
    assert_fields(&row_where(&exceptions, "exception", "other-customer"), &[("amount", "650")]);
}

#[test]
fn n21_a_credit_listed_again_under_our_other_payer_is_one_promise() {
    for by_hand_first in [false, true] {
        let office = started();
        accounts(
            &office,
            &[
                &format!("{PAYER},{OWNER},Department of Light,PO-A,2015-01-01,2019-02-01"),
                &format!("{PAYER_2},{OWNER},Department of Light,PO-A,2019-02-01,"),
            ],
        );
        if by_hand_first {
            let number = memo_of(&office, OWNER);
            office.ok(&["memos", "reassign", &number, "--to-payer", PAYER_2, "--reason", "moved"]);
        }
        office.grants(&[grant("5001", OWNER, "500.00").payer(PAYER_2).runs("2019-02-01", "2019-12-31")]);
        let rows = office.json(&["balance"]);
        let open = sum(rows.as_array().unwrap().iter().map(|row| row["open_balance"].as_str().unwrap()));
        assert_eq!(open, Decimal::of("650.00"), "{rows:#}");
        assert_fields(
            &row_where(&rows, "payer_account_id", PAYER_2),
            &[("open_balance", "650.00"), ("funded_balance", "150.00")],
        );
        office.ok(&["audit"]);
        office.ok(&["replay", "--verify"]);
    }
}

#[test]
fn n24_an_account_that_left_and_came_back_opens_a_new_ownership() {
    // 500 go with the account in February; it is back in March, when AWS lists 220: 150 + 220 are owed.
    let mut office = started();
    accounts(&office, &[&format!("{PAYER},{OWNER},Department of Light,PO-A,2015-01-01,2019-02-01")]);
    office.at(FIVE_MARCH);
    office.ingest("february.csv", bill("2019-02").lines([usage(A2, "AmazonEC2", "900.00")]).cur2());
    office.bill_and_close("2019-02");
    assert_fields(&office.balance(OWNER), &[("written_off_amount", "500.00"), ("open_balance", "150.00")]);
    accounts(&office, &[&format!("{PAYER},{OWNER},Department of Light,PO-A,2019-03-01,")]);
    office.grants(&[grant("5001", OWNER, "220.00")]);
    let rows = office.json(&["balance", "--account", OWNER]);
    assert_fields(&row_where(&rows, "face_amount", "700.00"), &[("open_balance", "150.00")]);
    assert_fields(&row_where(&rows, "face_amount", "220.00"), &[("open_balance", "220.00")]);
    assert_sound(&office, &["2019-01", "2019-02"]);
}
