//! A commit as logs carry it: sealed bytes with the numbers that place them on their subject.

use std::{fmt, sync::Arc};

use crate::{ChainHash, Fingerprint, Subject};

/// The id of a commit: derived from the command that decided it, so that a retry is the same
/// commit. 32 hexadecimal digits.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CommitId(Arc<str>);

impl CommitId {
    /// The id of what `command` decided upon `subject`.
    pub fn derive(command: &str, subject: &Subject, part: u32) -> Self {
        let seed = format!("{command}\u{0}{subject}\u{0}{part}");
        let fingerprint = Fingerprint::of_bytes(seed.as_bytes());
        Self(hex::encode(&fingerprint.0[..16]).into())
    }

    /// Reads an id as it stands in a log.
    pub fn parse(text: &str) -> Option<Self> {
        (text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit())).then(|| Self(text.into()))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for CommitId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for CommitId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A commit ready to append.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedCommit {
    /// Where it belongs.
    pub subject: Subject,
    /// Its id.
    pub id: CommitId,
    /// Its number on the subject, from 1 without gaps.
    pub n: u64,
    /// The stream sequence of the subject's last commit when this was decided; 0 for none. A log
    /// refuses the commit where that is no longer so.
    pub prev: u64,
    /// The chain on the subject after this commit.
    pub chain: ChainHash,
    /// The frozen body: JSON, one line.
    pub body: Arc<[u8]>,
}

impl SealedCommit {
    /// Seals a body as the next commit of a subject.
    pub fn seal(subject: Subject, id: CommitId, n: u64, prev: u64, former: ChainHash, body: Vec<u8>) -> Self {
        let chain = ChainHash::after(former, &Fingerprint::of_commit(subject.as_str(), n, id.as_str(), &body));
        Self { subject, id, n, prev, chain, body: body.into() }
    }

    /// The fingerprint that its chain was made with.
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of_commit(self.subject.as_str(), self.n, self.id.as_str(), &self.body)
    }

    /// Whether the chain follows from the former one.
    pub fn chains_on(&self, former: ChainHash) -> bool {
        ChainHash::after(former, &self.fingerprint()) == self.chain
    }
}

/// A commit as a log returns it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredCommit {
    /// Its sequence in the stream, contiguous from 1.
    pub sequence: u64,
    /// The commit.
    pub commit: SealedCommit,
}
