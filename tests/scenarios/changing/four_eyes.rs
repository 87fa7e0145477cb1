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

#[test]
fn another_spelling_is_no_second_person() {
    let office = office();
    let proposal = proposed(&office);
    for by in ["Anna", " anna ", "ＡＮＮＡ"] {
        office.refused(&["approve", &proposal, "--by", by], &["same person"]);
    }
    assert_fields(&office.balance(OWNER), &[("open_balance", "900.00")]);
}

#[test]
fn a_proposal_is_withdrawn_by_its_maker_or_turned_down_by_another() {
    let office = office();
    for by in ["anna", "bert"] {
        let proposal = proposed(&office);
        assert_eq!(office.json(&["reject", &proposal, "--by", by, "--reason", "paid out"]), serde_json::json!([]));
        office.refused(&["approve", &proposal, "--by", "bert"], &[&proposal]);
        office.refused(&["reject", &proposal, "--by", "bert"], &[&proposal]);
    }
    assert_fields(&office.balance(OWNER), &[("written_off_amount", "0.00"), ("open_balance", "900.00")]);
    assert_sound(&office, &["2019-01"]);
}

#[test]
fn what_is_rejected_under_a_key_is_rejected_once() {
    let office = office();
    let proposal = proposed(&office);
    let reject = ["reject", &proposal, "--by", "bert", "--idempotency-key", "r-1"];
    office.ok(&reject);
    let commits = office.commits();
    office.ok(&reject);
    assert_eq!(office.commits(), commits);
}

#[test]
fn one_person_alone_does_not_turn_four_eyes_off() {
    let office = office();
    office.write("off.json", r#"{"four_eyes":[]}"#);
    office.ok(&["policy", "adopt", "off.json", "--by", "anna", "--reason", "in the way"]).says(&["approve"]);
    let waiting = only(&office.json(&["approvals"]));
    assert_fields(&waiting, &[("by", "anna"), ("reason", "in the way")]);
    let proposal = waiting["proposal"].as_str().unwrap().to_owned();
    office.refused(&["approve", &proposal, "--by", "ANNA"], &["same person"]);
    assert_eq!(office.json(&["policy", "show", "--period", "2019-02"])["four_eyes"], serde_json::json!(["write-off"]));
    office.ok(&["reject", &proposal, "--by", "bert"]);

    office.ok(&["policy", "adopt", "off.json", "--by", "anna"]);
    let proposal = only(&office.json(&["approvals"]))["proposal"].as_str().unwrap().to_owned();
    office.ok(&["approve", &proposal, "--by", "bert"]);
    assert_eq!(office.json(&["policy", "show", "--period", "2019-02"])["four_eyes"], serde_json::json!([]));
    let memo = memo_of(&office, OWNER);
    office.ok(&["memos", "write-off", &memo, "--amount", "1.00", "--by", "anna", "--reason", "agreed"]);
    assert_fields(&office.balance(OWNER), &[("written_off_amount", "1.00")]);
    assert_sound(&office, &["2019-01"]);
}

#[test]
fn other_policies_are_one_persons_while_four_eyes_are_on() {
    let office = office();
    office.write("never.json", r#"{"memo_expiry":"never"}"#);
    office.ok(&["policy", "adopt", "never.json", "--by", "anna"]);
    assert_eq!(office.json(&["approvals"]), serde_json::json!([]));
    assert_eq!(office.json(&["policy", "show", "--period", "2019-02"])["memo_expiry"], "never");
}
