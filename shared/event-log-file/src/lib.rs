//! The embedded log: append-only segment files of commits, one JSON line each, under
//! `<dir>/log/<STREAM>/00000000000000000001.jsonl` (the name is the first sequence). Any text tool
//! reads them; nothing else in the directory is needed to read them.
//!
//! Invariants: a commit is acknowledged only after its line was synced to the disk; a line carries
//! a checksum over all of it; segments are appended to, never edited, and a segment is synced
//! before its successor is made, so only the last line of the last segment can be unfinished. One
//! process writes (`writer.lock`), any number read, and a reader shows no commit that is not whole
//! and synced. An unfinished tail is cut off by the writer and reported; any other damage is an
//! error that names stream, sequence, file, line and offset. The `.idx` files are caches: deleting one changes the
//! time of opening, never an answer. Deliberately absent: deletion, compaction, repair of damage.

mod append;
mod block;
mod error;
mod index;
mod layer;
mod layout;
mod line;
mod load;
mod lock;
mod log;
mod scan;
mod sidecar;
#[cfg(any(test, feature = "simulator"))]
pub mod simulator;
mod tail;
#[cfg(test)]
mod tests;
mod view;

pub use block::{Block, Lines};
pub use layer::{AppendFile, FileLayer, Lock, RealFiles};
pub use line::{BadLine, ScannedLine, parse_line};
pub use load::Repair;
pub use log::{FileLog, Settings};
pub use scan::Scan;
