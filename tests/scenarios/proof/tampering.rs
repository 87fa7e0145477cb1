//! Bytes changed at random places of a log that the program made: each is found, and the stream is
//! named. Caches that are changed never change an answer.

use std::{fs, path::Path};

use crate::support::*;

const STREAMS: [&str; 5] = ["ACCOUNTS", "BILLING", "CREDITS", "MEMOS", "USAGE"];

/// Numbers from a seed, the same in every run.
struct Seeded(u64);

impl Seeded {
    fn below(&mut self, count: usize) -> usize {
        // Knuth's multiplier: good enough to choose places.
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % count
    }
}

#[track_caller]
fn is_found(office: &Office, stream: &str, what: &str) {
    for command in [["audit"].as_slice(), &["replay", "--verify"]] {
        let outcome = office.run(command);
        let said = format!("{}{}", outcome.stdout, outcome.stderr);
        assert!(outcome.code == 5 && said.contains(stream), "{what} in {stream} was not found: {outcome}");
    }
}

/// Does something to a segment, looks whether it is found, and puts the segment back.
#[track_caller]
fn tamper(office: &Office, stream: &str, what: &str, change: impl FnOnce(Vec<u8>) -> Vec<u8>) {
    let path = office.segment(stream);
    let whole = fs::read(&path).unwrap();
    let changed = change(whole.clone());
    assert_ne!(changed, whole, "nothing was changed: {what}");
    fs::write(&path, changed).unwrap();
    is_found(office, stream, what);
    fs::write(&path, whole).unwrap();
}

fn lines(bytes: &[u8]) -> Vec<Vec<u8>> {
    bytes.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect()
}

#[test]
fn a_byte_changed_anywhere_is_found() {
    let office = Story::closed();
    let mut places = Seeded(20_190_131);
    for stream in STREAMS {
        for _ in 0..6 {
            let bit = 1u8 << places.below(8);
            let at = places.below(fs::metadata(office.segment(stream)).unwrap().len().try_into().unwrap());
            tamper(&office, stream, &format!("bit {bit} of byte {at}"), |mut bytes| {
                bytes[at] ^= bit;
                bytes
            });
        }
    }
    office.ok(&["audit"]);
}

#[test]
fn commits_dropped_swapped_doubled_or_cut_anywhere_are_found() {
    let office = Story::closed();
    let mut places = Seeded(7);
    for stream in STREAMS {
        let count = lines(&fs::read(office.segment(stream)).unwrap()).len();
        let at = places.below(count);
        tamper(&office, stream, "a dropped commit", |bytes| {
            let mut lines = lines(&bytes);
            lines.remove(at);
            lines.concat()
        });
        tamper(&office, stream, "a doubled commit", |bytes| {
            let mut lines = lines(&bytes);
            lines.insert(at, lines[at].clone());
            lines.concat()
        });
        if count > 1 {
            let other = (at + 1) % count;
            tamper(&office, stream, "two swapped commits", |bytes| {
                let mut lines = lines(&bytes);
                lines.swap(at, other);
                lines.concat()
            });
        }
        let cut = places.below(60) + 2;
        tamper(&office, stream, "a truncated end", |mut bytes| {
            bytes.truncate(bytes.len() - cut);
            bytes
        });
    }
    office.ok(&["audit"]);
}

fn files_below(folder: &Path, found: &mut Vec<std::path::PathBuf>) {
    for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if path.is_dir() { files_below(&path, found) } else { found.push(path) }
    }
}

#[test]
fn a_changed_cache_changes_no_answer() {
    let office = Story::closed();
    let expected = office.ok(&["balance", "--output", "json"]).stdout;
    let mut places = Seeded(11);
    let mut caches = Vec::new();
    files_below(&office.data().join("log"), &mut caches);
    caches.retain(|path| path.extension().is_some_and(|ending| ending == "idx"));
    files_below(&office.data().join("read-model"), &mut caches);
    for path in caches {
        let Ok(mut bytes) = fs::read(&path) else { continue };
        if bytes.is_empty() {
            continue;
        }
        let at = places.below(bytes.len());
        bytes[at] ^= 0xff;
        fs::write(&path, bytes).unwrap();
        let path = path.display();
        assert_eq!(office.ok(&["balance", "--output", "json"]).stdout, expected, "after byte {at} of {path}");
        office.ok(&["replay", "--verify"]);
    }
}
