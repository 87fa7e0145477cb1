//! Small files of every format with bytes changed, cut out and put in: each is read or refused in words,
//! and nothing panics, hangs or grows.
//!
//! The same bytes are changed in every run. `CREDITMEMO_MUTATIONS` asks for more of them, and
//! `CREDITMEMO_MUTATIONS_SEED` for others; `tests/fuzz/long` does both for hours.

#![allow(clippy::expect_used, clippy::panic)] // what the test makes itself

mod support;

use bill_formats::{NoProgress, ReadOptions, read_deliveries};
use proptest::{
    prelude::*,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use support::*;

/// Changed files of each kind in a plain run: some seconds in all.
const MUTATIONS: u32 = 120;

/// One change of a file.
#[derive(Debug, Clone)]
enum Change {
    Set(prop::sample::Index, u8),
    Flip(prop::sample::Index, u8),
    Cut(prop::sample::Index, usize),
    Insert(prop::sample::Index, Vec<u8>),
    Truncate(prop::sample::Index),
}

fn change() -> impl Strategy<Value = Change> {
    let place = any::<prop::sample::Index>;
    let telling = prop::sample::select(vec![0, 0xff, 0x7f, 0x80, b'"', b',', b'\n', b'{', b'[', b'-', b'9', b'e']);
    prop_oneof![
        (place(), prop_oneof![any::<u8>(), telling]).prop_map(|(at, byte)| Change::Set(at, byte)),
        (place(), 0u8..8).prop_map(|(at, bit)| Change::Flip(at, bit)),
        (place(), 1usize..64).prop_map(|(at, length)| Change::Cut(at, length)),
        (place(), prop::collection::vec(any::<u8>(), 1..32)).prop_map(|(at, bytes)| Change::Insert(at, bytes)),
        place().prop_map(Change::Truncate),
    ]
}

fn changed(original: &[u8], changes: &[Change]) -> Vec<u8> {
    let mut bytes = original.to_vec();
    for change in changes.iter().filter(|_| !original.is_empty()) {
        if bytes.is_empty() {
            break;
        }
        let length = bytes.len();
        match change {
            Change::Set(at, byte) => bytes[at.index(length)] = *byte,
            Change::Flip(at, bit) => bytes[at.index(length)] ^= 1 << bit,
            Change::Cut(at, cut) => {
                let from = at.index(length);
                bytes.drain(from..(from + cut).min(length));
            }
            Change::Insert(at, more) => {
                let at = at.index(length);
                bytes.splice(at..at, more.iter().copied());
            }
            Change::Truncate(at) => bytes.truncate(at.index(length)),
        }
    }
    bytes
}

fn number(name: &str, otherwise: u32) -> u32 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

/// Reads changed copies of a file under a name, in a folder with others.
fn survives(name: &str, original: &[u8], beside: &[(&str, Vec<u8>)]) {
    let config = Config {
        cases: number("CREDITMEMO_MUTATIONS", MUTATIONS),
        failure_persistence: None,
        max_shrink_iters: 200,
        ..Config::default()
    };
    let mut seed = [7; 32];
    seed[..4].copy_from_slice(&number("CREDITMEMO_MUTATIONS_SEED", 0).to_le_bytes());
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &seed));
    let folder = Folder::new();
    for (name, bytes) in beside {
        folder.write(name, bytes);
    }
    let path = folder.path(name);
    let options = ReadOptions { threads: Some(1), ..ReadOptions::default() };
    let outcome = runner.run(&prop::collection::vec(change(), 1..6), |changes| {
        std::fs::write(&path, changed(original, &changes)).expect("a file of the test is written");
        for paths in [vec![path.clone()], vec![folder.root()]] {
            match read_deliveries(&paths, &options, &NoProgress) {
                Ok(reading) => prop_assert!(!reading.deliveries.is_empty()),
                Err(fault) => {
                    let text = fault.to_string();
                    prop_assert!(text.len() < 20_000 && !text.contains("panicked"), "{text}");
                }
            }
        }
        Ok(())
    });
    if let Err(found) = outcome {
        panic!("{found}");
    }
}

#[test]
fn changed_text_is_read_or_refused() {
    survives("cur2.csv", csv(&CUR2, &sample()).as_bytes(), &[]);
    survives("legacy.csv", csv(&LEGACY, &sample()).as_bytes(), &[]);
    survives("focus.csv", csv(&FOCUS, &sample()).as_bytes(), &[]);
}

#[test]
fn changed_packings_are_read_or_refused() {
    let text = csv(&CUR2, &sample());
    survives("cur2.csv.gz", &gzip(&text), &[]);
    survives("cur2.zip", &zip_of(&[("cur2.csv", &text)]), &[]);
}

#[test]
fn changed_parquet_is_read_or_refused() {
    let folder = Folder::new();
    for typed in [Typed::Texts, Typed::Doubles, Typed::Decimals] {
        let path = folder.path("bill.parquet");
        parquet(&path, &CUR2, &sample(), typed);
        survives("bill.parquet", &std::fs::read(&path).unwrap(), &[]);
    }
    survives("checked.parquet", include_bytes!("files/pages-with-checksums.parquet"), &[]);
}

#[test]
fn changed_manifests_are_read_or_refused() {
    let manifest = r#"{"assemblyId":"a-1","reportName":"r","billingPeriod":{"start":"20260401T000000.000Z"},"reportKeys":["p/r-1.csv","p/r-2.csv"]}"#;
    let lines = sample();
    let beside = [("r-1.csv", csv(&CUR2, &lines[..4]).into_bytes()), ("r-2.csv", csv(&CUR2, &lines[4..]).into_bytes())];
    survives("r-Manifest.json", manifest.as_bytes(), &beside);
}
