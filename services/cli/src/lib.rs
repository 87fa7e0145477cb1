//! The command line: what a back-office operator types, and what other programs read.
//!
//! The composition root: it opens the log and the read model, runs the services' functions in one
//! process and prints. Data goes to stdout, messages to stderr; every command that prints data
//! takes `--output table|json|csv`.
//!
//! Invariants: no rule of the business lives here; what is printed as JSON is a stable contract.

mod args;
mod commands;
mod output;
mod process_manager;
mod progress;
mod run;
mod serve;

pub use args::command_line;
pub use commands::{close_pack as close_pack_rows, rows as json_rows, seal as seal_rows};
pub use run::{main, run_in};
pub use serve::{CommandAnswer, CommandRequest};
