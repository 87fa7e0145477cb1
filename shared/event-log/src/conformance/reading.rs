//! Reading: limits, the head, subjects, waiting, and bodies that come back byte for byte.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use wire::StreamName;

use super::{Author, LogUnderTest, assert_within, body, read_all, subject};
use crate::{EventLog, ReadLimits};

const CREDITS: StreamName = StreamName::Credits;

/// Longer than any log needs to tell of a commit.
const PATIENCE: Duration = Duration::from_secs(20);

/// Both bounds hold, and one commit comes even where it is larger than they allow.
pub async fn reads_respect_their_limits(make: &impl LogUnderTest) {
    let log = make.create().await;
    let mut author = Author::default();
    let mut all = Vec::new();
    for turn in 0..30 {
        let padded = body("x".repeat(turn * 40));
        all.push(author.append(&log, &subject(CREDITS, turn % 5), padded).await);
    }
    let steps = [(1, usize::MAX), (7, usize::MAX), (usize::MAX, 1), (usize::MAX, 1500), (4, 2500), (0, 0)];
    for (commits_max, bytes_max) in steps {
        let limits = ReadLimits { commits_max, bytes_max };
        assert_eq!(read_all(&log, CREDITS, limits).await, all, "{limits:?}");
    }
    let from_the_middle = log.read(CREDITS, 20, ReadLimits::default()).await.expect("a read");
    assert_within(&from_the_middle, ReadLimits::default());
    assert!(all[19..].starts_with(&from_the_middle) && !from_the_middle.is_empty());
    let from_zero = log.read(CREDITS, 0, ReadLimits { commits_max: 1, bytes_max: 1 }).await.expect("a read");
    assert_eq!(from_zero, all[..1], "sequence 0 is before the first");
}

/// At and beyond the head there is nothing, and that is no error.
pub async fn reads_beyond_the_head_are_empty(make: &impl LogUnderTest) {
    let log = make.create().await;
    assert!(log.read(CREDITS, 1, ReadLimits::default()).await.expect("a read").is_empty());
    let mut author = Author::default();
    author.append(&log, &subject(CREDITS, 1), body("one")).await;
    for from in [2, 3, 1_000, u64::MAX] {
        assert!(log.read(CREDITS, from, ReadLimits::default()).await.expect("a read").is_empty(), "from {from}");
    }
}

/// A subject's commits come oldest first, without those of other subjects; its last is the last.
pub async fn a_subject_reads_back_oldest_first(make: &impl LogUnderTest) {
    let log = make.create().await;
    let mut author = Author::default();
    let mut of_two = Vec::new();
    for turn in 0..15 {
        let stored = author.append(&log, &subject(CREDITS, turn % 4), body(turn)).await;
        if turn % 4 == 2 {
            of_two.push(stored);
            assert_eq!(log.last_of(&subject(CREDITS, 2)).await.expect("a read"), of_two.last().cloned());
        }
    }
    assert_eq!(log.read_subject(&subject(CREDITS, 2)).await.expect("a read"), of_two);
}

/// A subject that was never written has no commits, also where another one begins like it.
pub async fn an_absent_subject_is_empty(make: &impl LogUnderTest) {
    let log = make.create().await;
    let written = wire::Subject::parse("credits.999900001111.c-1.more").expect("a subject");
    Author::default().append(&log, &written, body("one")).await;
    for absent in ["credits.999900001111.c-1", "credits.999900001111.c-1.mor", "credits.999900001111.c-1.more.over"] {
        let absent = wire::Subject::parse(absent).expect("a subject");
        assert_eq!(log.read_subject(&absent).await.expect("a read"), Vec::new());
        assert_eq!(log.last_of(&absent).await.expect("a read"), None);
    }
}

/// Who waits is woken by the commit, long before the time is up, and then can read it.
pub async fn waiting_ends_when_a_commit_comes(make: &impl LogUnderTest) {
    let log = Arc::new(make.create().await);
    let mut author = Author::default();
    for last in 0..3_u64 {
        let waiting = {
            let log = Arc::clone(&log);
            tokio::spawn(async move { log.wait_beyond(CREDITS, last, PATIENCE * 3).await })
        };
        tokio::time::sleep(Duration::from_millis(30)).await;
        assert!(!waiting.is_finished(), "there is nothing beyond {last} yet");
        author.append(&*log, &subject(CREDITS, 1), body(last)).await;
        let woken = tokio::time::timeout(PATIENCE, waiting).await.expect("the waiter is woken by the commit");
        assert!(woken.expect("the task ends").expect("no failure"));
        let found = log.read(CREDITS, last + 1, ReadLimits::default()).await.expect("a read");
        assert_eq!(found.len(), 1, "what woke the waiter can be read");
    }
    assert!(log.wait_beyond(CREDITS, 1, Duration::ZERO).await.expect("no failure"), "3 is beyond 1 at once");
}

/// Who waits in vain is told so, and not early. Other streams wake nobody.
pub async fn waiting_ends_when_the_time_is_up(make: &impl LogUnderTest) {
    let log = make.create().await;
    let mut author = Author::default();
    author.append(&log, &subject(CREDITS, 1), body("one")).await;
    let timeout = Duration::from_millis(120);
    let start = Instant::now();
    let beside = subject(StreamName::Memos, 1);
    let (gone_beyond, _) =
        tokio::join!(log.wait_beyond(CREDITS, 1, timeout), author.append(&log, &beside, body("beside")));
    assert!(!gone_beyond.expect("no failure"));
    assert!(start.elapsed() >= timeout, "not before the time is up");
    assert!(start.elapsed() < PATIENCE, "and not long after it");
}

/// Bodies are hashed, so no log may touch them: escapes, spaces, orders and numbers stay as they are.
pub async fn bodies_come_back_byte_for_byte(make: &impl LogUnderTest) {
    let log = make.create().await;
    let mut author = Author::default();
    let bodies = [
        r#"{"text":"\" \\ \/ \b \f \n \r \t \u0000 \u001f \u2028 \ud83d\ude00 é 漢 😀"}"#,
        r#" { "b" : 1.0 , "a" : [ 1e5, -0, 0.10 , 12345678901234567890123 ] , "b" : 2 }  "#,
        r#"{"looks":"like an end\"}","crc":"00000000","commit":{}}"#,
        r#"{"seq":1,"subject":"memos.x.y","id":"0","n":1,"prev":0,"chain":"","crc":"","commit":{}}"#,
        "[]",
        "null",
        "{\t\"a tab, a carriage return and a delete: \u{7f}\" :\r1 }",
    ];
    let mut appended = Vec::new();
    for text in bodies {
        appended.push(author.append(&log, &subject(CREDITS, 1), text.as_bytes()).await);
    }
    let log = make.reopen(log).await;
    let read = read_all(&log, CREDITS, ReadLimits::default()).await;
    for (text, stored) in bodies.iter().zip(&read) {
        assert_eq!(String::from_utf8_lossy(&stored.commit.body), *text);
    }
    assert_eq!(read, appended);
}

/// 128 KiB, the most that a decision puts into one commit, goes in and out whole.
pub async fn large_bodies_come_back_byte_for_byte(make: &impl LogUnderTest) {
    let log = make.create().await;
    let mut author = Author::default();
    let mut appended = Vec::new();
    for length in [128 * 1024, 10, 128 * 1024 - 1, 65_536] {
        let filler: String = (0..length - 2).map(|at| char::from(b'a' + (at % 26) as u8)).collect();
        appended.push(author.append(&log, &subject(CREDITS, length % 3), format!("\"{filler}\"")).await);
    }
    assert_eq!(read_all(&log, CREDITS, ReadLimits::default()).await, appended);
    let log = make.reopen(log).await;
    let small_steps = ReadLimits { commits_max: 10, bytes_max: 1000 };
    assert_eq!(read_all(&log, CREDITS, small_steps).await, appended);
}
