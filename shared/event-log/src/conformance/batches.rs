//! Appending many commits in one call.

use wire::{ChainHash, StreamName};

use super::{Author, LogUnderTest, assert_chained, body, read_all, subject};
use crate::{AppendError, EventLog, ReadLimits};

const USAGE: StreamName = StreamName::Usage;

/// A call records its commits in order, after those that were there.
pub async fn a_call_appends_many_in_order(make: &impl LogUnderTest) {
    let log = make.create().await;
    let mut author = Author::default();
    let mut all = vec![author.append(&log, &subject(USAGE, 0), body("before")).await];
    all.extend(author.append_many(&log, (1..=40).map(|number| (subject(USAGE, number), body(number)))).await);
    let sequences: Vec<u64> = all.iter().map(|stored| stored.sequence).collect();
    assert_eq!(sequences, (1..=41).collect::<Vec<u64>>());
    all.push(author.append(&log, &subject(USAGE, 7), body("after")).await);
    assert_eq!(read_all(&log, USAGE, ReadLimits::default()).await, all);
}

/// Several commits of one subject follow each other in one call: all but the first have `prev` = 0
/// there, and come back so. A later call goes on from the last of them.
pub async fn a_call_chains_several_commits_on_one_subject(make: &impl LogUnderTest) {
    let log = make.create().await;
    let mut author = Author::default();
    let mut all = Vec::new();
    for call in 0..3 {
        let turns = (0..9).map(|turn| (subject(USAGE, turn % 2), body(format!("{call}-{turn}"))));
        all.extend(author.append_many(&log, turns).await);
    }
    let read = read_all(&log, USAGE, ReadLimits::default()).await;
    assert_eq!(read, all);
    assert_chained(&read);
    assert_eq!(log.read_subject(&subject(USAGE, 0)).await.expect("a read").len(), 15);
}

/// The first refusal ends a call: those before it stand, those after it were not tried, and the
/// answer says how many stand.
pub async fn a_call_stops_at_the_first_refusal(make: &impl LogUnderTest) {
    let log = make.create().await;
    let mut author = Author::default();
    author.append(&log, &subject(USAGE, 3), body("moved on")).await;

    // The author of this call does not know that subject 3 has moved on.
    let stale = Author::default().batch((0..6).map(|number| (subject(USAGE, number), body(number))));
    match log.append_many(stale.clone()).await {
        Err((3, AppendError::Conflict { subject: refused, expected: 0, found: 1 })) => {
            assert_eq!(refused, subject(USAGE, 3));
        }
        other => panic!("three stand and the fourth is in conflict, but the answer was {other:?}"),
    }
    assert_recorded(&log, 4).await;

    let mut broken = author.batch((10..14).map(|number| (subject(USAGE, number), body(number))));
    broken[2].chain = ChainHash([9; 32]);
    match log.append_many(broken).await {
        Err((2, AppendError::BrokenChain { n: 1, last_n: 0, .. })) => {}
        other => panic!("two stand and the third is broken, but the answer was {other:?}"),
    }
    assert_recorded(&log, 6).await;

    let mut first = Author::default().batch([(subject(USAGE, 20), body("a")), (subject(USAGE, 21), body("b"))]);
    first[0].n = 2;
    assert!(matches!(log.append_many(first).await, Err((0, AppendError::BrokenChain { n: 2, last_n: 0, .. }))));
    assert_recorded(&log, 6).await;
}

/// An empty call succeeds and records nothing.
pub async fn a_call_without_commits_does_nothing(make: &impl LogUnderTest) {
    let log = make.create().await;
    assert_eq!(log.append_many(Vec::new()).await.expect("nothing to refuse"), Vec::<u64>::new());
    assert_recorded(&log, 0).await;
}

async fn assert_recorded(log: &impl EventLog, count: usize) {
    let all = read_all(log, USAGE, ReadLimits::default()).await;
    assert_eq!(all.len(), count);
    assert_chained(&all);
}
