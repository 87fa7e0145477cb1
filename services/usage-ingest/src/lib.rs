//! usage-ingest: from bill files to the USAGE stream.
//!
//! It reads deliveries whole, decides for each whether it is new, and records a fact only for
//! members whose record changed; the delivery counts once its closing fact is recorded. Everything
//! is decided before anything is recorded, so a refused delivery leaves no trace.
//!
//! Deliberately absent: attribution, memos, money due. Those read what is recorded here.

mod ingest;
mod judge;
mod record;
mod row;

pub use ingest::{Ingested, ingest};
pub use judge::IngestOptions;
pub use row::{IngestRow, ingest_row};
