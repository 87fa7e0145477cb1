//! Logs that older programs wrote: today's program comes to the same certificates, balances and close
//! packs.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use serde_json::{Value, json};

use crate::support::*;

fn golden_logs() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden");
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut logs: Vec<PathBuf> = entries.filter(|path| path.join("log").is_dir()).collect();
    logs.sort();
    logs
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for path in fs::read_dir(from).unwrap().map(|entry| entry.unwrap().path()) {
        let beside = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &beside);
        } else {
            fs::copy(&path, &beside).unwrap();
        }
    }
}

/// An office on a copy of a golden log, long after it was written.
fn office_on(golden: &Path) -> Office {
    let mut office = Office::new();
    copy(&golden.join("log"), &office.data().join("log"));
    office.at("2030-01-01T00:00:00Z");
    office
}

/// Every fact of the log, as it stands.
fn facts_of(golden: &Path) -> Vec<Value> {
    let mut facts = Vec::new();
    for stream in ["ACCOUNTS", "USAGE", "CREDITS", "MEMOS", "BILLING"] {
        let text = fs::read_to_string(golden.join("log").join(stream).join("00000000000000000001.jsonl")).unwrap();
        for line in text.lines() {
            let line: Value = serde_json::from_str(line).unwrap();
            facts.extend(line["commit"]["facts"].as_array().unwrap().iter().cloned());
        }
    }
    facts
}

#[test]
fn a_replay_comes_to_the_certificates_and_balances_that_were_committed() {
    for golden in golden_logs() {
        let office = office_on(&golden);
        let replayed = only(&office.json(&["replay", "--verify"]));
        let found = json!({
            "commits": replayed["commits"], "facts": replayed["facts"],
            "state_certificate": replayed["state_certificate"], "log_certificate": replayed["log_certificate"],
            "balances": office.json(&["balance"]),
        });
        let file = golden.join("expected.json");
        if !file.exists() {
            assert!(env::var_os("GOLDEN_WRITE").is_some(), "{} is missing: see tests/golden/README.md", file.display());
            fs::write(&file, serde_json::to_string_pretty(&found).unwrap() + "\n").unwrap();
        }
        let expected: Value = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
        // Fields may be added to a row; what was there stays what it was.
        assert_eq!(rows_within(&found, &expected), expected, "{}", golden.display());
    }
}

/// What was found, with no more fields than were expected.
fn rows_within(found: &Value, expected: &Value) -> Value {
    match (found, expected) {
        (Value::Object(found), Value::Object(expected)) => expected
            .iter()
            .map(|(name, known)| (name.clone(), found.get(name).map_or(Value::Null, |value| rows_within(value, known))))
            .collect(),
        (Value::Array(found), Value::Array(expected)) if found.len() == expected.len() => {
            found.iter().zip(expected).map(|(found, known)| rows_within(found, known)).collect()
        }
        _ => found.clone(),
    }
}

#[test]
fn an_audit_of_each_holds_and_its_close_packs_are_made_again() {
    for golden in golden_logs() {
        let office = office_on(&golden);
        office.ok(&["audit"]);
        let mut packs = 0;
        for made in facts_of(&golden).iter().filter(|fact| fact["type"] == "close_pack_made.v1") {
            let made = &made["fact"];
            let (period, payer) = (made["period"].as_str().unwrap(), made["payer"].as_str().unwrap());
            let version = made["version"].to_string();
            office.ok(&["close-pack", "show", period, "--payer", payer, "--version", &version]);
            packs += 1;
        }
        assert!(packs > 0 || golden.file_name().unwrap() != "log-1");
    }
}

#[test]
fn every_type_of_event_occurs_in_one_of_them() {
    let mut missing: Vec<&str> = wire::Fact::TYPES.to_vec();
    for golden in golden_logs() {
        let facts = facts_of(&golden);
        missing.retain(|type_name| !facts.iter().any(|fact| fact["type"] == *type_name));
    }
    assert_eq!(missing, [""; 0], "write a golden log in which they occur: see tests/golden/README.md");
}
