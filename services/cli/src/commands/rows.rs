//! The JSON rows of what commands do to a period: a stable contract, with schemas in `schemas/cli`. What they
//! answer has its rows in the crate `answers`.

use schemars::JsonSchema;
use serde::Serialize;

/// A period's status after `close`, `reopen` or a blocked `bill`.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct PeriodRow {
    /// The payer.
    pub payer_account_id: String,
    /// The month.
    pub period: String,
    /// `open`, `waived`, `closed` or `blocked`.
    pub status: String,
    /// What was waived.
    pub waived: Vec<BlockerRow>,
    /// What blocks it.
    pub blockers: Vec<BlockerRow>,
    /// The file of the close pack, where one is filed.
    pub pack: Option<String>,
}

/// Something that blocks a period.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct BlockerRow {
    /// What it is and what to do.
    pub message: String,
    /// The same for programs.
    #[serde(flatten)]
    pub blocker: domain::billing::Blocker,
}

/// What an error code means.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ErrorPageRow {
    /// The code.
    pub code: String,
    /// What it is, in a few words.
    pub title: String,
    /// How a command with this error ends.
    pub exit_code: u8,
    /// What happened, and what was recorded.
    pub what_happened: String,
    /// Why it happens.
    pub why: String,
    /// What to do.
    pub what_to_do: String,
}
