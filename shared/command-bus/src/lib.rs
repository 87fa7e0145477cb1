//! Commands as requests over NATS: who asks, and the service that answers.
//!
//! A service answers on one subject, in a queue group, so that several of them share the work; the
//! client's services API answers `$SRV.PING`, `INFO` and `STATS` beside it. Work may take minutes:
//! an asker that says so is told every second that its command is being worked on, and takes a
//! silence for the death of whoever had it. Bodies are bytes here.
//!
//! Invariants: nothing that is sent is kept by the server. Deliberately absent: the log (a request
//! is no event), what commands mean, any retry.

mod answer;
mod ask;
mod connection;

pub use answer::{Answering, Asked};
pub use ask::AskFault;
pub use connection::{BusFault, CommandBus};

/// A request with this header wants to hear that its command is being worked on.
const WANTS_SIGNS: &str = "Creditmemo-Wants-Signs";

/// A message with this header is such a sign, and not the answer.
const SIGN: &str = "Creditmemo-Working";
