//! Two dates on everything: what counts by a day, and what was recorded by a time.

use crate::support::*;

/// January billed on 5 February, February on 5 March.
fn two_months() -> Office {
    let mut office = Story::closed();
    office.at(FIVE_MARCH);
    office.ingest("february.csv", Story::later("2019-02", "250.40").cur2());
    office.bill_and_close("2019-02");
    office
}

#[track_caller]
fn open_balance(office: &Office, options: &[&str]) -> String {
    let mut arguments = vec!["balance", "--account", DLT];
    arguments.extend(options);
    only(&office.json(&arguments))["open_balance"].as_str().unwrap().to_owned()
}

#[test]
fn by_effective_day() {
    let office = two_months();
    assert_eq!(open_balance(&office, &[]), "649.60");
    for (day, balance) in [
        ("2019-01-30", "1000.00"),
        ("2019-01-31", "900.00"),
        ("2019-02-27", "900.00"),
        ("2019-02-28", "649.60"),
        ("2020-01-01", "649.60"),
    ] {
        assert_eq!(open_balance(&office, &["--effective", day]), balance, "effective {day}");
    }
}

#[test]
fn by_recorded_time() {
    let office = two_months();
    for (time, balance) in [
        (FIVE_FEBRUARY, "900.00"),
        ("2019-03-05T08:59:59Z", "900.00"),
        (FIVE_MARCH, "649.60"),
        ("2019-02-05", "900.00"),
        ("2019-03-05", "649.60"),
        ("2019-03-05T10:00:00+01:00", "649.60"),
    ] {
        assert_eq!(open_balance(&office, &["--recorded", time]), balance, "recorded by {time}");
    }
}

#[test]
fn by_both() {
    let office = two_months();
    assert_eq!(open_balance(&office, &["--effective", "2019-02-28", "--recorded", "2019-02-28"]), "900.00");
    assert_eq!(open_balance(&office, &["--effective", "2019-01-31", "--recorded", "2019-03-05"]), "900.00");
}

#[test]
fn before_anything_was_recorded_there_is_nothing() {
    let office = two_months();
    assert_eq!(office.json(&["balance", "--recorded", "2019-02-04"]), serde_json::json!([]));
}

#[test]
fn a_time_that_is_none_is_wrong_usage() {
    let office = two_months();
    office.run(&["balance", "--recorded", "yesterday"]).exits(2).says(&["yesterday", "RFC 3339"]);
    office.run(&["balance", "--effective", "2019-02-30"]).exits(2);
}

#[test]
fn replay_until_a_time_is_the_balance_recorded_by_then() {
    let office = two_months();
    for (until, balance) in [(FIVE_FEBRUARY, "900.00"), (FIVE_MARCH, "649.60")] {
        let row = only(&office.json(&["replay", "--until", until]));
        assert_fields(&only(&row["open_balance"]), &[("currency", "USD"), ("amount", balance)]);
    }
}

#[test]
fn what_is_recorded_under_a_set_clock_says_so() {
    let office = Story::closed();
    let injected = std::fs::read_to_string(office.segment("MEMOS")).unwrap();
    assert!(injected.lines().all(|line| line.contains("\"clock\":\"injected\"")));
    let office = Office::new().on_the_machines_clock();
    office.accounts(&[(DLT, "Department of Light", "PO-A")]);
    office.grants(&[grant("5001", DLT, "1000.00")]);
    let real = std::fs::read_to_string(office.segment("MEMOS")).unwrap();
    assert!(!real.contains("injected"));
}

#[test]
fn a_clock_that_is_no_time_is_wrong_usage() {
    let mut office = Story::imported();
    office.at("five o'clock");
    office.run(&["balance"]).exits(2).says(&["CREDITMEMO_CLOCK", "five o'clock", "RFC 3339"]);
}
