//! Two people at once: both are served, one after the other, and nothing is lost or done twice.

use std::process::{Output, Stdio};

use crate::support::*;

/// Runs commands at the same time.
fn at_once(office: &Office, commands: &[&[&str]]) -> Vec<Outcome> {
    let running: Vec<_> = commands
        .iter()
        .map(|arguments| {
            let mut command = office.command(arguments);
            (arguments, command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap())
        })
        .collect();
    running
        .into_iter()
        .map(|(arguments, child)| {
            let output: Output = child.wait_with_output().unwrap();
            Outcome::of(arguments, &output)
        })
        .collect()
}

#[test]
fn two_writers_of_different_months_both_record() {
    let office = Story::imported();
    office.write("january.csv", Story::january().cur2());
    office.write("february.csv", Story::later("2019-02", "250.40").cur2());
    for outcome in at_once(&office, &[&["ingest", "january.csv"], &["ingest", "february.csv"]]) {
        outcome.exits(0);
    }
    office.bill_and_close("2019-01");
    office.bill_and_close("2019-02");
    assert_fields(&office.balance(OWNER), &[("open_balance", "649.60")]);
    office.ok(&["audit"]);
    office.ok(&["replay", "--verify"]);
}

#[test]
fn two_who_do_the_same_do_it_once() {
    let office = Story::ingested();
    let both = at_once(&office, &[&["bill", "2019-01", "--output", "json"], &["bill", "2019-01", "--output", "json"]]);
    let printed: Vec<_> = both.into_iter().map(|outcome| outcome.exits(0).json()).collect();
    assert_eq!(printed[0], printed[1]);
    assert_eq!(printed[0].as_array().unwrap().len(), 3);
    assert_fields(&office.balance(OWNER), &[("applied_amount", "100.00"), ("open_balance", "900.00")]);
    office.ok(&["audit"]);
}

#[test]
fn readers_are_served_while_someone_writes() {
    let office = Story::billed();
    let before = office.ok(&["balance", "--output", "json"]).stdout;
    let outcomes =
        at_once(&office, &[&["close", "2019-01"], &["balance", "--output", "json"], &["balance", "--output", "json"]]);
    let mut outcomes = outcomes.into_iter();
    outcomes.next().unwrap().exits(0);
    for reader in outcomes {
        assert_eq!(reader.exits(0).stdout, before, "closing January changes no balance");
    }
}
