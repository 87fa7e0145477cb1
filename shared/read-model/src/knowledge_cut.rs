//! The model as it was: what was known at a recorded time, or what a decision had read.
//!
//! Recorded time never goes back on a subject, so the commits of a subject that were recorded by a
//! time are its first ones; streams are independent of each other. A decision states how far it had
//! read each stream. Either way the model of then is a fold of the first commits of each subject.
//! Parts of a set that was not closed by then do not count: the fold holds them back.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use event_log::{EventLog, ReadLimits};
use wire::{CommitBody, Fact, StoredCommit, StreamName, Subject};

use crate::{
    DecodedCommit, ReadModel, ReadModelFault, SnapshotFolder, SnapshotHead, WhatToFold, decode_all,
    snapshot::is_kept_whole,
};

/// Which commits count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KnowledgeCut {
    /// Those recorded at or before a time.
    At(DateTime<Utc>),
    /// Those up to a sequence of each stream: the basis of a decision. A stream that is not named
    /// had nothing.
    Read(BTreeMap<String, u64>),
}

impl KnowledgeCut {
    /// Whether a commit counts.
    pub fn counts(&self, stream: StreamName, sequence: u64, recorded: DateTime<Utc>) -> bool {
        match self {
            Self::At(time) => recorded <= *time,
            Self::Read(basis) => basis.get(stream.as_str()).is_some_and(|last| sequence <= *last),
        }
    }
}

/// A fact with its place.
#[derive(Debug, Clone)]
pub struct PlacedFact {
    /// The commit's sequence in its stream.
    pub sequence: u64,
    /// Its place in the commit, from 0.
    pub at: usize,
    /// When it was recorded.
    pub recorded: DateTime<Utc>,
    /// How far each stream had been read when it was decided.
    pub basis: BTreeMap<String, u64>,
    /// What it says.
    pub fact: Fact,
}

/// The model of some streams as it was, from the nearest snapshots on. Questions that another stream answers
/// are answered as if nothing were known.
///
/// # Errors
/// [`ReadModelFault`].
pub async fn model_as_known(
    log: &dyn EventLog,
    snapshots: Option<&SnapshotFolder>,
    known: &KnowledgeCut,
    streams: &[StreamName],
) -> Result<ReadModel, ReadModelFault> {
    let mut model = ReadModel::in_memory(WhatToFold::Everything);
    for &stream in streams {
        if let Some(snapshots) = snapshots.filter(|_| is_kept_whole(stream)) {
            let counts =
                |head: &SnapshotHead| head.recorded.is_some_and(|time| known.counts(stream, head.sequence, time));
            if let Some(snapshot) = snapshots.nearest(log, stream, counts).await? {
                model.begin_at_snapshot(stream, &snapshot)?;
            }
        }
        loop {
            let from = model.position(stream).sequence + 1;
            let batch = log.read(stream, from, ReadLimits::default()).await?;
            if batch.is_empty() {
                break;
            }
            for commit in decode_all(&batch)? {
                if known.counts(stream, commit.sequence, commit.body.recorded) {
                    model.apply(&commit)?;
                } else {
                    model.pass_over(stream, commit.sequence)?;
                }
            }
        }
    }
    Ok(model)
}

/// The model of some subjects as they were. Questions about others are answered as if nothing were
/// known of them.
///
/// # Errors
/// [`ReadModelFault`].
pub async fn model_of_subjects(
    log: &dyn EventLog,
    known: &KnowledgeCut,
    subjects: impl IntoIterator<Item = Subject>,
) -> Result<ReadModel, ReadModelFault> {
    let mut model = ReadModel::in_memory(WhatToFold::Everything);
    for subject in subjects {
        for commit in log.read_subject(&subject).await? {
            let decoded = DecodedCommit::read(&commit)?;
            if known.counts(subject.stream(), decoded.sequence, decoded.body.recorded) {
                model.apply_alone(&decoded)?;
            }
        }
    }
    Ok(model)
}

/// The facts of a subject that counted, oldest first, each with its place. Those of a large decision
/// count once its last part is there.
///
/// # Errors
/// [`ReadModelFault`].
pub async fn facts_of_subject(
    log: &dyn EventLog,
    known: &KnowledgeCut,
    subject: &Subject,
) -> Result<Vec<PlacedFact>, ReadModelFault> {
    let mut facts = Vec::new();
    let mut held: Vec<PlacedFact> = Vec::new();
    for commit in log.read_subject(subject).await? {
        let body = CommitBody::read(&commit.commit)?;
        if !known.counts(subject.stream(), commit.sequence, body.recorded) {
            continue;
        }
        match &body.part_of {
            None => {
                held.clear();
                facts.extend(placed(&commit, body));
            }
            Some(part) => {
                if part.part == 1 {
                    held.clear();
                }
                let closes = part.closes;
                held.extend(placed(&commit, body));
                if closes {
                    facts.append(&mut held);
                }
            }
        }
    }
    Ok(facts)
}

fn placed(commit: &StoredCommit, body: CommitBody) -> impl Iterator<Item = PlacedFact> {
    let (sequence, recorded, basis) = (commit.sequence, body.recorded, body.basis);
    body.facts.into_iter().enumerate().map(move |(at, fact)| PlacedFact {
        sequence,
        at,
        recorded,
        basis: basis.clone(),
        fact,
    })
}
