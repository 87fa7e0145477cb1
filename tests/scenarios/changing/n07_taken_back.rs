//! N7: AWS takes credit back, with a positive credit line. Funding falls; the customer's memo moves
//! only by decision.

use super::{SUFFIXED, assert_sound, memo_of};
use crate::support::*;

/// February, with so much of the credit taken back on a stranger's account.
fn february(taken_back: &str) -> Bill {
    Story::later("2019-02", "250.40").lines([credit(A2, taken_back, SUFFIXED)])
}

fn exceptions(office: &Office) -> serde_json::Value {
    office.json(&["credits", "exceptions"])
}

#[test]
fn n07_funding_falls_and_the_memo_does_not() {
    let mut office = Story::closed();
    office.at(FIVE_MARCH);
    office.ingest("february.csv", february("200.00").cur2());
    office.bill_and_close("2019-02");
    let memo = only(&office.json(&["memos", "list", "--account", OWNER]));
    assert_fields(
        &memo,
        &[
            ("funded_amount", "800"),
            ("open_balance", "649.60"),
            ("funded_balance", "449.60"),
            ("unfunded_balance", "200.00"),
        ],
    );
    assert_fields(&office.statement(OWNER, "2019-02"), &[("corrections", "0.00"), ("balance_of_funds", "649.60")]);
    // The stranger neither pays the taken credit nor had it.
    assert_fields(&office.statement(A2, "2019-02"), &[("gross", "2500.00"), ("due", "2500.00")]);
    assert_fields(
        &office.reconcile("2019-02"),
        &[("upstream_credits", "-200"), ("attributed", "-200"), ("suspense", "0")],
    );
    assert_eq!(exceptions(&office), serde_json::json!([]));
    assert_sound(&office, &["2019-01", "2019-02"]);
}

#[test]
fn n07_funding_below_nothing_is_an_exception() {
    let mut office = Story::closed();
    office.at(FIVE_MARCH);
    office.ingest("february.csv", february("1100.00").cur2());
    office.bill_and_close("2019-02");
    let rows = exceptions(&office);
    assert_fields(
        &row_where(&rows, "exception", "negative-funding"),
        &[("amount", "100"), ("memo_number", &memo_of(&office, OWNER)), ("credit_id", "5001"), ("currency", "USD")],
    );
    assert_fields(&office.balance(OWNER), &[("open_balance", "649.60"), ("funded_balance", "0.00")]);
    let open_items = &office.reconcile("2019-02")["open_items"];
    assert_fields(&row_where(open_items, "exception", "negative-funding"), &[("amount", "100")]);
    assert_sound(&office, &["2019-01", "2019-02"]);
}

/// AWS took 30.00 back in February and applied them again in March; then it delivers a February without
/// the take-back. March's 30.00 lie beyond the face, and nothing is applied that was never granted.
#[test]
fn n07_a_take_back_that_is_gone_leaves_the_latest_lines_beyond_the_face() {
    let mut office = Story::closed();
    office.at(FIVE_MARCH);
    office.ingest("february.csv", february("30.00").cur2());
    office.at(FIVE_APRIL);
    let march = Story::later("2019-03", "10.00").lines([credit(A3, "-30.00", SUFFIXED)]);
    office.ingest("march.csv", march.cur2());
    assert_eq!(office.json(&["credits", "suspense"]), serde_json::json!([]));
    office.ingest("february-anew.csv", Story::later("2019-02", "250.40").cur2());
    let shown = office.json(&["credits", "show", "5001"]);
    assert_fields(&shown, &[("upstream_applied", "1000"), ("remaining", "0")]);
    let item = only(&office.json(&["credits", "suspense"]));
    assert_fields(&item, &[("period", "2019-03"), ("amount", "30"), ("member_account_id", A3)]);
    assert_sound(&office, &[]);
}
