//! W12: the PO number changes on 10 February; the balance goes with it when February is processed.

use super::{assert_sound, facts};
use crate::support::*;

fn office() -> Office {
    let office = Office::new();
    let rows = format!(
        "payer_account_id,member_account_id,customer,po_number,from,to\n\
         {PAYER},{OWNER},Dept,PO-A,2015-01-01,2019-02-10\n{PAYER},{OWNER},Dept,PO-B,2019-02-10,\n\
         {PAYER},{A2},Bakery,PO-2,2015-01-01,\n{PAYER},{A3},Pictures,PO-3,2015-01-01,\n"
    );
    office.write("accounts.csv", rows);
    office.ok(&["accounts", "import", "accounts.csv"]);
    office.grants(&[grant("5001", OWNER, "1000.00")]);
    office.ingest("january.csv", Story::january().cur2());
    office.bill_and_close("2019-01");
    office
}

#[test]
fn january_is_under_the_old_number() {
    let office = office();
    assert_fields(&office.statement(OWNER, "2019-01"), &[("po_number", "PO-A"), ("balance_of_funds", "900.00")]);
    // The new number is known on 5 February and does not hold yet.
    assert_fields(&office.balance(OWNER), &[("customer", "Dept"), ("po_number", "PO-A"), ("open_balance", "900.00")]);
    assert_sound(&office, &["2019-01"]);
}

#[test]
fn n22_february_is_under_the_new_one_and_the_sum_is_the_same() {
    let mut office = office();
    let january = office.statement(OWNER, "2019-01");
    office.at(FIVE_MARCH);
    office.ingest("february.csv", Story::later("2019-02", "250.40").cur2());
    office.bill_and_close("2019-02");
    assert_fields(
        &office.statement(OWNER, "2019-02"),
        &[
            ("customer", "Dept"),
            ("po_number", "PO-B"),
            ("prior_balance", "900.00"),
            ("issued", "0.00"),
            ("applied", "250.40"),
            ("balance_of_funds", "649.60"),
            ("due", "0.00"),
        ],
    );
    assert_fields(
        &office.balance(OWNER),
        &[("po_number", "PO-B"), ("face_amount", "1000.00"), ("applied_amount", "350.40"), ("open_balance", "649.60")],
    );
    assert_eq!(office.statement(OWNER, "2019-01"), january);
    // The move is an event of its own, of what was open when it came.
    assert_eq!(facts(&office, "MEMOS", "memo_po_reassigned"), 1);
    // As known before February was processed, the balance stood under the old number.
    let then = office.json(&["balance", "--account", OWNER, "--recorded", "2019-02-05"]);
    assert_fields(&then[0], &[("po_number", "PO-A"), ("open_balance", "900.00")]);
    assert_sound(&office, &["2019-01", "2019-02"]);
}
