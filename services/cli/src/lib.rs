//! The command line: what a back-office operator types, and what other programs read.
//!
//! The way is forward: `args` says what may be typed, `table` what each command is; a `call` is parsed, sent to a
//! service (`serve`) or decided here (`frame`, `dispatch`, `commands`), comes to an `outcome`, and the `printer`
//! prints that. Data goes to stdout, messages to stderr; every command that prints data takes
//! `--output table|json|csv`.
//!
//! Invariants: no rule of the business lives here; what is printed as JSON is a stable contract; exit code and
//! idempotency record are settled before anything is printed; commands know no other command and not how they are
//! run, and what they share stands in `shown`, `files` and `payer`.

mod args;
mod call;
mod commands;
mod dispatch;
mod files;
mod forms;
mod frame;
mod help;
mod input;
mod outcome;
mod partition;
mod payer;
mod policy_proposals;
mod printer;
mod process_manager;
mod progress;
mod render;
mod run;
mod serve;
mod shown;
mod table;
mod upkeep;

pub use commands::{close_pack as close_pack_rows, seal as seal_rows};
pub use help::command_line;
pub use run::{main, run_in};
pub use serve::{CommandAnswer, CommandRequest, message_schemas};

/// The JSON rows that commands print, for their schemas.
pub mod json_rows {
    pub use crate::commands::{
        dates::KnowledgeDifference,
        explain::Explanation,
        log::{LogCompareRow, LogCopyRow},
        rows::*,
        statement::PrintedStatement,
        streams::StreamChangeRow,
    };
}
