//! Measures the embedded log on this machine: `rates <empty dir> [commits]`. Prints appends, bulk
//! appends, opening with and without caches, and scanning on one and two threads, a second each.
#![allow(clippy::float_arithmetic, clippy::expect_used, reason = "a measurement, not an amount")]

use std::{
    path::Path,
    sync::{Arc, Mutex, mpsc},
    time::{Duration, Instant},
};

use event_log::{
    EventLog,
    conformance::{Author, subject},
};
use event_log_file::{Block, FileLog, Settings};
use wire::StreamName;

const MEMOS: StreamName = StreamName::Memos;
const SUBJECTS: usize = 10_000;
const COMMITS_A_CALL: usize = 5_000;

fn body(number: usize) -> Vec<u8> {
    let fact = r#"{"type":"memo.applied","v":1,"memo":"m-000123","period":"2026-10","amount":"12.50","balance_before":"100.00","balance_after":"87.50"}"#;
    format!(
        r#"{{"actor":"run","correlation":"{number:032}","recorded":"2026-11-01T00:00:00Z","facts":[{fact},{fact}]}}"#
    )
    .into_bytes()
}

fn report(what: &str, count: usize, start: Instant) {
    let seconds = start.elapsed().as_secs_f64();
    println!("{what:<44} {count:>9} in {seconds:>7.3} s = {:>12.0}/s", count as f64 / seconds);
}

fn open(dir: &Path) -> FileLog {
    FileLog::open_writer_blocking(dir, Duration::from_secs(5), Settings::default()).expect("the log opens")
}

#[tokio::main]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    let dir = arguments.next().expect("an empty directory");
    let dir = Path::new(&dir);
    let commits: usize = arguments.next().map_or(1_000_000, |text| text.parse().expect("a number of commits"));
    let log = Arc::new(open(dir));

    let start = Instant::now();
    let mut author = Author::default();
    for number in 0..500 {
        author.append(&*log, &subject(StreamName::Usage, number % 100), body(number)).await;
    }
    report("appends, one after the other", 500, start);

    let start = Instant::now();
    let tasks: Vec<_> = (0..256)
        .map(|writer| {
            let log = Arc::clone(&log);
            tokio::spawn(async move {
                let mut author = Author::default();
                for number in 0..100 {
                    author.append(&*log, &subject(StreamName::Credits, writer), body(number)).await;
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.expect("the writer ends");
    }
    report("appends, 256 writers at once", 25_600, start);

    let mut author = Author::default();
    let mut spent = Duration::ZERO;
    for call in 0..commits / COMMITS_A_CALL {
        let numbers = call * COMMITS_A_CALL..(call + 1) * COMMITS_A_CALL;
        let batch = author.batch(numbers.map(|number| (subject(MEMOS, number % SUBJECTS), body(number))));
        let start = Instant::now();
        let sequences = log.append_many(batch.clone()).await.expect("recorded");
        spent += start.elapsed();
        batch.iter().zip(sequences).for_each(|(commit, sequence)| author.recorded(commit, sequence));
    }
    let per_second = commits as f64 / spent.as_secs_f64();
    println!("{:<44} {commits:>9} in {:>7.3} s = {per_second:>12.0}/s", "appends, 5000 a call", spent.as_secs_f64());
    drop(log);

    let start = Instant::now();
    let log = open(dir);
    report("opening with caches", commits, start);
    drop(log);
    for entry in std::fs::read_dir(dir.join("log/MEMOS")).expect("a directory").flatten() {
        if entry.path().extension().is_some_and(|ending| ending == "idx") {
            std::fs::remove_file(entry.path()).expect("removed");
        }
    }
    let start = Instant::now();
    let log = open(dir);
    report("opening without caches", commits, start);

    let mut bytes = 0;
    let start = Instant::now();
    for block in log.scan(MEMOS, 1) {
        let block = block.expect("a block");
        bytes += block.bytes().len();
        assert_eq!(block.lines().filter(Result::is_ok).count(), block.len());
    }
    report("scanning, verified, one thread", commits, start);
    println!("  {bytes} bytes, {} a line", bytes / commits.max(1));

    let start = Instant::now();
    scan_on_two_threads(&log);
    report("scanning, verified, two threads", commits, start);

    let start = Instant::now();
    let mut next = 1;
    while let Ok(read) = log.read(MEMOS, next, event_log::ReadLimits::default()).await
        && !read.is_empty()
    {
        next += read.len() as u64;
    }
    report("reading through the port", commits, start);

    let start = Instant::now();
    for number in 0..SUBJECTS {
        log.last_of(&subject(MEMOS, number)).await.expect("a read").expect("a commit");
    }
    report("last commits of subjects", SUBJECTS, start);
}

fn scan_on_two_threads(log: &FileLog) {
    let (sender, receiver) = mpsc::sync_channel::<Block>(4);
    let receiver = Mutex::new(receiver);
    let work = || {
        loop {
            let block = receiver.lock().expect("a lock").recv();
            let Ok(block) = block else { return };
            assert_eq!(block.lines().filter(Result::is_ok).count(), block.len());
        }
    };
    std::thread::scope(|scope| {
        scope.spawn(work);
        scope.spawn(work);
        for block in log.scan(MEMOS, 1) {
            sender.send(block.expect("a block")).expect("a worker");
        }
        drop(sender);
    });
}
