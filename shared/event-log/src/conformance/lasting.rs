//! What reopening must not change.

use wire::StreamName;

use super::{Author, LogUnderTest, assert_chained, body, read_all, subject};
use crate::{EventLog, ReadLimits};

const MEMOS: StreamName = StreamName::Memos;
const MANY_COMMITS: usize = 10_000;
const COMMITS_A_CALL: usize = 500;
const MANY_SUBJECTS: usize = 37;

/// After reopening everything reads as before, by stream and by subject, and writers go on where
/// they were.
pub async fn everything_survives_reopening(make: &impl LogUnderTest) {
    let mut log = make.create().await;
    let mut author = Author::default();
    let mut all = Vec::new();
    for opening in 0..4 {
        for turn in 0..6 {
            all.push(author.append(&log, &subject(MEMOS, turn % 3), body(format!("{opening}-{turn}"))).await);
        }
        log = make.reopen(log).await;
        assert_eq!(log.head(MEMOS).await.expect("a head").last_sequence, all.len() as u64);
        assert_eq!(read_all(&log, MEMOS, ReadLimits::default()).await, all);
        for number in 0..3 {
            let of_subject: Vec<_> =
                all.iter().filter(|stored| stored.commit.subject == subject(MEMOS, number)).cloned().collect();
            assert_eq!(log.last_of(&subject(MEMOS, number)).await.expect("a read").as_ref(), of_subject.last());
            assert_eq!(log.read_subject(&subject(MEMOS, number)).await.expect("a read"), of_subject);
        }
    }
}

/// The incarnation stays over reopening and writing, and no other log has it.
pub async fn an_incarnation_outlives_reopening_and_is_not_shared(make: &impl LogUnderTest) {
    let log = make.create().await;
    let other = make.create().await;
    let mut incarnations = Vec::new();
    for stream in StreamName::ALL {
        let head = log.head(stream).await.expect("a head");
        assert!(!head.incarnation.is_empty(), "{stream} has an incarnation");
        assert_ne!(head.incarnation, other.head(stream).await.expect("a head").incarnation, "{stream}");
        incarnations.push(head.incarnation);
    }
    Author::default().append(&log, &subject(MEMOS, 1), body("one")).await;
    let log = make.reopen(log).await;
    for (stream, incarnation) in StreamName::ALL.into_iter().zip(incarnations) {
        assert_eq!(log.head(stream).await.expect("a head").incarnation, incarnation, "{stream}");
    }
}

/// A log of some size survives reopening whole, chained and quickly addressable.
pub async fn ten_thousand_commits_survive_reopening(make: &impl LogUnderTest) {
    let log = make.create().await;
    let mut author = Author::default();
    let mut all = Vec::with_capacity(MANY_COMMITS);
    while all.len() < MANY_COMMITS {
        let turns = all.len()..all.len() + COMMITS_A_CALL;
        all.extend(
            author.append_many(&log, turns.map(|turn| (subject(MEMOS, turn % MANY_SUBJECTS), body(turn)))).await,
        );
    }
    let log = make.reopen(log).await;
    let read = read_all(&log, MEMOS, ReadLimits::default()).await;
    assert_chained(&read);
    assert!(read == all, "what comes back is what was appended");
    let of_one = log.read_subject(&subject(MEMOS, 5)).await.expect("a read");
    let expected: Vec<_> = all.into_iter().filter(|stored| stored.commit.subject == subject(MEMOS, 5)).collect();
    assert_eq!(of_one, expected);
}
