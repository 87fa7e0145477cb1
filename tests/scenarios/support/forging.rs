//! A log that someone rewrote who knows how it is made: what a commit says is changed, and every chain and
//! checksum after it is made again, so that only what the facts say can tell.

use std::{collections::BTreeMap, fs};

use serde_json::Value;
use wire::{ChainHash, CommitId, SealedCommit, Subject};

use super::Office;

/// CRC-32 as a line has it: of all its bytes but the checksum's own digits and the line break.
pub(crate) fn with_checksum(line: &str) -> String {
    let (head, rest) = line.split_once("\"crc\":\"").unwrap();
    let (head, rest) = (format!("{head}\"crc\":\""), &rest[8..]);
    let mut crc = u32::MAX;
    for byte in head.bytes().chain(rest.trim_end_matches('\n').bytes()) {
        crc ^= u32::from(byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 };
        }
    }
    format!("{head}{:08x}{rest}", !crc)
}

/// Writes a stream anew with what `change` makes of each body, given the commit's sequence. A body that
/// comes to nothing is dropped with its commit. The read model and the indexes are thrown away: they are
/// made again of what was forged.
#[track_caller]
pub(crate) fn rewrite(office: &Office, stream: &str, mut change: impl FnMut(usize, &str) -> Option<String>) {
    let path = office.segment(stream);
    let whole = fs::read_to_string(&path).unwrap();
    let mut heads: BTreeMap<Subject, (u64, usize, ChainHash)> = BTreeMap::new();
    let mut written = String::new();
    let mut sequence = 0;
    for (at, line) in whole.lines().enumerate() {
        let (head, body) = line.split_once(",\"commit\":").unwrap();
        let Some(body) = change(at + 1, body.strip_suffix('}').unwrap()) else { continue };
        let head: Value = serde_json::from_str(&format!("{head}}}")).unwrap();
        let subject = Subject::parse(head["subject"].as_str().unwrap()).unwrap();
        let id = CommitId::parse(head["id"].as_str().unwrap()).unwrap();
        sequence += 1;
        let (n, prev, chain) = heads.get(&subject).copied().unwrap_or((0, 0, ChainHash::START));
        // Commits of one set are appended together, and the later ones say that nothing was before.
        let prev = if head["prev"] == 0 { 0 } else { prev };
        let commit = SealedCommit::seal(subject.clone(), id.clone(), n + 1, prev as u64, chain, body.clone().into());
        heads.insert(subject.clone(), (n + 1, sequence, commit.chain));
        let line = format!(
            "{{\"seq\":{sequence},\"subject\":\"{subject}\",\"id\":\"{id}\",\"n\":{},\"prev\":{prev},\"chain\":\"{}\",\
             \"crc\":\"00000000\",\"commit\":{body}}}\n",
            n + 1,
            commit.chain,
        );
        written.push_str(&with_checksum(&line));
    }
    assert_ne!(written, whole, "nothing was changed");
    fs::write(&path, written).unwrap();
    let _ = fs::remove_file(path.with_extension("idx"));
    let _ = fs::remove_dir_all(office.data().join("read-model"));
}

/// Changes the first body of a stream that says `from`, from the end.
#[track_caller]
pub(crate) fn rewrite_last(office: &Office, stream: &str, changes: &[(&str, &str)]) {
    let text = fs::read_to_string(office.segment(stream)).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let is_meant = |line: &&str| changes.iter().all(|(from, _)| line.contains(from));
    let at = lines.iter().rposition(is_meant).unwrap_or_else(|| panic!("no commit has {changes:?}:\n{text}"));
    rewrite(office, stream, |sequence, body| {
        let mut body = body.to_owned();
        for (from, to) in changes.iter().filter(|_| sequence == at + 1) {
            body = body.replacen(from, to, 1);
        }
        Some(body)
    });
}

/// What an audit says of a check that must fail, and fail alone.
#[track_caller]
pub(crate) fn audit_finds(office: &Office, name: &str) -> String {
    let checks = office.run(&["audit", "--output", "json"]).exits(5).json();
    let failed: Vec<&str> = checks
        .as_array()
        .unwrap()
        .iter()
        .filter(|check| check["holds"] == false)
        .map(|check| check["check"].as_str().unwrap())
        .collect();
    assert_eq!(failed, [name], "{checks:#}");
    super::row_where(&checks, "check", name)["findings"].to_string()
}
