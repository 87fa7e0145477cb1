//! A log whose process dies at a chosen append: before it, after it, or half-way through it; or
//! whose answer alone is lost.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use event_log::{AppendError, EventLog, LogError, MemoryLog, ReadLimits, StreamHead};
use wire::{SealedCommit, StoredCommit, StreamName, Subject};

/// How an append goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mishap {
    /// The process dies before anything is recorded.
    Before,
    /// The process dies once part of the call is recorded.
    Within,
    /// The process dies once all of it is recorded, before it learns so.
    After,
    /// The answer is lost; the process lives on.
    AnswerLost,
}

/// Where one goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cut {
    /// Appends that go well before.
    pub(crate) after: u32,
    pub(crate) mishap: Mishap,
}

/// The log of a process that may die.
#[derive(Clone, Default)]
pub(crate) struct CutOffLog {
    log: MemoryLog,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    cut: Option<Cut>,
    dead: bool,
}

impl CutOffLog {
    /// Sets the next mishap; none for a process that lives, as after a new start.
    pub(crate) fn set(&self, cut: Option<Cut>) {
        *self.state.lock().unwrap_or_else(PoisonError::into_inner) = State { cut, dead: false };
    }

    /// The log that it writes to, as a process that lives sees it.
    pub(crate) fn log(&self) -> MemoryLog {
        self.log.clone()
    }

    /// Whether the process died.
    pub(crate) fn is_dead(&self) -> bool {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).dead
    }

    /// What happens to the next append.
    fn next(&self) -> Result<Option<Mishap>, LogError> {
        self.alive()?;
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(cut) = &mut state.cut else { return Ok(None) };
        if cut.after > 0 {
            cut.after -= 1;
            return Ok(None);
        }
        let mishap = cut.mishap;
        state.cut = None;
        state.dead = mishap != Mishap::AnswerLost;
        Ok(Some(mishap))
    }

    fn alive(&self) -> Result<(), LogError> {
        if self.is_dead() { Err(gone()) } else { Ok(()) }
    }
}

fn gone() -> LogError {
    LogError::Unavailable { doing: "appending".to_owned(), cause: "the process was killed".to_owned() }
}

#[async_trait]
impl EventLog for CutOffLog {
    async fn append(&self, commit: SealedCommit) -> Result<u64, AppendError> {
        self.append_many(vec![commit]).await.map(|sequences| sequences[0]).map_err(|(_, fault)| fault)
    }

    async fn append_many(&self, mut commits: Vec<SealedCommit>) -> Result<Vec<u64>, (usize, AppendError)> {
        let subject = commits[0].subject.clone();
        let failed = |cause| (0, AppendError::Log { subject: subject.clone(), cause });
        let Some(mishap) = self.next().map_err(&failed)? else { return self.log.append_many(commits).await };
        match mishap {
            Mishap::Before => {}
            Mishap::Within => {
                commits.truncate(commits.len() / 2);
                self.log.append_many(commits).await?;
            }
            Mishap::After | Mishap::AnswerLost => {
                self.log.append_many(commits).await?;
            }
        }
        Err(failed(gone()))
    }

    async fn read(&self, stream: StreamName, from: u64, limits: ReadLimits) -> Result<Vec<StoredCommit>, LogError> {
        self.alive()?;
        self.log.read(stream, from, limits).await
    }

    async fn read_subject(&self, subject: &Subject) -> Result<Vec<StoredCommit>, LogError> {
        self.alive()?;
        self.log.read_subject(subject).await
    }

    async fn last_of(&self, subject: &Subject) -> Result<Option<StoredCommit>, LogError> {
        self.alive()?;
        self.log.last_of(subject).await
    }

    async fn head(&self, stream: StreamName) -> Result<StreamHead, LogError> {
        self.alive()?;
        self.log.head(stream).await
    }

    async fn wait_beyond(&self, stream: StreamName, sequence: u64, timeout: Duration) -> Result<bool, LogError> {
        self.alive()?;
        self.log.wait_beyond(stream, sequence, timeout).await
    }
}
