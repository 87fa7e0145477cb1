//! A writer that is killed without warning loses nothing that it acknowledged.

use std::{
    env,
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

use event_log::{
    EventLog, ReadLimits,
    conformance::{Author, assert_chained, body, read_all, subject},
};
use event_log_file::FileLog;
use wire::StreamName;

const USAGE: StreamName = StreamName::Usage;
const WAIT: Duration = Duration::from_secs(10);

/// Names the directory to the child; without it the child's test does nothing.
const CHILD_DIR: &str = "EVENT_LOG_FILE_KILL_TEST_DIR";

#[tokio::test(flavor = "multi_thread")]
async fn child_appends_until_it_is_killed() {
    let Ok(dir) = env::var(CHILD_DIR) else { return };
    let log = FileLog::open_writer(Path::new(&dir), WAIT).await.unwrap();
    let mut author = Author::default();
    let all = read_all(&log, USAGE, ReadLimits::default()).await;
    all.iter().for_each(|stored| author.recorded(&stored.commit, stored.sequence));
    for turn in 0.. {
        let bodies = (0..1 + turn % 5).map(|number| (subject(USAGE, number), body(format!("{turn}-{number}"))));
        let stored = author.append_many(&log, bodies).await;
        println!("acknowledged {}", stored.last().unwrap().sequence);
        std::io::stdout().flush().unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn acknowledged_commits_survive_a_kill() {
    let dir = tempfile::tempdir().unwrap();
    for life in 1..5_usize {
        let mut child = Command::new(env::current_exe().unwrap())
            .args(["--exact", "child_appends_until_it_is_killed", "--nocapture"])
            .env(CHILD_DIR, dir.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let acknowledged = lines.filter_map(|line| line.unwrap().strip_prefix("acknowledged ")?.parse::<u64>().ok());
        let last_acknowledged = acknowledged.take(20 * life).last().unwrap();
        child.kill().unwrap();
        child.wait().unwrap();

        let reader = FileLog::open_reader(dir.path()).await.unwrap();
        let seen = reader.head(USAGE).await.unwrap().last_sequence;
        let log = FileLog::open_writer(dir.path(), WAIT).await.unwrap();
        let all = read_all(&log, USAGE, ReadLimits::default()).await;
        assert!(all.len() as u64 >= last_acknowledged, "{} of {last_acknowledged}", all.len());
        assert_eq!(all.len() as u64, seen, "the reader saw what the writer found");
        assert_chained(&all);
    }
}
