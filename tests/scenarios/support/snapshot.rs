//! Snapshots that someone changed who knows how their digests are made.

use std::{fs, path::Path};

use sha2::{Digest, Sha256};

/// Changes a snapshot, and makes its digest right again.
#[track_caller]
pub(crate) fn forge_snapshot(path: &Path, change: impl FnOnce(&str) -> String) {
    let text = fs::read_to_string(path).unwrap();
    let (head, lines) = text.split_once('\n').unwrap();
    let (before, digest) = head.rsplit_once("\"digest\":\"").unwrap();
    let changed = change(lines);
    assert_ne!(changed, lines, "nothing was changed");
    let blank = format!("{before}\"digest\":\"\"}}\n");
    let made = |lines: &str| hex::encode(Sha256::new().chain_update(&blank).chain_update(lines).finalize());
    assert_eq!(digest, format!("{}\"}}", made(lines)), "the digest is over something else");
    fs::write(path, format!("{before}\"digest\":\"{}\"}}\n{changed}", made(&changed))).unwrap();
}
