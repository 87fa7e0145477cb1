//! A log that lost something is not taken for an empty one; one that may only be read is read; and what
//! was known at a time stays what it was, whatever the clock does.

use std::{
    fs,
    os::unix::{fs::PermissionsExt, process::CommandExt},
    path::Path,
    process::Command,
};

use crate::support::{OWNER, Office, Outcome, Story};

const STREAMS: [&str; 5] = ["ACCOUNTS", "USAGE", "CREDITS", "MEMOS", "BILLING"];

/// A stream whose commits others were decided upon.
#[test]
fn a_stream_that_ends_before_what_was_read_of_it_stops_every_command() {
    for stream in ["ACCOUNTS", "USAGE", "CREDITS", "MEMOS"] {
        let office = Story::billed();
        fs::remove_file(office.segment(stream)).unwrap();
        // The read model is a cache, and a backup leaves it out.
        fs::remove_dir_all(office.data().join("read-model")).unwrap();
        for command in [&["balance"][..], &["bill", "2019-01"], &["close", "2019-01"]] {
            office.run(command).exits(5).says(&[stream]);
        }
        office.run(&["audit"]).exits(5);
    }
}

/// The folder of one stream is gone, with all that says which stream it was.
#[test]
fn a_stream_whose_folder_is_gone_is_lost_and_not_empty() {
    let office = Story::billed();
    fs::remove_dir_all(office.data().join("log/MEMOS")).unwrap();
    fs::remove_dir_all(office.data().join("read-model")).unwrap();
    let before = office.log_files();
    office.run(&["bill", "2019-01"]).exits(5).says(&["MEMOS"]);
    assert_eq!(office.log_files(), before, "nothing is made in the place of what was lost");
}

/// The first command makes five folders and an identity in each. Killed between any two of them, it can
/// be run again, and questions answer before that.
#[test]
fn the_first_command_may_be_killed_anywhere() {
    for made in 0..=STREAMS.len() {
        for with_identity in [false, true] {
            let office = Office::new();
            fs::create_dir_all(office.data().join("log")).unwrap();
            for (at, stream) in STREAMS.iter().enumerate().take(made) {
                let folder = office.data().join("log").join(stream);
                fs::create_dir(&folder).unwrap();
                let is_last = at + 1 == made;
                if with_identity || !is_last {
                    fs::write(folder.join("incarnation"), format!("made-{at}\n")).unwrap();
                }
            }
            office.ok(&["balance"]);
            office.accounts(&[(OWNER, "Department of Light", "PO-A")]);
            office.ok(&["audit"]);
        }
    }
}

/// Another user than the one who writes: an auditor, or a backup that is mounted to be read.
#[test]
fn a_folder_that_may_only_be_read_answers() {
    let office = Story::billed();
    let shown = tempfile::tempdir().unwrap();
    let program = shown.path().join("creditmemo");
    fs::copy(env!("CARGO_BIN_EXE_creditmemo"), &program).unwrap();
    copy_folder(&office.data(), &shown.path().join("data"));
    allow(shown.path(), 0o555, 0o444);
    allow_one(&program, 0o555);
    for with_read_model in [true, false] {
        if !with_read_model {
            allow(shown.path(), 0o755, 0o644);
            fs::remove_dir_all(shown.path().join("data/read-model")).unwrap();
            allow(shown.path(), 0o555, 0o444);
            allow_one(&program, 0o555);
        }
        for arguments in [&["balance"][..], &["statement", "--account", OWNER, "--period", "2019-01"], &["audit"]] {
            let mut command = Command::new(&program);
            command.args(arguments).current_dir("/").env_clear().env("CREDITMEMO_DATA", shown.path().join("data"));
            // The superuser may write anywhere, so somebody else asks; anyone else is stopped by the modes.
            if fs::metadata("/proc/self").is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0) {
                command.uid(65534).gid(65534);
            }
            let answer = Outcome::of(arguments, &command.output().unwrap()).exits(0);
            assert_eq!(answer.stdout, office.ok(arguments).stdout, "the answer is the same");
        }
    }
    allow(shown.path(), 0o755, 0o644);
}

/// Accounts were imported on 20 February. Then the clock stood at the 10th, and a write-off was recorded:
/// it counts as recorded on the 20th, and what was known on the 15th stays.
#[test]
fn a_clock_that_goes_back_changes_nothing_that_was_known() {
    let mut office = Story::imported();
    office.at("2019-02-20T09:00:00Z");
    office.accounts(&[("000000000009", "Ninth Wave", "PO-9")]);
    let asked = ["balance", "--account", OWNER, "--recorded", "2019-02-15T00:00:00Z"];
    let before = office.json(&asked);
    office.at("2019-02-10T09:00:00Z");
    let number = office.balance(OWNER)["memo_number"].as_str().unwrap().to_owned();
    office
        .ok(&["memos", "write-off", &number, "--amount", "35.00", "--reason", "agreed"])
        .says(&["the clock stands before the last commit"]);
    assert_eq!(office.json(&asked), before);
    assert_eq!(office.balance(OWNER)["open_balance"], "965.00");
    office.ok(&["audit"]);
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        match entry.path().is_dir() {
            true => copy_folder(&entry.path(), &target),
            false => drop(fs::copy(entry.path(), target).unwrap()),
        }
    }
}

fn allow(folder: &Path, folders: u32, files: u32) {
    allow_one(folder, 0o755);
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        match entry.path().is_dir() {
            true => allow(&entry.path(), folders, files),
            false => allow_one(&entry.path(), files),
        }
    }
    allow_one(folder, folders);
}

fn allow_one(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}
