//! What makes a command harmless to repeat: the operator's key, and the fact that a command was done under it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A key that makes a command harmless to repeat.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct IdempotencyKey {
    /// The operator's key.
    pub key: String,
    /// SHA-256 over the command's input: the same key with other input is refused.
    pub input: String,
}

/// A command was done under an operator's key: repeating it does nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CommandDone {
    /// The key and the hash of the command's input.
    #[serde(flatten)]
    pub key: IdempotencyKey,
    /// The command.
    pub command: String,
    /// What it answered, so that repeating it answers the same. A long answer is cut into parts, one a fact, in
    /// order; blank where none was kept.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub answer: String,
}
