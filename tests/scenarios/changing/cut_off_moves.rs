//! A process that is killed between the two sides of a move: what left one memo arrives at the other with
//! whatever comes next, and is moved once.

use std::fs;

use super::{assert_sound, memo_of};
use crate::support::*;

const WHY: [&str; 4] = ["--by", "anna", "--reason", "merger"];
const OTHER: &str = "000000009002";

fn to_a3(memo: &str) -> Vec<&str> {
    [&["memos", "reassign", memo, "--to-account", A3, "--consent", "--amount", "400.00"][..], &WHY].concat()
}

/// The log as a process killed before its last append to MEMOS leaves it.
fn killed_before_the_last_append(office: &Office) {
    let segment = office.segment("MEMOS");
    let text = fs::read_to_string(&segment).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert!(lines[lines.len() - 1].contains("memo_reassigned_in"), "the last append is no incoming side");
    fs::write(&segment, format!("{}\n", lines[..lines.len() - 1].join("\n"))).unwrap();
    let _ = fs::remove_file(segment.with_extension("idx"));
    fs::remove_dir_all(office.data().join("read-model")).unwrap();
}

/// 400.00 of the memo has left for another account and not arrived.
fn cut_off() -> (Office, String) {
    let office = Story::closed();
    let memo = memo_of(&office, OWNER);
    office.ok(&to_a3(&memo));
    killed_before_the_last_append(&office);
    assert_fields(&office.balance(OWNER), &[("reassigned_amount", "400.00"), ("open_balance", "500.00")]);
    (office, memo)
}

#[track_caller]
fn has_arrived_once(office: &Office) {
    assert_fields(&office.balance(OWNER), &[("reassigned_amount", "400.00"), ("open_balance", "500.00")]);
    assert_fields(&office.balance(A3), &[("face_amount", "400.00"), ("funded_balance", "400.00")]);
    let listed = office.json(&["credits", "exceptions"]);
    assert!(!listed.to_string().contains("in-transit"), "{listed:#}");
    office.ok(&["audit"]);
}

#[test]
fn what_is_in_transit_is_an_open_item_and_a_finding() {
    let (office, memo) = cut_off();
    let item = row_where(&office.json(&["credits", "exceptions"]), "exception", "in-transit");
    assert_fields(&item, &[("memo_number", &memo), ("amount", "400"), ("member_account_id", OWNER)]);
    let outcome = office.run(&["audit"]).exits(5);
    let said = format!("{}{}", outcome.stdout, outcome.stderr);
    assert!(said.contains("400.00") && said.contains(A3) && said.contains("has not arrived"), "{outcome}");
}

#[test]
fn the_command_again_completes_it_and_moves_nothing_more() {
    let (office, memo) = cut_off();
    office.ok(&to_a3(&memo)).says(&["cut off", "400.00", "nothing more was moved"]);
    has_arrived_once(&office);
    // Given once more it is a move of its own.
    office.ok(&to_a3(&memo));
    assert_fields(&office.balance(OWNER), &[("reassigned_amount", "800.00"), ("open_balance", "100.00")]);
    let listed = office.json(&["memos", "list", "--account", A3]);
    assert_eq!(listed.as_array().unwrap().len(), 2, "{listed:#}");
    assert_sound(&office, &["2019-01"]);
}

#[test]
fn all_of_a_memo_asked_for_again_is_the_same_move() {
    let mut office = Story::closed();
    office.at(FIVE_MARCH);
    let memo = memo_of(&office, OWNER);
    let all = [&["memos", "reassign", &memo, "--to-account", A3, "--consent"][..], &WHY].concat();
    office.ok(&all);
    killed_before_the_last_append(&office);
    office.ok(&all).says(&["cut off", "900.00"]);
    assert_fields(&office.balance(A3), &[("open_balance", "900.00")]);
    office.refused(&all, &["above zero"]);
}

#[test]
fn the_next_bill_completes_it_before_it_draws() {
    let (mut office, _) = cut_off();
    office.at(FIVE_MARCH);
    office.ingest("february.csv", Story::later("2019-02", "250.40").cur2());
    office.bill_and_close("2019-02");
    assert_fields(
        &office.statement(A3, "2019-02"),
        &[("applied", "400.00"), ("balance_of_funds", "0.00"), ("due", "2000.00")],
    );
    assert_fields(
        &office.statement(OWNER, "2019-02"),
        &[("prior_balance", "900.00"), ("applied", "250.40"), ("balance_of_funds", "249.60"), ("due", "0.00")],
    );
    assert_sound(&office, &["2019-01", "2019-02"]);
}

#[test]
fn another_act_completes_it_and_is_done_too() {
    for key in [&[][..], &["--idempotency-key", "write-off-1"]] {
        let (office, memo) = cut_off();
        let act = [&["memos", "write-off", &memo, "--amount", "50.00"][..], &WHY, key].concat();
        office.ok(&act);
        assert_fields(&office.balance(OWNER), &[("written_off_amount", "50.00"), ("open_balance", "450.00")]);
        assert_fields(&office.balance(A3), &[("face_amount", "400.00"), ("open_balance", "400.00")]);
        assert_sound(&office, &["2019-01"]);
    }
}

/// The arrival is recorded on the account that the act under a key is upon: it is not taken for that act.
#[test]
fn an_act_under_a_key_is_not_mistaken_for_what_it_completed() {
    let mut office = Story::closed();
    office.at(FIVE_MARCH);
    let memo = memo_of(&office, OWNER);
    let granted = [&["memos", "issue", "--account", A3, "--face", "10.00", "--start", "2019-03-01"][..], &WHY].concat();
    office.ok(&granted);
    let its_own = memo_of(&office, A3);
    office.ok(&to_a3(&memo));
    killed_before_the_last_append(&office);
    let act = ["memos", "write-off", &its_own, "--amount", "10.00", "--idempotency-key", "w1"];
    let act = [&act[..], &WHY].concat();
    office.ok(&act);
    let rows = office.json(&["memos", "list", "--account", A3]);
    assert_fields(&row_where(&rows, "memo_number", &its_own), &[("written_off_amount", "10.00")]);
    office.ok(&act).says(&["done before"]);
    assert_sound(&office, &["2019-01"]);
}

#[test]
fn two_proposals_of_one_memo_are_two_moves() {
    let mut office = Story::closed();
    office.at(FIVE_MARCH);
    let policy = office.write("policy.json", r#"{"four_eyes":["reassign"]}"#);
    office.ok(&["policy", "adopt", policy.to_str().unwrap(), "--from", "2019-02"]);
    let memo = memo_of(&office, OWNER);
    for amount in ["400.00", "300.00"] {
        let to = ["memos", "reassign", &memo, "--to-account", A3, "--consent", "--amount", amount];
        office.ok(&[&to[..], &WHY].concat());
    }
    let waiting = office.json(&["approvals"]);
    for row in waiting.as_array().unwrap() {
        office.ok(&["approve", row["proposal"].as_str().unwrap(), "--by", "berta"]);
    }
    assert_fields(&office.balance(OWNER), &[("reassigned_amount", "700.00"), ("open_balance", "200.00")]);
    let arrived = office.json(&["memos", "list", "--account", A3]);
    assert_eq!(arrived.as_array().unwrap().len(), 2, "{arrived:#}");
    assert_sound(&office, &["2019-01"]);
}

#[test]
fn a_move_to_another_payer_is_completed_by_either() {
    for payer in [PAYER, OTHER] {
        let mut office = Story::closed();
        office.at(FIVE_MARCH);
        office.accounts_of(OTHER, &[(OWNER, "Department of Light", "PO-A")]);
        let memo = memo_of(&office, OWNER);
        office.ok(&[&["memos", "reassign", &memo, "--to-payer", OTHER][..], &WHY].concat());
        killed_before_the_last_append(&office);
        let bill = Story::later("2019-02", "250.40").with("payer", payer);
        office.ingest("february.csv", bill.cur2());
        office.ok(&["bill", "2019-02", "--payer", payer]);
        let there = row_where(&office.json(&["memos", "list", "--payer", OTHER]), "member_account_id", OWNER);
        assert_fields(&there, &[("face_amount", "900.00")]);
        office.ok(&["audit"]);
    }
}

/// What a split gives a portion is completed as what it is: the portion's own memo, whatever completes it.
#[test]
fn a_split_that_was_cut_off_is_the_portions_memo() {
    for by_hand in [true, false] {
        let office = Office::new();
        office.accounts(&[(OWNER, "Department of Light", "PO-A"), (A2, "Second Street Bakery", "PO-2")]);
        office.grants(&[grant("5001", OWNER, "2000.00")]);
        let portions = ["--portion", "5002:1000", "--portion", &format!("5003:500:{A2}")];
        let cut =
            [&["credits", "split", "5001"][..], &portions, &["--reserved", "500", "--date", "2019-02-01"]].concat();
        office.ok(&cut);
        killed_before_the_last_append(&office);
        office.run(&["audit"]).exits(5);
        if by_hand {
            let rows = office.json(&["balance"]);
            let other = row_where(&rows, "credit_id", "5002")["memo_number"].as_str().unwrap().to_owned();
            office.ok(&[&["memos", "write-off", &other, "--amount", "50.00"][..], &WHY].concat());
        } else {
            office.ingest("january.csv", bill("2019-01").lines([usage(OWNER, "AmazonEC2", "100.00")]).cur2());
            office.ok(&["bill", "2019-01"]);
        }
        let portion = [("credit_id", "5003"), ("face_amount", "500.00"), ("open_balance", "500.00")];
        assert_fields(&office.balance(A2), &portion);
        // What AWS applies of the portion from now on funds it.
        let january = bill("2019-01").lines([
            usage(OWNER, "AmazonEC2", "100.00"),
            usage(A2, "AmazonEC2", "2500.00"),
            credit(A2, "-120.00", "AWS Promotional Credit 5003"),
        ]);
        office.ingest("january-again.csv", january.cur2());
        office.ok(&["audit"]);
    }
}
