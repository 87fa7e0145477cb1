//! Everything of a log that someone may change: bytes, order, numbers, ends, and what is kept beside it.
//! Each is found, and the stream and the sequence are named. Caches that are changed never change an
//! answer.

use std::{fs, path::Path};

use read_model::{Batch, SledStore, Store, Tree};

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

/// Audit and replay must end with exit code 5 and name the stream and the sequence.
#[track_caller]
fn is_located(office: &Office, stream: &str, sequence: usize, what: &str) {
    for command in [["audit"].as_slice(), &["replay", "--verify"]] {
        let outcome = office.run(command);
        let said = format!("{}{}", outcome.stdout, outcome.stderr);
        let named = said.contains(stream) && names_sequence(&said, sequence);
        assert!(outcome.code == 5 && named, "{what} at {stream} sequence {sequence} was not located: {outcome}");
    }
}

fn names_sequence(said: &str, sequence: usize) -> bool {
    let words = format!("sequence {sequence}");
    said.match_indices(&words).any(|(at, _)| !said[at + words.len()..].starts_with(|next: char| next.is_ascii_digit()))
}

/// Does something to a segment, looks whether it is found where it is, and puts the segment back.
#[track_caller]
fn tamper(office: &Office, stream: &str, sequence: usize, what: &str, change: impl FnOnce(Vec<u8>) -> Vec<u8>) {
    let path = office.segment(stream);
    let whole = fs::read(&path).unwrap();
    let changed = change(whole.clone());
    assert_ne!(changed, whole, "nothing was changed: {what}");
    fs::write(&path, changed).unwrap();
    is_located(office, stream, sequence, what);
    fs::write(&path, whole).unwrap();
}

fn lines(bytes: &[u8]) -> Vec<Vec<u8>> {
    bytes.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect()
}

fn lines_of(office: &Office, stream: &str) -> usize {
    lines(&fs::read(office.segment(stream)).unwrap()).len()
}

#[test]
fn a_byte_changed_anywhere_is_found() {
    let office = Story::closed();
    let mut places = Seeded(20_190_131);
    for stream in STREAMS {
        for _ in 0..6 {
            let bit = 1u8 << places.below(8);
            let bytes = fs::read(office.segment(stream)).unwrap();
            let at = places.below(bytes.len());
            let sequence = 1 + bytes[..at].iter().filter(|byte| **byte == b'\n').count();
            tamper(&office, stream, sequence, &format!("bit {bit} of byte {at}"), |mut bytes| {
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
        let count = lines_of(&office, stream);
        let at = places.below(count);
        tamper(&office, stream, at + 1, "a dropped commit", |bytes| {
            let mut lines = lines(&bytes);
            lines.remove(at);
            lines.concat()
        });
        tamper(&office, stream, at + 1, "a doubled commit", |bytes| {
            let mut lines = lines(&bytes);
            lines.insert(at, lines[at].clone());
            lines.concat()
        });
        if count > 1 {
            let other = (at + 1) % count;
            tamper(&office, stream, at.min(other) + 1, "two swapped commits", |bytes| {
                let mut lines = lines(&bytes);
                lines.swap(at, other);
                lines.concat()
            });
        }
        let cut = places.below(60) + 2;
        tamper(&office, stream, count, "a truncated end", |mut bytes| {
            bytes.truncate(bytes.len() - cut);
            bytes
        });
        tamper(&office, stream, count, "an end that was taken off", |bytes| {
            let mut lines = lines(&bytes);
            lines.pop();
            lines.concat()
        });
    }
    office.ok(&["audit"]);
}

/// Changes a line and makes its checksum right again.
#[track_caller]
fn forge(office: &Office, stream: &str, sequence: usize, what: &str, from: &str, to: &str) {
    tamper(office, stream, sequence, what, |bytes| {
        let mut lines = lines(&bytes);
        let line = String::from_utf8(lines[sequence - 1].clone()).unwrap();
        assert_eq!(with_checksum(&line), line, "the checksum is computed otherwise");
        assert!(line.contains(from), "{from} is not in {line}");
        lines[sequence - 1] = with_checksum(&line.replacen(from, to, 1)).into_bytes();
        lines.concat()
    });
}

#[test]
fn what_was_changed_with_its_checksum_made_again_is_found() {
    let office = Story::closed();
    let memos = lines_of(&office, "MEMOS");
    forge(&office, "MEMOS", 1, "a face", "\"1000.00\"", "\"9000.00\"");
    forge(&office, "MEMOS", memos, "a sequence", &format!("{{\"seq\":{memos}"), &format!("{{\"seq\":{}", memos + 1));
    forge(&office, "MEMOS", memos, "a number", &format!("\"n\":{memos}"), &format!("\"n\":{}", memos + 1));
    forge(&office, "USAGE", 1, "an amount", "\"2500\"", "\"2600\"");
    forge(&office, "BILLING", 2, "a name", "Bakery", "Bakerx");
    forge(&office, "ACCOUNTS", 1, "who did it", "clerk", "clerc");
    forge(&office, "CREDITS", 1, "when", "2019-02-05T", "2019-02-04T");
    office.ok(&["audit"]);
}

#[test]
fn a_read_model_of_another_story_is_found_and_located() {
    let (office, other) = (Story::closed(), Story::imported());
    other.ingest("january.csv", Story::january_with("100.01").cur2());
    other.bill_and_close("2019-01");
    // Taken for its own, since it says it is of the same log and has read as far.
    for stream in STREAMS {
        let incarnation = |office: &Office| office.data().join("log").join(stream).join("incarnation");
        fs::copy(incarnation(&other), incarnation(&office)).unwrap();
    }
    fs::remove_dir_all(office.data().join("read-model")).unwrap();
    fs::rename(other.data().join("read-model"), office.data().join("read-model")).unwrap();
    assert_fields(&office.balance(OWNER), &[("open_balance", "899.99")]);
    let memos = lines_of(&office, "MEMOS");
    let checks = office.run(&["audit", "--output", "json"]).exits(5).json();
    let failed = |name: &str| row_where(&checks, "check", name)["findings"].to_string();
    assert!(failed("live balances equal the log's").contains("900.00 by the log and 899.99 live"), "{checks:#}");
    let records = failed("live records equal the log's");
    for place in [format!("MEMOS sequence {memos}"), "USAGE sequence".to_owned(), "BILLING sequence".to_owned()] {
        assert!(records.contains(&place), "{place} is not in {records}");
    }
    assert!(failed("live statements equal the log's").contains(OWNER), "{checks:#}");
    assert_fields(
        &row_where(&checks, "check", "log: sequences, numbers, chain, stated balances"),
        &[("holds", "true")],
    );
    fs::remove_dir_all(office.data().join("read-model")).unwrap();
    office.ok(&["audit"]);
}

/// Every tree of the read model, and for each a key of it and where it is of.
fn a_key_of_each_tree(store: &SledStore) -> Vec<(Tree, Vec<u8>)> {
    let trees = Tree::ALL.into_iter().filter(|tree| *tree != Tree::Checkpoint);
    trees.filter_map(|tree| Some((tree, store.scan_keys(tree, b"").unwrap().pop()?))).collect()
}

#[test]
fn a_read_model_with_one_value_changed_is_found_and_located_in_every_tree() {
    let mut office = Story::closed();
    office.at(FIVE_MARCH);
    office.ingest("january-anew.csv", Story::january_with("130.00").cur2());
    office.ingest("february.csv", Story::later("2019-02", "250.40").cur2());
    office.bill_and_close("2019-02");
    office.ok(&["reopen", "2019-02", "--reason", "forgot one"]);
    office.ingest("february-2.csv", Story::later("2019-02", "260.40").cur2());
    office.ok(&["bill", "2019-02"]);
    office.write("rates.csv", "period,from,to,rate,source\n2019-02,USD,EUR,0.88,ECB\n");
    office.ok(&["rates", "import", "rates.csv", "--idempotency-key", "rates"]);
    let memo = office.balance(OWNER)["memo_number"].as_str().unwrap().to_owned();
    let mover =
        ["memos", "reassign", &memo, "--to-account", A3, "--consent", "--amount", "10.00", "--reason", "merger"];
    office.ok(&mover);
    office.ok(&["audit"]);
    let open = || SledStore::open(&office.data().join("read-model")).unwrap();
    let places = a_key_of_each_tree(&open());
    let trees: Vec<Tree> = places.iter().map(|(tree, _)| *tree).collect();
    assert_eq!(trees.len(), Tree::ALL.len() - 1, "the story has nothing in some tree: {trees:?}");
    for (tree, key) in places {
        // A value that says something else, and a key that the log knows nothing of.
        let value = String::from_utf8(open().get(tree, &key).unwrap().unwrap()).unwrap();
        let other = value.replace("2019-0", "2018-0").replace("false", "true");
        let mut unknown = key.clone();
        let last = unknown.len() - 1;
        unknown[last] = if unknown[last] == b'7' { b'6' } else { b'7' };
        let mut tried = 0;
        for (at, changed, back) in [(&key, other, Some(&value)), (&unknown, value.clone(), None)] {
            if back == Some(&changed) {
                // A mark holds nothing but its key.
                continue;
            }
            let copy = copy_of(&office.data().join("read-model"));
            open().write(&Batch::from([((tree, at.clone()), changed.into_bytes())])).unwrap();
            let outcome = office.run(&["audit", "--output", "json"]);
            let named = STREAMS.iter().any(|stream| outcome.stdout.contains(&format!("{stream} sequence ")));
            // Only what the log knows nothing of has no sequence.
            let located = back.is_none() || !outcome.stdout.contains(" sequence 0,");
            assert!(outcome.code == 5 && named && located, "{tree:?} {}: {outcome}", String::from_utf8_lossy(at));
            put_back(&copy, &office.data().join("read-model"));
            tried += 1;
        }
        assert!(tried > 0);
    }
    office.ok(&["audit"]);
}

fn copy_of(folder: &Path) -> tempfile::TempDir {
    let copy = tempfile::tempdir().unwrap();
    copy_files(folder, copy.path());
    copy
}

fn put_back(copy: &tempfile::TempDir, folder: &Path) {
    fs::remove_dir_all(folder).unwrap();
    fs::create_dir(folder).unwrap();
    copy_files(copy.path(), folder);
}

fn copy_files(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            fs::create_dir(&target).unwrap();
            copy_files(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[test]
fn a_seal_that_was_changed_anywhere_is_told() {
    let office = Story::closed();
    office.ok(&["audit", "keygen", "auditor.pem"]);
    office.ok(&["audit", "seal", "--key", "auditor.pem", "--out", "seal.json"]);
    let verify = ["audit", "verify", "seal.json", "--public-key", "auditor.pem.pub"];
    let whole = fs::read(office.file("seal.json")).unwrap();
    let mut places = Seeded(3);
    for _ in 0..12 {
        let at = places.below(whole.len() - 1);
        let mut changed = whole.clone();
        changed[at] ^= 1 << places.below(7);
        office.write("seal.json", changed);
        let outcome = office.run(&verify);
        assert!(outcome.code == 5 || outcome.code == 3, "byte {at} was changed: {outcome}");
    }
    office.write("seal.json", whole);
    office.ok(&verify);
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
