//! Bills of AWS, from files to checked aggregates.
//!
//! [`read_deliveries`] takes files, folders and manifests and answers with one
//! [`DeliveryReading`] a payer and period: what each account was charged and credited, summed by
//! all that a later rule may ask, with control totals, evidence of finality and digests. It is the
//! input and output edge for bills; of the event log it knows nothing.
//!
//! The way of a row: files are found, a container is unpacked, a header is resolved
//! to columns, texts become interned numbers, numbers key exact sums, and once a key is new its
//! texts become domain types. At the end the sums of all threads are merged and sorted.
//!
//! Invariants: a read is complete or refused, never partial; no amount is ever a float, and none is rounded but what cannot be held, which is told;
//! formats are told by header and content, never by file name; neither the order of files and
//! lines nor the number of threads changes a result; memory follows the aggregates, not the rows.
//! Deliberately absent: what a line type means for money, which delivery is newer than one read
//! before, and any memory between calls.

mod assemble;
mod columns;
mod combinations;
mod container;
mod csv;
mod dates;
mod digest;
mod discounts;
mod fault;
mod field;
mod folders;
mod format;
mod guarded;
mod header;
pub mod input_file;
mod interner;
mod json_file;
mod manifest;
mod meaning;
mod parquet;
mod pipeline;
mod reading;
mod roundings;
mod runs;
mod sources;
mod table;
mod text_digest;

use std::path::PathBuf;

pub use digest::member_digest;
pub use fault::{ColumnAt, MixedCurrencies, Position, ReadFault};
pub use format::{BillFormat, Encoding};
pub use manifest::ManifestInfo;
pub use reading::{BillReading, BillTypeEvidence, DeliveryReading, FileRead, LeftOut, TypeTotal, Warning};

/// How to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ReadOptions {
    /// Keep the day of each charge, not only the month: more aggregates, for policies that split a
    /// month by day.
    pub keep_days: bool,
    /// Threads that add rows up; all processors where nothing is said. It changes the time, never
    /// the answer.
    pub threads: Option<usize>,
}

/// Hears how far a read is. Called from several threads, some hundred times a second.
pub trait Progress: Sync {
    /// The bytes of all files, before the first is read.
    fn begin(&self, _bytes_total: u64) {}
    /// So many more bytes of files were read.
    fn bytes_read(&self, _bytes: u64) {}
    /// So many more rows were added up.
    fn rows_read(&self, _rows: u64) {}
}

/// Hears nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoProgress;

impl Progress for NoProgress {}

/// Reads bill files, folders of them, and manifests: all files of one call are one delivery a payer
/// and period.
///
/// # Errors
/// A [`ReadFault`] that says what, where, and what to do. Nothing is read in part.
pub fn read_deliveries(
    paths: &[PathBuf],
    options: &ReadOptions,
    progress: &dyn Progress,
) -> Result<BillReading, ReadFault> {
    let sources = sources::gather(paths)?;
    let (outcomes, tables) = pipeline::read_all(&sources.files, options, progress)?;
    assemble::assemble(sources, &outcomes, tables, options)
}
