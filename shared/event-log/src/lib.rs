//! The log port: what every log must do, the in-memory log that is its specification, and the
//! conformance suite that every adapter passes unchanged.
//!
//! Invariants: a commit is all or nothing; an acknowledged commit is durable; the sequences of a
//! stream are contiguous from 1; a commit is refused unless its subject's last sequence is the one
//! it expects; what was appended comes back equal, byte for byte. Deliberately absent: facts (a
//! body is bytes here), deletion, time.

#[cfg(any(test, feature = "conformance"))]
pub mod conformance;
mod copying;
mod memory;
mod port;
mod rules;

pub use copying::{CopyFault, Difference, SideBySide};
pub use memory::MemoryLog;
pub use port::{AppendError, EventLog, LogError, ReadLimits, StreamHead, UnfinishedEnd};
pub use rules::{BODY_BYTES_MAX, SubjectHead, check_body};
