//! The JetStream log: one message a commit, its body as the payload and all else in headers, on
//! streams that take no deletion.
//!
//! Invariants: a commit is recorded only where its subject stands at the sequence it expects; a
//! lost acknowledgement is resolved by reading the subject's last commit from the stream's leader,
//! never guessed; the sequences of a stream are contiguous, and a missing one is an error that says
//! which; a denied permission is reported as such, not as a time-out; no password or token is ever
//! printed. Deliberately absent: facts, deletion, consumers (who reads keeps its own position).

mod address;
mod append;
mod batch;
mod connection;
mod denials;
mod fetch;
mod heads;
mod log;
mod losses;
mod message;
mod provision;
mod read;
mod settings;

pub use address::{Address, BadAddress};
pub use log::JetStreamLog;
pub use provision::{Change, Plan, Provision, Refusal};
pub use settings::{ConnectSettings, Secret};
