//! Replays with snapshots: begun at the nearest ones, written where one ends, and compared with what a fold of
//! the whole log comes to.

use std::{collections::BTreeMap, path::PathBuf};

use event_log::EventLog;
use read_model::{
    DecodedCommit, ReadModel, Snapshot, SnapshotFault, SnapshotFile, SnapshotFolder, SnapshotHead, StreamEnd,
    SubjectPlace, WhatToFold,
};
use service_kit::Failure;
use wire::StreamName;

use crate::{
    audit_check::{AuditCheck, FINDINGS_MAX, check},
    replay::{Fold, Onlooker, ReplayReport, Until, replay_certified, replay_watched, replay_with},
};

/// Replays the balances up to a point, from the nearest snapshots on. It takes no certificates, whether there
/// are snapshots or not: who certifies a log has read every commit.
///
/// # Errors
/// As [`crate::replay()`].
pub async fn replay_from_snapshots(
    log: &dyn EventLog,
    until: Until,
    snapshots: Option<&SnapshotFolder>,
) -> Result<ReplayReport, Failure> {
    let what = WhatToFold::Balances;
    let mut fold = Fold { until, model: ReadModel::in_memory(what), certifier: None, ends: Default::default() };
    if let Some(snapshots) = snapshots {
        for (stream, end) in StreamName::ALL.into_iter().zip(&mut fold.ends) {
            let is_reached = |head: &SnapshotHead| until.reaches(stream, head);
            if let Some(snapshot) = snapshots.nearest(log, stream, is_reached).await?
                && let Some(begun) = fold.model.begin_at_snapshot(stream, &snapshot)?
            {
                *end = begun;
            }
        }
    }
    Ok(replay_with(log, what, fold, ()).await?.0)
}

/// Replays the log from its first commit on, and writes a snapshot of each stream where it ends. Answers
/// with their files too.
///
/// # Errors
/// As [`crate::replay()`]; and where a snapshot cannot be written.
pub async fn replay_to_snapshots(
    log: &dyn EventLog,
    until: Until,
    snapshots: &SnapshotFolder,
) -> Result<(ReplayReport, Vec<PathBuf>), Failure> {
    let report = replay_certified(log, until, WhatToFold::Snapshots).await?;
    let mut written = Vec::new();
    for (stream, end) in StreamName::ALL.into_iter().zip(&report.ends) {
        // What lacks a commit of before its end is no state of the stream.
        if end.left_out > 0 {
            continue;
        }
        let incarnation = log.head(stream).await?.incarnation;
        if let Some(snapshot) = report.model.snapshot(stream, &incarnation, end)? {
            written.push(snapshots.write(&snapshot)?);
        }
    }
    Ok((report, written))
}

/// Replays the log from its first commit on with its certificates, as far as a live model has read, and
/// compares the snapshots with it.
///
/// # Errors
/// As [`crate::replay()`].
pub async fn replay_comparing(
    log: &dyn EventLog,
    live: &ReadModel,
    snapshots: Option<&SnapshotFolder>,
) -> Result<(ReplayReport, Option<AuditCheck>), Failure> {
    let to_compare = ToCompare::of(log, snapshots).await?;
    // Snapshots hold what balances alone do not need.
    let what = if to_compare.is_empty() { WhatToFold::Balances } else { WhatToFold::Snapshots };
    let (report, compared) =
        replay_watched(log, Until::as_far_as(live), what, ReadModel::in_memory(what), to_compare).await?;
    Ok((report, compared.into_check()))
}

impl Until {
    /// Whether it is reached from where a snapshot of a stream stands: everything in that comes before it.
    fn reaches(self, stream: StreamName, head: &SnapshotHead) -> bool {
        match self {
            Self::Head => true,
            Self::MemoSequence(sequence) => stream != StreamName::Memos || head.sequence <= sequence,
            Self::Time(time) => head.recorded.is_some_and(|recorded| recorded <= time),
            Self::Sequences(sequences) => head.sequence <= sequences[stream as usize],
        }
    }
}

/// Snapshots that a fold from the first commit on has yet to come to, and what became of the others.
#[derive(Debug, Default)]
pub(crate) struct ToCompare {
    files: BTreeMap<(StreamName, u64), SnapshotFile>,
    incarnations: BTreeMap<StreamName, String>,
    looked_at: u64,
    findings: Vec<String>,
}

impl ToCompare {
    pub(crate) async fn of(log: &dyn EventLog, snapshots: Option<&SnapshotFolder>) -> Result<Self, Failure> {
        let files = snapshots.map(SnapshotFolder::files).unwrap_or_default();
        let mut new = Self::default();
        for file in files {
            let incarnation = log.head(file.stream).await?.incarnation;
            new.incarnations.insert(file.stream, incarnation);
            new.files.insert((file.stream, file.sequence), file);
        }
        Ok(new)
    }

    /// Whether there are none.
    pub(crate) fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// Compares the snapshot of the place that the fold has come to.
    pub(crate) fn compare(&mut self, stream: StreamName, model: &ReadModel, end: &StreamEnd) -> Result<(), Failure> {
        let Some(file) = self.files.remove(&(stream, end.sequence)) else { return Ok(()) };
        let incarnation = self.incarnations.get(&stream).map(String::as_str).unwrap_or_default();
        let Some(found) = model.snapshot(stream, incarnation, end)? else { return Ok(()) };
        match file.read() {
            Ok(kept) if !kept.is_of_this_version() => {}
            Ok(kept) if !kept.head.stands_where(&found.head) => tracing::warn!("{}", file.of_another_log()),
            kept => self.look(&file, kept, &found),
        }
        Ok(())
    }

    fn look(&mut self, file: &SnapshotFile, kept: Result<Snapshot, SnapshotFault>, found: &Snapshot) {
        self.looked_at += 1;
        let finding = match kept {
            Err(fault) => Some(fault.to_string()),
            Ok(kept) => kept.first_difference(found).map(|what| {
                let (path, stream, sequence) = (file.path.display(), file.stream, file.sequence);
                format!(
                    "{path}: the snapshot of {stream} at sequence {sequence} is not what the log comes to, from \
                     {what} on: delete it"
                )
            }),
        };
        self.findings.extend(finding.filter(|_| self.findings.len() < FINDINGS_MAX));
    }

    /// The check; none where there was nothing to look at.
    pub(crate) fn into_check(self) -> Option<AuditCheck> {
        for file in self.files.values() {
            // The fold never came to where it says it stands.
            tracing::warn!("{}", file.of_another_log());
        }
        (self.looked_at > 0)
            .then(|| check("snapshots are what the log comes to", self.looked_at, "snapshots", self.findings))
    }
}

impl Onlooker for ToCompare {
    fn folded(
        &mut self,
        commit: &DecodedCommit,
        _: &SubjectPlace,
        model: &ReadModel,
        end: &StreamEnd,
    ) -> Result<(), Failure> {
        self.compare(commit.subject.stream(), model, end)
    }
}
