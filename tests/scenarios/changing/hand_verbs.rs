//! The memo's verbs by hand: each with who and why, none beyond what is there.

use super::{assert_sound, memo_of, partly_funded};
use crate::support::*;

const WHY: [&str; 4] = ["--by", "anna", "--reason", "agreed by phone"];

/// Runs a verb by anna, who says why.
#[track_caller]
fn act(office: &Office, verb: &[&str]) {
    office.ok(&[&["memos"], verb, &WHY].concat());
    let log = std::fs::read_to_string(office.segment("MEMOS")).unwrap();
    let last = log.lines().last().unwrap();
    assert!(last.contains("anna") && last.contains("agreed by phone"), "{last}");
}

#[track_caller]
fn refuse(office: &Office, verb: &[&str], words: &[&str]) {
    office.refused(&[&["memos"], verb, &WHY].concat(), words);
}

#[test]
fn issue() {
    let mut office = Story::closed();
    act(&office, &["issue", "--account", A3, "--face", "50.00", "--start", "2019-02-01", "--description", "goodwill"]);
    assert_fields(&office.balance(A3), &[("face_amount", "50.00"), ("unfunded_balance", "50.00")]);
    office.at(FIVE_MARCH);
    office.ingest("february.csv", Story::later("2019-02", "250.40").cur2());
    office.bill_and_close("2019-02");
    assert_fields(
        &office.statement(A3, "2019-02"),
        &[("issued", "50.00"), ("applied", "50.00"), ("balance_of_funds", "0.00"), ("due", "2350.00")],
    );
    assert_sound(&office, &["2019-01", "2019-02"]);
}

#[test]
fn a_second_memo_for_one_credit_is_refused() {
    let office = Story::closed();
    let verb = ["issue", "--account", OWNER, "--face", "50.00", "--credit", "5001"];
    refuse(&office, &verb, &["5001", &memo_of(&office, OWNER)]);
}

#[test]
fn adjust_up_is_a_supplementary_memo() {
    let office = Story::closed();
    act(&office, &["adjust", &memo_of(&office, OWNER), "--amount", "25.00"]);
    let rows = office.json(&["balance", "--account", OWNER]);
    assert_eq!(rows.as_array().unwrap().len(), 2, "{rows:#}");
    assert_fields(&row_where(&rows, "face_amount", "1000.00"), &[("open_balance", "900.00")]);
    assert_fields(&row_where(&rows, "face_amount", "25.00"), &[("open_balance", "25.00")]);
    assert_sound(&office, &["2019-01"]);
}

#[test]
fn adjust_down_is_a_write_down() {
    let office = Story::closed();
    let memo = memo_of(&office, OWNER);
    act(&office, &["adjust", &memo, "--amount", "-25.00"]);
    assert_fields(&office.balance(OWNER), &[("face_amount", "1000.00"), ("open_balance", "875.00")]);
    refuse(&office, &["adjust", &memo, "--amount", "-875.01"], &["875.00"]);
    assert_sound(&office, &["2019-01"]);
}

#[test]
fn write_off() {
    let office = Story::closed();
    let memo = memo_of(&office, OWNER);
    act(&office, &["write-off", &memo, "--amount", "100.00"]);
    assert_fields(&office.balance(OWNER), &[("written_off_amount", "100.00"), ("open_balance", "800.00")]);
    refuse(&office, &["write-off", &memo, "--amount", "800.01"], &["800.00"]);
    act(&office, &["write-off", &memo]);
    assert_fields(&office.balance(OWNER), &[("written_off_amount", "900.00"), ("open_balance", "0.00")]);
    assert_sound(&office, &["2019-01"]);
}

#[test]
fn refund_pays_out_what_aws_took() {
    let office = partly_funded();
    let memo = memo_of(&office, OWNER);
    refuse(&office, &["refund", &memo, "--amount", "900.01"], &[&memo]);
    act(&office, &["refund", &memo]);
    assert_fields(
        &office.balance(OWNER),
        &[("refunded_amount", "300.00"), ("open_balance", "600.00"), ("funded_balance", "0.00")],
    );
    assert_sound(&office, &["2019-01"]);
}

#[test]
fn refund_of_an_amount() {
    let office = Story::closed();
    let memo = memo_of(&office, OWNER);
    act(&office, &["refund", &memo, "--amount", "100.00"]);
    assert_fields(
        &office.balance(OWNER),
        &[("refunded_amount", "100.00"), ("open_balance", "800.00"), ("funded_balance", "800.00")],
    );
    assert_sound(&office, &["2019-01"]);
}

#[test]
fn expire_and_reinstate() {
    let mut office = Story::closed();
    let memo = memo_of(&office, OWNER);
    act(&office, &["expire", &memo, "--amount", "100.00"]);
    assert_fields(&office.balance(OWNER), &[("expired_amount", "100.00"), ("open_balance", "800.00")]);
    refuse(&office, &["expire", &memo, "--amount", "800.01"], &["800.00"]);
    refuse(&office, &["reinstate", &memo, "--amount", "100.01"], &["100.00"]);
    act(&office, &["reinstate", &memo, "--amount", "60.00"]);
    assert_fields(&office.balance(OWNER), &[("expired_amount", "40.00"), ("open_balance", "860.00")]);
    office.at(FIVE_MARCH);
    office.ingest("february.csv", Story::later("2019-02", "250.40").cur2());
    office.bill_and_close("2019-02");
    assert_fields(
        &office.statement(OWNER, "2019-02"),
        &[("prior_balance", "900.00"), ("applied", "250.40"), ("balance_of_funds", "609.60")],
    );
    assert_sound(&office, &["2019-01", "2019-02"]);
}

#[test]
fn without_a_reason_nothing_is_done() {
    let office = Story::closed();
    let memo = memo_of(&office, OWNER);
    let log = office.log_files();
    for verb in [
        &["issue", "--account", A3, "--face", "50.00"][..],
        &["adjust", &memo, "--amount", "-25.00"],
        &["write-off", &memo],
        &["refund", &memo],
        &["reassign", &memo, "--po", "PO-9"],
    ] {
        office.run(&[&["memos"], verb].concat()).exits(2).says(&["--reason"]);
        office.run(&[&["memos"], verb, &["--reason", " "]].concat()).exits(2).says(&["--reason"]);
    }
    assert_eq!(office.log_files(), log);
}

#[test]
fn a_memo_that_is_not_there_is_refused() {
    let office = Story::closed();
    refuse(&office, &["write-off", "CM-1-2-0003"], &["CM-1-2-0003", "memos list"]);
}
