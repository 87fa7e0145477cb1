//! A dry run decides everything, prints what it would record, and records nothing.

use crate::support::*;

/// Runs a command dry and in earnest: the dry run must print the same, announce facts, and leave
/// the data folder's log alone; the command itself must then record something.
#[track_caller]
fn dry_then_earnest(office: &Office, arguments: &[&str]) {
    let before = office.log_files();
    let mut dry = arguments.to_vec();
    dry.extend(["--dry-run", "--output", "json"]);
    let dry = office.ok(&dry).says(&["dry run", "would be recorded"]);
    assert_eq!(office.log_files(), before, "a dry run recorded something: {dry}");
    assert!(!dry.stderr.contains("dry run: 0 facts"), "nothing would be recorded: {dry}");
    let mut earnest = arguments.to_vec();
    earnest.extend(["--output", "json"]);
    let earnest = office.ok(&earnest);
    assert_eq!(dry.stdout, earnest.stdout, "a dry run prints what the command prints: {dry}");
    assert_ne!(office.log_files(), before, "the command recorded nothing: {earnest}");
}

#[test]
fn every_command_that_writes_has_a_dry_run() {
    let office = Story::imported();
    let imports = Office::new();
    for (name, file) in [("accounts", "accounts.csv"), ("credits", "credits.csv")] {
        imports.write(file, std::fs::read(office.file(file)).unwrap());
        dry_then_earnest(&imports, &[name, "import", file]);
    }
    imports.write("january.csv", Story::january().lines([credit(A3, "-1.00", "Unheard Of")]).cur2());
    dry_then_earnest(&imports, &["ingest", "january.csv"]);
    imports.write("policy.toml", "[suspense_tolerance]\nUSD = \"5\"\n");
    dry_then_earnest(&imports, &["policy", "adopt", "policy.toml"]);
    dry_then_earnest(&imports, &["bill", "2019-01"]);
    dry_then_earnest(&imports, &["close", "2019-01"]);
    dry_then_earnest(&imports, &["reopen", "2019-01", "--reason", "AWS called"]);
    dry_then_earnest(&imports, &["close", "2019-03", "--waive", "--reason", "no bill"]);
}

#[test]
fn attributing_by_hand_has_a_dry_run() {
    let office = Story::imported();
    office.grants(&[grant("5001", OWNER, "1000.00"), grant("5002", A3, "50.00").described("Another")]);
    office.ingest("january.csv", Story::january().lines([credit(OWNER, "-1.00", "Unheard Of")]).cur2());
    let items = office.json(&["credits", "suspense"]);
    let Some(item) = items[0]["item"].as_str() else { panic!("nothing is in suspense: {items:#}") };
    dry_then_earnest(
        &office,
        &[
            "credits",
            "attribute",
            item,
            "--credit",
            "5002",
            "--payer",
            PAYER,
            "--period",
            "2019-01",
            "--reason",
            "known",
        ],
    );
}

#[test]
fn a_dry_run_where_nothing_was_ever_recorded_makes_no_folder() {
    let office = Office::new();
    office.write("january.csv", Story::january().cur2());
    let outcome = office.ok(&["ingest", "january.csv", "--dry-run", "--output", "json"]);
    assert_fields(&only(&outcome.json()), &[("total", "4000"), ("changed_accounts", "3")]);
    assert!(!office.data().exists(), "{outcome}");
}

#[test]
fn a_dry_run_is_refused_and_blocked_like_the_command() {
    let office = Story::imported();
    office.run(&["bill", "2019-01", "--dry-run"]).exits(5).says(&["no delivery"]);
    office.write("bad.csv", "not,a\nbill,\n");
    office.refused(&["ingest", "bad.csv", "--dry-run"], &["not a bill file"]);
}
