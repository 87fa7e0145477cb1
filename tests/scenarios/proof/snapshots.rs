//! Snapshots: an answer is the same with them and without them, one that someone changed is found by an audit,
//! and one of another log is passed over.

use std::{fs, path::PathBuf};

use serde_json::Value;

use crate::support::*;

/// Questions about the past, of every kind of answer that begins at a snapshot.
const QUESTIONS: [&[&str]; 5] = [
    &["balance", "--recorded"],
    &["balance", "--effective", "2019-01-31", "--recorded"],
    &["balance", "--since"],
    &["memos", "list", "--recorded"],
    &["credits", "list", "--recorded"],
];

const TIMES: [&str; 5] = ["2019-02-04", FIVE_FEBRUARY, "2019-03-05T08:59:59Z", FIVE_MARCH, "2019-04-05T23:00:00Z"];

/// January billed on 5 February, February on 5 March, March on 5 April; with snapshots as of each, where they
/// are asked for.
fn office(with_snapshots: bool) -> Office {
    let mut office = Story::closed();
    office.write("rates.csv", "period,from,to,rate,source\n2019-01,USD,EUR,0.92,ECB\n");
    office.ok(&["rates", "import", "rates.csv"]);
    let snapshot = |office: &Office| {
        if with_snapshots {
            office.ok(&["replay", "--snapshot"]);
        }
    };
    snapshot(&office);
    for (time, period) in [(FIVE_MARCH, "2019-02"), (FIVE_APRIL, "2019-03")] {
        office.at(time);
        office.ingest(&format!("{period}.csv"), Story::later(period, "250.40").cur2());
        office.bill_and_close(period);
        snapshot(&office);
    }
    office
}

fn folder(office: &Office) -> PathBuf {
    office.data().join("snapshots")
}

fn snapshots(office: &Office) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder(office)).map(Iterator::collect).unwrap_or_else(|_| Vec::new());
    let mut files: Vec<PathBuf> = entries.into_iter().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

fn of_memos(office: &Office) -> Vec<PathBuf> {
    let is_of_memos = |path: &PathBuf| path.file_name().unwrap().to_str().unwrap().starts_with("MEMOS-");
    snapshots(office).into_iter().filter(is_of_memos).collect()
}

/// What a replay answers, but for how long it took.
fn replayed(office: &Office, options: &[&str]) -> Value {
    let mut arguments = vec!["replay"];
    arguments.extend(options);
    without(&office.json(&arguments), &["seconds", "facts_per_second"])
}

/// Every answer about the past.
fn answers(office: &Office) -> Vec<(String, String)> {
    let memo_commits = fs::read_to_string(office.segment("MEMOS")).unwrap().lines().count();
    let sequences: Vec<String> = (0..=memo_commits + 1).map(|sequence| sequence.to_string()).collect();
    let points = sequences.iter().map(String::as_str).chain(TIMES);
    let mut answers: Vec<(String, String)> =
        points.map(|point| (format!("until {point}"), replayed(office, &["--until", point]).to_string())).collect();
    answers.push(("to the head".to_owned(), replayed(office, &[]).to_string()));
    for question in QUESTIONS {
        for time in TIMES {
            let arguments = [question, &[time, "--output", "json"]].concat();
            answers.push((arguments.join(" "), office.ok(&arguments).stdout));
        }
    }
    answers
}

/// An audit finds one snapshot, says this of it, and finds nothing else.
#[track_caller]
fn audit_finds(office: &Office, said: &[&str]) {
    let audit = office.run(&["audit", "--output", "json"]).exits(5).json();
    let failed: Vec<&Value> = audit.as_array().unwrap().iter().filter(|check| check["holds"] == false).collect();
    let [check] = failed.as_slice() else { panic!("one check was to fail: {audit:#}") };
    let finding = only(&check["findings"]).as_str().unwrap().to_owned();
    assert!(said.iter().all(|words| finding.contains(words)), "{finding} was to say {said:?}");
}

#[test]
fn answers_are_the_same_with_snapshots_and_without() {
    let office = office(true);
    // ACCOUNTS and CREDITS had nothing new after January.
    assert_eq!(snapshots(&office).len(), 3 * 3 + 2, "{:?}", snapshots(&office));
    let (with, verified) = (answers(&office), replayed(&office, &["--verify"]));
    fs::remove_dir_all(folder(&office)).unwrap();
    let none = answers(&office);
    assert_eq!(verified, replayed(&office, &["--verify"]));
    for (with, none) in with.iter().zip(&none) {
        assert_eq!(with, none);
    }
    assert!(snapshots(&office).is_empty(), "an answer writes none");
}

#[test]
fn one_up_to_a_point_is_as_good_as_one_written_then() {
    let office = office(false);
    let none = answers(&office);
    office.ok(&["replay", "--snapshot", "--until", "2"]);
    office.ok(&["replay", "--snapshot", "--until", FIVE_MARCH]);
    let row = only(&office.json(&["replay", "--snapshot"]));
    assert_eq!(row["snapshots"].as_array().unwrap().len(), 5, "{row:#}");
    assert!(of_memos(&office).len() >= 3, "{:?}", snapshots(&office));
    assert_eq!(answers(&office), none);
    let audit = office.json(&["audit"]);
    let check = row_where(&audit, "check", "snapshots are what the log comes to");
    assert_eq!(check["looked_at"].as_u64(), Some(snapshots(&office).len() as u64));
}

#[test]
fn one_that_someone_changed_is_found_and_located() {
    let office = office(true);
    let right = replayed(&office, &["--until", FIVE_MARCH]);
    let [_, path, _] = of_memos(&office).try_into().unwrap();
    let whole = fs::read(&path).unwrap();
    forge_snapshot(&path, |lines| lines.replace("\"open\":\"649.60\"", "\"open\":\"749.60\""));
    let sequence: usize = path.file_stem().unwrap().to_str().unwrap()["MEMOS-".len()..].parse().unwrap();
    let said = [path.to_str().unwrap(), "MEMOS", &format!("at sequence {sequence} "), OWNER];
    audit_finds(&office, &said);
    office.run(&["replay", "--verify"]).exits(5).says(&said).says(&["CM0527"]);
    // It is begun at, or this would prove nothing; and only --full reads beyond it.
    let forged = replayed(&office, &["--until", FIVE_MARCH]);
    assert_eq!(only(&forged)["open_balance"][0]["amount"], "749.60");
    let full = replayed(&office, &["--until", FIVE_MARCH, "--full"]);
    assert_eq!(only(&full)["open_balance"], only(&right)["open_balance"]);
    assert!(only(&full)["state_certificate"].is_string());

    fs::remove_file(&path).unwrap();
    assert_eq!(replayed(&office, &["--until", FIVE_MARCH]), right);
    office.ok(&["audit"]);
    fs::write(&path, whole).unwrap();
    office.ok(&["audit"]);
}

#[test]
fn each_stream_and_each_place_in_one_is_compared() {
    let office = office(true);
    for path in snapshots(&office) {
        let whole = fs::read(&path).unwrap();
        // The last subject's place, wherever it lies.
        forge_snapshot(&path, |lines| {
            let (before, after) = lines.rsplit_once("\"n\":").unwrap_or_else(|| panic!("{path:?}: {lines}"));
            format!("{before}\"n\":9{after}")
        });
        let (stream, _) = path.file_stem().unwrap().to_str().unwrap().split_once('-').unwrap();
        audit_finds(&office, &[path.to_str().unwrap(), stream]);
        fs::write(&path, whole).unwrap();
    }
    office.ok(&["audit"]);
}

#[test]
fn one_that_is_damaged_is_passed_over_and_named_by_an_audit() {
    let office = office(true);
    let none = answers(&office);
    let path = of_memos(&office).pop().unwrap();
    let text = fs::read_to_string(&path).unwrap();
    let (head, lines) = text.split_once('\n').unwrap();
    let damaged = [
        Vec::new(),
        text.as_bytes()[..text.len() / 2].to_vec(),
        text.replacen("\"open\":\"", "\"open\":\"1", 1).into_bytes(),
        format!("{}\n{lines}", head.replacen("\"facts\":", "\"facts\":1", 1)).into_bytes(),
        [text.as_bytes(), &[0xff]].concat(),
    ];
    for damaged in damaged {
        fs::write(&path, damaged).unwrap();
        let said = [path.to_str().unwrap(), "MEMOS", "not as it was written"];
        office.ok(&["replay", "--until", "2100-01-01"]).says(&said);
        audit_finds(&office, &said);
        office.run(&["replay", "--verify"]).exits(5).says(&said);
    }
    assert_eq!(answers(&office), none);
}

#[test]
fn one_of_another_log_is_passed_over_with_a_warning() {
    let (office, other) = (office(false), Story::closed());
    other.ok(&["replay", "--snapshot"]);
    let none = answers(&office);
    fs::create_dir_all(folder(&office)).unwrap();
    for path in snapshots(&other) {
        fs::copy(&path, folder(&office).join(path.file_name().unwrap())).unwrap();
    }
    office.ok(&["replay", "--until", "2100-01-01"]).says(&["of another log", "MEMOS-"]);
    office.ok(&["audit"]).says(&["of another log"]);
    assert_eq!(answers(&office), none);
}

#[test]
fn where_none_can_be_written_it_is_said_and_nothing_else_changes() {
    let office = Story::closed();
    let none = answers(&office);
    office.ok(&["replay", "--snapshot", "--dry-run"]);
    assert!(!folder(&office).exists());
    fs::write(folder(&office), "in the way").unwrap();
    let folder = folder(&office);
    office.run(&["replay", "--snapshot"]).exits(1).says(&["CM0145", "writing", folder.to_str().unwrap()]);
    assert_eq!(answers(&office), none);
    office.run(&["replay", "--snapshot", "--verify"]).exits(2);
    office.run(&["replay", "--snapshot", "--payer", "000000000001"]).exits(2);
}
