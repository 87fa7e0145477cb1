//! Replaying the log into memory: every balance from the facts alone, and the comparison with the
//! live read model.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use chrono::{DateTime, Utc};
use domain::memo::MemberMemos;
use event_log::{EventLog, ReadLimits};
use read_model::{DecodedPart, ReadModel, WhatToFold, decode_for};
use schemars::JsonSchema;
use serde::Serialize;
use service_kit::Failure;
use tokio::{
    sync::mpsc,
    task::{JoinError, spawn_blocking},
};
use wire::{StoredCommit, StreamName};

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
}

/// Where the rebuilt balances and the live ones differ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Difference {
    /// The payer.
    pub payer_account_id: String,
    /// The account.
    pub member_account_id: String,
    /// The memo; blank where the account itself is missing on one side.
    pub memo_number: String,
    /// What differs.
    pub what: String,
    /// As the log makes it.
    pub replayed: String,
    /// As the read model has it.
    pub live: String,
}

/// What a replay found.
pub struct ReplayReport {
    /// The rebuilt model.
    pub model: ReadModel,
    /// Commits folded.
    pub commits: u64,
    /// Facts folded.
    pub facts: u64,
    /// How long it took.
    pub took: Duration,
}

/// Batches that may wait for the next stage: enough that none of them stands idle, few enough that a
/// replay holds some hundred megabytes at the most.
const BATCHES_AHEAD_MAX: usize = 2;

/// Replays the log, in three stages at once: this one reads, the next decodes on all cores, the last
/// folds in order.
///
/// # Errors
/// [`Failure`] with the place where the log does not hold, the first one.
pub async fn replay(log: &dyn EventLog, until: Until, what: WhatToFold) -> Result<ReplayReport, Failure> {
    let started = Instant::now();
    let (to_decode, read) = mpsc::channel(BATCHES_AHEAD_MAX);
    let (to_fold, decoded) = mpsc::channel(BATCHES_AHEAD_MAX);
    let done_with = Arc::new(AtomicUsize::new(0));
    let decoding = spawn_blocking(move || decode_batches(read, &to_fold, what));
    let folding = {
        let done_with = Arc::clone(&done_with);
        spawn_blocking(move || fold_batches(decoded, until, what, &done_with))
    };
    let reading = read_streams(log, to_decode, &done_with).await;
    let stopped = |cause: JoinError| Failure::failed("CM0113", format!("replaying stopped: {cause}"));
    let decoding = decoding.await.map_err(stopped)?;
    let folding = folding.await.map_err(stopped)?;
    // A later stage has seen less of the log, so what it found stands earlier.
    let (model, commits) = folding?;
    decoding?;
    reading?;
    let facts = model.facts_folded();
    Ok(ReplayReport { model, commits, facts, took: started.elapsed() })
}

/// Reads all streams, one after the other, until nobody wants more.
async fn read_streams(
    log: &dyn EventLog,
    to_decode: mpsc::Sender<Vec<StoredCommit>>,
    done_with: &AtomicUsize,
) -> Result<(), Failure> {
    for (at, stream) in (1..).zip(StreamName::ALL) {
        let mut from = 1;
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
    to_fold: &mpsc::Sender<Vec<DecodedPart>>,
    what: WhatToFold,
) -> Result<(), Failure> {
    while let Some(batch) = read.blocking_recv() {
        if to_fold.blocking_send(decode_for(what, &batch)?).is_err() {
            break;
        }
    }
    Ok(())
}

/// Folds what was decoded. `done_with` is set to the number of a stream, from 1, beyond whose end
/// for this replay it has come.
fn fold_batches(
    mut decoded: mpsc::Receiver<Vec<DecodedPart>>,
    until: Until,
    what: WhatToFold,
    done_with: &AtomicUsize,
) -> Result<(ReadModel, u64), Failure> {
    let mut model = ReadModel::in_memory(what);
    let mut commits = 0;
    while let Some(batch) = decoded.blocking_recv() {
        for part in &batch {
            let stream = part.commit.subject.stream();
            if done_with.load(Ordering::Relaxed) == stream as usize + 1 {
                break;
            }
            let beyond = match until {
                Until::Head => false,
                Until::MemoSequence(sequence) => stream == StreamName::Memos && part.commit.sequence > sequence,
                Until::Time(time) => part.commit.body.recorded > time,
            };
            if beyond {
                done_with.store(stream as usize + 1, Ordering::Relaxed);
                break;
            }
            model.apply_part(part)?;
            commits += 1;
        }
    }
    Ok((model, commits))
}

/// Compares rebuilt memos with the live ones, to the last digit.
///
/// # Errors
/// [`Failure`] where a model cannot be read.
pub fn differences(replayed: &ReadModel, live: &ReadModel) -> Result<Vec<Difference>, Failure> {
    let replayed = replayed.all_memos()?;
    let live = live.all_memos()?;
    let mut differences = Vec::new();
    let nothing = MemberMemos::default();
    let owners: std::collections::BTreeSet<_> = replayed.keys().chain(live.keys()).collect();
    for owner in owners {
        let (from_log, from_model) = (replayed.get(owner).unwrap_or(&nothing), live.get(owner).unwrap_or(&nothing));
        if from_log == from_model {
            continue;
        }
        let numbers: std::collections::BTreeSet<_> = from_log.memos.keys().chain(from_model.memos.keys()).collect();
        for number in numbers {
            let (a, b) = (from_log.memos.get(number), from_model.memos.get(number));
            if a == b {
                continue;
            }
            let mut push = |what: &str, replayed: String, live: String| {
                if replayed != live {
                    differences.push(Difference {
                        payer_account_id: owner.0.to_string(),
                        member_account_id: owner.1.to_string(),
                        memo_number: number.to_string(),
                        what: what.to_owned(),
                        replayed,
                        live,
                    });
                }
            };
            match (a, b) {
                (Some(a), Some(b)) => {
                    push("open balance", a.open.to_string(), b.open.to_string());
                    push("applied", a.applied.to_string(), b.applied.to_string());
                    push("expired", a.expired.to_string(), b.expired.to_string());
                    push("funded", a.funded.to_string(), b.funded.to_string());
                    push("state", format!("{a:?}"), format!("{b:?}"));
                }
                (Some(a), None) => push("memo", a.open.to_string(), "missing".into()),
                (None, Some(b)) => push("memo", "missing".into(), b.open.to_string()),
                (None, None) => {}
            }
        }
    }
    Ok(differences)
}
