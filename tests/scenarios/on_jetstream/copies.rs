//! `log copy` and `log compare`, either way, and what they find where a log is damaged.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde_json::Value;
use testkit::NatsServer;

use crate::support::*;

const STREAMS: [&str; 5] = ["ACCOUNTS", "USAGE", "CREDITS", "MEMOS", "BILLING"];

/// W1 on the embedded log, copied to a server of its own.
fn copied() -> (NatsServer, Office) {
    let server = NatsServer::start();
    let office = Story::closed();
    let rows = office.json(&["log", "copy", "--from", &folder(&office), "--to", &server.url()]);
    assert_eq!(sum_of(&rows, "copied"), office.commits() as u64);
    (server, office)
}

fn folder(office: &Office) -> String {
    office.data().display().to_string()
}

fn sum_of(rows: &Value, field: &str) -> u64 {
    rows.as_array().unwrap().iter().map(|row| row[field].as_u64().unwrap()).sum()
}

/// A command with `--nats` instead of the embedded log.
fn on(server: &NatsServer, office: &Office, arguments: &[&str]) -> Outcome {
    let mut command = office.command(arguments);
    command.env_remove("CREDITMEMO_CLOCK").env("CREDITMEMO_NATS", server.url());
    Outcome::of(arguments, &command.output().unwrap())
}

#[test]
fn a_copy_answers_as_the_original_does_and_copies_back_the_same() {
    let (server, office) = copied();
    for question in [
        &["balance", "--output", "json"][..],
        &["memos", "list", "--output", "json"],
        &["statement", "--account", OWNER, "--period", "2019-01", "--output", "json"],
        &["reconcile", "2019-01", "--output", "json"],
    ] {
        assert_eq!(on(&server, &office, question).exits(0).json(), office.ok(question).json(), "{question:?}");
    }
    on(&server, &office, &["audit"]).exits(0);
    on(&server, &office, &["replay", "--verify"]).exits(0);

    let back = office.file("back").display().to_string();
    office.ok(&["log", "copy", "--from", &server.url(), "--to", &back]);
    let compared = office.json(&["log", "compare", "--from", &folder(&office), "--to", &back]);
    assert!(compared.as_array().unwrap().iter().all(|row| row["same"] == true), "{compared}");
}

#[test]
fn exports_and_papers_of_a_copy_are_those_of_the_original() {
    let (server, office) = copied();
    let statement = ["statement", "--account", OWNER, "--period", "2019-01", "--format"];
    for form in ["text", "html", "pdf"] {
        let question = [&statement[..], &[form]].concat();
        let paper = on(&server, &office, &question).exits(0).stdout;
        assert!(form != "pdf" || paper.starts_with("%PDF"), "{paper}");
        assert_eq!(paper, office.ok(&question).stdout, "{form}");
    }
    for question in [
        &["export", "journal"][..],
        &["export", "focus", "--issuer", "Us"],
        &["explain", "--account", OWNER, "--period", "2019-01"],
        &["close-pack", "show", "2019-01", "--output", "json"],
    ] {
        let answer = on(&server, &office, question).exits(0).stdout;
        assert!(!answer.is_empty(), "{question:?}");
        assert_eq!(answer, office.ok(question).stdout, "{question:?}");
    }
    for form in ["csv", "parquet"] {
        on(&server, &office, &["export", form, "--out", "theirs"]).exits(0);
        office.ok(&["export", form, "--out", "ours"]);
        let files = |folder: &str| {
            let entries = fs::read_dir(office.file(folder)).unwrap().map(|entry| entry.unwrap());
            let mut files: Vec<_> = entries.map(|entry| (entry.file_name(), FileBytes::of(&entry.path()))).collect();
            files.sort_by(|a, b| a.0.cmp(&b.0));
            files
        };
        assert!(!files("ours").is_empty());
        assert_eq!(files("theirs"), files("ours"), "{form}");
    }
}

#[test]
fn a_copy_goes_on_where_it_was_and_a_dry_run_copies_nothing() {
    let (server, mut office) = copied();
    let places = ["--from".to_owned(), folder(&office), "--to".to_owned(), server.url()];
    let places: Vec<&str> = places.iter().map(String::as_str).collect();
    let copy = [&["log", "copy"], &places[..]].concat();
    assert_eq!(sum_of(&office.json(&copy), "copied"), 0, "there is nothing new");
    office.at(FIVE_MARCH);
    office.ingest("february.csv", Story::later("2019-02", "250.40").cur2());
    let would = sum_of(&office.json(&[&copy[..], &["--dry-run"]].concat()), "copied");
    assert!(would > 0);
    let compare = [&["log", "compare", "--output", "json"], &places[..]].concat();
    let usage = row_where(&office.run(&compare).exits(5).json(), "stream", "USAGE");
    assert_eq!(usage["differs_at"].as_u64().unwrap(), usage["to_commits"].as_u64().unwrap() + 1, "{usage}");
    assert_eq!(sum_of(&office.json(&copy), "copied"), would);
    office.ok(&compare);
}

#[test]
fn a_log_that_went_another_way_is_not_written_over() {
    let (server, office) = copied();
    let issue = |account, face| {
        let rest = ["--face", face, "--end", "2030-12-31", "--reason", "agreed"];
        [&["memos", "issue", "--account", account], &rest[..]].concat()
    };
    office.ok(&issue(A2, "10.00"));
    on(&server, &office, &issue(A2, "20.00")).exits(0);
    let places = ["--from", &folder(&office), "--to", &server.url()];
    let outcome = office.run(&[&["log", "compare", "--output", "json"], &places[..]].concat()).exits(5);
    let memos = row_where(&outcome.json(), "stream", "MEMOS");
    assert_eq!(memos["differs_at"].as_u64().unwrap(), memos["equal_up_to"].as_u64().unwrap() + 1);
    assert!(memos["subject"].as_str().unwrap().ends_with(A2), "{memos}");
    office.run(&[&["log", "copy"], &places[..]].concat()).exits(5).says(&["CM0542", "MEMOS"]);
}

#[test]
fn a_flipped_byte_in_a_block_file_stops_every_reader_at_its_sequence() {
    let (mut server, office) = copied();
    // Ended in order, the server trusts its index, and passes the commit over without a word.
    server.stop();
    flip_a_byte(&block_file(&server, "MEMOS"), FIRST_MEMO);
    server.restart();
    on(&server, &office, &["balance"]).exits(5).says(&["MEMOS", "sequence 1 "]);
    on(&server, &office, &["audit"]).exits(5).says(&["MEMOS", "sequence 1 "]);
    assert_damage_is_located(&server, &office);
}

#[test]
fn a_flipped_byte_found_by_a_server_that_crashed_is_located_too() {
    let (mut server, office) = copied();
    on(&server, &office, &["balance"]).exits(0);
    // After a crash the server reads its blocks again, and drops the damaged one with all behind it.
    server.kill();
    flip_a_byte(&block_file(&server, "MEMOS"), FIRST_MEMO);
    server.restart();
    on(&server, &office, &["audit"]).exits(5).says(&["MEMOS"]);
    on(&server, &office, &["balance"]).exits(5).says(&["MEMOS"]);
    assert_damage_is_located(&server, &office);
}

#[track_caller]
fn assert_damage_is_located(server: &NatsServer, office: &Office) {
    let rows = outcome_of_compare(office, server);
    for stream in STREAMS {
        let row = row_where(&rows, "stream", stream);
        assert_eq!(row["same"], stream != "MEMOS", "{row}");
    }
    assert_eq!(row_where(&rows, "stream", "MEMOS")["differs_at"], 1, "{rows}");
}

/// What stands in the first commit of the memo stream: its subject.
const FIRST_MEMO: &[u8] = OWNER.as_bytes();

fn outcome_of_compare(office: &Office, server: &NatsServer) -> Value {
    office
        .run(&["log", "compare", "--output", "json", "--from", &folder(office), "--to", &server.url()])
        .exits(5)
        .json()
}

#[test]
fn a_truncated_store_is_found_and_located() {
    let (mut server, office) = copied();
    on(&server, &office, &["balance"]).exits(0);
    server.kill();
    // The end of the block is gone, and the index with it: the server has nothing to compare with.
    let block = block_file(&server, "MEMOS");
    let length = fs::metadata(&block).unwrap().len();
    fs::OpenOptions::new().write(true).open(&block).unwrap().set_len(length * 2 / 3).unwrap();
    let index = block.parent().unwrap().join("index.db");
    if index.exists() {
        fs::remove_file(index).unwrap();
    }
    server.restart();

    let memos = row_where(&outcome_of_compare(&office, &server), "stream", "MEMOS");
    let (left, known) = (memos["to_commits"].as_u64().unwrap(), memos["from_commits"].as_u64().unwrap());
    assert!(left < known, "{memos}");
    assert_eq!(memos["differs_at"].as_u64().unwrap(), left + 1, "{memos}");
    on(&server, &office, &["audit"]).exits(5).says(&["MEMOS"]);
    on(&server, &office, &["balance"]).exits(5).says(&["MEMOS"]);
}

#[test]
fn places_that_cannot_be_are_refused() {
    let office = Story::closed();
    office.run(&["log", "copy", "--from", &folder(&office), "--to", &folder(&office)]).exits(2).says(&["CM0244"]);
    office.run(&["log", "compare", "--from", "nowhere", "--to", &folder(&office)]).exits(1).says(&["nowhere"]);
}

/// The first block file of a stream.
fn block_file(server: &NatsServer, stream: &str) -> PathBuf {
    let folder = server.store().join("jetstream/$G/streams").join(stream).join("msgs");
    let mut blocks: Vec<PathBuf> = fs::read_dir(&folder)
        .unwrap_or_else(|cause| panic!("{}: {cause}", folder.display()))
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "blk"))
        .collect();
    blocks.sort();
    blocks.remove(0)
}

/// Changes a byte behind the first place where some bytes stand.
fn flip_a_byte(file: &Path, behind: &[u8]) {
    let mut bytes = fs::read(file).unwrap();
    let at = bytes.windows(behind.len()).position(|window| window == behind).expect("the commit is in the block file");
    let in_the_body = at + behind.len() + 900;
    bytes[in_the_body] ^= 1;
    fs::write(file, bytes).unwrap();
}
