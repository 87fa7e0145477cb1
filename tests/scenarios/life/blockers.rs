//! Months go in their order, and a close needs what it needs. What blocks is on stderr and in the
//! JSON, and nothing is recorded.

use serde_json::Value;

use crate::support::*;

/// Runs a command that must be blocked; answers with its blockers.
#[track_caller]
fn blocked(office: &Office, arguments: &[&str]) -> Vec<Value> {
    let before = office.log_files();
    let mut arguments = arguments.to_vec();
    arguments.extend(["--output", "json"]);
    let outcome = office.run(&arguments).exits(5);
    let row = only(&outcome.json());
    assert_fields(&row, &[("status", "blocked"), ("payer_account_id", PAYER)]);
    let blockers = row["blockers"].as_array().unwrap().clone();
    assert!(!blockers.is_empty(), "{outcome}");
    for blocker in &blockers {
        let message = blocker["message"].as_str().unwrap();
        assert!(outcome.stderr.contains(message), "'{message}' is not on stderr: {outcome}");
    }
    assert_eq!(office.log_files(), before, "what was blocked recorded something: {outcome}");
    blockers
}

fn names(blockers: &[Value]) -> Vec<&str> {
    blockers.iter().map(|blocker| blocker["blocker"].as_str().unwrap()).collect()
}

fn with_february() -> Office {
    let mut office = Story::billed();
    office.at(FIVE_MARCH);
    office.ingest("february.csv", Story::later("2019-02", "250.40").cur2());
    office
}

#[test]
fn bill_needs_a_delivery() {
    assert_eq!(names(&blocked(&Story::imported(), &["bill", "2019-01"])), ["not-delivered"]);
}

#[test]
fn bill_needs_the_former_period_closed() {
    let office = with_february();
    let blockers = blocked(&office, &["bill", "2019-02"]);
    assert_eq!(names(&blockers), ["former-period-open"]);
    assert_fields(&blockers[0], &[("former", "2019-01")]);
    office.ok(&["close", "2019-01"]);
    office.ok(&["bill", "2019-02"]);
}

#[test]
fn a_month_between_without_a_delivery_holds_the_next_until_it_is_waived() {
    let mut office = Story::closed();
    office.at(FIVE_APRIL);
    office.ingest("march.csv", Story::later("2019-03", "900.00").cur2());
    assert_eq!(names(&blocked(&office, &["bill", "2019-03"])), ["former-period-open"]);
    office.run(&["close", "2019-02", "--waive"]).exits(2).says(&["--reason"]);
    let waived = only(&office.json(&["close", "2019-02", "--waive", "--reason", "AWS has no bill"]));
    assert_fields(&waived, &[("status", "waived")]);
    office.ok(&["bill", "2019-03"]);
}

#[test]
fn close_needs_a_delivery_and_a_bill_run() {
    let office = Story::imported();
    assert!(names(&blocked(&office, &["close", "2019-01"])).contains(&"not-delivered"));
    office.ingest("january.csv", Story::january().cur2());
    assert!(names(&blocked(&office, &["close", "2019-01"])).contains(&"not-billed"));
    office.bill_and_close("2019-01");
}

#[test]
fn close_needs_the_former_period_closed() {
    let office = with_february();
    assert!(names(&blocked(&office, &["close", "2019-02"])).contains(&"former-period-open"));
}

#[test]
fn close_needs_the_present_delivery_billed() {
    let office = Story::billed();
    office.ingest("second.csv", Story::january_with("130.00").cur2());
    assert!(names(&blocked(&office, &["close", "2019-01"])).contains(&"billed-on-other-delivery"));
    office.bill_and_close("2019-01");
}

#[test]
fn close_needs_a_final_bill() {
    let office = Story::imported();
    office.ingest("january.csv", Story::january().estimated().cur2());
    office.ok(&["bill", "2019-01", "--accept-estimated"]);
    assert_eq!(names(&blocked(&office, &["close", "2019-01"])), ["estimated"]);
    assert_fields(&only(&office.json(&["close", "2019-01", "--accept-estimated"])), &[("status", "closed")]);
}

#[test]
fn what_is_not_done_yet_cannot_be_waived() {
    let office = Story::billed();
    office.ingest("second.csv", Story::january_with("130.00").cur2());
    let blockers = blocked(&office, &["close", "2019-01", "--waive", "--reason", "hurry"]);
    assert!(names(&blockers).contains(&"billed-on-other-delivery"));
}

#[test]
fn all_blockers_are_listed_at_once() {
    let office = Office::new();
    office.accounts(&[(OWNER, "Department of Light", "PO-A")]);
    let january = bill("2019-01")
        .lines([usage(OWNER, "AmazonEC2", "5"), usage(A2, "AmazonEC2", "5"), credit(OWNER, "-1", "Unheard Of")])
        .lines([line(OWNER, "Mystery", "AmazonEC2", "1", "?")])
        .estimated();
    office.ingest("january.csv", january.cur2());
    office.ok(&["bill", "2019-01", "--accept-estimated"]);
    let blockers = blocked(&office, &["close", "2019-01"]);
    let mut found = names(&blockers);
    found.sort_unstable();
    assert_eq!(found, ["estimated", "suspense", "unassigned", "unclassified"]);
}

#[test]
fn closing_twice_is_harmless_and_reopening_needs_a_reason() {
    let office = Story::closed();
    let before = office.log_files();
    assert_fields(&only(&office.json(&["close", "2019-01"])), &[("status", "closed")]);
    assert_eq!(office.log_files(), before);
    office.run(&["reopen", "2019-01"]).exits(2).says(&["--reason"]);
    assert_fields(&only(&office.json(&["reopen", "2019-01", "--reason", "AWS called"])), &[("status", "open")]);
    office.refused(&["reopen", "2019-01", "--reason", "again"], &["2019-01"]);
    office.ok(&["close", "2019-01"]);
}
