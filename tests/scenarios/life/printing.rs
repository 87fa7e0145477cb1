//! What is printed, and where: data on stdout, messages on stderr, the same rows in every form.

use std::{
    io::{BufRead, BufReader},
    process::Stdio,
};

use crate::support::*;

/// Every command that prints rows.
const LISTS: [&[&str]; 8] = [
    &["accounts", "list"],
    &["credits", "list"],
    &["credits", "suspense"],
    &["memos", "list"],
    &["balance"],
    &["reconcile", "2019-01"],
    &["audit"],
    &["bill", "2019-01"],
];

fn with_output(command: &[&'static str], form: &'static str) -> Vec<&'static str> {
    let mut arguments = command.to_vec();
    arguments.extend(["--output", form]);
    arguments
}

#[test]
fn csv_has_the_fields_of_json_as_its_header_and_a_line_a_row() {
    let office = Story::closed();
    for command in LISTS {
        let rows = office.ok(&with_output(command, "json")).json();
        let text = office.ok(&with_output(command, "csv")).stdout;
        let rows = rows.as_array().unwrap();
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let header: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
        let records: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        assert_eq!(records.len(), rows.len(), "{command:?}: {text}");
        let Some(first) = rows.first() else { continue };
        let fields: Vec<&String> = first.as_object().unwrap().keys().collect();
        assert_eq!(header.iter().collect::<Vec<_>>(), fields, "{command:?}");
        for (row, record) in rows.iter().zip(&records) {
            for (name, cell) in header.iter().zip(record) {
                if let Some(text) = row[name].as_str() {
                    assert_eq!(cell, text, "{command:?}, column {name}");
                }
            }
        }
    }
}

#[test]
fn the_default_is_a_table_and_an_empty_list_is_an_empty_array() {
    let office = Story::closed();
    for command in LISTS {
        assert_eq!(office.ok(command).stdout, office.ok(&with_output(command, "table")).stdout, "{command:?}");
    }
    assert_eq!(office.json(&["credits", "suspense"]), serde_json::json!([]));
    assert_eq!(Office::new().json(&["balance"]), serde_json::json!([]));
}

#[test]
fn the_table_of_balances() {
    let office = Story::closed();
    let text = office.ok(&["balance"]).stdout;
    insta::assert_snapshot!(text, @"
    member account id  customer             po number  memo number                        currency  face amount  applied amount  expired amount  open balance  funded balance  unfunded balance  status
    000000001234       Department of Light  PO-A       CM-999900001111-000000001234-0001  USD           1000.00          100.00            0.00        900.00          900.00              0.00  open
    ");
}

#[test]
fn global_options_stand_before_or_after_the_command() {
    let office = Story::closed();
    let data = office.data();
    let data = data.to_str().unwrap();
    let expected = office.ok(&["balance", "--output", "json"]).stdout;
    let elsewhere = Office::new();
    for arguments in [
        ["--output", "json", "--data", data, "balance"].as_slice(),
        &["balance", "--output", "json", "--data", data],
        &["--data", data, "balance", "--output", "json"],
        &["--output=json", "balance", "--data", data],
    ] {
        assert_eq!(elsewhere.ok(arguments).stdout, expected, "{arguments:?}");
    }
    let statement = ["statement", "--account", OWNER, "--period", "2019-01"];
    let mut before = vec!["--output", "json"];
    before.extend(statement);
    assert_eq!(office.ok(&before).json(), office.statement(OWNER, "2019-01"));
}

#[test]
fn format_json_and_output_json_are_the_same_statement() {
    let office = Story::closed();
    let format = office.ok(&["statement", "--account", OWNER, "--period", "2019-01", "--format", "json"]).json();
    assert_eq!(format, office.statement(OWNER, "2019-01"));
    assert!(format.is_object());
}

#[test]
fn amounts_of_memos_have_the_minor_digits_of_their_currency() {
    let office = Story::closed();
    let row = office.balance(OWNER);
    let amounts: Vec<_> = row
        .as_object()
        .unwrap()
        .iter()
        .filter(|(name, _)| name.ends_with("_amount") || name.ends_with("_balance"))
        .collect();
    assert_eq!(amounts.len(), 9, "{row:#}");
    for (name, amount) in amounts {
        let (_, cents) = amount.as_str().unwrap().split_once('.').unwrap_or_else(|| panic!("{name}: {amount}"));
        assert_eq!(cents.len(), 2, "{name}: {amount}");
    }
}

#[test]
fn messages_never_stand_among_the_data() {
    let office = Story::imported();
    office.write("january.csv", Story::january().lines([usage("1234", "AmazonEC2", "1")]).estimated().cur2());
    for command in [["ingest", "january.csv"].as_slice(), &["bill", "2019-01"], &["accounts", "import", "accounts.csv"]]
    {
        let mut arguments = command.to_vec();
        arguments.extend(["--output", "json"]);
        let outcome = office.ok(&arguments);
        assert!(!outcome.stderr.is_empty(), "{outcome}");
        outcome.json();
    }
}

#[test]
fn a_reader_that_closes_the_pipe_is_success() {
    let office = Office::new();
    let members: Vec<String> = (0..3000).map(|number| format!("{number:012}")).collect();
    let accounts: Vec<(&str, &str, &str)> =
        members.iter().map(|member| (member.as_str(), "A customer with a long name", "PO-1")).collect();
    office.accounts(&accounts);
    for form in ["table", "json", "csv"] {
        let mut child = office
            .command(&["accounts", "list", "--output", form])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut first = String::new();
        BufReader::with_capacity(64, child.stdout.take().unwrap()).read_line(&mut first).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(!first.is_empty());
        let outcome = Outcome::of(&["accounts", "list", "--output", form], &output);
        assert_eq!(outcome.clone().exits(0).stderr, "", "{outcome}");
    }
}

#[test]
fn wrong_usage_is_exit_code_two() {
    let office = Story::imported();
    for arguments in [
        ["balance", "--output", "yaml"].as_slice(),
        &["bill", "January"],
        &["bill", "2019-13"],
        &["ingest"],
        &["close", "2019-01", "--no-such-option"],
        &["no-such-command"],
        &["statement", "--account", OWNER],
    ] {
        let outcome = office.run(arguments).exits(2);
        assert!(outcome.stdout.is_empty() && !outcome.stderr.is_empty(), "{outcome}");
    }
}

#[test]
fn asking_for_what_is_not_there_fails_and_says_what_to_do() {
    let office = Story::imported();
    office.run(&["statement", "--account", OWNER, "--period", "2019-01"]).exits(1).says(&[OWNER, "2019-01", "bill"]);
    office.run(&["reconcile", "2019-01"]).exits(1).says(&["2019-01", "ingest"]);
    office.run(&["memos", "show", "CM-1"]).exits(1).says(&["CM-1", "memos list"]);
    office.run(&["credits", "show", "77"]).exits(1).says(&["77", "credits list"]);
    Office::new().run(&["bill", "2019-01"]).exits(2).says(&["payer", "--payer"]);
}

#[test]
fn an_amount_is_a_plain_decimal() {
    let office = Story::imported();
    let memo = office.balance(OWNER)["memo_number"].as_str().unwrap().to_owned();
    for amount in ["1e2", "1E1", "+5", "1,000", ".5", "5.", ""] {
        let outcome = office.run(&["memos", "write-off", &memo, "--amount", amount, "--reason", "agreed"]).exits(2);
        assert!(outcome.stderr.contains("amount"), "{outcome}");
    }
    office.run(&["memos", "adjust", &memo, "--amount", "-1e2", "--reason", "agreed"]).exits(2);
    let issue = ["memos", "issue", "--account", OWNER, "--reason", "agreed"];
    office.run(&[&issue[..], &["--face", "1e3"]].concat()).exits(2);
    office.run(&[&issue[..], &["--face", "100", "--monthly-cap", "1e1"]].concat()).exits(2);
    assert_eq!(office.balance(OWNER)["open_balance"], "1000.00");
}

#[test]
fn what_knows_no_dry_run_refuses_it() {
    let office = Story::imported();
    for command in [["generate", "bills"].as_slice(), &["export", "csv", "--out", "tables"], &["demo"]] {
        office.run(&[command, &["--dry-run"]].concat()).exits(2).says(&["no dry run"]);
    }
    assert!(!office.file("bills").exists() && !office.file("tables").exists());
}
