//! What the writer mends, what it refuses, and what a reader makes of either.

use event_log::LogError;

use super::*;

const LINES: usize = 6;

type Change = fn(&mut Vec<u8>);

/// Where a line begins; lines count from 1.
fn start(content: &[u8], line: usize) -> usize {
    let breaks = content.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at + 1);
    std::iter::once(0).chain(breaks).nth(line - 1).unwrap()
}

fn written() -> (SimulatedFiles, Vec<StoredCommit>) {
    let files = SimulatedFiles::default();
    let all = runtime().block_on(write(one_segment(&files), LINES));
    (files, all)
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

fn change(files: &SimulatedFiles, change: Change) {
    let mut content = files.content(&segment(1)).unwrap();
    change(&mut content);
    files.tamper(&segment(1), Some(content));
}

#[test]
fn an_unfinished_end_is_cut_off_and_reported() {
    let cases: [(&str, usize, Change); 7] = [
        ("half a line", LINES - 1, |content| content.truncate(content.len() - 40)),
        ("one byte of a line", LINES - 1, |content| content.truncate(start(content, LINES) + 1)),
        ("no line break", LINES - 1, |content| content.truncate(content.len() - 1)),
        ("zeros instead of the end", LINES - 1, |content| {
            let end = content.len() - 30;
            content[end..].fill(0);
        }),
        ("zeros after the end", LINES, |content| content.extend([0; 4096])),
        ("noise after the end", LINES, |content| content.extend((0..200_u8).map(|byte| 128 | byte.wrapping_mul(37)))),
        ("half a line, then zeros", LINES, |content| {
            let half = content[start(content, 2)..start(content, 2) + 50].to_vec();
            content.extend(half.into_iter().chain([0; 100]));
        }),
    ];
    for (what, kept, damage) in cases {
        let (files, all) = written();
        change(&files, damage);
        let before = files.contents();
        runtime().block_on(async {
            let reader = FileLog::open_reader_blocking(dir(), one_segment(&files)).unwrap();
            assert_answers(&reader, &all[..kept]).await;
            assert_eq!(files.contents(), before, "{what}: a reader changes nothing");

            let log = open(one_segment(&files)).unwrap();
            let [repair] = log.repairs() else { panic!("{what}: one repair, but {:?}", log.repairs()) };
            let length = before[&segment(1)].len() as u64;
            assert_eq!((&repair.file, repair.offset + repair.bytes), (&segment(1), length), "{what}");
            assert_answers(&log, &all[..kept]).await;
            drop(log);
            assert_eq!(open(one_segment(&files)).unwrap().repairs(), [], "{what}: mended once");
        });
    }
}

#[test]
fn writing_goes_on_after_a_repair() {
    let (files, mut all) = written();
    change(&files, |content| content.truncate(content.len() - 10));
    all.pop();
    runtime().block_on(async {
        let log = open(one_segment(&files)).unwrap();
        let mut author = Author::default();
        all.iter().for_each(|stored| author.recorded(&stored.commit, stored.sequence));
        all.push(author.append(&log, &subject(MEMOS, 1), body("again")).await);
        assert_answers(&log, &all).await;
    });
}

#[test]
fn damage_is_named_and_not_touched() {
    let cases: [(&str, usize, Change); 10] = [
        ("a flipped bit", 2, |content| {
            let at = start(content, 2) + 150;
            content[at] ^= 4;
        }),
        ("a line break gone", 3, |content| {
            let at = start(content, 4) - 1;
            content[at] = b' ';
        }),
        ("the last but one line break gone", LINES - 1, |content| {
            let at = start(content, LINES) - 1;
            content[at] = 0;
        }),
        ("zeros", 1, |content| content[..100].fill(0)),
        ("a flipped bit in the last line", LINES, |content| *content.iter_mut().rev().nth(20).unwrap() ^= 1),
        ("the last brace", LINES, |content| *content.iter_mut().rev().nth(1).unwrap() ^= 0x80),
        ("a line that was never written after the end", LINES + 1, |content| content.extend(b"{\"seq\":7}\n")),
        ("line breaks of another system", 1, |content| {
            let text = String::from_utf8(content.clone()).unwrap().replace('\n', "\r\n");
            *content = text.into_bytes();
        }),
        ("a line twice", 3, |content| {
            let line = content[start(content, 2)..start(content, 3)].to_vec();
            let at = start(content, 3);
            content.splice(at..at, line);
        }),
        ("a line of noise between", 4, |content| {
            let at = start(content, 4);
            content.splice(at..at, b"noise\n".iter().copied());
        }),
    ];
    for (what, line, damage) in cases {
        let (files, _) = written();
        change(&files, damage);
        let before = files.contents();
        let offset = start(&before[&segment(1)], line);
        let expected = format!("MEMOS sequence {line} ({}, line {line}, byte offset {offset})", segment(1).display());
        match open(one_segment(&files)) {
            Err(LogError::Damaged { place, .. }) => assert_eq!(place, expected, "{what}"),
            other => panic!("{what}: damage must be refused, and opening answered {other:?}"),
        }
        let reader = FileLog::open_reader_blocking(dir(), one_segment(&files)).unwrap();
        let seen = runtime().block_on(reader.head(MEMOS));
        assert!(matches!(&seen, Err(LogError::Damaged { place, .. }) if *place == expected), "{what}: {seen:?}");
        let after = files.contents();
        assert_eq!(after[&segment(1)], before[&segment(1)], "{what}: nothing is mended");
    }
}

#[test]
fn a_missing_line_or_file_is_a_gap() {
    let (files, _) = written();
    change(&files, |content| drop(content.drain(start(content, 3)..start(content, 4))));
    assert!(matches!(open(one_segment(&files)), Err(LogError::Gap { stream: MEMOS, expected: 3, found: 4 })));

    let (files, _) = written();
    change(&files, |content| drop(content.drain(..start(content, 2))));
    assert!(matches!(open(one_segment(&files)), Err(LogError::Gap { stream: MEMOS, expected: 1, found: 2 })));

    let files = SimulatedFiles::default();
    runtime().block_on(write(settings(&files), 30));
    let firsts: Vec<u64> = (2..30).filter(|first| files.content(&segment(*first)).is_some()).collect();
    files.tamper(&segment(firsts[1]), None);
    match open(settings(&files)) {
        Err(LogError::Gap { stream: MEMOS, expected, found }) => assert_eq!((expected, found), (firsts[1], firsts[2])),
        other => panic!("a missing file is a gap, and opening answered {other:?}"),
    }
}

#[test]
fn an_unfinished_end_is_damage_where_another_segment_follows() {
    let files = SimulatedFiles::default();
    runtime().block_on(write(settings(&files), 30));
    change(&files, |content| content.extend(b"{\"seq\":"));
    assert!(matches!(open(settings(&files)), Err(LogError::Damaged { .. })));
}

/// Whatever byte is changed: opening or reading says so. Only where the last line break is another byte
/// is the line what a crash leaves too, and is lost and reported. Never a different answer.
#[test]
fn no_changed_byte_goes_unnoticed() {
    let (files, all) = written();
    let good = files.content(&segment(1)).unwrap();
    let last_line = start(&good, LINES);
    let runtime = runtime();
    for at in (0..good.len()).filter(|at| *at >= last_line || at % 3 == 0) {
        let mut bad = good.clone();
        bad[at] ^= 1 << (at % 8);
        files.tamper(&segment(1), Some(bad));
        match open(one_segment(&files)) {
            Ok(log) => runtime.block_on(async {
                let same = read(&log).await == all;
                // The checksum's own digits may change their case.
                assert!(same || (at == good.len() - 1 && log.repairs().len() == 1), "byte {at}");
                assert!(same || read(&log).await == all[..LINES - 1], "byte {at}");
            }),
            Err(LogError::Damaged { .. }) => {}
            Err(other) => panic!("byte {at}: {other}"),
        }
    }
}
