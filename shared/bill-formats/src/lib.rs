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
mod options;
mod parquet;
mod pipeline;
mod progress;
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
pub use options::ReadOptions;
pub use progress::{NoProgress, Progress};
pub use reading::{BillReading, BillTypeEvidence, DeliveryReading, FileRead, LeftOut, TypeTotal, Warning};

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
