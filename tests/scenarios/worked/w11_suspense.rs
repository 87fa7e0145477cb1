//! W11: AWS's lines say 1,000.00 by owner and 12.34 with the same description and no owner. The
//! memo is its face; the 12.34 wait for someone to say what they are.

use crate::support::*;

const SUFFIXED: &str = "AWS Promotional Credit, credit from account: 000000001234";

fn billed() -> Office {
    let office = Story::imported();
    let january = bill("2019-01").lines([
        usage(OWNER, "AmazonEC2", "100.00"),
        usage(A2, "AmazonEC2", "2500.00"),
        usage(A3, "AmazonEC2", "2400.00"),
        credit(OWNER, "-100.00", SUFFIXED),
        credit(A2, "-900.00", SUFFIXED),
        credit(A3, "-12.34", "AWS Promotional Credit"),
    ]);
    office.ingest("january.csv", january.cur2());
    office.ok(&["bill", "2019-01"]);
    office
}

#[test]
fn n13_the_memo_is_its_face_and_the_rest_is_in_suspense() {
    let office = billed();
    assert_fields(
        &office.balance(OWNER),
        &[("face_amount", "1000.00"), ("open_balance", "900.00"), ("funded_balance", "900.00")],
    );
    let item = only(&office.json(&["credits", "suspense"]));
    assert_fields(
        &item,
        &[
            ("amount", "12.34"),
            ("member_account_id", A3),
            ("description", "AWS Promotional Credit"),
            ("reason", "beyond-face"),
        ],
    );
    assert_fields(
        &office.reconcile("2019-01"),
        &[
            ("upstream_credits", "1012.34"),
            ("attributed", "1000"),
            ("suspense", "12.34"),
            ("payable", "3987.66"),
            ("residual", "0"),
        ],
    );
    assert_fields(&office.statement(A3, "2019-01"), &[("due", "2400.00")]);
}

#[test]
fn n10_suspense_blocks_the_close_and_says_what_to_do() {
    let office = billed();
    let before = office.log_files();
    let blocked = office.run(&["close", "2019-01", "--output", "json"]).exits(5).says(&["12.34", "credits suspense"]);
    let row = only(&blocked.json());
    assert_fields(&row, &[("status", "blocked"), ("period", "2019-01")]);
    assert_fields(&only(&row["blockers"]), &[("blocker", "suspense"), ("amount", "12.34"), ("tolerance", "0")]);
    assert_eq!(office.log_files(), before, "a blocked close recorded something");
}

#[test]
fn a_tolerance_lets_the_close_pass() {
    let office = billed();
    office.write("policy.toml", "[suspense_tolerance]\nUSD = \"12.34\"\n");
    office.ok(&["policy", "adopt", "policy.toml"]);
    // The policies are part of what was billed: the run is made anew under them.
    office.ok(&["bill", "2019-01"]);
    assert_fields(&only(&office.json(&["close", "2019-01"])), &[("status", "closed")]);
}

#[test]
fn a_tolerance_that_is_a_cent_too_small_does_not() {
    let office = billed();
    office.write("policy.toml", "[suspense_tolerance]\nUSD = \"12.33\"\n");
    office.ok(&["policy", "adopt", "policy.toml"]);
    office.ok(&["bill", "2019-01"]);
    office.run(&["close", "2019-01"]).exits(5).says(&["12.34", "12.33"]);
}

#[test]
fn an_owner_given_by_hand_lets_the_close_pass() {
    let office = billed();
    office.grants(&[grant("5002", A3, "50.00").described("Another Programme")]);
    let item = only(&office.json(&["credits", "suspense"]))["item"].as_str().unwrap().to_owned();
    let left = office.json(&[
        "credits",
        "attribute",
        &item,
        "--credit",
        "5002",
        "--payer",
        PAYER,
        "--period",
        "2019-01",
        "--reason",
        "support case",
    ]);
    assert_eq!(left, serde_json::json!([]));
    assert_fields(&office.reconcile("2019-01"), &[("suspense", "0"), ("attributed", "1012.34"), ("residual", "0")]);
    office.ok(&["bill", "2019-01"]);
    assert_fields(&only(&office.json(&["close", "2019-01"])), &[("status", "closed")]);
    assert_fields(
        &only(&office.json(&["balance", "--account", A3])),
        &[("funded_balance", "0.00"), ("applied_amount", "50.00")],
    );
}

#[test]
fn a_waiver_lets_the_close_pass_and_needs_a_reason() {
    let office = billed();
    office.run(&["close", "2019-01", "--waive"]).exits(2).says(&["--reason"]);
    let closed = only(&office.json(&["close", "2019-01", "--waive", "--reason", "AWS is asked"]));
    assert_fields(&closed, &[("status", "closed")]);
    assert_fields(&only(&closed["waived"]), &[("blocker", "suspense")]);
}
