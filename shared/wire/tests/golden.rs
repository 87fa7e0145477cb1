//! Golden payloads: what was ever written must be read for ever.
//!
//! `tests/golden/events/<type>.json` holds one payload of each type, `<type>.<case>.json` further
//! ones; `tests/golden/commits/*.jsonl` holds whole commits with their chain. The files are what a
//! log may hold, so none is ever changed: a file that a test does not like is a defect of the code.
//!
//! A new type: write its sample, run `cargo xtask schemas`, then this test with `GOLDEN_WRITE=1`,
//! which writes files that are missing and touches no other. The payload of an older version stays
//! with its schema, and is read through its upcaster.

#![allow(clippy::unwrap_used, clippy::expect_used)] // a test stops where a file cannot be read

mod samples;

use std::{
    collections::BTreeSet,
    env, fs,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use serde_json::{Value, value::RawValue};
use wire::{ChainHash, CommitBody, CommitId, Fact, SealedCommit, Subject};

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn golden(below: &str) -> PathBuf {
    repository().join("tests/golden").join(below)
}

/// Makes sure that a golden file is there; what is there is never overwritten.
fn ensure(path: &Path, text: impl FnOnce() -> String) {
    if path.exists() {
        return;
    }
    assert!(
        env::var_os("GOLDEN_WRITE").is_some(),
        "{} is missing: check the sample and run `GOLDEN_WRITE=1 cargo test -p wire --test golden`",
        path.display()
    );
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text()).unwrap();
}

fn ensure_events() {
    for type_name in Fact::TYPES {
        let pretty = || serde_json::to_string_pretty(&samples::sample(type_name)).unwrap() + "\n";
        ensure(&golden(&format!("events/{type_name}.json")), pretty);
    }
}

/// A golden event: its file's name, its type and what it says.
struct GoldenEvent {
    name: String,
    type_name: String,
    said: Value,
}

/// Every golden event, older versions and further cases included.
fn golden_events() -> Vec<GoldenEvent> {
    ensure_events();
    let mut events: Vec<GoldenEvent> = fs::read_dir(golden("events"))
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            // `memo_issued.v1.without-end` is a case of `memo_issued.v1`.
            let type_name = name.split('.').take(2).collect::<Vec<_>>().join(".");
            let said = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
            GoldenEvent { name, type_name, said }
        })
        .collect();
    events.sort_by(|left, right| left.name.cmp(&right.name));
    events
}

/// Whether `now` says all that `before` said: the same, or with members that were added since.
fn says_all_of(now: &Value, before: &Value) -> bool {
    match (now, before) {
        (Value::Object(now), Value::Object(before)) => {
            before.iter().all(|(key, said)| now.get(key).is_some_and(|says| says_all_of(says, said)))
        }
        (Value::Array(now), Value::Array(before)) => {
            now.len() == before.len() && now.iter().zip(before).all(|(says, said)| says_all_of(says, said))
        }
        _ => now == before,
    }
}

fn schema(path: &str) -> jsonschema::Validator {
    let path = repository().join("schemas").join(path);
    let text = fs::read_to_string(&path)
        .unwrap_or_else(|_| panic!("{} is missing: run `cargo xtask schemas`", path.display()));
    let schema: Value = serde_json::from_str(&text).unwrap();
    jsonschema::options().should_validate_formats(true).build(&schema).unwrap()
}

fn assert_valid(validator: &jsonschema::Validator, value: &Value, name: &str) {
    let objections: Vec<String> =
        validator.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(objections.is_empty(), "{name} does not satisfy its schema:\n{}", objections.join("\n"));
}

#[test]
fn every_variant_is_among_the_types_with_its_own_name() {
    // The schema is derived from the variants, so it cannot forget one.
    let schema = serde_json::to_value(schemars::schema_for!(Fact)).unwrap();
    let variants = schema["oneOf"].as_array().unwrap();
    let derived: BTreeSet<&str> =
        variants.iter().map(|variant| variant["properties"]["type"]["const"].as_str().unwrap()).collect();
    let listed: BTreeSet<&str> = Fact::TYPES.iter().copied().collect();
    assert_eq!(derived, listed);
    assert_eq!(variants.len(), Fact::TYPES.len());
    for fact in samples::samples() {
        assert_eq!(serde_json::to_value(&fact).unwrap()["type"], fact.type_name());
    }
}

#[test]
fn every_type_has_a_sample_of_its_own_and_a_golden_payload() {
    ensure_events();
    for type_name in Fact::TYPES {
        assert_eq!(samples::sample(type_name).type_name(), *type_name);
    }
}

#[test]
fn every_golden_payload_is_read_and_says_the_same() {
    for GoldenEvent { name, type_name, said } in golden_events() {
        assert_eq!(said["type"], *type_name, "{name} is named after another type");
        let fact: Fact =
            serde_json::from_value(said.clone()).unwrap_or_else(|error| panic!("{name} is not read any more: {error}"));
        if !Fact::TYPES.contains(&type_name.as_str()) {
            continue; // an older version: its upcaster has made a newer fact of it
        }
        assert_eq!(fact.type_name(), type_name, "{name}");
        let says = serde_json::to_value(&fact).unwrap();
        assert!(says_all_of(&says, &said), "{name} lost or changed something\nwas {said}\nis  {says}");
    }
}

#[test]
fn every_golden_payload_satisfies_the_schema_of_its_type() {
    for GoldenEvent { name, type_name, said } in golden_events() {
        assert_valid(&schema(&format!("events/{type_name}.json")), &said["fact"], &name);
    }
}

#[test]
fn schemas_refuse_what_the_types_refuse() {
    let validator = schema("events/memo_issued.v1.json");
    let good = serde_json::to_value(samples::sample("memo_issued.v1")).unwrap()["fact"].clone();
    for (pointer, wrong) in [("/face", "1,000.00"), ("/posting", "January"), ("/basis", "par"), ("/currency", "dollar")]
    {
        let mut value = good.clone();
        *value.pointer_mut(pointer).unwrap() = wrong.into();
        assert!(!validator.is_valid(&value), "{pointer} = {wrong}");
        assert!(serde_json::from_value::<domain::memo::MemoIssued>(value).is_err(), "{pointer} = {wrong}");
    }
}

/// A commit as it stands in a golden file. The body keeps its bytes, as in a log.
#[derive(Serialize, Deserialize)]
struct GoldenCommit {
    subject: String,
    id: String,
    n: u64,
    prev: u64,
    chain: String,
    body: Box<RawValue>,
}

impl GoldenCommit {
    fn of(commit: &SealedCommit) -> Self {
        Self {
            subject: commit.subject.to_string(),
            id: commit.id.to_string(),
            n: commit.n,
            prev: commit.prev,
            chain: commit.chain.to_string(),
            body: RawValue::from_string(String::from_utf8(commit.body.to_vec()).unwrap()).unwrap(),
        }
    }

    fn seal(&self) -> SealedCommit {
        SealedCommit {
            subject: Subject::parse(&self.subject).unwrap(),
            id: CommitId::parse(&self.id).unwrap(),
            n: self.n,
            prev: self.prev,
            chain: ChainHash::parse(&self.chain).unwrap(),
            body: self.body.get().as_bytes().into(),
        }
    }
}

fn golden_chains() -> Vec<(String, Vec<SealedCommit>)> {
    ensure(&golden("commits/memos.v1.jsonl"), || {
        let line = |commit| serde_json::to_string(&GoldenCommit::of(commit)).unwrap() + "\n";
        samples::sample_chain().iter().map(line).collect()
    });
    fs::read_dir(golden("commits"))
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            let text = fs::read_to_string(&path).unwrap();
            let seal = |line: &str| serde_json::from_str::<GoldenCommit>(line).unwrap().seal();
            (path.display().to_string(), text.lines().map(seal).collect())
        })
        .collect()
}

#[test]
fn the_hashes_of_golden_commits_are_derived_again_as_they_were() {
    for (name, commits) in golden_chains() {
        let mut former = ChainHash::START;
        for commit in &commits {
            assert!(commit.chains_on(former), "{name}: n={} does not chain", commit.n);
            former = commit.chain;
        }
        assert!(!commits.is_empty(), "{name}");
    }
}

#[test]
fn golden_commits_are_read_say_the_same_and_satisfy_their_schema() {
    let validator = schema("commit.json");
    for (name, commits) in golden_chains() {
        for commit in commits {
            let said: Value = serde_json::from_slice(&commit.body).unwrap();
            let body = CommitBody::read(&commit).unwrap();
            let says = serde_json::to_value(&body).unwrap();
            assert!(says_all_of(&says, &said), "{name}: n={} lost or changed something", commit.n);
            assert_valid(&validator, &said, &format!("{name}: n={}", commit.n));
        }
    }
}
