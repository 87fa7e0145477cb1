//! A commit as the fold takes it: its body read, its fingerprint taken, and which of its facts count
//! where a large decision is a set of commits. What the facts do is not here.

use std::borrow::Cow;

use wire::{ChainHash, CommitBody, Fact, Fingerprint, StoredCommit, Subject};

use crate::ReadModelFault;

/// A commit with its body read and its fingerprint taken: the part of the work that needs no
/// order, and is done on all cores.
#[derive(Debug)]
pub struct DecodedCommit {
    /// Its sequence in the stream.
    pub sequence: u64,
    /// Its subject.
    pub subject: Subject,
    /// Its number there.
    pub n: u64,
    /// The sequence of the subject's commit before it.
    pub prev: u64,
    /// The chain it states.
    pub chain: ChainHash,
    /// Its fingerprint.
    pub fingerprint: Fingerprint,
    /// What it says.
    pub body: CommitBody,
}

impl DecodedCommit {
    /// Reads a stored commit.
    ///
    /// # Errors
    /// Where its body cannot be read.
    pub fn read(stored: &StoredCommit) -> Result<Self, ReadModelFault> {
        Ok(Self::with_body(stored, CommitBody::read(&stored.commit)?))
    }

    /// A stored commit with its body, or with as much of it as was read.
    pub(crate) fn with_body(stored: &StoredCommit, body: CommitBody) -> Self {
        let commit = &stored.commit;
        Self {
            sequence: stored.sequence,
            subject: commit.subject.clone(),
            n: commit.n,
            prev: commit.prev,
            chain: commit.chain,
            fingerprint: commit.fingerprint(),
            body,
        }
    }
}

/// Facts of a large decision whose last part has not come, with the set they are of.
pub type HeldBack = Option<(String, Vec<Fact>)>;

/// The facts that count from this commit on: its own, or those of a set that it closes. `held_back`
/// is what the commits of the same subject before it left open.
pub fn facts_that_count<'a>(held_back: &mut HeldBack, body: &'a CommitBody) -> Cow<'a, [Fact]> {
    let Some(part) = &body.part_of else {
        // A set that was never closed was abandoned by its writer.
        *held_back = None;
        return Cow::Borrowed(&body.facts);
    };
    let mut held = match held_back.take() {
        Some((set, held)) if set == part.set && part.part > 1 => held,
        _ => Vec::new(),
    };
    held.extend(body.facts.iter().cloned());
    if part.closes {
        return Cow::Owned(held);
    }
    *held_back = Some((part.set.clone(), held));
    Cow::Borrowed(&[])
}
