//! Commits of the story: a memo is issued, drawn, and corrected.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use wire::{ChainHash, CommitBody, CommitId, Fact, IdempotencyKey, PartOfSet, SealedCommit, Subject};

use super::{owner, payer, sample, sha256};

fn body(command: &str, recorded: &str, facts: Vec<Fact>) -> CommitBody {
    CommitBody {
        v: CommitBody::VERSION,
        recorded: recorded.parse::<DateTime<Utc>>().unwrap(),
        clock: None,
        by: "operator".to_owned(),
        reason: None,
        command: command.to_owned(),
        correlation: sha256(command)[..32].to_owned(),
        causation: None,
        idempotency: None,
        basis: BTreeMap::new(),
        part_of: None,
        facts,
    }
}

/// A body with as little as there may be, one with everything, and one that is part of a set.
pub(crate) fn sample_bodies() -> Vec<CommitBody> {
    let issue = body("credits import", "2019-01-03T09:00:00Z", vec![sample("memo_issued.v1")]);
    let draw = CommitBody {
        clock: Some("injected".to_owned()),
        reason: Some("month end of january".to_owned()),
        causation: Some("7d1f0a52c9b84e6611d2c3b4a5968778".to_owned()),
        idempotency: Some(IdempotencyKey { key: "bill-2019-01".to_owned(), input: sha256("bill 2019-01") }),
        basis: BTreeMap::from([("ACCOUNTS".to_owned(), 3), ("CREDITS".to_owned(), 2), ("USAGE".to_owned(), 5)]),
        ..body("bill 2019-01", "2019-02-05T09:00:00.123456Z", vec![sample("memo_funded.v1"), sample("memo_applied.v1")])
    };
    let correct = CommitBody {
        part_of: Some(PartOfSet { set: "3f0e9d8c7b6a59483726151403f2e1d0".to_owned(), part: 2, closes: true }),
        ..body("bill 2019-02", "2019-03-05T09:00:00Z", vec![sample("memo_unapplied.v1")])
    };
    vec![issue, draw, correct]
}

/// The bodies as the first commits of the owner's memos. Others wrote to the stream in between.
pub(crate) fn sample_chain() -> Vec<SealedCommit> {
    let subject = Subject::memos(&payer(), &owner());
    let mut former = ChainHash::START;
    let mut chain = Vec::new();
    for (n, body) in (1..).zip(sample_bodies()) {
        let id = CommitId::derive(&body.correlation, &subject, 1);
        let prev = if n == 1 { 0 } else { 10 * (n - 1) + 1 };
        let commit = SealedCommit::seal(subject.clone(), id, n, prev, former, body.freeze().unwrap());
        former = commit.chain;
        chain.push(commit);
    }
    chain
}
