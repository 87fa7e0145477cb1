//! Replaying the log into memory: every balance from the facts alone.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use chrono::{DateTime, Utc};
use event_log::{EventLog, ReadLimits};
use rayon::prelude::*;
use read_model::{DecodedCommit, DecodedPart, ReadModel, StreamEnd, SubjectPlace, WhatToFold, decode_for};
use service_kit::{Failure, codes};
use tokio::{
    sync::mpsc,
    task::{JoinError, spawn_blocking},
};
use wire::{StoredCommit, StreamName};

use crate::certificate::{CertifiedCommit, Certifier};

/// How far to replay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Until {
    /// To the head.
    #[default]
    Head,
    /// To a sequence of the memo stream.
    MemoSequence(u64),
    /// To what was recorded at or before a time.
    Time(DateTime<Utc>),
    /// To these sequences of the streams, in the order of [`StreamName::ALL`].
    Sequences([u64; StreamName::ALL.len()]),
}

impl Until {
    /// As far as a model has read: what others record meanwhile is no difference between log and model.
    pub fn as_far_as(live: &ReadModel) -> Self {
        Self::Sequences(StreamName::ALL.map(|of| live.position(of).sequence))
    }

    /// Whether a commit comes after it.
    pub(crate) fn is_before(self, commit: &DecodedCommit) -> bool {
        let stream = commit.subject.stream();
        match self {
            Self::Head => false,
            Self::MemoSequence(sequence) => stream == StreamName::Memos && commit.sequence > sequence,
            Self::Time(time) => commit.body.recorded > time,
            Self::Sequences(sequences) => commit.sequence > sequences[stream as usize],
        }
    }
}

/// What a replay found.
pub struct ReplayReport {
    /// The rebuilt model.
    pub model: ReadModel,
    /// Commits folded.
    pub commits: u64,
    /// Facts folded.
    pub facts: u64,
    /// What the certificates are made of, where they were asked for.
    pub certifier: Option<Certifier>,
    /// Where it ended in each stream, in the order of [`StreamName::ALL`].
    pub ends: [StreamEnd; StreamName::ALL.len()],
    /// How long it took.
    pub took: Duration,
}

/// Who looks at each commit once it is folded.
pub(crate) trait Onlooker: Send + 'static {
    /// A commit was folded; its subject stood at `before`, and the stream stands at `end`.
    fn folded(
        &mut self,
        commit: &DecodedCommit,
        before: &SubjectPlace,
        model: &ReadModel,
        end: &StreamEnd,
    ) -> Result<(), Failure>;
}

/// Nobody looks.
impl Onlooker for () {
    fn folded(&mut self, _: &DecodedCommit, _: &SubjectPlace, _: &ReadModel, _: &StreamEnd) -> Result<(), Failure> {
        Ok(())
    }
}

/// A commit on its way from decoding to folding.
type Decoded = (DecodedPart, Option<CertifiedCommit>);

/// Batches that may wait for the next stage: enough that none of them stands idle, few enough that a
/// replay holds some hundred megabytes at the most.
const BATCHES_AHEAD_MAX: usize = 2;

/// Replays the log, in three stages at once: this one reads, the next decodes on all cores, the last
/// folds in order.
///
/// # Errors
/// [`Failure`] with the place where the log does not hold, the first one.
pub async fn replay(log: &dyn EventLog, until: Until, what: WhatToFold) -> Result<ReplayReport, Failure> {
    let fold = Fold { until, model: ReadModel::in_memory(what), certifier: None, ends: Default::default() };
    Ok(replay_with(log, what, fold, ()).await?.0)
}

/// Replays the log and takes its certificates on the way.
///
/// # Errors
/// As [`replay`].
pub async fn replay_certified(log: &dyn EventLog, until: Until, what: WhatToFold) -> Result<ReplayReport, Failure> {
    Ok(replay_watched(log, until, what, ReadModel::in_memory(what), ()).await?.0)
}

/// Replays the log into a model with its certificates, and shows every commit to someone.
pub(crate) async fn replay_watched<Looks: Onlooker>(
    log: &dyn EventLog,
    until: Until,
    what: WhatToFold,
    model: ReadModel,
    onlooker: Looks,
) -> Result<(ReplayReport, Looks), Failure> {
    let fold = Fold { until, model, certifier: Some(Certifier::default()), ends: Default::default() };
    replay_with(log, what, fold, onlooker).await
}

/// A fold under way.
pub(crate) struct Fold {
    pub(crate) until: Until,
    pub(crate) model: ReadModel,
    pub(crate) certifier: Option<Certifier>,
    /// Where it stands in each stream; it begins after that.
    pub(crate) ends: [StreamEnd; StreamName::ALL.len()],
}

pub(crate) async fn replay_with<Looks: Onlooker>(
    log: &dyn EventLog,
    what: WhatToFold,
    fold: Fold,
    mut onlooker: Looks,
) -> Result<(ReplayReport, Looks), Failure> {
    let started = Instant::now();
    let (to_decode, read) = mpsc::channel(BATCHES_AHEAD_MAX);
    let (to_fold, decoded) = mpsc::channel(BATCHES_AHEAD_MAX);
    let done_with = Arc::new(AtomicUsize::new(0));
    let certify = fold.certifier.is_some();
    let begun = fold.ends.clone();
    let decoding = spawn_blocking(move || decode_batches(read, &to_fold, what, certify));
    let folding = {
        let done_with = Arc::clone(&done_with);
        spawn_blocking(move || {
            let mut fold = fold;
            fold.batches(decoded, &done_with, &mut onlooker).map(|()| (fold, onlooker))
        })
    };
    let reading = read_streams(log, to_decode, &done_with, &begun).await;
    let stopped = |cause: JoinError| Failure::failed(codes::REPLAY_STOPPED, format!("replaying stopped: {cause}"));
    let decoding = decoding.await.map_err(stopped)?;
    let folding = folding.await.map_err(stopped)?;
    // A later stage has seen less of the log, so what it found stands earlier.
    let (fold, onlooker) = folding?;
    decoding?;
    reading?;
    let Fold { model, certifier, ends, .. } = fold;
    let commits = ends.iter().map(|end| end.sequence - end.left_out).sum();
    let facts = ends.iter().map(|end| end.facts).sum();
    Ok((ReplayReport { model, commits, facts, certifier, ends, took: started.elapsed() }, onlooker))
}

/// Reads all streams, one after the other, until nobody wants more.
async fn read_streams(
    log: &dyn EventLog,
    to_decode: mpsc::Sender<Vec<StoredCommit>>,
    done_with: &AtomicUsize,
    begun: &[StreamEnd],
) -> Result<(), Failure> {
    for ((at, stream), begun) in (1..).zip(StreamName::ALL).zip(begun) {
        let mut from = begun.sequence + 1;
        while done_with.load(Ordering::Relaxed) != at {
            let batch = log.read(stream, from, ReadLimits::default()).await?;
            let Some(last) = batch.last() else { break };
            from = last.sequence + 1;
            if to_decode.send(batch).await.is_err() {
                return Ok(());
            }
        }
    }
    Ok(())
}

fn decode_batches(
    mut read: mpsc::Receiver<Vec<StoredCommit>>,
    to_fold: &mpsc::Sender<Vec<Decoded>>,
    what: WhatToFold,
    certify: bool,
) -> Result<(), Failure> {
    while let Some(batch) = read.blocking_recv() {
        let parts = decode_for(what, &batch)?;
        let decoded = if certify {
            let certified = |(part, stored): (DecodedPart, &StoredCommit)| {
                let certified = CertifiedCommit::of(stored, part.commit.fingerprint);
                (part, Some(certified))
            };
            parts.into_par_iter().zip(&batch).map(certified).collect()
        } else {
            parts.into_iter().map(|part| (part, None)).collect()
        };
        if to_fold.blocking_send(decoded).is_err() {
            break;
        }
    }
    Ok(())
}

impl Fold {
    /// Folds what was decoded. `done_with` is set to the number of a stream, from 1, beyond whose end
    /// for this replay it has come.
    fn batches(
        &mut self,
        mut decoded: mpsc::Receiver<Vec<Decoded>>,
        done_with: &AtomicUsize,
        onlooker: &mut impl Onlooker,
    ) -> Result<(), Failure> {
        while let Some(batch) = decoded.blocking_recv() {
            for (part, certified) in batch {
                let stream = part.commit.subject.stream();
                if done_with.load(Ordering::Relaxed) == stream as usize + 1 {
                    break;
                }
                if self.until.is_before(&part.commit) {
                    if let Until::Time(_) = self.until {
                        // Another subject's next commit may still be of before.
                        self.model.pass_over(stream, part.commit.sequence)?;
                        continue;
                    }
                    done_with.store(stream as usize + 1, Ordering::Relaxed);
                    break;
                }
                let before = self.model.apply_part(&part)?;
                let end = &mut self.ends[stream as usize];
                end.left_out += part.commit.sequence - end.sequence - 1;
                end.pass(&part.commit, part.commit.body.facts.len() as u64 + part.left_out);
                onlooker.folded(&part.commit, &before, &self.model, end)?;
                if let (Some(certifier), Some(certified)) = (&mut self.certifier, certified) {
                    certifier.add(certified)?;
                }
            }
        }
        Ok(())
    }
}
