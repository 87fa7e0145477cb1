//! Two logs side by side: whether they hold the same commits, and bringing one up to the other.
//!
//! A copy has every commit at its own sequence with its own number, id, chain and body, so it
//! answers every question as the original does. Invariants: each commit is verified by its chain
//! before it counts as equal or is copied; a copy is never written where the two differ. What is not
//! the same in a copy is `prev` = 0 of a commit that followed another in one call: where the call is
//! over, the sequence it spoke of is written out.

use std::collections::HashMap;

use wire::{StoredCommit, StreamName, Subject};

use crate::{AppendError, EventLog, LogError, ReadLimits, SubjectHead};

/// Commits in one call to the log that is written: what a JetStream batch takes.
const COMMITS_A_CALL_MAX: usize = 1000;

/// Bytes of bodies in one call.
const BYTES_A_CALL_MAX: usize = 8 * 1024 * 1024;

/// The first place where two logs are not the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The stream.
    pub stream: StreamName,
    /// The sequence.
    pub sequence: u64,
    /// The subject, where a commit could be read.
    pub subject: Option<Subject>,
    /// What is not the same, in words.
    pub what: String,
}

/// Why a copy was not made, or not to the end.
#[derive(Debug, thiserror::Error)]
pub enum CopyFault {
    /// The two logs differ where both have commits, or one of them is damaged. Nothing is written
    /// over a difference: find out which of the two is right.
    #[error("the logs differ at sequence {} of {}: {}", .0.sequence, .0.stream, .0.what)]
    Differs(Difference),
    /// One of the logs failed. Try again; a copy goes on where it was.
    #[error(transparent)]
    Log(#[from] LogError),
    /// The log that is written refuses a commit.
    #[error(transparent)]
    Append(#[from] AppendError),
}

/// How far one stream of two logs is the same.
#[derive(Debug)]
pub struct SideBySide {
    stream: StreamName,
    /// Up to this sequence, both are the same.
    equal: u64,
    heads: HashMap<Subject, SubjectHead>,
}

impl SideBySide {
    /// At the beginning of a stream.
    pub fn begin(stream: StreamName) -> Self {
        Self { stream, equal: 0, heads: HashMap::new() }
    }

    /// The stream.
    pub fn stream(&self) -> StreamName {
        self.stream
    }

    /// Up to which sequence both are the same, as far as it was looked.
    pub fn equal(&self) -> u64 {
        self.equal
    }

    /// Goes on until one of the two ends or they differ.
    ///
    /// # Errors
    /// [`LogError`] where a log cannot be read; damage and gaps are differences.
    pub async fn advance(&mut self, left: &dyn EventLog, right: &dyn EventLog) -> Result<Option<Difference>, LogError> {
        loop {
            let from = self.equal + 1;
            let of_left = match self.read(left, "the first log", from, ReadLimits::default()).await? {
                Ok(commits) => commits,
                Err(difference) => return Ok(Some(difference)),
            };
            let limits = ReadLimits { commits_max: of_left.len().max(1), ..ReadLimits::default() };
            let of_right = match self.read(right, "the second log", from, limits).await? {
                Ok(commits) => commits,
                Err(difference) => return Ok(Some(difference)),
            };
            if of_left.is_empty() || of_right.is_empty() {
                return Ok(None);
            }
            for (one, other) in of_left.iter().zip(&of_right) {
                if let Some(what) = unlike(one, other) {
                    return Ok(Some(self.difference(one.sequence, Some(&one.commit.subject), what)));
                }
                if let Err(what) = self.follow(one) {
                    return Ok(Some(self.difference(one.sequence, Some(&one.commit.subject), what)));
                }
            }
        }
    }

    /// Brings the second log up to the first one, after [`Self::advance`] found both the same as far
    /// as the second one goes. Answers with the commits that were copied.
    ///
    /// # Errors
    /// [`CopyFault`]; what was copied before stands, and a later call goes on behind it.
    pub async fn copy(&mut self, from: &dyn EventLog, to: &dyn EventLog) -> Result<u64, CopyFault> {
        if let Some(difference) = self.advance(from, to).await? {
            return Err(CopyFault::Differs(difference));
        }
        let there = to.head(self.stream).await?.last_sequence;
        if there > self.equal {
            let what = format!("the log that is copied ends before it, the copy has {there} commits");
            return Err(CopyFault::Differs(self.difference(self.equal + 1, None, what)));
        }
        let begun_at = self.equal;
        loop {
            let found = self.read(from, "the log that is copied", self.equal + 1, ReadLimits::default()).await?;
            let commits = found.map_err(CopyFault::Differs)?;
            if commits.is_empty() {
                return Ok(self.equal - begun_at);
            }
            let mut rest = commits.as_slice();
            while !rest.is_empty() {
                let (call, later) = rest.split_at(calls_length(rest));
                self.copy_call(call, to).await?;
                rest = later;
            }
        }
    }

    async fn copy_call(&mut self, call: &[StoredCommit], to: &dyn EventLog) -> Result<(), CopyFault> {
        let mut commits = Vec::with_capacity(call.len());
        let mut in_call: HashMap<&Subject, ()> = HashMap::new();
        for stored in call {
            let mut commit = stored.commit.clone();
            let is_first = in_call.insert(&stored.commit.subject, ()).is_none();
            if is_first && commit.prev == 0 {
                commit.prev = self.heads.get(&commit.subject).map_or(0, |head| head.sequence);
            }
            self.follow(stored).map_err(|what| {
                CopyFault::Differs(self.difference(stored.sequence, Some(&stored.commit.subject), what))
            })?;
            commits.push(commit);
        }
        let sequences = to.append_many(commits).await.map_err(|(_, refusal)| refusal)?;
        for (stored, sequence) in call.iter().zip(sequences) {
            if stored.sequence != sequence {
                let what = format!("the copy has it at sequence {sequence}: someone else writes to it");
                return Err(CopyFault::Differs(self.difference(stored.sequence, Some(&stored.commit.subject), what)));
            }
        }
        Ok(())
    }

    /// Goes over one commit, whose number and chain must follow.
    fn follow(&mut self, stored: &StoredCommit) -> Result<(), String> {
        let commit = &stored.commit;
        let head = self.heads.get(&commit.subject).copied().unwrap_or(SubjectHead::ABSENT);
        if head.n + 1 != commit.n {
            return Err(format!("it is commit {} of {}, and {} was next", commit.n, commit.subject, head.n + 1));
        }
        if !commit.chains_on(head.chain) {
            return Err(format!("commit {} of {} does not chain on the one before", commit.n, commit.subject));
        }
        self.heads.insert(commit.subject.clone(), SubjectHead::of(stored));
        self.equal = stored.sequence;
        Ok(())
    }

    async fn read(
        &self,
        log: &dyn EventLog,
        which: &str,
        from: u64,
        limits: ReadLimits,
    ) -> Result<Result<Vec<StoredCommit>, Difference>, LogError> {
        match log.read(self.stream, from, limits).await {
            Ok(commits) => Ok(Ok(commits)),
            Err(LogError::Gap { expected, found, .. }) => {
                let what = format!("{which} has a gap: {expected} is missing, {found} was found");
                Ok(Err(self.difference(expected, None, what)))
            }
            Err(LogError::Damaged { place, what }) => {
                Ok(Err(self.difference(from, None, format!("{which} is damaged at {place}: {what}"))))
            }
            Err(fault) => Err(fault),
        }
    }

    fn difference(&self, sequence: u64, subject: Option<&Subject>, what: String) -> Difference {
        Difference { stream: self.stream, sequence, subject: subject.cloned(), what }
    }
}

/// What two commits at one sequence do not have in common.
fn unlike(one: &StoredCommit, other: &StoredCommit) -> Option<String> {
    let (left, right) = (&one.commit, &other.commit);
    if one.sequence != other.sequence {
        return Some(format!("sequence {} stands beside {}", one.sequence, other.sequence));
    }
    if left.subject != right.subject {
        return Some(format!("it is on {} in one and on {} in the other", left.subject, right.subject));
    }
    if left.n != right.n {
        return Some(format!("it is commit {} in one and {} in the other", left.n, right.n));
    }
    if left.id != right.id {
        return Some(format!("it is commit {} in one and {} in the other", left.id, right.id));
    }
    if left.chain != right.chain || left.body != right.body {
        return Some(format!("commit {} of {} has another content", left.n, left.subject));
    }
    None
}

/// How many of the commits go into one call; at least one.
fn calls_length(commits: &[StoredCommit]) -> usize {
    let mut bytes = 0;
    let fits = commits.iter().take(COMMITS_A_CALL_MAX).take_while(|stored| {
        bytes += stored.commit.body.len();
        bytes <= BYTES_A_CALL_MAX
    });
    fits.count().max(1)
}

#[cfg(test)]
mod tests {
    use wire::ChainHash;

    use super::*;
    use crate::{
        MemoryLog,
        conformance::{Author, body, subject},
    };

    const MEMOS: StreamName = StreamName::Memos;

    async fn log_of(commits: usize) -> (MemoryLog, Author) {
        let log = MemoryLog::new();
        let mut author = Author::default();
        // One call, so that most commits say `prev` = 0.
        author.append_many(&log, (0..commits).map(|turn| (subject(MEMOS, turn % 7), body(turn)))).await;
        (log, author)
    }

    #[tokio::test]
    async fn a_copy_is_the_same_and_goes_on_where_it_was() {
        let (log, mut author) = log_of(2500).await;
        let copy = MemoryLog::new();
        assert_eq!(SideBySide::begin(MEMOS).copy(&log, &copy).await.unwrap(), 2500);
        author.append(&log, &subject(MEMOS, 3), body("later")).await;
        let mut again = SideBySide::begin(MEMOS);
        assert_eq!(again.copy(&log, &copy).await.unwrap(), 1);
        author.append(&log, &subject(MEMOS, 3), body("later still")).await;
        assert_eq!(again.copy(&log, &copy).await.unwrap(), 1, "one that is kept goes on too");
        assert_eq!(SideBySide::begin(MEMOS).copy(&copy, &log).await.unwrap(), 0, "and the other way there is nothing");
    }

    #[tokio::test]
    async fn the_first_difference_is_found_and_nothing_is_written_over_it() {
        let (log, mut author) = log_of(20).await;
        let copy = MemoryLog::new();
        SideBySide::begin(MEMOS).copy(&log, &copy).await.unwrap();
        let mut other = author.clone();
        author.append(&log, &subject(MEMOS, 1), body("one")).await;
        other.append(&copy, &subject(MEMOS, 1), body("another")).await;
        let mut both = SideBySide::begin(MEMOS);
        let difference = both.advance(&log, &copy).await.unwrap().unwrap();
        assert_eq!((difference.sequence, difference.subject), (21, Some(subject(MEMOS, 1))));
        assert_eq!(both.equal(), 20);
        assert!(matches!(SideBySide::begin(MEMOS).copy(&log, &copy).await, Err(CopyFault::Differs(_))));
    }

    #[tokio::test]
    async fn a_copy_with_more_than_the_original_is_no_copy() {
        let (log, _) = log_of(20).await;
        let (longer, _) = log_of(21).await;
        assert!(matches!(SideBySide::begin(MEMOS).copy(&log, &longer).await, Err(CopyFault::Differs(_))));
    }

    #[test]
    fn a_chain_that_does_not_follow_is_a_difference() {
        let mut commit = Author::default().next(&subject(MEMOS, 1), body("x"));
        commit.chain = ChainHash([3; 32]);
        let said = SideBySide::begin(MEMOS).follow(&StoredCommit { sequence: 1, commit }).unwrap_err();
        assert!(said.contains("does not chain"), "{said}");
    }
}
