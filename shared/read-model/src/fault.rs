//! What stops the fold.

use domain::memo::FoldFault;
use event_log::LogError;
use wire::{BadSubject, StreamName, Subject, UnreadableBody};

use crate::StoreFault;

/// The read model cannot go on. None of these is skipped: a wrong balance is worse than none.
#[derive(Debug, thiserror::Error)]
pub enum ReadModelFault {
    /// A sequence is missing. Compare the log with a copy.
    #[error("{stream} has a gap: sequence {expected} should follow, {found} came")]
    Gap {
        /// The stream.
        stream: StreamName,
        /// What should have come.
        expected: u64,
        /// What came.
        found: u64,
    },
    /// The log ends before what was read of it: commits were lost, or it was rolled back. Restore it
    /// from a copy.
    #[error("{stream} ends at sequence {found}, and sequence {known} had been read of it: commits {} to {known} are lost. Restore the log from a copy (`creditmemo log copy`)", found + 1)]
    LostCommits {
        /// The stream.
        stream: StreamName,
        /// What had been read.
        known: u64,
        /// Where it ends.
        found: u64,
    },
    /// The commit does not follow from its subject's last one. Compare the log with a copy.
    #[error("{stream} sequence {sequence}: {what} on {subject}")]
    BrokenChain {
        /// The stream.
        stream: StreamName,
        /// The commit's sequence.
        sequence: u64,
        /// Its subject.
        subject: Subject,
        /// What does not follow.
        what: String,
    },
    /// A fact does not follow from the ones before it. Compare the log with a copy.
    #[error("{stream} sequence {sequence} on {subject}: {cause}")]
    Fold {
        /// The stream.
        stream: StreamName,
        /// The commit's sequence.
        sequence: u64,
        /// Its subject.
        subject: Subject,
        /// What does not follow.
        #[source]
        cause: Box<FoldFault>,
    },
    /// A fact stands on a subject where it has no business.
    #[error("{stream} sequence {sequence}: a fact of type {fact} on {subject}")]
    Misplaced {
        /// The stream.
        stream: StreamName,
        /// The commit's sequence.
        sequence: u64,
        /// Its subject.
        subject: Subject,
        /// The fact's type.
        fact: &'static str,
    },
    /// A body was written by a newer version, or is damaged. Upgrade, or compare with a copy.
    #[error(transparent)]
    Body(#[from] UnreadableBody),
    /// A subject is none of this log's.
    #[error(transparent)]
    Subject(#[from] BadSubject),
    /// The log failed.
    #[error(transparent)]
    Log(#[from] LogError),
    /// The store failed; it can be deleted, the log rebuilds it.
    #[error(transparent)]
    Store(#[from] StoreFault),
}
