//! A command as a NATS request, and its answer: what other programs send and read.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use wire::IdempotencyKey;

/// The version of the messages that are sent and read here.
pub(crate) const MESSAGE_VERSION: u32 = 1;

/// A command for a service. Send it as JSON to `creditmemo.commands.<service>`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct CommandRequest {
    /// What is to be done: a message of `schemas/commands/messages`.
    pub command: CommandMessage,
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
}

fn json() -> String {
    "json".to_owned()
}

/// A command with what was said: `{"type": "bill", "version": 1, "period": "2025-01"}`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct CommandMessage {
    /// The words of the command, with dots between them: `credits.import`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The version of the message; a new meaning is a new version.
    pub version: u32,
    /// The values of its options, by their names with `_`; what is not said is left out.
    #[serde(flatten)]
    #[schemars(with = "std::collections::BTreeMap<String, Value>")]
    pub values: Map<String, Value>,
}

/// A small input file, sent as what it holds.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SentFile {
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
