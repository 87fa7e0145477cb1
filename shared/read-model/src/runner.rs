//! Bringing a model up to the head of a log: reading in large batches, decoding on all cores,
//! folding in order.

use chrono::{DateTime, Utc};
use event_log::{EventLog, ReadLimits};
use futures_util::future::join;
use rayon::prelude::*;
use serde::Deserialize;
use wire::{CommitBody, StoredCommit, StreamName, UnreadableBody, envelope_and_facts, facts_about, known_version};

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

/// Decodes a batch as far as `what` needs it, on all cores where it is worth it. Balances need
/// neither usage nor statements and documents, which are nine tenths of a log's bytes: of those two
/// streams the envelope is read, every byte is fingerprinted, and the facts are counted.
///
/// # Errors
/// The first body, in order, that cannot be read.
pub fn decode_for(what: WhatToFold, batch: &[StoredCommit]) -> Result<Vec<DecodedPart>, ReadModelFault> {
    let decode = |stored: &StoredCommit| {
        if what.needs(stored.commit.subject.stream()) {
            return DecodedCommit::read(stored).map(|commit| DecodedPart { commit, left_out: 0 });
        }
        read_envelope(stored)
    };
    if batch.len() < PARALLEL_COMMITS_MIN {
        return batch.iter().map(decode).collect();
    }
    batch.par_iter().map(decode).collect()
}

/// What a fold reads of a body whose facts it leaves out.
#[derive(Deserialize)]
struct Envelope {
    v: u32,
    recorded: DateTime<Utc>,
}

fn read_envelope(stored: &StoredCommit) -> Result<DecodedPart, ReadModelFault> {
    let commit = &stored.commit;
    // A body of another form is read whole, and says itself what is wrong with it.
    let Some((head, facts)) = envelope_and_facts(&commit.body) else {
        return DecodedCommit::read(stored).map(|commit| DecodedPart { commit, left_out: 0 });
    };
    let head = [head, b"}"].concat();
    let read = known_version(&head).and_then(|()| serde_json::from_slice(&head));
    let unreadable = |cause| UnreadableBody { subject: commit.subject.to_string(), n: commit.n, cause };
    let envelope: Envelope = read.map_err(unreadable)?;
    let body = CommitBody {
        v: envelope.v,
        recorded: envelope.recorded,
        clock: None,
        by: String::new(),
        reason: None,
        command: String::new(),
        correlation: String::new(),
        causation: None,
        idempotency: None,
        basis: std::collections::BTreeMap::new(),
        part_of: None,
        facts: Vec::new(),
    };
    let left_out = facts_about(facts);
    Ok(DecodedPart { commit: DecodedCommit::with_body(stored, body), left_out })
}

/// Brings a model up to the heads of all streams and writes it through.
///
/// # Errors
/// [`ReadModelFault`].
pub async fn catch_up(log: &dyn EventLog, model: &mut ReadModel) -> Result<CatchUp, ReadModelFault> {
    catch_up_streams(log, model, &StreamName::ALL).await
}

/// Brings a model up to the heads of all streams, writes it through, and shows each commit that was
/// new to it: what a service reacts to.
///
/// # Errors
/// [`ReadModelFault`].
pub async fn catch_up_hearing(
    log: &dyn EventLog,
    model: &mut ReadModel,
    hear: &mut (dyn FnMut(&DecodedCommit) + Send),
) -> Result<CatchUp, ReadModelFault> {
    follow_streams(log, model, &StreamName::ALL, hear).await
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
    follow_streams(log, model, streams, &mut |_| ()).await
}

async fn follow_streams(
    log: &dyn EventLog,
    model: &mut ReadModel,
    streams: &[StreamName],
    hear: &mut (dyn FnMut(&DecodedCommit) + Send),
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
        done.commits += follow_stream(log, model, *stream, hear).await?;
    }
    // What was decided upon was there. A commit that came while the other streams were read may state
    // more than was read of them, so a stream that seems short is read once more.
    for stream in streams {
        if model.position(*stream).sequence < model.position(*stream).was_read_to {
            done.commits += follow_stream(log, model, *stream, hear).await?;
        }
        let position = model.position(*stream);
        if position.sequence < position.was_read_to {
            let (known, found) = (position.was_read_to, position.sequence);
            return Err(ReadModelFault::LostCommits { stream: *stream, known, found });
        }
    }
    done.facts = model.facts_folded() - before;
    model.flush()?;
    Ok(done)
}

/// Folds a stream up to its head: while one batch is read, the one before it is decoded and the one
/// before that folded. Answers with the commits folded.
async fn follow_stream(
    log: &dyn EventLog,
    model: &mut ReadModel,
    stream: StreamName,
    hear: &mut (dyn FnMut(&DecodedCommit) + Send),
) -> Result<u64, ReadModelFault> {
    let mut commits = 0;
    let mut decoded: Vec<DecodedCommit> = Vec::new();
    let mut coming = log.read(stream, model.position(stream).sequence + 1, ReadLimits::default()).await;
    loop {
        // Where the log stops being readable, what came before it is folded first.
        let (read, stopped) = match coming {
            Ok(read) => (read, None),
            Err(fault) => (Vec::new(), Some(fault)),
        };
        let next = read.last().map(|last| last.sequence + 1);
        let reading = async {
            match next {
                Some(from) => log.read(stream, from, ReadLimits::default()).await,
                None => Ok(Vec::new()),
            }
        };
        commits += decoded.len() as u64;
        let working = async {
            let fold = || {
                decoded.drain(..).try_for_each(|commit| {
                    model.apply(&commit)?;
                    hear(&commit);
                    Ok::<_, ReadModelFault>(())
                })
            };
            // A few commits are not worth another thread.
            if read.len() < PARALLEL_COMMITS_MIN {
                let mut fold = fold;
                return fold().and_then(|()| decode_all(&read));
            }
            let (folded, decoding) = rayon::join(fold, || decode_all(&read));
            folded.and(decoding)
        };
        // The first is asked first, so that a log of files reads while this thread works.
        let (then, worked) = join(reading, working).await;
        decoded = worked?;
        if let Some(fault) = stopped {
            return Err(fault.into());
        }
        if decoded.is_empty() {
            return Ok(commits);
        }
        coming = then;
    }
}
