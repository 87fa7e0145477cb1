//! The adapter's side.

use std::time::{Duration, Instant};

use event_log::{EventLog, ReadLimits};
use event_log_nats::JetStreamLog;
use read_model::decode_all;
use wire::{SealedCommit, StreamName};

/// Commits of one call, as a billing run records them.
const COMMITS_A_CALL: usize = 1_000;

pub(crate) async fn publish_one_by_one(log: &JetStreamLog, commits: &[SealedCommit]) -> Duration {
    let commits = commits.to_vec();
    let began = Instant::now();
    for commit in commits {
        log.append(commit).await.unwrap();
    }
    began.elapsed()
}

pub(crate) async fn publish_in_batches(log: &JetStreamLog, commits: &[SealedCommit]) -> Duration {
    let calls: Vec<Vec<SealedCommit>> = commits.chunks(COMMITS_A_CALL).map(<[_]>::to_vec).collect();
    let began = Instant::now();
    for call in calls {
        log.append_many(call).await.unwrap();
    }
    began.elapsed()
}

pub(crate) async fn receive(log: &JetStreamLog, bytes: usize) -> Duration {
    let began = Instant::now();
    let (mut next, mut found) = (1, 0);
    while found < bytes {
        let batch = log.read(StreamName::Memos, next, ReadLimits::default()).await.unwrap();
        next = batch.last().unwrap().sequence + 1;
        found += batch.iter().map(|stored| stored.commit.body.len()).sum::<usize>();
    }
    assert_eq!(found, bytes);
    began.elapsed()
}

pub(crate) async fn decode(log: &JetStreamLog, events: usize) -> Duration {
    let began = Instant::now();
    let (mut next, mut found) = (1, 0);
    while found < events {
        let batch = log.read(StreamName::Memos, next, ReadLimits::default()).await.unwrap();
        next = batch.last().unwrap().sequence + 1;
        let decoded = decode_all(&batch).unwrap();
        found += decoded.iter().map(|commit| commit.body.facts.len()).sum::<usize>();
    }
    assert_eq!(found, events);
    began.elapsed()
}
