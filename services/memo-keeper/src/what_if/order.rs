//! The commits of all streams in the order they were decided in: each after everything that its
//! basis says had been read.

use std::collections::{BTreeMap, VecDeque};

use event_log::{EventLog, ReadLimits};
use read_model::decode_all;
use service_kit::Failure;
use wire::{CommitBody, Fact, StreamName, Subject};

/// A commit with what it says.
pub(super) struct Decided {
    pub(super) subject: Subject,
    pub(super) sequence: u64,
    pub(super) body: CommitBody,
}

/// Reads every stream once, in batches.
pub(super) struct InOrder<'a> {
    log: &'a dyn EventLog,
    waiting: BTreeMap<StreamName, VecDeque<Decided>>,
    done: BTreeMap<StreamName, u64>,
}

impl<'a> InOrder<'a> {
    pub(super) fn of(log: &'a dyn EventLog) -> Self {
        Self { log, waiting: BTreeMap::new(), done: BTreeMap::new() }
    }

    /// The next commit; none at the end.
    pub(super) async fn next(&mut self) -> Result<Option<Decided>, Failure> {
        for stream in StreamName::ALL {
            self.fill(stream).await?;
        }
        let heads = || self.waiting.iter().filter_map(|(stream, commits)| Some((*stream, commits.front()?)));
        let has_been_read = |head: &Decided| {
            StreamName::ALL.iter().all(|stream| {
                let read = head.body.basis.get(stream.as_str()).copied().unwrap_or(0);
                self.done.get(stream).copied().unwrap_or(0) >= read
            })
        };
        // Decisions that did not know of each other go by their clocks.
        let ready = heads().filter(|(_, head)| has_been_read(head)).min_by_key(|(_, head)| head.body.recorded);
        let next = ready.or_else(|| heads().min_by_key(|(_, head)| head.body.recorded)).map(|(stream, _)| stream);
        let Some(stream) = next else { return Ok(None) };
        let commit = self.waiting.get_mut(&stream).and_then(VecDeque::pop_front);
        if let Some(commit) = &commit {
            self.done.insert(stream, commit.sequence);
        }
        Ok(commit)
    }

    async fn fill(&mut self, stream: StreamName) -> Result<(), Failure> {
        let waiting = self.waiting.entry(stream).or_default();
        if !waiting.is_empty() {
            return Ok(());
        }
        let from = self.done.get(&stream).copied().unwrap_or(0) + 1;
        let batch = self.log.read(stream, from, ReadLimits::default()).await?;
        for commit in decode_all(&batch)? {
            waiting.push_back(Decided { subject: commit.subject, sequence: commit.sequence, body: commit.body });
        }
        Ok(())
    }

    /// The date on the documents that the run now beginning issued, where one is near.
    pub(super) fn date_of_run(&self, correlation: &str) -> Option<chrono::NaiveDate> {
        let billing = self.waiting.get(&StreamName::Billing)?;
        billing.iter().take_while(|commit| commit.body.correlation == correlation).find_map(|commit| {
            commit.body.facts.iter().find_map(|fact| match fact {
                Fact::DocumentIssued(header) => Some(header.date),
                _ => None,
            })
        })
    }
}
