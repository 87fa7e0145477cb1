//! N20: a closed month is reopened, by an act with a reason and, where the policy says so, by two
//! people. What the first close said is kept beside the second.

use super::{adopt, assert_sound, facts};
use crate::support::*;

const BY_ANNA: [&str; 4] = ["--by", "anna", "--reason", "AWS restated January"];

/// January closed at 100.00 and delivered anew with 130.00; February delivered too.
fn restated() -> Office {
    let office = Story::closed();
    office.ingest("january-2.csv", Story::january_with("130.00").cur2());
    office.ingest("february.csv", Story::later("2019-02", "250.40").cur2());
    office
}

fn reopen(office: &Office) -> Outcome {
    office.ok(&[&["reopen", "2019-01"][..], &BY_ANNA].concat())
}

/// The only act that waits.
#[track_caller]
fn waiting(office: &Office) -> String {
    let row = only(&office.json(&["approvals"]));
    assert_fields(&row, &[("by", "anna"), ("period", "2019-01"), ("reason", "AWS restated January")]);
    row["proposal"].as_str().unwrap().to_owned()
}

fn version(office: &Office, version: &str) -> serde_json::Value {
    office.json(&["statement", "--account", OWNER, "--period", "2019-01", "--version", version])
}

#[track_caller]
fn assert_both_versions(office: &Office) {
    let first = version(office, "1");
    assert_fields(&first, &[("applied", "100.00"), ("balance_of_funds", "900.00"), ("utilisation", "100.00")]);
    let second = version(office, "2");
    assert_fields(&second, &[("applied", "130.00"), ("balance_of_funds", "870.00"), ("utilisation", "130.00")]);
    assert_eq!(office.statement(OWNER, "2019-01"), second);
    office.run(&["statement", "--account", OWNER, "--period", "2019-01", "--version", "3"]).exits(2).says(&["1 to 2"]);
    let documents = office.json(&["documents", "list", "--period", "2019-01"]);
    let number = |statement: &serde_json::Value| statement["document_number"].as_str().unwrap().to_owned();
    let (before, after) = (number(&first), number(&second));
    assert_fields(
        &row_where(&documents, "document_number", &before),
        &[("status", "superseded"), ("superseded_by", &after), ("applied", "100.00")],
    );
    assert_fields(
        &row_where(&documents, "document_number", &after),
        &[("status", "issued"), ("supersedes", &before), ("applied", "130.00")],
    );
    let shown = only(&office.json(&["documents", "show", &before]));
    let mut first = first.clone();
    for status in ["document_status", "voided_in", "superseded_by"] {
        first.as_object_mut().unwrap().remove(status);
    }
    assert_eq!(shown["statements"], serde_json::json!([first]));
}

#[test]
fn n20_by_default_one_person_reopens_and_the_second_close_is_another_version() {
    let office = restated();
    assert!(reopen(&office).stderr.is_empty());
    assert_eq!(office.json(&["approvals"]), serde_json::json!([]));
    office.bill_and_close("2019-01");
    assert_both_versions(&office);
    let log = std::fs::read_to_string(office.segment("BILLING")).unwrap();
    assert!(log.contains(r#""version":1"#) && log.contains(r#""version":2"#), "{log}");
    office.bill_and_close("2019-02");
    let february = office.statement(OWNER, "2019-02");
    assert_fields(&february, &[("prior_balance", "870.00"), ("corrections", "0.00"), ("balance_of_funds", "619.60")]);
    assert_sound(&office, &["2019-01", "2019-02"]);
}

#[test]
fn without_a_reason_nothing_is_reopened() {
    let office = restated();
    office.run(&["reopen", "2019-01", "--reason", " "]).exits(2).says(&["--reason"]);
    assert_eq!(facts(&office, "BILLING", "period_reopened"), 0);
}

#[test]
fn n20_a_policy_that_corrects_by_reopening_holds_the_next_month_until_two_people_have_reopened() {
    let office = restated();
    adopt(&office, r#"{"closed_period_corrections":"reopen"}"#);
    let blocked = office.run(&["bill", "2019-02", "--output", "json"]).exits(5);
    let blockers = &only(&blocked.json())["blockers"];
    assert_fields(&blockers[0], &[("blocker", "closed-period-changed"), ("changed", "2019-01")]);

    let said = reopen(&office);
    let proposal = waiting(&office);
    assert!(said.stderr.contains(&proposal), "{said}");
    assert_eq!(facts(&office, "BILLING", "period_reopened"), 0);
    office.ok(&["bill", "2019-01"]).says(&["2019-01 is closed"]);

    office.refused(&["approve", &proposal, "--by", "anna"], &["anna", "someone else"]);
    assert_eq!(office.json(&["approve", &proposal, "--by", "bert"]), serde_json::json!([]));
    assert_eq!(facts(&office, "BILLING", "period_act_proposed"), 1);
    assert_eq!(facts(&office, "BILLING", "period_act_approved"), 1);
    assert_eq!(facts(&office, "BILLING", "period_reopened"), 1);
    office.refused(&["approve", &proposal, "--by", "bert"], &[&proposal]);

    office.bill_and_close("2019-01");
    assert_both_versions(&office);
    office.bill_and_close("2019-02");
    assert_fields(&office.statement(OWNER, "2019-02"), &[("prior_balance", "870.00"), ("corrections", "0.00")]);
    assert_sound(&office, &["2019-01", "2019-02"]);
}

#[test]
fn under_that_policy_a_month_that_did_not_change_holds_nothing() {
    let office = Story::closed();
    adopt(&office, r#"{"closed_period_corrections":"reopen"}"#);
    office.ingest("february.csv", Story::later("2019-02", "250.40").cur2());
    office.bill_and_close("2019-02");
    assert_sound(&office, &["2019-01", "2019-02"]);
}

#[test]
fn once_the_next_month_is_billed_the_change_posts_to_the_open_one() {
    let mut office = Story::closed();
    adopt(&office, r#"{"closed_period_corrections":"reopen"}"#);
    office.ingest("february.csv", Story::later("2019-02", "250.40").cur2());
    office.bill_and_close("2019-02");
    office.ingest("january-2.csv", Story::january_with("130.00").cur2());
    office.refused(&[&["reopen", "2019-01"][..], &BY_ANNA].concat(), &["next period is billed"]);
    office.at(FIVE_APRIL);
    office.ingest("march.csv", Story::later("2019-03", "10.00").cur2());
    office.bill_and_close("2019-03");
    assert_fields(&office.statement(OWNER, "2019-03"), &[("corrections", "-30.00"), ("applied", "10.00")]);
    assert_sound(&office, &["2019-01", "2019-02", "2019-03"]);
}

#[test]
fn four_eyes_may_be_asked_for_reopening_alone() {
    let office = Story::closed();
    adopt(&office, r#"{"four_eyes":["reopen"]}"#);
    reopen(&office);
    let proposal = waiting(&office);
    office.ok(&["approve", &proposal, "--by", "bert"]);
    assert_fields(&only(&office.json(&["close", "2019-01"])), &[("status", "closed")]);
    assert_sound(&office, &["2019-01"]);
}

#[test]
fn a_dry_run_records_nothing_and_a_key_makes_it_harmless_to_repeat() {
    let office = Story::closed();
    let before = office.log_files();
    office.ok(&[&["reopen", "2019-01", "--dry-run"][..], &BY_ANNA].concat());
    assert_eq!(office.log_files(), before);
    let keyed = [&["reopen", "2019-01", "--idempotency-key", "k1"][..], &BY_ANNA].concat();
    office.ok(&keyed);
    let after = office.log_files();
    office.ok(&keyed).says(&["done before"]);
    assert_eq!(office.log_files(), after);
}
