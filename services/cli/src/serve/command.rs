//! A command as a NATS request, and its answer: what other programs send and read.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use wire::IdempotencyKey;

/// A command for a service. Send it as JSON to `creditmemo.commands.<service>`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct CommandRequest {
    /// The words of the command as on the command line, the program's own name and global options
    /// left out: `["bill", "2025-01", "--payer=999900001111"]`.
    pub arguments: Vec<String>,
    /// Who acts.
    pub by: String,
    /// Why; acts by hand need it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Decide everything, record nothing.
    #[serde(default)]
    pub dry_run: bool,
    /// Makes the command harmless to repeat.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idempotency: Option<IdempotencyKey>,
    /// How rows come back: `json` (the default), `table` or `csv`.
    #[serde(default = "json")]
    pub output: String,
    /// The files that the arguments name, in their order. The paths of `ingest` are not sent: the
    /// service reads them itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<SentFile>,
}

fn json() -> String {
    "json".to_owned()
}

/// A small input file.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct SentFile {
    /// Its name, for what is said of it.
    pub name: String,
    /// What it holds: text in UTF-8.
    pub text: String,
}

/// The answer to a command.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct CommandAnswer {
    /// As the exit code of the command: 0 done, 1 failed, 2 used wrongly, 3 input refused, 4 conflict,
    /// 5 a check did not hold or something blocks.
    pub exit: u8,
    /// The rows, as they would stand on stdout.
    pub out: String,
    /// Messages and warnings for people, and what failed with its code, as they would stand on stderr.
    pub messages: String,
}
