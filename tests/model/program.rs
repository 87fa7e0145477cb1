//! The program under test: command lines run in one process over a log that may be cut off. A
//! command whose process died is run again by a new one, which knows nothing but the log.

use std::{path::PathBuf, sync::Arc};

use chrono::{DateTime, Duration, Utc};
use event_log::EventLog;
use read_model::{ReadModel, WhatToFold, catch_up};
use service_kit::{Act, Clock, ExitCode, Failure, UnitOfWork};
use tempfile::TempDir;

use crate::cut_off::{Cut, CutOffLog};

/// A back office of its own.
pub(crate) struct Program {
    pub(crate) log: CutOffLog,
    pub(crate) office: UnitOfWork,
    folder: TempDir,
    clock: DateTime<Utc>,
    /// Commands so far: each has its own key.
    commands: u32,
}

/// Times that a command is run again before the test gives up.
const RUNS_MAX: usize = 3;

impl Program {
    pub(crate) async fn new() -> Self {
        let log = CutOffLog::default();
        let clock = "2019-01-05T08:00:00Z".parse().unwrap();
        let office = open(&log, clock).await;
        Self { log, office, folder: tempfile::tempdir().unwrap(), clock, commands: 0 }
    }

    /// Lets time pass until a day at least.
    pub(crate) fn at(&mut self, day: chrono::NaiveDate) {
        self.clock = self.clock.max(day.and_hms_opt(8, 0, 0).unwrap().and_utc());
    }

    pub(crate) fn today(&self) -> chrono::NaiveDate {
        self.clock.date_naive()
    }

    /// Writes a file that commands may name.
    pub(crate) fn write(&self, name: &str, content: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        path
    }

    /// Runs a command as many times as it takes.
    ///
    /// # Errors
    /// The refusal, once no mishap hides it.
    pub(crate) async fn run(&mut self, arguments: &[&str], cut: Option<Cut>) -> Result<(), Failure> {
        self.run_by("clerk", arguments, cut).await
    }

    /// The same by somebody else.
    ///
    /// # Errors
    /// The refusal, once no mishap hides it.
    pub(crate) async fn run_by(&mut self, by: &str, arguments: &[&str], cut: Option<Cut>) -> Result<(), Failure> {
        self.commands += 1;
        let key = format!("command-{}", self.commands);
        self.run_with(&[arguments, &["--by", by, "--idempotency-key", &key]].concat(), cut).await
    }

    /// Runs a command with exactly these words, as many times as it takes.
    ///
    /// # Errors
    /// The refusal, once no mishap hides it.
    pub(crate) async fn run_with(&mut self, arguments: &[&str], cut: Option<Cut>) -> Result<(), Failure> {
        self.clock += Duration::seconds(1);
        let words = [arguments, &["--output", "csv", "--reason", "the story says so"]].concat();
        self.log.set(cut);
        for _ in 0..RUNS_MAX {
            self.office.clock = Clock::Injected(self.clock);
            let outcome = cli::run_in(&mut self.office, &words).await;
            if !self.log.is_dead() {
                self.log.set(None);
                if let Err(failure) = &outcome {
                    assert!(failure.exit != ExitCode::Failed, "{arguments:?} failed: {failure}");
                }
                return outcome;
            }
            // The process is dead: a new one starts.
            self.log.set(None);
            self.office = open(&self.log, self.clock).await;
        }
        panic!("{arguments:?} does not end");
    }
}

async fn open(log: &CutOffLog, clock: DateTime<Utc>) -> UnitOfWork {
    let log: Arc<dyn EventLog> = Arc::new(log.clone());
    let mut model = ReadModel::in_memory(WhatToFold::Everything);
    catch_up(log.as_ref(), &mut model).await.unwrap();
    UnitOfWork::over(log, model, Clock::Injected(clock), Act::default()).await.unwrap()
}
