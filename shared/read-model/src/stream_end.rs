//! Where a fold stands in a stream.

use chrono::{DateTime, Utc};
use wire::{ChainHash, Subject};

use crate::DecodedCommit;

/// Where a replay stands in a stream.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StreamEnd {
    /// The last sequence folded.
    pub sequence: u64,
    /// Facts folded.
    pub facts: u64,
    /// Commits before it that were left out, because they were recorded after the time that was asked for:
    /// only the times of one subject never go back.
    pub left_out: u64,
    /// The latest recorded time of all its commits.
    pub recorded: Option<DateTime<Utc>>,
    /// The last commit: its subject, number and chain.
    pub last: Option<(Subject, u64, ChainHash)>,
}

impl StreamEnd {
    /// Goes on by a commit of so many facts.
    pub fn pass(&mut self, commit: &DecodedCommit, facts: u64) {
        self.sequence = commit.sequence;
        self.facts += facts;
        self.recorded = self.recorded.max(Some(commit.body.recorded));
        match &mut self.last {
            // The same subject again: nothing is copied but numbers.
            Some((subject, n, chain)) if *subject == commit.subject => (*n, *chain) = (commit.n, commit.chain),
            last => *last = Some((commit.subject.clone(), commit.n, commit.chain)),
        }
    }
}
