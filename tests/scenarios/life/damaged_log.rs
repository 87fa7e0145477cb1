//! Someone laid hands on the log: audit says so with the place, and nothing else pretends that all
//! is well.

use std::fs;

use crate::support::*;

const STREAMS: [&str; 5] = ["ACCOUNTS", "BILLING", "CREDITS", "MEMOS", "USAGE"];

fn lines_of(office: &Office, stream: &str) -> Vec<String> {
    fs::read_to_string(office.segment(stream)).unwrap().lines().map(str::to_owned).collect()
}

fn rewrite(office: &Office, stream: &str, lines: &[String]) {
    fs::write(office.segment(stream), format!("{}\n", lines.join("\n"))).unwrap();
}

/// Audit and replay, each the first to look at what was done to the log, must end with exit code 5
/// and name the stream.
#[track_caller]
fn is_noticed(stream: &str, damage: impl Fn(&Office)) {
    for command in [["audit"].as_slice(), &["replay", "--verify"]] {
        let office = Story::closed();
        damage(&office);
        let outcome = office.run(command).exits(5);
        let said = format!("{}{}", outcome.stdout, outcome.stderr);
        assert!(said.contains(stream), "the place is not named: {outcome}");
    }
}

/// Flips a bit in the middle of a line, counted from 0.
fn flip_in_line(office: &Office, stream: &str, line: impl Fn(usize) -> usize) {
    let mut lines: Vec<Vec<u8>> = lines_of(office, stream).into_iter().map(String::into_bytes).collect();
    let at = line(lines.len());
    let middle = lines[at].len() / 2;
    lines[at][middle] ^= 0x01;
    let mut bytes = lines.join(&b'\n');
    bytes.push(b'\n');
    fs::write(office.segment(stream), bytes).unwrap();
}

/// Every check of an audit, in its order.
const CHECKS: [&str; 28] = [
    "log: sequences, numbers, chain, stated balances",
    "state certificate",
    "log certificate",
    "streams end with a whole commit",
    "conservation of each memo",
    "every transfer that left a memo has arrived",
    "members' usage adds up to the delivery's control totals",
    "applications by period add up",
    "no credit is applied beyond its face",
    "document numbers without gaps",
    "documents foot",
    "funding equals what was attributed",
    "no receivable is below zero without an exception",
    "nothing lapsed that AWS has applied",
    "no promise is beyond what AWS states",
    "memos paid their own customers' charges",
    "what decisions say they had read was there",
    "recorded times never go back on a subject",
    "cited policies were adopted",
    "documents have the digests of their statements",
    "documents have the totals of their statements",
    "document numbers in order",
    "memo numbers in order",
    "what memos paid is what statements show",
    "live statements equal the log's",
    "live balances equal the log's",
    "live records equal the log's",
    "close packs on file are those recorded",
];

#[test]
fn an_untouched_log_holds() {
    let office = Story::closed();
    let checks = office.json(&["audit"]);
    let names: Vec<&str> = checks.as_array().unwrap().iter().filter_map(|check| check["check"].as_str()).collect();
    assert_eq!(names, CHECKS, "a check that is gone looks at nothing");
    for check in checks.as_array().unwrap() {
        assert_fields(check, &[("holds", "true")]);
        assert!(check["looked_at"].as_u64().unwrap() > 0, "a check looked at nothing: {check:#}");
    }
    let replayed = only(&office.json(&["replay", "--verify"]));
    assert_fields(&replayed, &[("verified", "true")]);
    assert_eq!(replayed["differences"], serde_json::json!([]));
}

#[test]
fn a_flipped_bit_in_the_first_line_is_noticed_in_every_stream() {
    for stream in STREAMS {
        is_noticed(stream, |office| flip_in_line(office, stream, |_| 0));
    }
}

#[test]
fn a_flipped_bit_in_the_last_line_is_noticed_in_every_stream() {
    for stream in STREAMS {
        is_noticed(stream, |office| flip_in_line(office, stream, |lines| lines - 1));
    }
}

#[test]
fn a_whole_line_is_never_cut_off_as_if_it_were_unfinished() {
    let office = Story::closed();
    flip_in_line(&office, "MEMOS", |lines| lines - 1);
    let before = FileBytes::of(&office.segment("MEMOS"));
    office.write("february.csv", Story::later("2019-02", "1").cur2());
    office.run(&["ingest", "february.csv"]).exits(5).says(&["MEMOS"]);
    assert_eq!(FileBytes::of(&office.segment("MEMOS")), before, "an acknowledged commit was cut off");
}

#[test]
fn an_amount_that_was_changed_by_hand_is_noticed() {
    is_noticed("MEMOS", |office| {
        let path = office.segment("MEMOS");
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains("\"1000.00\""));
        fs::write(&path, text.replace("\"1000.00\"", "\"9000.00\"")).unwrap();
    });
}

#[test]
fn a_dropped_first_line_is_noticed_in_every_stream() {
    for stream in STREAMS {
        is_noticed(stream, |office| rewrite(office, stream, &lines_of(office, stream)[1..]));
    }
}

#[test]
fn a_dropped_last_line_is_noticed() {
    is_noticed("MEMOS", |office| {
        let mut lines = lines_of(office, "MEMOS");
        lines.pop();
        rewrite(office, "MEMOS", &lines);
    });
}

#[test]
fn swapped_lines_are_noticed() {
    is_noticed("MEMOS", |office| {
        let mut lines = lines_of(office, "MEMOS");
        lines.swap(0, 1);
        rewrite(office, "MEMOS", &lines);
    });
}

#[test]
fn a_line_that_stands_twice_is_noticed() {
    is_noticed("MEMOS", |office| {
        let mut lines = lines_of(office, "MEMOS");
        lines.insert(1, lines[0].clone());
        rewrite(office, "MEMOS", &lines);
    });
}

#[test]
fn a_missing_segment_is_noticed() {
    is_noticed("MEMOS", |office| fs::remove_file(office.segment("MEMOS")).unwrap());
}

#[test]
fn the_report_of_a_damaged_log_is_data_too() {
    let office = Story::closed();
    flip_in_line(&office, "MEMOS", |_| 0);
    let outcome = office.run(&["audit", "--output", "json"]).exits(5);
    let failed: Vec<_> =
        outcome.json().as_array().unwrap().iter().filter(|check| check["holds"] == false).cloned().collect();
    assert!(!failed.is_empty() && failed[0]["findings"][0].as_str().unwrap().contains("MEMOS"), "{outcome}");
}

#[test]
fn nothing_is_recorded_on_a_damaged_log() {
    let office = Story::closed();
    let mut lines = lines_of(&office, "MEMOS");
    lines.swap(0, 1);
    rewrite(&office, "MEMOS", &lines);
    fs::remove_dir_all(office.data().join("read-model")).unwrap();
    let before = office.log_files();
    office.write("february.csv", Story::later("2019-02", "1").cur2());
    office.run(&["ingest", "february.csv"]).exits(5).says(&["MEMOS"]);
    assert_eq!(office.log_files(), before);
}

/// A copy of the log alone has no read model that knows how far it went.
#[test]
fn damage_to_the_last_lines_is_noticed_without_the_read_model() {
    for stream in STREAMS {
        is_noticed(stream, |office| {
            flip_in_line(office, stream, |lines| lines - 1);
            fs::remove_dir_all(office.data().join("read-model")).unwrap();
        });
    }
}

#[test]
fn a_log_with_line_breaks_of_another_system_is_refused_and_not_touched() {
    let office = Story::closed();
    let path = office.segment("BILLING");
    fs::write(&path, fs::read_to_string(&path).unwrap().replace('\n', "\r\n")).unwrap();
    fs::remove_dir_all(office.data().join("read-model")).unwrap();
    let before = FileBytes::of(&path);
    office.write("february.csv", Story::later("2019-02", "1").cur2());
    office.run(&["balance"]).exits(5).says(&["BILLING", "CRLF"]);
    office.run(&["ingest", "february.csv"]).exits(5).says(&["BILLING", "CRLF"]);
    assert_eq!(FileBytes::of(&path), before);
}

#[test]
fn an_unfinished_last_write_is_a_finding_of_the_audit() {
    let office = Story::closed();
    let path = office.segment("MEMOS");
    let mut torn = fs::read(&path).unwrap();
    let lines = torn.iter().filter(|byte| **byte == b'\n').count();
    torn.extend_from_slice(b"{\"seq\":");
    fs::write(&path, torn).unwrap();
    let outcome = office.run(&["audit"]).exits(5);
    for said in ["MEMOS sequence", &format!("line {},", lines + 1), "7 bytes"] {
        assert!(outcome.stdout.contains(said), "{said}: {outcome}");
    }
}

#[test]
fn a_folder_without_a_log_does_not_hold() {
    let office = Office::new();
    for command in [["audit"].as_slice(), &["replay", "--verify"]] {
        office.run(command).exits(1).says(&["CM0108", "no log", "--data"]);
    }
}

#[test]
fn an_unfinished_last_write_is_cut_off_by_the_next_writer() {
    let office = Story::billed();
    let path = office.segment("MEMOS");
    let whole = fs::read(&path).unwrap();
    let last = whole.len() - whole[..whole.len() - 1].iter().rev().position(|byte| *byte == b'\n').unwrap() - 1;
    let mut torn = whole.clone();
    torn.extend_from_slice(&whole[last..last + 40]);
    fs::write(&path, torn).unwrap();
    office.ok(&["close", "2019-01"]);
    assert_eq!(fs::read(&path).unwrap(), whole);
    office.ok(&["audit"]);
}
