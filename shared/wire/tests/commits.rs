//! Commits: a body comes back as it was frozen, and a chain tells of every change.

#![allow(clippy::unwrap_used)] // a test stops where a sample cannot be made

mod samples;

use std::{collections::BTreeMap, sync::Arc};

use chrono::{DateTime, Utc};
use proptest::{collection::vec, option, prelude::*, sample::select};
use samples::{commits::sample_bodies, sample_chain, samples};
use wire::{
    BODY_BYTES_MAX, ChainHash, CommitBody, CommitId, IdempotencyKey, PartOfSet, SealedCommit, StreamName, Subject,
};

/// Facts of one body at the most, here.
const FACTS_MAX: usize = 6;

/// Years 2000 to 2100, to the microsecond: what a recorded time keeps.
fn any_time() -> impl Strategy<Value = DateTime<Utc>> {
    (946_684_800_000_000i64..4_102_444_800_000_000).prop_map(|micros| DateTime::from_timestamp_micros(micros).unwrap())
}

prop_compose! {
    fn any_body()(
        recorded in any_time(),
        (by, command, reason) in (".{0,12}", "[a-z ]{1,12}", option::of(".{0,12}")),
        clock in option::of(Just("injected".to_owned())),
        causation in option::of("[0-9a-f]{32}"),
        idempotency in option::of(("\\PC{1,8}", "[0-9a-f]{64}")),
        basis in proptest::collection::btree_map(select(&StreamName::ALL), any::<u64>(), 0..5),
        part_of in option::of(("[0-9a-f]{32}", any::<u32>(), any::<bool>())),
        facts in vec(select(samples()), 0..FACTS_MAX),
    ) -> CommitBody {
        CommitBody {
            v: CommitBody::VERSION,
            recorded,
            clock,
            by,
            reason,
            correlation: format!("correlation of {command}"),
            command,
            causation,
            idempotency: idempotency.map(|(key, input)| IdempotencyKey { key, input }),
            basis: basis.into_iter().map(|(stream, at)| (stream.to_string(), at)).collect::<BTreeMap<_, _>>(),
            part_of: part_of.map(|(set, part, closes)| PartOfSet { set, part, closes }),
            facts,
        }
    }
}

fn subject() -> Subject {
    Subject::parse("memos.999900001111.111122223333").unwrap()
}

fn sealed(body: &CommitBody) -> SealedCommit {
    let id = CommitId::derive(&body.command, &subject(), 1);
    SealedCommit::seal(subject(), id, 1, 0, ChainHash::START, body.freeze().unwrap())
}

proptest! {
    #[test]
    fn a_frozen_body_is_one_line_and_comes_back_equal(body in any_body()) {
        let commit = sealed(&body);
        prop_assert!(!commit.body.contains(&b'\n'), "a log of lines would break");
        let read = CommitBody::read(&commit).unwrap();
        prop_assert_eq!(read.freeze().unwrap(), commit.body.to_vec(), "frozen again, the same bytes");
        prop_assert_eq!(read, body);
    }

    #[test]
    fn any_flipped_bit_of_a_body_breaks_the_chain(body in any_body(), at in any::<prop::sample::Index>(), bit in 0u8..8) {
        let mut commit = sealed(&body);
        let mut bytes = commit.body.to_vec();
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        commit.body = bytes.into();
        prop_assert!(!commit.chains_on(ChainHash::START));
    }
}

#[test]
fn all_samples_together_fit_one_commit() {
    let body = sample_bodies().remove(0);
    let all = CommitBody { facts: samples(), ..body };
    assert!(all.freeze().unwrap().len() < BODY_BYTES_MAX);
    assert_eq!(CommitBody::read(&sealed(&all)).unwrap(), all);
}

#[test]
fn what_cannot_be_read_names_the_commit() {
    for damaged in [&b"{}"[..], b"", b"{\"v\":1", b"[]"] {
        let id = CommitId::derive("bill", &subject(), 1);
        let commit = SealedCommit::seal(subject(), id, 7, 0, ChainHash::START, damaged.to_vec());
        let fault = CommitBody::read(&commit).unwrap_err();
        assert!(fault.to_string().starts_with("the body of memos.999900001111.111122223333 n=7"), "{fault}");
    }
    let mut value = serde_json::to_value(&sample_bodies()[0]).unwrap();
    value["facts"][0]["type"] = "memo_issued.v9".into();
    let id = CommitId::derive("bill", &subject(), 1);
    let body = serde_json::to_vec(&value).unwrap();
    let commit = SealedCommit::seal(subject(), id, 1, 0, ChainHash::START, body);
    assert!(CommitBody::read(&commit).unwrap_err().cause.to_string().contains("memo_issued.v9"));
}

/// A newer program's envelope may mean something else: it is not read as if it were of this version.
#[test]
fn an_envelope_of_another_version_is_refused_in_words() {
    let mut value = serde_json::to_value(&sample_bodies()[0]).unwrap();
    for version in [0, 2, 17] {
        value["v"] = version.into();
        for body in [serde_json::to_vec(&value).unwrap(), format!(r#"{{"v":{version},"novel":1}}"#).into_bytes()] {
            let id = CommitId::derive("bill", &subject(), 1);
            let commit = SealedCommit::seal(subject(), id, 1, 0, ChainHash::START, body);
            let said = CommitBody::read(&commit).unwrap_err().to_string();
            assert!(said.contains(&format!("version {version}")) && said.contains("newer program"), "{said}");
        }
    }
}

/// A change to a commit that was sealed, with its name.
type Tampering = (&'static str, fn(&mut SealedCommit));

const TAMPERINGS: &[Tampering] = &[
    ("subject", |commit| commit.subject = Subject::parse("memos.999900001111.000123456789").unwrap()),
    ("n", |commit| commit.n += 1),
    ("id", |commit| commit.id = CommitId::derive("another command", &commit.subject, 1)),
    ("body", |commit| commit.body = Arc::from([&commit.body[..], b" "].concat())),
    ("chain", |commit| commit.chain = ChainHash::START),
];

#[test]
fn every_change_of_a_sealed_commit_breaks_its_chain() {
    let chain = sample_chain();
    let mut former = ChainHash::START;
    for commit in &chain {
        assert!(commit.chains_on(former), "n={}", commit.n);
        for (what, tamper) in TAMPERINGS {
            let mut changed = commit.clone();
            tamper(&mut changed);
            assert_ne!(changed, *commit, "{what} was not changed");
            assert!(!changed.chains_on(former), "n={}: a changed {what} went unnoticed", commit.n);
        }
        former = commit.chain;
    }
}

#[test]
fn a_dropped_or_swapped_commit_breaks_the_chain() {
    let chain = sample_chain();
    let holds = |commits: &[&SealedCommit]| {
        let formers = std::iter::once(ChainHash::START).chain(commits.iter().map(|commit| commit.chain));
        commits.iter().zip(formers).all(|(commit, former)| commit.chains_on(former))
    };
    let [first, second, third] = &chain[..] else { panic!("three commits") };
    assert!(holds(&[first, second, third]));
    assert!(!holds(&[first, third]), "one is missing");
    assert!(!holds(&[second, third]), "the first is missing");
    assert!(!holds(&[first, third, second]), "two are swapped");
    assert!(!holds(&[first, first, second, third]), "one stands twice");
}

#[test]
fn bytes_do_not_move_between_the_fields_that_are_hashed() {
    let fingerprint = wire::Fingerprint::of_commit;
    assert_ne!(fingerprint("memos.a.b", 1, "c", b"d"), fingerprint("memos.a.b", 1, "cd", b""));
    assert_ne!(fingerprint("memos.a", 1, "c", b"d"), fingerprint("memos.a.b", 1, "c", b"d"));
    // `prev` places a commit in a stream; a copy of the log may place it elsewhere and still chain.
    let mut moved = sample_chain().remove(0);
    moved.prev += 1;
    assert!(moved.chains_on(ChainHash::START));
}
