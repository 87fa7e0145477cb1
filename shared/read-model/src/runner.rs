//! Bringing a model up to the head of a log: reading in large batches, decoding on all cores,
//! folding in order.

use chrono::{DateTime, Utc};
use event_log::{EventLog, ReadLimits};
use rayon::prelude::*;
use serde::Deserialize;
use serde_json::value::RawValue;
use wire::{CommitBody, Fact, PartOfSet, StoredCommit, StreamName, UnreadableBody};

use crate::{DecodedCommit, ReadModel, ReadModelFault, WhatToFold};

/// What a catch-up did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CatchUp {
    /// Commits folded.
    pub commits: u64,
    /// Facts folded.
    pub facts: u64,
    /// The store was of another log, or ahead of this one, and was rebuilt.
    pub rebuilt: bool,
}

/// Below this many commits the threads cost more than they bring.
const PARALLEL_COMMITS_MIN: usize = 64;

/// Decodes a batch, on all cores where it is worth it.
///
/// # Errors
/// The first body, in order, that cannot be read.
pub fn decode_all(batch: &[StoredCommit]) -> Result<Vec<DecodedCommit>, ReadModelFault> {
    if batch.len() < PARALLEL_COMMITS_MIN {
        return batch.iter().map(DecodedCommit::read).collect();
    }
    batch.par_iter().map(DecodedCommit::read).collect()
}

/// A commit decoded as far as a fold needs it.
#[derive(Debug)]
pub struct DecodedPart {
    /// The commit; without what the fold leaves out.
    pub commit: DecodedCommit,
    /// Facts that were counted and not decoded.
    pub left_out: u64,
}

/// Decodes a batch as far as `what` needs it, on all cores where it is worth it. For balances that
/// leaves out members' usage and statements, which are nine tenths of a log's bytes: they are
/// counted and fingerprinted, and must be JSON.
///
/// # Errors
/// The first body, in order, that cannot be read.
pub fn decode_for(what: WhatToFold, batch: &[StoredCommit]) -> Result<Vec<DecodedPart>, ReadModelFault> {
    let decode = |stored: &StoredCommit| match what {
        WhatToFold::Everything => DecodedCommit::read(stored).map(|commit| DecodedPart { commit, left_out: 0 }),
        WhatToFold::Balances => decode_balances(stored),
    };
    if batch.len() < PARALLEL_COMMITS_MIN {
        return batch.iter().map(decode).collect();
    }
    batch.par_iter().map(decode).collect()
}

/// How the facts that balances do not need begin: the type stands first.
const LEFT_OUT: [&str; 2] = [r#"{"type":"member_usage_delivered.v1","#, r#"{"type":"member_statement_recorded.v1","#];

/// What a fold for balances reads of a body, with the facts as they stand there.
#[derive(Deserialize)]
struct PartOfBody<'a> {
    v: u32,
    recorded: DateTime<Utc>,
    #[serde(default)]
    part_of: Option<PartOfSet>,
    #[serde(borrow)]
    facts: Vec<&'a RawValue>,
}

fn decode_balances(stored: &StoredCommit) -> Result<DecodedPart, ReadModelFault> {
    let commit = &stored.commit;
    let unreadable = |cause| UnreadableBody { subject: commit.subject.to_string(), n: commit.n, cause };
    let body: PartOfBody<'_> = serde_json::from_slice(&commit.body).map_err(unreadable)?;
    let mut facts = Vec::new();
    let mut left_out = 0;
    for fact in &body.facts {
        if LEFT_OUT.iter().any(|beginning| fact.get().starts_with(beginning)) {
            left_out += 1;
        } else {
            facts.push(serde_json::from_str::<Fact>(fact.get()).map_err(unreadable)?);
        }
    }
    let body = CommitBody {
        v: body.v,
        recorded: body.recorded,
        part_of: body.part_of,
        facts,
        clock: None,
        by: String::new(),
        reason: None,
        command: String::new(),
        correlation: String::new(),
        causation: None,
        idempotency: None,
        basis: std::collections::BTreeMap::new(),
    };
    let commit = DecodedCommit {
        sequence: stored.sequence,
        subject: commit.subject.clone(),
        n: commit.n,
        prev: commit.prev,
        chain: commit.chain,
        fingerprint: commit.fingerprint(),
        body,
    };
    Ok(DecodedPart { commit, left_out })
}

/// Brings a model up to the heads of all streams and writes it through.
///
/// # Errors
/// [`ReadModelFault`].
pub async fn catch_up(log: &dyn EventLog, model: &mut ReadModel) -> Result<CatchUp, ReadModelFault> {
    catch_up_streams(log, model, &StreamName::ALL).await
}

/// Brings a model up to the heads of some streams and writes it through.
///
/// # Errors
/// [`ReadModelFault`].
pub async fn catch_up_streams(
    log: &dyn EventLog,
    model: &mut ReadModel,
    streams: &[StreamName],
) -> Result<CatchUp, ReadModelFault> {
    let mut done = CatchUp::default();
    for stream in streams {
        let head = log.head(*stream).await?;
        let position = model.position(*stream);
        // A store of another log is worthless: it is rebuilt.
        if !position.incarnation.is_empty() && position.incarnation != head.incarnation {
            tracing::warn!(%stream, "the read model is of another log; rebuilding it");
            model.reset()?;
            done.rebuilt = true;
            break;
        }
        // The same log, ending earlier than what was read of it, has lost commits.
        if position.sequence > head.last_sequence {
            let (known, found) = (position.sequence, head.last_sequence);
            return Err(ReadModelFault::LostCommits { stream: *stream, known, found });
        }
    }
    let before = model.facts_folded();
    for stream in streams {
        let head = log.head(*stream).await?;
        model.set_incarnation(*stream, &head.incarnation);
        loop {
            let from = model.position(*stream).sequence + 1;
            let batch = log.read(*stream, from, ReadLimits::default()).await?;
            if batch.is_empty() {
                break;
            }
            for commit in decode_all(&batch)? {
                model.apply(&commit)?;
                done.commits += 1;
            }
        }
    }
    done.facts = model.facts_folded() - before;
    model.flush()?;
    Ok(done)
}
