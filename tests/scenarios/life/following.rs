//! `watch`: memo-changed events as JSON lines, from any position on.

use serde_json::Value;

use crate::support::*;

fn watched(office: &Office, options: &[&str]) -> Vec<Value> {
    let mut arguments = vec!["watch", "--until-head"];
    arguments.extend(options);
    office.ok(&arguments).stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn each_line_says_what_happened_to_a_memo() {
    let office = Story::closed();
    let events = watched(&office, &["--from", "1"]);
    let steps: Vec<(&str, &str, &str)> = events
        .iter()
        .map(|event| {
            let text = |name: &str| event[name].as_str().unwrap();
            (text("cause"), text("balance_before"), text("balance_after"))
        })
        .collect();
    assert_eq!(
        steps,
        [
            ("memo_issued.v1", "0.00", "1000.00"),
            ("memo_funded.v1", "1000.00", "1000.00"),
            ("memo_applied.v1", "1000.00", "900.00"),
        ]
    );
    for event in &events {
        assert_fields(event, &[("member_account_id", OWNER), ("payer_account_id", PAYER), ("by", "clerk")]);
    }
    assert_fields(&events[2], &[("effective", "2019-01-31"), ("recorded", FIVE_FEBRUARY), ("command", "bill")]);
}

#[test]
fn it_resumes_at_a_position() {
    let office = Story::closed();
    let all = watched(&office, &["--from", "1"]);
    for (at, event) in all.iter().enumerate() {
        let position = event["position"].as_u64().unwrap().to_string();
        assert_eq!(watched(&office, &["--from", &position]), all[at..]);
    }
    let beyond = (all.last().unwrap()["position"].as_u64().unwrap() + 1).to_string();
    assert_eq!(watched(&office, &["--from", &beyond]), Vec::<Value>::new());
}

#[test]
fn it_follows_one_account() {
    let office = Story::closed();
    office.grants(&[grant("5001", OWNER, "1000.00"), grant("5009", A2, "10.00").described("Other")]);
    let others = watched(&office, &["--from", "1", "--account", A2]);
    assert!(!others.is_empty());
    assert!(others.iter().all(|event| event["member_account_id"] == A2));
    assert_eq!(watched(&office, &["--from", "1", "--account", A3]), Vec::<Value>::new());
}

#[test]
fn it_follows_one_memo() {
    let office = Story::closed();
    office.grants(&[grant("5001", OWNER, "1000.00"), grant("5009", OWNER, "10.00").described("Other")]);
    let all = watched(&office, &["--from", "1"]);
    let mut memos: Vec<&str> = all.iter().map(|event| event["memo_number"].as_str().unwrap()).collect();
    memos.dedup();
    assert_eq!(memos.len(), 2, "two memos of one account: {memos:?}");
    for memo in memos {
        let expected: Vec<&Value> = all.iter().filter(|event| event["memo_number"] == memo).collect();
        let found = watched(&office, &["--from", "1", "--memo", memo]);
        assert_eq!(found.iter().collect::<Vec<_>>(), expected);
    }
    assert_eq!(watched(&office, &["--from", "1", "--account", A2, "--memo", "CM-000001"]), Vec::<Value>::new());
}

#[test]
fn who_did_it_and_why_is_in_the_event() {
    let office = Story::ingested();
    office.ok(&["bill", "2019-01", "--by", "Ada", "--reason", "month end"]);
    let last = watched(&office, &["--from", "1"]).pop().unwrap();
    assert_fields(&last, &[("by", "Ada"), ("reason", "month end"), ("cause", "memo_applied.v1")]);
}

#[test]
fn where_nothing_was_recorded_it_says_so() {
    Office::new().run(&["watch", "--from", "1", "--until-head"]).exits(1).says(&["no log"]);
}
