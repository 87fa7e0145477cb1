//! The log in memory: the specification of the port, in code that is short enough to be believed.
//!
//! Invariants: those of the port; clones are handles on one log. Deliberately absent: durability
//! (it lives as long as its last handle) and any index (a subject is found by looking).

use std::{
    collections::HashSet,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use tokio::sync::watch;
use wire::{SealedCommit, StoredCommit, StreamName, Subject};

use crate::{AppendError, EventLog, LogError, ReadLimits, StreamHead, SubjectHead};

/// Logs made in this process, so that no two have the same incarnation.
static LOGS_MADE: AtomicU64 = AtomicU64::new(0);

/// An event log in memory. A clone is another handle on the same log.
#[derive(Debug, Clone)]
pub struct MemoryLog {
    streams: Arc<[Stream; StreamName::ALL.len()]>,
    incarnation: u64,
}

#[derive(Debug)]
struct Stream {
    commits: Mutex<Vec<StoredCommit>>,
    /// The last sequence, for those who wait.
    last_sequence: watch::Sender<u64>,
}

impl Default for MemoryLog {
    fn default() -> Self {
        Self::new()
    }
}

impl MemoryLog {
    /// An empty log.
    pub fn new() -> Self {
        let stream = |_| Stream { commits: Mutex::default(), last_sequence: watch::Sender::new(0) };
        let streams = StreamName::ALL.map(stream);
        Self { streams: Arc::new(streams), incarnation: LOGS_MADE.fetch_add(1, Ordering::Relaxed) }
    }

    fn stream(&self, name: StreamName) -> &Stream {
        &self.streams[name as usize]
    }
}

impl Stream {
    /// Nothing panics between two changes of the list, so a poisoned lock guards a whole one.
    fn commits(&self) -> MutexGuard<'_, Vec<StoredCommit>> {
        self.commits.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn append(&self, commit: SealedCommit, in_call: bool) -> Result<u64, AppendError> {
        let mut commits = self.commits();
        let last = commits.iter().rev().find(|stored| stored.commit.subject == commit.subject);
        last.map_or(SubjectHead::ABSENT, SubjectHead::of).admit(&commit, in_call)?;
        let sequence = commits.len() as u64 + 1;
        commits.push(StoredCommit { sequence, commit });
        self.last_sequence.send_replace(sequence);
        Ok(sequence)
    }
}

#[async_trait]
impl EventLog for MemoryLog {
    async fn append(&self, commit: SealedCommit) -> Result<u64, AppendError> {
        self.stream(commit.subject.stream()).append(commit, false)
    }

    async fn append_many(&self, commits: Vec<SealedCommit>) -> Result<Vec<u64>, (usize, AppendError)> {
        let mut touched = HashSet::new();
        let mut sequences = Vec::with_capacity(commits.len());
        for commit in commits {
            let in_call = !touched.insert(commit.subject.clone());
            match self.stream(commit.subject.stream()).append(commit, in_call) {
                Ok(sequence) => sequences.push(sequence),
                Err(refusal) => return Err((sequences.len(), refusal)),
            }
        }
        Ok(sequences)
    }

    async fn read(&self, stream: StreamName, from: u64, limits: ReadLimits) -> Result<Vec<StoredCommit>, LogError> {
        let commits = self.stream(stream).commits();
        let skipped = usize::try_from(from.saturating_sub(1)).unwrap_or(usize::MAX);
        let mut found: Vec<StoredCommit> = Vec::new();
        let mut bytes = 0;
        for stored in commits.iter().skip(skipped) {
            bytes += stored.commit.body.len();
            let over = found.len() >= limits.commits_max || bytes > limits.bytes_max;
            if over && !found.is_empty() {
                break;
            }
            found.push(stored.clone());
        }
        Ok(found)
    }

    async fn read_subject(&self, subject: &Subject) -> Result<Vec<StoredCommit>, LogError> {
        let commits = self.stream(subject.stream()).commits();
        Ok(commits.iter().filter(|stored| stored.commit.subject == *subject).cloned().collect())
    }

    async fn last_of(&self, subject: &Subject) -> Result<Option<StoredCommit>, LogError> {
        let commits = self.stream(subject.stream()).commits();
        Ok(commits.iter().rev().find(|stored| stored.commit.subject == *subject).cloned())
    }

    async fn head(&self, stream: StreamName) -> Result<StreamHead, LogError> {
        let last_sequence = *self.stream(stream).last_sequence.borrow();
        Ok(StreamHead { last_sequence, incarnation: format!("memory-{}", self.incarnation) })
    }

    async fn wait_beyond(&self, stream: StreamName, sequence: u64, timeout: Duration) -> Result<bool, LogError> {
        let mut last_sequence = self.stream(stream).last_sequence.subscribe();
        let gone_beyond = last_sequence.wait_for(|last| *last > sequence);
        Ok(tokio::time::timeout(timeout, gone_beyond).await.is_ok_and(|waited| waited.is_ok()))
    }
}

#[cfg(test)]
mod tests {
    use async_trait::async_trait;

    use super::MemoryLog;
    use crate::conformance::LogUnderTest;

    struct InMemory;

    #[async_trait]
    impl LogUnderTest for InMemory {
        type Log = MemoryLog;

        async fn create(&self) -> MemoryLog {
            MemoryLog::new()
        }

        async fn reopen(&self, log: MemoryLog) -> MemoryLog {
            log.clone()
        }
    }

    async fn in_memory() -> InMemory {
        InMemory
    }

    crate::conformance_suite!(in_memory);
}
