//! N14, N13, N10, N28: what is right by the rules and still wants a person's eye is on the exception
//! report, with its amount.

use super::{SUFFIXED, adopt, assert_sound, memo_of};
use crate::support::*;

fn exceptions(office: &Office) -> serde_json::Value {
    office.json(&["credits", "exceptions"])
}

fn kinds(rows: &serde_json::Value) -> Vec<&str> {
    rows.as_array().unwrap().iter().map(|row| row["exception"].as_str().unwrap()).collect()
}

/// A credit that ends with January, of which AWS used 600.00 and the owner 200.00.
fn ended() -> Office {
    let office = Office::new();
    office.accounts(&[(OWNER, "Department of Light", "PO-A"), (A2, "Bakery", "PO-2"), (A3, "Pictures", "PO-3")]);
    office.grants(&[grant("5001", OWNER, "1000.00").runs("2019-01-01", "2019-01-31")]);
    let lines = [credit(OWNER, "-200.00", SUFFIXED), credit(A2, "-400.00", SUFFIXED)];
    office.ingest("january.csv", Story::later("2019-01", "200.00").lines(lines).cur2());
    office.bill_and_close("2019-01");
    office
}

#[test]
fn n14_what_aws_never_used_and_what_it_still_owes_are_both_reported() {
    let office = ended();
    assert_fields(
        &office.balance(OWNER),
        &[("expired_amount", "400.00"), ("open_balance", "400.00"), ("funded_balance", "400.00")],
    );
    let rows = exceptions(&office);
    assert_eq!(kinds(&rows), ["unfunded-lapse", "funded-open"]);
    for (kind, amount) in [("unfunded-lapse", "400"), ("funded-open", "400")] {
        assert_fields(
            &row_where(&rows, "exception", kind),
            &[("amount", amount), ("memo_number", &memo_of(&office, OWNER)), ("currency", "USD"), ("age_days", "5")],
        );
    }
    assert_sound(&office, &["2019-01"]);
}

#[test]
fn n14_what_is_refunded_is_off_the_report() {
    let office = ended();
    office.ok(&["memos", "refund", &memo_of(&office, OWNER), "--reason", "paid out"]);
    assert_eq!(kinds(&exceptions(&office)), ["unfunded-lapse"]);
}

#[test]
fn n13_lines_beyond_the_face_and_n10_lines_of_nobody() {
    let office = Story::imported();
    let lines = [credit(OWNER, "-1012.34", SUFFIXED), credit(A3, "-5.00", "Unheard of")];
    office.ingest("january.csv", Story::later("2019-01", "1100.00").lines(lines).cur2());
    office.ok(&["bill", "2019-01"]);
    let rows = exceptions(&office);
    assert_eq!(kinds(&rows), ["over-application", "suspense"]);
    assert_fields(
        &row_where(&rows, "exception", "over-application"),
        &[
            ("amount", "12.34"),
            ("period", "2019-01"),
            ("member_account_id", OWNER),
            ("currency", "USD"),
            ("age_days", "5"),
        ],
    );
    assert_fields(&row_where(&rows, "exception", "suspense"), &[("amount", "5"), ("member_account_id", A3)]);
    assert_eq!(office.json(&["credits", "exceptions", "--period", "2019-02"]), serde_json::json!([]));
    assert_fields(&office.balance(OWNER), &[("face_amount", "1000.00"), ("applied_amount", "1000.00")]);
}

#[test]
fn n28_what_was_given_ahead_of_aws() {
    let office = Story::imported();
    let lines = [credit(OWNER, "-350.00", SUFFIXED)];
    office.ingest("january.csv", Story::later("2019-01", "500.00").lines(lines).cur2());
    office.bill_and_close("2019-01");
    let row = only(&exceptions(&office));
    assert_fields(&row, &[("exception", "exposure"), ("amount", "150"), ("memo_number", &memo_of(&office, OWNER))]);
    assert_sound(&office, &["2019-01"]);
}

/// A paused credit of which AWS used 200.00 before, in a month of 300.00.
fn paused(policies: &str) -> Office {
    let office = Story::imported();
    adopt(&office, policies);
    office.ok(&["credits", "pause", "5001", "--date", "2019-01-20", "--reason", "the payer paused it"]);
    let lines = [credit(OWNER, "-200.00", SUFFIXED)];
    office.ingest("january.csv", Story::later("2019-01", "300.00").lines(lines).cur2());
    office.bill_and_close("2019-01");
    assert_sound(&office, &["2019-01"]);
    office
}

#[test]
fn n27_a_paused_credit_holds_no_memo_at_its_face() {
    let office = paused(r#"{"draw_limit":"face"}"#);
    assert_fields(&office.statement(OWNER, "2019-01"), &[("applied", "300.00"), ("due", "0.00")]);
}

#[test]
fn n27_a_paused_credit_draws_what_is_funded_where_the_policy_says_so() {
    let office = paused(r#"{"draw_limit":"funded"}"#);
    assert_fields(&office.statement(OWNER, "2019-01"), &[("applied", "200.00"), ("due", "100.00")]);
    assert_eq!(exceptions(&office), serde_json::json!([]));
}

#[test]
fn n15_lines_that_are_no_promotion_never_make_a_memo() {
    let lines = [
        credit(A2, "-3.00", "Solution Provider Program Discount"),
        credit(A2, "-4.00", "Enterprise Discount Program Discount"),
        credit(A3, "-5.00", "APN Innovation Sandbox"),
    ];
    let office = Story::imported();
    office.ingest("january.csv", Story::january().lines(lines.clone()).cur2());
    office.bill_and_close("2019-01");
    assert_eq!(office.json(&["memos", "list"]).as_array().unwrap().len(), 1);
    assert_eq!(office.json(&["credits", "suspense"]), serde_json::json!([]));
    assert_fields(&office.balance(OWNER), &[("open_balance", "900.00"), ("funded_balance", "900.00")]);
    assert_fields(
        &office.reconcile("2019-01"),
        &[("upstream_credits", "1012"), ("retained", "12"), ("attributed", "1000")],
    );
    // By default they stay where AWS put them.
    assert_fields(&office.statement(A2, "2019-01"), &[("due", "2493.00")]);
    assert_fields(&office.statement(A3, "2019-01"), &[("due", "2395.00")]);
    assert_sound(&office, &["2019-01"]);
}

#[test]
fn n15_the_distributor_may_keep_them_by_its_own_table() {
    let office = Story::imported();
    adopt(&office, r#"{"credit_lines":[{"description_contains":"Solution Provider","treatment":"kept"}]}"#);
    let line = credit(A2, "-3.00", "Solution Provider Program Discount");
    office.ingest("january.csv", Story::january().lines([line]).cur2());
    office.bill_and_close("2019-01");
    assert_fields(&office.statement(A2, "2019-01"), &[("due", "2500.00")]);
    assert_fields(&office.reconcile("2019-01"), &[("retained", "3"), ("residual", "0")]);
    assert_eq!(office.json(&["memos", "list"]).as_array().unwrap().len(), 1);
    assert_sound(&office, &["2019-01"]);
}
