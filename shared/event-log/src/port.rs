//! The port itself. An adapter adds nothing to it and leaves nothing out.

use std::time::Duration;

use async_trait::async_trait;
use wire::{SealedCommit, StoredCommit, StreamName, Subject};

/// How much one read may return. Both bounds hold; at least one commit is returned where there is
/// one.
#[derive(Debug, Clone, Copy)]
pub struct ReadLimits {
    /// Commits at the most.
    pub commits_max: usize,
    /// Bytes of bodies at the most.
    pub bytes_max: usize,
}

impl Default for ReadLimits {
    /// Large enough to hide a round trip, small enough for a client's buffer (16 MB is the most a
    /// JetStream pull may ask for safely).
    fn default() -> Self {
        Self { commits_max: 20_000, bytes_max: 16 * 1024 * 1024 }
    }
}

/// Where a stream stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamHead {
    /// The last sequence; 0 for an empty stream.
    pub last_sequence: u64,
    /// What tells this stream from another of the same name (made anew, restored): a checkpoint
    /// taken on another incarnation is worthless.
    pub incarnation: String,
}

/// Bytes after the last commit of a stream that are none: what a write that was cut off leaves, until
/// the next writer cuts them off too. Nothing of them was acknowledged, unless they were a commit that
/// someone cut short.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnfinishedEnd {
    /// Stream, sequence, file and offset.
    pub place: String,
    /// How many.
    pub bytes: u64,
    /// What was found.
    pub what: String,
}

/// Why an append was not done.
#[derive(Debug, thiserror::Error)]
pub enum AppendError {
    /// Someone else wrote to the subject first. Read again, decide again, a bounded number of times.
    #[error("the subject {subject} stands at sequence {found}, and {expected} was expected: someone else wrote first")]
    Conflict {
        /// The subject.
        subject: Subject,
        /// What the commit expected.
        expected: u64,
        /// What the log has.
        found: u64,
    },
    /// The commit does not follow from the one before it. A defect of the writer: nothing was recorded.
    #[error("the commit n={n} on {subject} does not follow the last one (n={last_n}): numbering or chain is broken")]
    BrokenChain {
        /// The subject.
        subject: Subject,
        /// The commit's number.
        n: u64,
        /// The number of the subject's last commit.
        last_n: u64,
    },
    /// The log itself failed. Whether the commit was recorded must be found out by reading the
    /// subject's last commit.
    #[error("appending to {subject} failed")]
    Log {
        /// The subject.
        subject: Subject,
        /// The cause.
        #[source]
        cause: LogError,
    },
}

/// A log failed.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// Another process is writing. Wait for it, or stop it.
    #[error("the log is being written by another process ({holder}): wait for it to end")]
    Locked {
        /// What is known of the other.
        holder: String,
    },
    /// What was read is not what was written. Do not go on: restore from a copy.
    #[error("the log is damaged at {place}: {what}")]
    Damaged {
        /// Stream, sequence, file and offset, as far as known.
        place: String,
        /// What was found.
        what: String,
    },
    /// A sequence is missing. Do not go on: restore from a copy.
    #[error("{stream} has a gap: sequence {expected} is missing, {found} was found")]
    Gap {
        /// The stream.
        stream: StreamName,
        /// The sequence that should have come.
        expected: u64,
        /// What came.
        found: u64,
    },
    /// The broker denies a permission. Ask its operator for it, or act as another user.
    #[error("{doing} is denied: {said}")]
    Denied {
        /// What was being done.
        doing: String,
        /// What the broker said; it names the subject.
        said: String,
    },
    /// The disk or the network failed. Try again once it is mended.
    #[error("{doing} failed: {cause}")]
    Unavailable {
        /// What was being done.
        doing: String,
        /// What the system said.
        cause: String,
    },
}

/// An append-only log of commits.
#[async_trait]
pub trait EventLog: Send + Sync {
    /// Appends one commit and returns its sequence once it is durable.
    ///
    /// # Errors
    /// [`AppendError`]; except for `Log`, nothing was recorded.
    async fn append(&self, commit: SealedCommit) -> Result<u64, AppendError>;

    /// Appends many commits of one stream, in order, for one price. Commits that follow each other
    /// on one subject have consecutive `n`, chain on each other, and all but the first have
    /// `prev` = 0, which here means: after the one before in this call.
    ///
    /// Each commit is all or nothing; the call as a whole is not: the error is that of the first
    /// commit which was not recorded, and those before it stand.
    ///
    /// # Errors
    /// How many were recorded, and why the next was not.
    async fn append_many(&self, commits: Vec<SealedCommit>) -> Result<Vec<u64>, (usize, AppendError)>;

    /// Reads a stream from a sequence on, without gaps. Empty at the head.
    ///
    /// # Errors
    /// [`LogError`]; a gap or damage is an error, never skipped.
    async fn read(&self, stream: StreamName, from: u64, limits: ReadLimits) -> Result<Vec<StoredCommit>, LogError>;

    /// All commits of a subject, oldest first.
    ///
    /// # Errors
    /// [`LogError`].
    async fn read_subject(&self, subject: &Subject) -> Result<Vec<StoredCommit>, LogError>;

    /// The last commit of a subject.
    ///
    /// # Errors
    /// [`LogError`].
    async fn last_of(&self, subject: &Subject) -> Result<Option<StoredCommit>, LogError>;

    /// Where a stream stands.
    ///
    /// # Errors
    /// [`LogError`].
    async fn head(&self, stream: StreamName) -> Result<StreamHead, LogError>;

    /// What stands unfinished after the last commit of a stream, and stays so while one looks; a write
    /// that is under way does not. None where a log cannot have such an end.
    ///
    /// # Errors
    /// [`LogError`].
    async fn unfinished_end(&self, stream: StreamName) -> Result<Option<UnfinishedEnd>, LogError> {
        let _ = stream;
        Ok(None)
    }

    /// Waits until a stream has gone beyond a sequence, or the time is up; says whether it has.
    ///
    /// # Errors
    /// [`LogError`].
    async fn wait_beyond(&self, stream: StreamName, sequence: u64, timeout: Duration) -> Result<bool, LogError>;
}
