//! One writer, many readers, and the fast scan.

use super::*;
use crate::layer::FileLayer;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reader_follows_a_writer_over_segments() {
    let files = SimulatedFiles::default();
    let log = open(settings(&files)).unwrap();
    let reader = FileLog::open_reader_blocking(dir(), settings(&files)).unwrap();
    assert_eq!(reader.head(MEMOS).await.unwrap(), log.head(MEMOS).await.unwrap());
    let mut author = Author::default();
    let mut all = Vec::new();
    for turn in 0..30 {
        let waiting = reader.wait_beyond(MEMOS, turn, Duration::from_secs(20));
        let memos = subject(MEMOS, turn as usize % 3);
        let (woken, stored) = tokio::join!(waiting, author.append(&log, &memos, body(turn)));
        assert!(woken.unwrap());
        all.push(stored);
        assert_answers(&reader, &all).await;
    }
    assert!(!reader.wait_beyond(MEMOS, 30, Duration::from_millis(40)).await.unwrap());
    let refusal = reader.append(author.next(&subject(MEMOS, 0), body("no"))).await.unwrap_err();
    assert!(matches!(refusal, event_log::AppendError::Log { .. }));
}

/// A line that another process has written in part is not there yet.
#[tokio::test]
async fn a_reader_never_sees_part_of_a_commit() {
    let files = SimulatedFiles::default();
    let all = write(one_segment(&files), 5).await;
    let whole = files.content(&segment(1)).unwrap();
    let reader = FileLog::open_reader_blocking(dir(), one_segment(&files)).unwrap();
    for length in 0..=whole.len() {
        files.tamper(&segment(1), Some(whole[..length].to_vec()));
        let lines = whole[..length].iter().filter(|byte| **byte == b'\n').count();
        assert_eq!(reader.head(MEMOS).await.unwrap().last_sequence, lines as u64, "at {length} bytes");
    }
    assert_answers(&reader, &all).await;
}

/// What a reader shows is on the disk, also where the writer had not come to sync it yet.
#[tokio::test]
async fn what_a_reader_has_shown_survives_a_power_cut() {
    for seed in 0..50 {
        let files = SimulatedFiles::default();
        let all = write(one_segment(&files), 5).await;
        let whole = files.content(&segment(1)).unwrap();
        let last_line = whole[..whole.len() - 1].iter().rposition(|byte| *byte == b'\n').unwrap() + 1;
        files.tamper(&segment(1), Some(whole[..last_line].to_vec()));
        let reader = FileLog::open_reader_blocking(dir(), one_segment(&files)).unwrap();
        assert_answers(&reader, &all[..4]).await;
        files.open_append(&segment(1)).unwrap().append(&whole[last_line..]).unwrap();
        assert_answers(&reader, &all).await;
        files.power_cut(seed);
        assert_answers(&open(one_segment(&files)).unwrap(), &all).await;
    }
}

/// A reader that follows is as strict as one that opens.
#[tokio::test]
async fn a_reader_that_follows_stops_at_a_gap_and_at_damage() {
    let files = SimulatedFiles::default();
    let all = write(one_segment(&files), 5).await;
    let whole = files.content(&segment(1)).unwrap();
    let starts: Vec<usize> =
        whole.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at + 1).collect();
    let reader = FileLog::open_reader_blocking(dir(), one_segment(&files)).unwrap();
    files.tamper(&segment(1), Some(whole[..starts[1]].to_vec()));
    assert_answers(&reader, &all[..2]).await;

    files.tamper(&segment(1), Some([&whole[..starts[1]], &whole[starts[2]..]].concat()));
    let gap = reader.head(MEMOS).await;
    assert!(matches!(gap, Err(LogError::Gap { stream: MEMOS, expected: 3, found: 4 })), "{gap:?}");

    let mut bad = whole.clone();
    bad[starts[1] + 60] ^= 1;
    files.tamper(&segment(1), Some(bad));
    let damaged = reader.head(MEMOS).await;
    assert!(matches!(damaged, Err(LogError::Damaged { .. })), "{damaged:?}");

    files.tamper(&segment(1), Some(whole));
    assert_answers(&reader, &all).await;
}

#[test]
fn a_second_writer_is_told_who_writes() {
    let dir = tempfile::tempdir().unwrap();
    let open = |wait| FileLog::open_writer_blocking(dir.path(), wait, Settings::default());
    let first = open(Duration::ZERO).unwrap();
    match open(Duration::from_millis(50)) {
        Err(LogError::Locked { holder }) => assert_eq!(holder, format!("pid {}", std::process::id())),
        other => panic!("the log is locked, and opening answered {other:?}"),
    }
    let waiting = std::thread::scope(|scope| {
        let waiting = scope.spawn(|| open(Duration::from_secs(20)));
        std::thread::sleep(Duration::from_millis(50));
        drop(first);
        waiting.join().unwrap()
    });
    waiting.unwrap();
}

#[test]
fn a_directory_without_a_log_cannot_be_read_and_stays_empty() {
    let dir = tempfile::tempdir().unwrap();
    let opened = FileLog::open_reader_blocking(dir.path(), Settings::default());
    assert!(matches!(opened, Err(LogError::Unavailable { .. })));
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn a_scan_gives_the_lines_in_blocks_and_goes_on_later() {
    let files = SimulatedFiles::default();
    let all = write(settings(&files), 25).await;
    let log = open(settings(&files)).unwrap();
    for from in [0, 1, 2, 13, 25, 26] {
        let skipped = (from as usize).saturating_sub(1);
        let mut scanned = Vec::new();
        let visit = |line: crate::ScannedLine<'_>| {
            scanned.push(line.to_stored()?);
            Ok::<_, LogError>(())
        };
        log.scan(MEMOS, from).each_line(visit).unwrap();
        assert_eq!(scanned, all[skipped..], "from {from}");
    }

    let mut scan = log.scan(MEMOS, 26);
    assert!(scan.next_block().unwrap().is_none());
    let mut author = Author::default();
    all.iter().for_each(|stored| author.recorded(&stored.commit, stored.sequence));
    author.append(&log, &subject(MEMOS, 1), body("later")).await;
    let block = scan.next_block().unwrap().unwrap();
    assert_eq!((block.first_sequence(), block.len()), (26, 1));
}
