//! Replaying one payer, one account, one memo, or up to a point.

use crate::support::*;

/// Two accounts with a memo each, of which one was drawn.
fn office() -> Office {
    let office = Story::imported();
    office.grants(&[grant("5002", A2, "300.00")]);
    office.ingest("january.csv", Story::january().cur2());
    office.bill_and_close("2019-01");
    office
}

#[test]
fn one_account_is_rebuilt_from_its_own_commits() {
    let office = office();
    let row = only(&office.json(&["replay", "--verify", "--payer", PAYER, "--account", OWNER]));
    let balance = only(&row["balances"]);
    assert_eq!(balance, office.balance(OWNER), "the same row as the live one");
    assert_fields(&row, &[("memos", "1"), ("verified", "true"), ("state_certificate", "null")]);
    let whole = only(&office.json(&["replay", "--verify"]));
    assert!(row["commits"].as_u64() < whole["commits"].as_u64(), "{row:#}");
    assert_eq!(whole["balances"], serde_json::json!([]));
}

#[test]
fn one_payer_and_one_memo_are_rebuilt() {
    let office = office();
    let of_payer = only(&office.json(&["replay", "--verify", "--payer", PAYER]));
    assert_fields(&of_payer, &[("memos", "2")]);
    let balances = of_payer["balances"].clone();
    assert_eq!(balances, office.json(&["balance"]));
    let number = office.balance(A2)["memo_number"].as_str().unwrap().to_owned();
    let of_memo = only(&office.json(&["replay", "--verify", "--memo", &number]));
    assert_eq!(only(&of_memo["balances"]), office.balance(A2));
}

#[test]
fn up_to_a_sequence_and_a_time_in_part_too() {
    let office = office();
    let issued = only(&office.json(&["replay", "--until", "1", "--account", OWNER]));
    assert_fields(&only(&issued["balances"]), &[("open_balance", "1000.00"), ("applied_amount", "0.00")]);
    let before = office.json(&["replay", "--until", "2019-02-05T08:59:59Z"]);
    assert_fields(&only(&before), &[("memos", "0"), ("commits", "0")]);
}

/// A clock that goes back changes nothing of what was known: the memo that it dates back is recorded now.
#[test]
fn up_to_a_time_whatever_the_clock_said_afterwards() {
    let mut office = office();
    let issue = |office: &Office, account: &str, face: &str| {
        let issue =
            ["memos", "issue", "--account", account, "--face", face, "--end", "2030-12-31", "--reason", "goodwill"];
        office.ok(&issue);
    };
    office.at(FIVE_MARCH);
    issue(&office, OWNER, "10.00");
    office.at("2019-02-10T09:00:00Z");
    issue(&office, A3, "20.00");
    let until = ["replay", "--until", "2019-02-11"];
    let whole = only(&office.json(&until));
    assert_fields(&whole, &[("memos", "2")]);
    let in_part = only(&office.json(&["replay", "--until", "2019-03-06", "--account", A3]));
    assert_fields(&only(&in_part["balances"]), &[("open_balance", "20.00")]);
    assert_eq!(office.json(&["balance", "--recorded", "2019-02-11"]).as_array().map(Vec::len), Some(2));

    office.ok(&[&until[..], &["--snapshot"]].concat());
    assert_fields(&only(&office.json(&until)), &[("memos", "2")]);
    office.ok(&["replay", "--verify"]);
}

#[test]
fn an_account_is_shown_as_it_was_known_then() {
    let mut office = office();
    let then = only(&office.json(&["replay", "--until", "2019-02-11", "--account", OWNER]));
    office.at(FIVE_MARCH);
    // Recorded now, and effective the day before the one that is asked for.
    let moved = format!(
        "payer_account_id,member_account_id,customer,po_number,from,to\n\
         {PAYER},{OWNER},Department of Light,PO-A,2015-01-01,2019-02-10\n\
         {PAYER},{OWNER},Department of Light,PO-B,2019-02-10,\n"
    );
    office.write("moved.csv", moved);
    office.ok(&["accounts", "import", "moved.csv"]);
    let now = only(&office.json(&["replay", "--account", OWNER]));
    assert_fields(&only(&now["balances"]), &[("po_number", "PO-B")]);
    let again = only(&office.json(&["replay", "--until", "2019-02-11", "--account", OWNER]));
    assert_eq!(again["balances"], then["balances"]);
}

#[test]
fn what_is_not_there_is_said() {
    let office = office();
    office.run(&["replay", "--account", "000000009999"]).exits(1).says(&["no memo"]);
    office.run(&["replay", "--memo", "CM-0-0-0001"]).exits(1).says(&["no memo"]);
}
