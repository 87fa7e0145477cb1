//! What a process shows of a stream: its index under a lock, and the reads that go through it.
//!
//! Invariants: a reader takes in what other processes appended before it answers; the writer's
//! index is changed by its own thread only. A line that is read is verified again (checksum,
//! sequence, and subject where one was asked for). Deliberately absent: async; whoever calls is on
//! a thread that may block.

use std::{
    path::PathBuf,
    sync::{Arc, PoisonError, RwLock, RwLockReadGuard},
};

use event_log::{LogError, ReadLimits, StreamHead, UnfinishedEnd};
use tokio::sync::watch;
use wire::{StoredCommit, StreamName, Subject};

use crate::{
    block::Block,
    error::{damaged_line, unavailable},
    index::{Span, StreamIndex, SubjectKey},
    layer::FileLayer,
    load,
};

/// A stream as a process sees it.
#[derive(Debug)]
pub(crate) struct StreamView {
    pub(crate) stream: StreamName,
    pub(crate) layer: Arc<dyn FileLayer>,
    dir: PathBuf,
    /// Whether other processes append: then the index is loaded at the first question and refreshed
    /// at each.
    follows: bool,
    /// None until the first question. Changes are made whole before the lock is let go, except
    /// where a panic would be a defect of this crate; a poisoned lock is therefore read on.
    index: RwLock<Option<StreamIndex>>,
    /// The last sequence, for those who wait in the writer's process.
    pub(crate) last_sequence: watch::Sender<u64>,
}

impl StreamView {
    /// The view of the writer.
    pub(crate) fn of_writer(layer: Arc<dyn FileLayer>, dir: PathBuf, index: StreamIndex) -> Self {
        let last_sequence = watch::Sender::new(index.last_sequence());
        let stream = index.stream;
        Self { stream, layer, dir, follows: false, index: RwLock::new(Some(index)), last_sequence }
    }

    /// The view of a reader, which loads the stream when it is first asked for.
    pub(crate) fn of_reader(layer: Arc<dyn FileLayer>, dir: PathBuf, stream: StreamName) -> Self {
        Self { stream, layer, dir, follows: true, index: RwLock::default(), last_sequence: watch::Sender::new(0) }
    }

    /// Where the stream stands.
    pub(crate) fn head(&self) -> Result<StreamHead, LogError> {
        self.with_index(|index| StreamHead {
            last_sequence: index.last_sequence(),
            incarnation: index.incarnation.clone(),
        })
    }

    /// What stands after the last whole line, for a reader: a writer has cut it off.
    pub(crate) fn unfinished_end(&self) -> Result<Option<UnfinishedEnd>, LogError> {
        if !self.follows {
            return Ok(None);
        }
        self.with_index(|index| load::unfinished_end(&*self.layer, index))?
    }

    /// Commits from a sequence on.
    pub(crate) fn read(&self, from: u64, limits: ReadLimits) -> Result<Vec<StoredCommit>, LogError> {
        // Lines are longer than bodies, so a bound on lines keeps the bound on bodies.
        let Some(block) = self.block(from, limits.commits_max, limits.bytes_max as u64)? else { return Ok(Vec::new()) };
        block.lines().map(|line| line?.to_stored()).collect()
    }

    /// Whole lines from a sequence on, as they are in the file.
    pub(crate) fn block(&self, from: u64, lines_max: usize, bytes_max: u64) -> Result<Option<Block>, LogError> {
        let span = self.with_index(|index| index.span(from.max(1), lines_max, bytes_max))?;
        span.map(|span| self.load(span)).transpose()
    }

    /// The last commit of a subject.
    pub(crate) fn last_of(&self, subject: &Subject) -> Result<Option<StoredCommit>, LogError> {
        let key = SubjectKey::of(subject.as_str());
        let sequence = self.with_index(|index| index.head_of(key))?;
        sequence.map(|sequence| self.commit_of(subject, sequence)).transpose()
    }

    /// All commits of a subject, oldest first.
    pub(crate) fn read_subject(&self, subject: &Subject) -> Result<Vec<StoredCommit>, LogError> {
        let key = SubjectKey::of(subject.as_str());
        let sequences = self.with_index(|index| index.sequences_of(key))?;
        sequences.into_iter().map(|sequence| self.commit_of(subject, sequence)).collect()
    }

    /// Looks at the index, up to date.
    fn with_index<R>(&self, look: impl FnOnce(&StreamIndex) -> R) -> Result<R, LogError> {
        if self.follows {
            let mut slot = self.index.write().unwrap_or_else(PoisonError::into_inner);
            let index = match slot.as_mut() {
                // A writer has not made it yet, or has by now.
                Some(index) if index.incarnation.is_empty() => {
                    *index = load::for_reading(&*self.layer, &self.dir, self.stream)?;
                    index
                }
                Some(index) => {
                    load::refresh(&*self.layer, index)?;
                    index
                }
                None => slot.insert(load::for_reading(&*self.layer, &self.dir, self.stream)?),
            };
            return Ok(look(index));
        }
        self.index().as_ref().map(look).ok_or_else(|| LogError::Unavailable {
            doing: format!("looking into {}", self.stream),
            cause: "it was not opened".to_owned(),
        })
    }

    /// The index as it is.
    pub(crate) fn index(&self) -> RwLockReadGuard<'_, Option<StreamIndex>> {
        self.index.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the index, from the writer's thread.
    pub(crate) fn change_index(&self, change: impl FnOnce(&mut StreamIndex)) {
        let mut slot = self.index.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(index) = slot.as_mut() {
            change(index);
            self.last_sequence.send_replace(index.last_sequence());
        }
    }

    fn commit_of(&self, subject: &Subject, sequence: u64) -> Result<StoredCommit, LogError> {
        let missing = || LogError::Gap { stream: self.stream, expected: sequence, found: 0 };
        let block = self.block(sequence, 1, 0)?.ok_or_else(missing)?;
        let stored = block.lines().next().ok_or_else(missing)??.to_stored()?;
        if stored.commit.subject != *subject {
            let what = format!("a commit of {subject} should be here, and one of {} is", stored.commit.subject);
            return Err(damaged_line(&block.span().path, block.span().first_line, block.span().offset, &what));
        }
        Ok(stored)
    }

    fn load(&self, span: Span) -> Result<Block, LogError> {
        let bytes = self
            .layer
            .read(&span.path, span.offset, span.bytes)
            .map_err(|cause| unavailable("reading", &span.path, &cause))?;
        if (bytes.len() as u64) < span.bytes {
            let what = "the file ends before this line does: it was cut off or replaced";
            return Err(damaged_line(&span.path, span.first_line, span.offset, what));
        }
        Ok(Block::new(self.stream, span, bytes))
    }
}
