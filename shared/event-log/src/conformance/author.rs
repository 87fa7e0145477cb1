//! A writer for tests: remembers where its subjects stand and seals what comes next on them.

use std::collections::{HashMap, HashSet};

use wire::{ChainHash, CommitId, SealedCommit, StoredCommit, StreamName, Subject};

use crate::{EventLog, ReadLimits, SubjectHead};

/// Remembers what it has written, so that it can write what follows.
#[derive(Debug, Clone, Default)]
pub struct Author {
    heads: HashMap<Subject, SubjectHead>,
}

impl Author {
    /// Where a subject stands, to its knowledge.
    pub fn head(&self, subject: &Subject) -> SubjectHead {
        self.heads.get(subject).copied().unwrap_or(SubjectHead::ABSENT)
    }

    /// The commit that comes next on a subject.
    pub fn next(&self, subject: &Subject, body: impl Into<Vec<u8>>) -> SealedCommit {
        let head = self.head(subject);
        let n = head.n + 1;
        SealedCommit::seal(subject.clone(), commit_id(subject, n), n, head.sequence, head.chain, body.into())
    }

    /// Commits for one call of `append_many`: those on one subject follow each other.
    pub fn batch(&self, bodies: impl IntoIterator<Item = (Subject, Vec<u8>)>) -> Vec<SealedCommit> {
        let mut ahead = self.clone();
        let mut touched = HashSet::new();
        let seal = |(subject, body): (Subject, Vec<u8>)| {
            let mut commit = ahead.next(&subject, body);
            if !touched.insert(subject) {
                commit.prev = 0;
            }
            // The sequence is not known before the call; within it none is needed.
            ahead.recorded(&commit, 0);
            commit
        };
        bodies.into_iter().map(seal).collect()
    }

    /// Notes that a commit was recorded.
    pub fn recorded(&mut self, commit: &SealedCommit, sequence: u64) {
        self.heads.insert(commit.subject.clone(), SubjectHead::after(commit, sequence));
    }

    /// Appends the next commit of a subject, which must succeed.
    pub async fn append(&mut self, log: &impl EventLog, subject: &Subject, body: impl Into<Vec<u8>>) -> StoredCommit {
        let commit = self.next(subject, body);
        let sequence = log.append(commit.clone()).await.expect("a commit that follows is recorded");
        self.recorded(&commit, sequence);
        StoredCommit { sequence, commit }
    }

    /// Appends one call of commits, which must all be recorded.
    pub async fn append_many(
        &mut self,
        log: &impl EventLog,
        bodies: impl IntoIterator<Item = (Subject, Vec<u8>)>,
    ) -> Vec<StoredCommit> {
        let commits = self.batch(bodies);
        let sequences = log.append_many(commits.clone()).await.expect("commits that follow are recorded");
        assert_eq!(sequences.len(), commits.len(), "a sequence a commit");
        let stored = |(sequence, commit)| StoredCommit { sequence, commit };
        let recorded: Vec<StoredCommit> = sequences.into_iter().zip(commits).map(stored).collect();
        recorded.iter().for_each(|one| self.recorded(&one.commit, one.sequence));
        recorded
    }
}

fn commit_id(subject: &Subject, n: u64) -> CommitId {
    CommitId::derive(&format!("command-{n}"), subject, 0)
}

/// A subject of a stream.
pub fn subject(stream: StreamName, number: usize) -> Subject {
    let text = format!("{}.999900001111.{number:012}", stream.subject_prefix());
    Subject::parse(&text).expect("the text is a subject")
}

/// A small body that tells itself from others.
pub fn body(mark: impl std::fmt::Display) -> Vec<u8> {
    format!(r#"{{"facts":[{{"type":"memo.applied","amount":"12.50","mark":"{mark}"}}]}}"#).into_bytes()
}

/// Reads a whole stream in steps, checking each step: contiguous, within the limits, and not empty
/// before the head.
pub async fn read_all(log: &impl EventLog, stream: StreamName, limits: ReadLimits) -> Vec<StoredCommit> {
    let last_sequence = log.head(stream).await.expect("a head").last_sequence;
    let mut all: Vec<StoredCommit> = Vec::new();
    while (all.len() as u64) < last_sequence {
        let from = all.len() as u64 + 1;
        let step = log.read(stream, from, limits).await.expect("a read");
        assert!(!step.is_empty(), "a read from {from} is empty although the head is {last_sequence}");
        assert_within(&step, limits);
        for stored in step {
            assert_eq!(stored.sequence, all.len() as u64 + 1, "sequences are contiguous");
            all.push(stored);
        }
    }
    all
}

/// Asserts that a read kept its limits: one commit may always come.
pub fn assert_within(step: &[StoredCommit], limits: ReadLimits) {
    let bytes: usize = step.iter().map(|stored| stored.commit.body.len()).sum();
    assert!(step.len() <= limits.commits_max.max(1), "{} commits where {limits:?} allows fewer", step.len());
    assert!(step.len() == 1 || bytes <= limits.bytes_max, "{bytes} bytes where {limits:?} allows fewer");
}

/// Asserts that each subject's commits are numbered from 1 and chain on each other.
pub fn assert_chained(commits: &[StoredCommit]) {
    let mut heads: HashMap<&Subject, (u64, ChainHash)> = HashMap::new();
    for stored in commits {
        let commit = &stored.commit;
        let (n, former) = heads.get(&commit.subject).copied().unwrap_or((0, ChainHash::START));
        assert_eq!(commit.n, n + 1, "{} is numbered without gaps", commit.subject);
        assert!(commit.chains_on(former), "{} n={} chains on the one before", commit.subject, commit.n);
        heads.insert(&commit.subject, (commit.n, commit.chain));
    }
}
