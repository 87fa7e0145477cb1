//! The read model is a cache: deleted, damaged or taken from elsewhere, the answers stay those of
//! the log.

use std::fs;

use crate::support::*;

const QUESTIONS: [&[&str]; 7] = [
    &["balance", "--output", "json"],
    &["memos", "list", "--output", "json"],
    &["credits", "list", "--output", "json"],
    &["accounts", "list", "--output", "json"],
    &["statement", "--account", DLT, "--period", "2019-01", "--output", "json"],
    &["reconcile", "2019-01", "--output", "json"],
    &["audit", "--output", "json"],
];

fn answers(office: &Office) -> Vec<String> {
    QUESTIONS.iter().map(|question| office.ok(question).stdout).collect()
}

#[test]
fn deleting_it_changes_nothing() {
    let office = Story::closed();
    let before = answers(&office);
    fs::remove_dir_all(office.data().join("read-model")).unwrap();
    assert_eq!(answers(&office), before);
    office.ok(&["replay", "--verify"]);
}

#[test]
fn deleting_it_between_two_months_changes_nothing() {
    let months = |deleting: bool| {
        let mut office = Story::closed();
        if deleting {
            fs::remove_dir_all(office.data().join("read-model")).unwrap();
        }
        office.at(FIVE_MARCH);
        office.ingest("february.csv", Story::later("2019-02", "250.40").cur2());
        office.bill_and_close("2019-02");
        let files = office.log_files();
        let segments = files.into_iter().filter(|(path, _)| path.extension().is_some_and(|ending| ending == "jsonl"));
        segments
            .map(|(path, bytes)| (path.parent().unwrap().file_name().unwrap().to_owned(), bytes))
            .collect::<Vec<_>>()
    };
    assert_eq!(months(true), months(false), "the same log, byte for byte");
}

#[test]
fn one_that_was_damaged_is_set_aside() {
    let office = Story::closed();
    let before = answers(&office);
    let folder = office.data().join("read-model");
    for entry in fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_file()) {
        let mut bytes = fs::read(&entry).unwrap();
        let length = bytes.len();
        for byte in bytes.iter_mut().skip(length / 4).take(length / 2) {
            *byte = !*byte;
        }
        fs::write(&entry, bytes).unwrap();
    }
    assert_eq!(answers(&office), before);
}

#[test]
fn one_of_another_office_does_not_answer_for_this_one() {
    let (office, other) = (Story::closed(), Story::imported());
    other.ingest("january.csv", Story::january_with("777.77").cur2());
    other.bill_and_close("2019-01");
    let before = answers(&office);
    let folder = office.data().join("read-model");
    fs::remove_dir_all(&folder).unwrap();
    fs::rename(other.data().join("read-model"), &folder).unwrap();
    assert_eq!(answers(&office), before);
    office.ok(&["replay", "--verify"]);
}

#[test]
fn one_that_lags_behind_catches_up() {
    let office = Story::billed();
    let kept = tempfile::tempdir().unwrap();
    let copy = |from: &std::path::Path, to: &std::path::Path| {
        let from = from.to_str().unwrap();
        let status = std::process::Command::new("cp").args(["-r", from, to.to_str().unwrap()]).status().unwrap();
        assert!(status.success());
    };
    copy(&office.data().join("read-model"), &kept.path().join("old"));
    office.ok(&["close", "2019-01"]);
    let before = answers(&office);
    fs::remove_dir_all(office.data().join("read-model")).unwrap();
    copy(&kept.path().join("old"), &office.data().join("read-model"));
    assert_eq!(answers(&office), before);
}

#[test]
fn what_is_said_of_it_has_no_colours_where_nobody_watches() {
    // A model of another log is rebuilt with a warning.
    let (office, other) = (Story::closed(), Story::imported());
    let folder = office.data().join("read-model");
    fs::remove_dir_all(&folder).unwrap();
    fs::rename(other.data().join("read-model"), &folder).unwrap();
    let output = office.command(&["balance"]).env_remove("NO_COLOR").output().unwrap();
    let outcome = Outcome::of(&["balance"], &output).exits(0).says(&["read model"]);
    assert!(!outcome.stderr.contains('\u{1b}'), "{outcome}");
}
