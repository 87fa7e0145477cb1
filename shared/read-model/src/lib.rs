//! The read model: every aggregate as the log makes it, rebuilt at will.
//!
//! [`ReadModel`] folds commits into aggregates by subject and keeps a store of them as a cache. It
//! checks what it folds: numbers without gaps, the chain, the balances that facts state; it stops
//! where one does not hold, and says where. The answers never depend on the store: on any doubt it
//! is set aside and rebuilt from the log.
//!
//! Invariants: one process owns a store; the checkpoint is written in the same batch as what it
//! covers; only `sled_store.rs` names sled. Deliberately absent: decisions, clocks.

mod aggregate;
mod commit;
mod compare;
mod entry;
mod fault;
mod knowledge_cut;
mod model;
mod overlay;
mod packed;
mod queries;
mod runner;
mod sled_store;
mod snapshot;
mod snapshot_folder;
mod store;
mod stream_end;

pub use aggregate::{Aggregate, SubjectPlace, SubjectRecord};
pub use commit::{DecodedCommit, HeldBack, facts_that_count};
pub use compare::{Compared, RecordDifference};
pub use entry::{MemoEntry, as_of};
pub use fault::ReadModelFault;
pub use knowledge_cut::{KnowledgeCut, PlacedFact, facts_of_subject, model_as_known, model_of_subjects};
pub use model::{ReadModel, StreamPosition, WhatToFold};
pub use overlay::Overlay;
pub use queries::{StoredKey, StoredRate, StoredStatement};
pub use runner::{CatchUp, DecodedPart, catch_up, catch_up_hearing, catch_up_streams, decode_all, decode_for};
pub use sled_store::SledStore;
pub use snapshot::{Snapshot, SnapshotHead};
pub use snapshot_folder::{SnapshotFault, SnapshotFile, SnapshotFolder};
pub use store::{Batch, KeysAndValues, MemoryStore, Store, StoreFault, Tree};
pub use stream_end::StreamEnd;
