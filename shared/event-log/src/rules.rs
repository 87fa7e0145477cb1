//! What a log asks of a commit before it records it: pure, and shared by the logs that decide for
//! themselves, so that they refuse the same commits in the same order of precedence.
//!
//! Deliberately absent: storage. Whoever calls knows where the subject stands.

use wire::{ChainHash, SealedCommit, StoredCommit};

use crate::{AppendError, LogError};

/// Bytes of a body at the most. A broker takes 1 MiB with headers by default; the rest of it is
/// left for those. Decisions are cut into parts long before (at 128 KiB).
pub const BODY_BYTES_MAX: usize = 960 * 1024;

/// Where a subject stands: what its next commit must follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SubjectHead {
    /// The stream sequence of its last commit; 0 for none.
    pub sequence: u64,
    /// The number of its last commit; 0 for none.
    pub n: u64,
    /// The chain after its last commit.
    pub chain: ChainHash,
}

impl SubjectHead {
    /// A subject without commits.
    pub const ABSENT: SubjectHead = SubjectHead { sequence: 0, n: 0, chain: ChainHash::START };

    /// The head after a commit was recorded at a sequence.
    pub fn after(commit: &SealedCommit, sequence: u64) -> Self {
        Self { sequence, n: commit.n, chain: commit.chain }
    }

    /// The head where this is the subject's last commit.
    pub fn of(last: &StoredCommit) -> Self {
        Self::after(&last.commit, last.sequence)
    }

    /// Whether a commit may follow. `in_call` says that this head was made by an earlier commit of
    /// the same call, where `prev` = 0 means: after that one.
    ///
    /// # Errors
    /// An unfit body first, then [`AppendError::Conflict`], then [`AppendError::BrokenChain`]: who
    /// lost a race must learn of the race, although its chain is broken by it as well.
    pub fn admit(&self, commit: &SealedCommit, in_call: bool) -> Result<(), AppendError> {
        check_body(commit)?;
        let follows_in_call = in_call && commit.prev == 0;
        if commit.prev != self.sequence && !follows_in_call {
            return Err(AppendError::Conflict {
                subject: commit.subject.clone(),
                expected: commit.prev,
                found: self.sequence,
            });
        }
        let numbered = self.n.checked_add(1) == Some(commit.n);
        if !numbered || !commit.chains_on(self.chain) {
            return Err(AppendError::BrokenChain { subject: commit.subject.clone(), n: commit.n, last_n: self.n });
        }
        Ok(())
    }
}

/// Whether a body can be recorded: one line, neither empty nor longer than [`BODY_BYTES_MAX`].
///
/// # Errors
/// [`AppendError::Log`], with what is wrong. A defect of the writer: nothing was recorded.
pub fn check_body(commit: &SealedCommit) -> Result<(), AppendError> {
    let length = commit.body.len();
    let fault = if length == 0 {
        "it is empty".to_owned()
    } else if length > BODY_BYTES_MAX {
        format!("it has {length} bytes")
    } else if commit.body.contains(&b'\n') {
        "it has a line break".to_owned()
    } else {
        return Ok(());
    };
    Err(AppendError::Log {
        subject: commit.subject.clone(),
        cause: LogError::Unavailable {
            doing: format!("checking the body of commit {}", commit.id),
            cause: format!("{fault}; a body is one line of JSON of at most {BODY_BYTES_MAX} bytes"),
        },
    })
}
