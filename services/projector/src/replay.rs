//! Replaying the log into memory: every balance from the facts alone, and the comparison with the
//! live read model.

use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use domain::memo::MemberMemos;
use event_log::{EventLog, ReadLimits};
use read_model::{ReadModel, ReadModelFault, WhatToFold, decode_all};
use schemars::JsonSchema;
use serde::Serialize;
use service_kit::Failure;
use wire::StreamName;

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

/// Replays the log.
///
/// # Errors
/// [`Failure`] with the place where the log does not hold.
pub async fn replay(log: &dyn EventLog, until: Until, what: WhatToFold) -> Result<ReplayReport, Failure> {
    let started = Instant::now();
    let mut model = ReadModel::in_memory(what);
    let mut commits = 0;
    for stream in StreamName::ALL {
        commits += replay_stream(log, &mut model, stream, until).await?;
    }
    let facts = model.facts_folded();
    Ok(ReplayReport { model, commits, facts, took: started.elapsed() })
}

async fn replay_stream(
    log: &dyn EventLog,
    model: &mut ReadModel,
    stream: StreamName,
    until: Until,
) -> Result<u64, Failure> {
    let mut commits = 0;
    let mut from = 1;
    loop {
        let batch = log.read(stream, from, ReadLimits::default()).await?;
        let Some(last) = batch.last() else { return Ok(commits) };
        from = last.sequence + 1;
        for commit in decode_all(&batch)? {
            let beyond = match until {
                Until::Head => false,
                Until::MemoSequence(sequence) => stream == StreamName::Memos && commit.sequence > sequence,
                Until::Time(time) => commit.body.recorded > time,
            };
            if beyond {
                return Ok(commits);
            }
            model.apply(&commit).map_err(|fault: ReadModelFault| Failure::from(fault))?;
            commits += 1;
        }
    }
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
