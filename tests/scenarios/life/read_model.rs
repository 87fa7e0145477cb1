//! The read model is a cache: deleted, damaged or taken from elsewhere, the answers stay those of
//! the log.

use std::fs;

use domain::{ids::MemberAccountId, period::BillingPeriod};
use event_log_file::FileLog;
use read_model::{ReadModel, SledStore, WhatToFold, catch_up};

use crate::support::*;

const QUESTIONS: [&[&str]; 7] = [
    &["balance", "--output", "json"],
    &["memos", "list", "--output", "json"],
    &["credits", "list", "--output", "json"],
    &["accounts", "list", "--output", "json"],
    &["statement", "--account", OWNER, "--period", "2019-01", "--output", "json"],
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

/// Everything that is asked of a model by payer, month and account.
fn asked(model: &ReadModel) -> Vec<String> {
    let mut said = Vec::new();
    for payer in model.payers().unwrap() {
        let outlines = model.billing_periods(&payer).unwrap();
        let months: Vec<BillingPeriod> = model.periods_of(&payer).unwrap().into_iter().collect();
        assert_eq!(outlines.keys().copied().collect::<Vec<_>>(), months);
        let members: Vec<MemberAccountId> = [OWNER, A2, A3].map(|id| MemberAccountId::parse(id).unwrap()).to_vec();
        for (month, outline) in outlines {
            let state = model.billing(&payer, month).unwrap();
            assert_eq!(outline, state.outline(), "{month}");
            assert_eq!(outline, model.billing_outline(&payer, month).unwrap());
            said.push(format!("{state:?}"));
            said.push(format!("{:?}", model.members_stated(&payer, month).unwrap()));
            said.push(format!("{:?}", model.members_of_period(&payer, month).unwrap()));
            for member in &members {
                said.push(format!("{:?}", model.member_usage_versions(&payer, member, month).unwrap()));
                said.push(format!("{:?}", model.former_statements(&payer, member, month).unwrap()));
            }
        }
        for member in &members {
            let statements = model.statements(&payer, member).unwrap();
            let mut correcting = statements.clone();
            correcting.retain(|stored| !stored.statement.earlier_periods.is_empty());
            assert_eq!(model.correcting_statements(&payer, member).unwrap(), correcting);
            said.push(format!("{statements:?} {correcting:?}"));
            said.push(format!("{:?}", model.memo_entries(&payer, member).unwrap()));
        }
        said.push(format!("{:?}", model.memo_holders(&payer).unwrap()));
        said.push(format!("{:?}", model.all_suspense(Some(&payer)).unwrap()));
        said.push(format!("{:?}", model.upstream_credits(Some(&payer)).unwrap()));
    }
    said.push(format!("{:?}", model.all_statements().unwrap()));
    said
}

#[tokio::test]
async fn the_store_answers_as_a_fold_in_memory_does() {
    let mut office = Story::closed();
    office.at(FIVE_MARCH);
    office.ingest("january-anew.csv", Story::january_with("777.77").cur2());
    office.ingest("february.csv", Story::later("2019-02", "250.40").cur2());
    office.bill_and_close("2019-02");
    let mut folded = ReadModel::in_memory(WhatToFold::Everything);
    catch_up(&FileLog::open_reader(&office.data()).await.unwrap(), &mut folded).await.unwrap();
    let stored = ReadModel::over(Box::new(SledStore::open(&office.data().join("read-model")).unwrap())).unwrap();
    assert_eq!(
        stored.position(wire::StreamName::Billing).sequence,
        folded.position(wire::StreamName::Billing).sequence
    );
    let said = asked(&folded);
    assert!(said.iter().any(|one| one.contains("Correction {")), "a month was corrected");
    assert_eq!(asked(&stored), said);
}
