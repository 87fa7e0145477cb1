//! N40: people press twice; a credit has one memo.

use super::one_customer;
use crate::support::*;

#[test]
fn n40_one_memo_a_credit_however_often_it_is_imported_or_issued() {
    let office = one_customer();
    office.grants(&[grant("5001", OWNER, "1000.00")]);
    let log = office.log_files();
    office.grants(&[grant("5001", OWNER, "1000.00")]);
    assert_eq!(office.log_files(), log, "the same import again");
    let issue = ["memos", "issue", "--account", OWNER, "--face", "1000.00", "--credit", "5001", "--reason", "again"];
    office.refused(&issue, &["5001", "CM0330"]);
    assert_fields(&office.balance(OWNER), &[("face_amount", "1000.00")]);
}

#[test]
fn n40_an_act_under_one_key_is_done_once() {
    let office = one_customer();
    office.grants(&[grant("5001", OWNER, "1000.00")]);
    let number = office.balance(OWNER)["memo_number"].as_str().unwrap().to_owned();
    let act = [
        "memos",
        "write-off",
        &number,
        "--amount",
        "10.00",
        "--reason",
        "small",
        "--idempotency-key",
        "once",
        "--by",
        "A",
    ];
    office.ok(&act);
    office.ok(&act);
    assert_fields(&office.balance(OWNER), &[("written_off_amount", "10.00"), ("open_balance", "990.00")]);
}
