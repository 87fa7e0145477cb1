//! Appending one commit: what is recorded, what is refused, and who wins a race.

use std::sync::Arc;

use wire::{ChainHash, StreamName};

use super::{Author, LogUnderTest, body, read_all, subject};
use crate::{AppendError, EventLog, ReadLimits};

const MEMOS: StreamName = StreamName::Memos;

/// Races that are run, since one proves little.
const RACES: usize = 20;

/// What was appended comes back equal, with the sequence that was answered.
pub async fn appended_commits_come_back_as_they_were(make: &impl LogUnderTest) {
    let log = make.create().await;
    let mut author = Author::default();
    let mut appended = Vec::new();
    for turn in 0..12 {
        appended.push(author.append(&log, &subject(MEMOS, turn % 3), body(turn)).await);
    }
    assert_eq!(read_all(&log, MEMOS, ReadLimits::default()).await, appended);
}

/// Sequences count from 1 in each stream, whatever the subjects.
pub async fn sequences_are_contiguous_in_each_stream(make: &impl LogUnderTest) {
    let log = make.create().await;
    let mut author = Author::default();
    for turn in 0..10 {
        for stream in StreamName::ALL {
            let stored = author.append(&log, &subject(stream, turn % 4), body(turn)).await;
            assert_eq!(stored.sequence, turn as u64 + 1, "{stream}");
            let head = log.head(stream).await.expect("a head");
            assert_eq!(head.last_sequence, stored.sequence, "{stream}");
        }
    }
}

/// What is written to one stream shows in no other.
pub async fn streams_are_independent(make: &impl LogUnderTest) {
    let log = make.create().await;
    let stored = Author::default().append(&log, &subject(MEMOS, 1), body("alone")).await;
    for stream in StreamName::ALL {
        let expected = if stream == MEMOS { vec![stored.clone()] } else { Vec::new() };
        assert_eq!(log.read(stream, 1, ReadLimits::default()).await.expect("a read"), expected, "{stream}");
        assert_eq!(log.head(stream).await.expect("a head").last_sequence, expected.len() as u64, "{stream}");
    }
}

/// A commit decided on an older state is refused with both sequences, and leaves no trace.
pub async fn a_stale_expectation_is_a_conflict(make: &impl LogUnderTest) {
    let log = make.create().await;
    let memos = subject(MEMOS, 1);
    let mut author = Author::default();
    author.append(&log, &memos, body("first")).await;
    let slow = author.clone();
    author.append(&log, &subject(MEMOS, 2), body("beside")).await;
    let recorded = author.append(&log, &memos, body("second")).await;

    let refusal = log.append(slow.next(&memos, body("too late"))).await;
    assert_conflict(refusal, 1, recorded.sequence);
    let newcomer = Author::default();
    assert_conflict(log.append(newcomer.next(&memos, body("newcomer"))).await, 0, recorded.sequence);

    assert_eq!(log.head(MEMOS).await.expect("a head").last_sequence, recorded.sequence);
    assert_eq!(log.last_of(&memos).await.expect("a read"), Some(recorded));
}

/// A commit that expects a predecessor where there is none is refused.
pub async fn an_expectation_of_an_absent_subject_is_a_conflict(make: &impl LogUnderTest) {
    let log = make.create().await;
    let mut author = Author::default();
    author.append(&log, &subject(MEMOS, 1), body("beside")).await;
    let mut commit = author.next(&subject(MEMOS, 2), body("first"));
    commit.prev = 1;
    assert_conflict(log.append(commit).await, 1, 0);
    assert_eq!(log.head(MEMOS).await.expect("a head").last_sequence, 1);
}

/// Of writers who decided on the same state exactly one is recorded, the others are in conflict.
pub async fn one_of_two_racing_writers_wins(make: &impl LogUnderTest) {
    let log = Arc::new(make.create().await);
    let memos = subject(MEMOS, 1);
    let mut author = Author::default();
    for race in 0..RACES {
        let contenders = [author.next(&memos, body("left")), author.next(&memos, body("right"))];
        let tasks = contenders.clone().map(|commit| {
            let log = Arc::clone(&log);
            tokio::spawn(async move { log.append(commit).await })
        });
        let mut winners = Vec::new();
        for (task, commit) in tasks.into_iter().zip(contenders) {
            match task.await.expect("the task ends") {
                Ok(sequence) => winners.push((commit, sequence)),
                refused => assert_conflict(refused, race as u64, race as u64 + 1),
            }
        }
        assert_eq!(winners.len(), 1, "race {race} has one winner");
        for (commit, sequence) in winners {
            let last = log.last_of(&memos).await.expect("a read").expect("a commit");
            assert_eq!((&last.commit, last.sequence), (&commit, sequence));
            author.recorded(&commit, sequence);
        }
    }
}

/// Writers of different subjects do not disturb each other, and the stream stays contiguous.
pub async fn subjects_of_one_stream_do_not_conflict(make: &impl LogUnderTest) {
    let log = Arc::new(make.create().await);
    let tasks: Vec<_> = (0..16)
        .map(|number| {
            let log = Arc::clone(&log);
            tokio::spawn(async move {
                let mut author = Author::default();
                for turn in 0..5 {
                    author.append(&*log, &subject(MEMOS, number), body(turn)).await;
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.expect("no writer is refused");
    }
    let all = read_all(&*log, MEMOS, ReadLimits::default()).await;
    assert_eq!(all.len(), 16 * 5);
    super::assert_chained(&all);
}

/// A number or chain that does not follow is refused, first commit or later, and not recorded.
pub async fn a_broken_chain_is_refused_and_nothing_is_recorded(make: &impl LogUnderTest) {
    let log = make.create().await;
    let memos = subject(MEMOS, 1);
    let mut author = Author::default();
    for length in 0..3 {
        let good = author.next(&memos, body(length));
        let skipped = wire::SealedCommit { n: good.n + 1, ..good.clone() };
        let repeated = wire::SealedCommit { n: good.n - 1, ..good.clone() };
        let other_chain = wire::SealedCommit { chain: ChainHash([7; 32]), ..good.clone() };
        let other_body = wire::SealedCommit { body: body("forged").into(), ..good.clone() };
        for broken in [skipped, repeated, other_chain, other_body] {
            let number = broken.n;
            match log.append(broken).await {
                Err(AppendError::BrokenChain { subject, n, last_n }) => {
                    assert_eq!((subject, n, last_n), (memos.clone(), number, length));
                }
                other => panic!("a broken chain must be refused, and was answered {other:?}"),
            }
        }
        assert_eq!(log.head(MEMOS).await.expect("a head").last_sequence, length, "nothing was recorded");
        author.append(&log, &memos, body(length)).await;
    }
    assert_eq!(log.read_subject(&memos).await.expect("a read").len(), 3);
}

/// A retry after a lost acknowledgement is told that the subject has moved on; the caller then
/// finds its own commit there.
pub async fn a_retry_of_a_recorded_commit_is_a_conflict(make: &impl LogUnderTest) {
    let log = make.create().await;
    let memos = subject(MEMOS, 1);
    let commit = Author::default().next(&memos, body("once"));
    assert_eq!(log.append(commit.clone()).await.expect("recorded"), 1);
    assert_conflict(log.append(commit.clone()).await, 0, 1);
    assert_eq!(log.last_of(&memos).await.expect("a read").expect("a commit").commit, commit);
    assert_eq!(log.head(MEMOS).await.expect("a head").last_sequence, 1);
}

/// A body that could not be read back as one line is refused and not recorded.
pub async fn an_unfit_body_is_refused(make: &impl LogUnderTest) {
    let log = make.create().await;
    let memos = subject(MEMOS, 1);
    let author = Author::default();
    let too_large = vec![b'7'; crate::BODY_BYTES_MAX + 1];
    for unfit in [Vec::new(), b"{\n}".to_vec(), too_large] {
        let refusal = log.append(author.next(&memos, unfit)).await;
        assert!(matches!(refusal, Err(AppendError::Log { .. })), "answered {refusal:?}");
    }
    assert_eq!(log.head(MEMOS).await.expect("a head").last_sequence, 0);
}

fn assert_conflict(answer: Result<u64, AppendError>, expected_sequence: u64, found_sequence: u64) {
    match answer {
        Err(AppendError::Conflict { expected, found, .. }) => {
            assert_eq!((expected, found), (expected_sequence, found_sequence), "(expected, found)");
        }
        other => panic!("a conflict must be answered, and {other:?} was"),
    }
}
