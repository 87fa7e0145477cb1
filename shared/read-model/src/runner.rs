//! Bringing a model up to the head of a log: reading in large batches, decoding on all cores,
//! folding in order.

use event_log::{EventLog, ReadLimits};
use rayon::prelude::*;
use wire::{StoredCommit, StreamName};

use crate::{DecodedCommit, ReadModel, ReadModelFault};

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
    // A store of another log, or one ahead of a log that was restored, is worthless.
    for stream in streams {
        let head = log.head(*stream).await?;
        let position = model.position(*stream);
        let other_log = !position.incarnation.is_empty() && position.incarnation != head.incarnation;
        if other_log || position.sequence > head.last_sequence {
            tracing::warn!(%stream, position = position.sequence, head = head.last_sequence, "the read model is of another log; rebuilding it");
            model.reset()?;
            done.rebuilt = true;
            break;
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
