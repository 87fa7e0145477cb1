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
    let mut arguments = vec!["balance", "--account", OWNER];
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
    office.accounts(&[(OWNER, "Department of Light", "PO-A")]);
    office.grants(&[grant("5001", OWNER, "1000.00")]);
    let real = std::fs::read_to_string(office.segment("MEMOS")).unwrap();
    assert!(!real.contains("injected"));
}

#[test]
fn a_clock_that_is_no_time_is_wrong_usage() {
    let mut office = Story::imported();
    office.at("five o'clock");
    office.run(&["balance"]).exits(2).says(&["CREDITMEMO_CLOCK", "five o'clock", "RFC 3339"]);
}

/// W3: January delivered anew in March with 130.00 instead of 100.00.
fn restated() -> Office {
    let mut office = Story::closed();
    office.at(FIVE_MARCH);
    office.ingest("january-again.csv", Story::january_with("130.00").cur2());
    office.ingest("february.csv", Story::later("2019-02", "250.40").cur2());
    office.bill_and_close("2019-02");
    office
}

const BEFORE: [&str; 2] = ["--recorded", FIVE_FEBRUARY];

#[test]
fn january_as_it_was_known_then_and_as_it_is_known_now() {
    let office = restated();
    for (dates, balance) in [
        (&["--effective", "2019-01-31", "--recorded", FIVE_FEBRUARY][..], "900.00"),
        (&["--effective", "2019-01-31", "--recorded", FIVE_MARCH], "870.00"),
        (&["--effective", "2019-01-31"], "870.00"),
        (&["--recorded", FIVE_MARCH], "619.60"),
    ] {
        assert_eq!(open_balance(&office, dates), balance, "balance {dates:?}");
        let list = [&["memos", "list"][..], dates].concat();
        let memo = only(&office.json(&list));
        assert_eq!(memo["open_balance"], balance, "memos list {dates:?}");
        let show = [&["memos", "show", memo["memo_number"].as_str().unwrap()][..], dates].concat();
        let shown = office.json(&show);
        assert_eq!(shown["open_balance"], balance, "memos show {dates:?}");
        let last_day = dates.iter().position(|word| *word == "--effective").map(|at| dates[at + 1]);
        for entry in shown["entries"].as_array().unwrap() {
            assert!(last_day.is_none_or(|last| entry["effective"].as_str().unwrap() <= last), "{shown:#}");
        }
    }
}

#[test]
fn a_statement_by_either_date() {
    let office = restated();
    let ask = |dates: &[&str]| {
        let arguments = [&["statement", "--account", OWNER, "--period", "2019-01"][..], dates].concat();
        office.json(&arguments)
    };
    // By posting, January stays as it went out; by effective date it is corrected.
    assert_fields(&ask(&[]), &[("balance_of_funds", "900.00"), ("as_of", "not there")]);
    assert_fields(&ask(&["--effective", "2019-01-31"])["as_of"], &[("open_balance", "870.00"), ("recorded", "null")]);
    let both = ask(&["--effective", "2019-01-31", "--recorded", FIVE_FEBRUARY]);
    assert_fields(&both["as_of"], &[("open_balance", "900.00")]);
    let early = ["statement", "--account", OWNER, "--period", "2019-01", "--effective", "2019-01-30"];
    office.run(&early).exits(1).says(&["no statement"]);
    let unknown = ["statement", "--account", OWNER, "--period", "2019-02", "--recorded", FIVE_FEBRUARY];
    office.run(&unknown).exits(1).says(&["no statement for 2019-02"]);
}

#[test]
fn a_superseded_statement_is_still_known_as_it_was() {
    let mut office = Story::billed();
    let before = office.statement(OWNER, "2019-01");
    office.at("2019-02-06T09:00:00Z");
    office.ingest("january-again.csv", Story::january_with("130.00").cur2());
    office.ok(&["bill", "2019-01"]);
    assert_ne!(office.statement(OWNER, "2019-01"), before);
    let then = [&["statement", "--account", OWNER, "--period", "2019-01"][..], &BEFORE].concat();
    assert_eq!(office.json(&then), before);
    let since = ["statement", "--account", OWNER, "--period", "2019-01", "--since", FIVE_FEBRUARY];
    let rows = office.json(&since);
    assert_fields(
        &row_where(&rows, "field", "balance_of_funds"),
        &[("of", "2019-01"), ("before", "900.00"), ("after", "870.00"), ("change", "-30")],
    );
    assert_fields(&row_where(&rows, "field", "lines[AmazonEC2 Usage].applied"), &[("change", "30")]);
}

#[test]
fn credits_by_either_date() {
    let mut office = Story::closed();
    office.at(FIVE_MARCH);
    office.ingest("january-again.csv", Story::january().lines([credit(A3, "0.00", "none")]).cur2());
    office.ok(&["credits", "cancel", "5001", "--date", "2019-03-01"]);
    let show = |dates: &[&str]| office.json(&[&["credits", "show", "5001"][..], dates].concat());
    assert_fields(&show(&[]), &[("status", "cancelled"), ("upstream_applied", "1000")]);
    assert_fields(&show(&BEFORE), &[("status", "active"), ("upstream_applied", "1000")]);
    assert_fields(&show(&["--effective", "2019-02-28"]), &[("status", "active"), ("upstream_applied", "1000")]);
    assert_fields(&show(&["--effective", "2019-01-30"]), &[("upstream_applied", "0"), ("remaining", "1000")]);
    let list = |dates: &[&str]| office.json(&[&["credits", "list"][..], dates].concat());
    assert_eq!(list(&["--recorded", "2019-02-04"]), serde_json::json!([]));
    assert_eq!(list(&["--effective", "2018-12-31"]), serde_json::json!([]));
    let since = office.json(&["credits", "list", "--since", FIVE_FEBRUARY]);
    assert_fields(&only(&since), &[("of", "5001"), ("field", "status"), ("before", "active"), ("after", "cancelled")]);
}

#[test]
fn what_became_known_between_two_times() {
    let office = restated();
    let rows = office.json(&["balance", "--effective", "2019-01-31", "--since", FIVE_FEBRUARY]);
    assert_fields(
        &row_where(&rows, "field", "open_balance"),
        &[("before", "900.00"), ("after", "870.00"), ("change", "-30")],
    );
    let nothing = ["balance", "--since", FIVE_FEBRUARY, "--recorded", "2019-02-28"];
    assert_eq!(office.json(&nothing), serde_json::json!([]));
    let rows = office.json(&["reconcile", "2019-01", "--since", FIVE_FEBRUARY]);
    assert_fields(&row_where(&rows, "field", "memo_applied"), &[("before", "100.00"), ("after", "130.00")]);
    assert_fields(&row_where(&rows, "field", "gross"), &[("change", "30")]);
}

#[test]
fn a_reconciliation_as_it_was_known() {
    let office = restated();
    let ask = |dates: &[&str]| only(&office.json(&[&["reconcile", "2019-01"][..], dates].concat()));
    assert_fields(&ask(&[]), &[("gross", "5030"), ("memo_applied", "130.00"), ("residual", "0")]);
    assert_fields(&ask(&BEFORE), &[("gross", "5000"), ("memo_applied", "100.00"), ("residual", "0")]);
    office.run(&["reconcile", "2019-02", "--recorded", FIVE_FEBRUARY]).exits(1).says(&["nothing was delivered"]);
}
