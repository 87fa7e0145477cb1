//! What a running process tells about itself: its log lines, its traces for a collector, and its answers to
//! probes. What only decides needs none of it, and does not compile it.
//!
//! Deliberately absent: the log of facts, decisions, anything about money.

mod logging;
mod probe;
mod traces;

pub use logging::start_logging;
pub use probe::{Probe, serve_probe};
pub use traces::Traces;
