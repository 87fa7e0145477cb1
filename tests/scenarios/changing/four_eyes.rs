//! A policy may ask for a second pair of eyes: who proposes does not approve.

use super::{assert_sound, memo_of};
use crate::support::*;

fn office() -> Office {
    let office = Story::closed();
    office.write("policy.json", r#"{"four_eyes":["write-off"]}"#);
    office.ok(&["policy", "adopt", "policy.json"]);
    office
}

/// Anna proposes to write 100.00 off; answers with the proposal.
fn proposed(office: &Office) -> String {
    let memo = memo_of(office, OWNER);
    let verb = ["memos", "write-off", &memo, "--amount", "100.00", "--by", "anna", "--reason", "too old"];
    let outcome = office.ok(&verb).says(&["approve"]);
    let waiting = only(&office.json(&["approvals"]));
    assert_fields(&waiting, &[("by", "anna"), ("reason", "too old"), ("member_account_id", OWNER)]);
    let proposal = waiting["proposal"].as_str().unwrap().to_owned();
    assert!(outcome.stderr.contains(&proposal), "{outcome}");
    proposal
}

#[test]
fn what_is_proposed_is_not_done() {
    let office = office();
    proposed(&office);
    assert_fields(&office.balance(OWNER), &[("written_off_amount", "0.00"), ("open_balance", "900.00")]);
    assert_sound(&office, &["2019-01"]);
}

#[test]
fn the_maker_cannot_approve_and_another_can() {
    let office = office();
    let proposal = proposed(&office);
    office.refused(&["approve", &proposal, "--by", "anna"], &["anna"]);
    assert_fields(&office.balance(OWNER), &[("open_balance", "900.00")]);
    let left = office.json(&["approve", &proposal, "--by", "bert"]);
    assert_eq!(left, serde_json::json!([]));
    assert_fields(&office.balance(OWNER), &[("written_off_amount", "100.00"), ("open_balance", "800.00")]);
    office.refused(&["approve", &proposal, "--by", "bert"], &[&proposal]);
    assert_sound(&office, &["2019-01"]);
}

#[test]
fn what_is_refused_is_refused_when_it_is_proposed() {
    let office = office();
    let memo = memo_of(&office, OWNER);
    let verb = ["memos", "write-off", &memo, "--amount", "900.01", "--by", "anna", "--reason", "too old"];
    office.refused(&verb, &["900.00"]);
    assert_eq!(office.json(&["approvals"]), serde_json::json!([]));
}

#[test]
fn other_acts_need_one_person() {
    let office = office();
    let memo = memo_of(&office, OWNER);
    office.ok(&["memos", "refund", &memo, "--amount", "100.00", "--by", "anna", "--reason", "asked for it"]);
    assert_fields(&office.balance(OWNER), &[("refunded_amount", "100.00"), ("open_balance", "800.00")]);
    assert_eq!(office.json(&["approvals"]), serde_json::json!([]));
}
