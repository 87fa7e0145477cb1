//! The conformance suite on real files: with segments of the usual size, and with segments of some
//! thirty lines, so that the longer checks cross many of them.

#![allow(clippy::unwrap_used, reason = "a harness is test code")]

use std::{
    path::PathBuf,
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use async_trait::async_trait;
use event_log::conformance::LogUnderTest;
use event_log_file::{FileLog, Settings};
use tempfile::TempDir;

/// Longer than a writer needs to end.
const WAIT: Duration = Duration::from_secs(10);

struct OnFiles {
    root: TempDir,
    made: AtomicUsize,
    settings: Settings,
}

impl OnFiles {
    fn new(settings: Settings) -> Self {
        Self { root: tempfile::tempdir().unwrap(), made: AtomicUsize::new(0), settings }
    }

    fn open(&self, dir: PathBuf) -> FileLog {
        FileLog::open_writer_blocking(&dir, WAIT, self.settings.clone()).unwrap()
    }
}

#[async_trait]
impl LogUnderTest for OnFiles {
    type Log = FileLog;

    async fn create(&self) -> FileLog {
        let number = self.made.fetch_add(1, Ordering::Relaxed);
        self.open(self.root.path().join(number.to_string()))
    }

    async fn reopen(&self, log: FileLog) -> FileLog {
        let dir = log.dir().to_owned();
        drop(log);
        self.open(dir)
    }
}

mod usual_segments {
    async fn make_log() -> super::OnFiles {
        super::OnFiles::new(super::Settings::default())
    }

    event_log::conformance_suite!(make_log);
}

mod small_segments {
    async fn make_log() -> super::OnFiles {
        super::OnFiles::new(super::Settings { segment_bytes_max: 12_000, ..super::Settings::default() })
    }

    event_log::conformance_suite!(make_log);
}
