//! The operator's own key: the same key with the same input does nothing twice; with other input it
//! is refused.

use std::process::{Command, Stdio};

use crate::support::*;

/// The exit code of a command whose output goes to a pipe that nobody reads.
fn exit_unread(mut command: Command) -> Option<i32> {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    command.stdout(writer).stderr(Stdio::null()).status().unwrap().code()
}

fn write_off<'a>(memo: &'a str, amount: &'a str, key: &'a str) -> Vec<&'a str> {
    vec!["memos", "write-off", memo, "--amount", amount, "--reason", "agreed", "--idempotency-key", key]
}

fn only_memo(office: &Office) -> String {
    office.balance(OWNER)["memo_number"].as_str().unwrap().to_owned()
}

#[test]
fn the_same_key_with_the_same_input_does_nothing_twice() {
    let office = Story::imported();
    office.write("january.csv", Story::january().cur2());
    for arguments in [["ingest", "january.csv"].as_slice(), &["bill", "2019-01"], &["close", "2019-01"]] {
        let mut arguments = arguments.to_vec();
        let key = format!("key-{}", arguments[0]);
        arguments.extend(["--idempotency-key", &key]);
        office.ok(&arguments);
        let before = office.log_files();
        office.ok(&arguments);
        assert_eq!(office.log_files(), before, "{arguments:?} did something twice");
    }
}

#[test]
fn the_same_key_with_other_input_is_refused() {
    let office = Story::imported();
    office.write("january.csv", Story::january().cur2());
    office.write("other.csv", Story::january_with("130.00").cur2());
    office.ok(&["ingest", "january.csv", "--idempotency-key", "k1"]);
    office.refused(&["ingest", "other.csv", "--idempotency-key", "k1"], &["'k1'", "another input"]);
    office.refused(&["bill", "2019-01", "--idempotency-key", "k1"], &["'k1'", "another input"]);
    office.ok(&["ingest", "other.csv", "--idempotency-key", "k2"]);
}

#[test]
fn the_same_name_with_other_content_is_other_input() {
    let office = Story::imported();
    office.write("january.csv", Story::january().cur2());
    office.ok(&["ingest", "january.csv", "--idempotency-key", "k1"]);
    office.write("january.csv", Story::january_with("130.00").cur2());
    office.refused(&["ingest", "january.csv", "--idempotency-key", "k1"], &["'k1'", "another input"]);
}

#[test]
fn a_folder_with_other_content_is_other_input() {
    let office = Story::imported();
    office.write("in/january.csv", Story::january().cur2());
    office.ok(&["ingest", "in", "--idempotency-key", "k1"]);
    office.write("in/january.csv", Story::january_with("130.00").cur2());
    office.refused(&["ingest", "in", "--idempotency-key", "k1"], &["'k1'", "another input"]);
}

#[test]
fn a_repeated_act_is_not_done_again_after_another_one_undid_it() {
    let office = Story::imported();
    office.write("up.toml", "rounding = \"half-up\"\n");
    office.write("even.toml", "rounding = \"half-even\"\n");
    office.ok(&["policy", "adopt", "up.toml", "--idempotency-key", "k1"]);
    office.ok(&["policy", "adopt", "even.toml", "--idempotency-key", "k2"]);
    let before = office.log_files();
    // The first message was delivered a second time: it was done, and is not done again.
    office.ok(&["policy", "adopt", "up.toml", "--idempotency-key", "k1"]);
    assert_eq!(office.log_files(), before);
    assert_fields(&office.json(&["policy", "show"]), &[("rounding", "half-even")]);
}

#[test]
fn a_key_is_taken_by_a_command_that_found_nothing_to_record() {
    let office = Story::ingested();
    office.write("other.csv", Story::january_with("130.00").cur2());
    office.ok(&["ingest", "january.csv", "--idempotency-key", "k1"]);
    office.refused(&["ingest", "other.csv", "--idempotency-key", "k1"], &["'k1'", "another input"]);
}

#[test]
fn a_dry_run_does_not_take_the_key() {
    let office = Story::imported();
    office.write("january.csv", Story::january().cur2());
    office.ok(&["ingest", "january.csv", "--idempotency-key", "k1", "--dry-run"]);
    let rows = office.json(&["ingest", "january.csv", "--idempotency-key", "k1"]);
    assert_fields(&only(&rows), &[("changed_accounts", "3")]);
}

#[test]
fn a_key_holds_whoever_reads_the_output() {
    let office = Story::imported();
    let memo = only_memo(&office);
    assert_eq!(exit_unread(office.command(&write_off(&memo, "70", "june-7"))), Some(0));
    office.refused(&write_off(&memo, "90", "june-7"), &["'june-7'", "another input"]);
    assert_eq!(office.balance(OWNER)["open_balance"], "930.00");
}

#[test]
fn what_is_blocked_ends_with_five_whoever_reads_the_output_and_takes_no_key() {
    let office = Story::imported();
    for form in ["json", "table"] {
        let blocked = ["bill", "2019-01", "--output", form, "--idempotency-key", "k1"];
        assert_eq!(exit_unread(office.command(&blocked)), Some(5), "{form}");
    }
    office.write("january.csv", Story::january().cur2());
    office.ok(&["ingest", "january.csv"]);
    // Another input under the same key: the blocked run did not take it.
    office.ok(&["bill", "2019-01", "--date", "2019-02-04", "--idempotency-key", "k1"]);
    office.refused(&["bill", "2019-01", "--idempotency-key", "k1"], &["'k1'", "another input"]);
}

#[test]
fn what_is_refused_takes_no_key() {
    let office = Story::imported();
    let memo = only_memo(&office);
    office.run(&write_off(&memo, "5000", "k1")).exits(3);
    office.ok(&write_off(&memo, "50", "k1"));
    assert_eq!(office.balance(OWNER)["open_balance"], "950.00");
}

#[test]
fn a_key_covers_what_was_said_and_not_how_it_was_spelled() {
    let office = Story::imported();
    let january = office.write("january.csv", Story::january().cur2());
    office.write("copy.csv", Story::january().cur2());
    office.ok(&["ingest", "january.csv", "--idempotency-key", "k1"]);
    let before = office.log_files();
    for spelled in [
        ["ingest", "./january.csv", "--idempotency-key", "k1"].as_slice(),
        &["ingest", january.to_str().unwrap(), "--idempotency-key", "k1"],
        &["ingest", "copy.csv", "--idempotency-key", "k1"],
        &["--idempotency-key", "k1", "--output", "json", "ingest", "january.csv"],
        &["ingest", "--idempotency-key=k1", "--by", "ann", "january.csv"],
        &["ingest", "january.csv", "--idempotency-key", "k1", "--dry-run"],
    ] {
        office.ok(spelled).says(&["done before under this key"]);
        assert_eq!(office.log_files(), before, "{spelled:?}");
    }
    for other in [
        ["ingest", "january.csv", "--replace", "--idempotency-key", "k1"].as_slice(),
        &["ingest", "january.csv", "--reason", "again", "--idempotency-key", "k1"],
    ] {
        office.refused(other, &["'k1'", "another input"]);
    }
    let memo = only_memo(&office);
    office.ok(&write_off(&memo, "70", "k2"));
    office.ok(&["memos", "write-off", "--amount=70.00", "--reason=agreed", "--idempotency-key=k2", &memo]);
    assert_eq!(office.balance(OWNER)["written_off_amount"], "70.00");
}

#[test]
fn a_repeated_command_prints_its_first_answer() {
    let office = Story::imported();
    office.write("january.csv", Story::january().cur2());
    let ingest = ["ingest", "january.csv", "--idempotency-key", "k1", "--output", "json"];
    let first = office.ok(&ingest).stdout;
    let memo = only_memo(&office);
    let mut act = write_off(&memo, "70", "k2");
    act.extend(["--output", "csv"]);
    let after_the_act = office.ok(&act).stdout;
    office.ok(&write_off(&memo, "10", "k3"));
    // What is recorded since is not shown.
    assert_eq!(office.ok(&ingest).stdout, first);
    assert_eq!(office.ok(&act).stdout, after_the_act);
    // In another form they are the same rows.
    let table = office.ok(&write_off(&memo, "70", "k2")).stdout;
    assert!(table.contains("930.00") && !table.contains("920.00"), "{table}");
}

#[test]
fn stdin_is_a_file_like_others() {
    let office = Office::new();
    let file = office.write(
        "accounts.csv",
        "payer_account_id,member_account_id,customer,po_number,from,to\n\
         999900001111,000000001234,Department of Light,PO-A,2015-01-01,\n",
    );
    let mut command = office.command(&["accounts", "import", "-", "--idempotency-key", "k1", "--output", "json"]);
    let output = command.stdin(std::fs::File::open(&file).unwrap()).output().unwrap();
    let first = Outcome::of(&["accounts", "import", "-"], &output).exits(0).stdout;
    assert_eq!(office.json(&["accounts", "list"]).as_array().unwrap().len(), 1);
    let again = ["accounts", "import", "accounts.csv", "--idempotency-key", "k1", "--output", "json"];
    assert_eq!(office.ok(&again).says(&["done before under this key"]).stdout, first);
    office.write("accounts.csv", "payer_account_id,member_account_id,customer,po_number,from,to\n");
    office.refused(&again, &["'k1'", "another input"]);
}
