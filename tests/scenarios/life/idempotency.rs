//! The operator's own key: the same key with the same input does nothing twice; with other input it
//! is refused.

use crate::support::*;

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
