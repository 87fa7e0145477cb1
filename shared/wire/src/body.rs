//! The body of a commit: who decided what, why and on what basis, and the facts themselves.
//!
//! The body is frozen as it was written: the chain is hashed over its bytes.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Fact, IdempotencyKey};

/// A body at the most: a decision that is larger is several commits.
pub const BODY_BYTES_MAX: usize = 128 * 1024;

/// Part of a decision that did not fit one commit. Readers hold back a set until its last part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PartOfSet {
    /// The set: the id of its first commit's command.
    pub set: String,
    /// Which part this is, from 1.
    pub part: u32,
    /// Whether it closes the set.
    pub closes: bool,
}

/// What a commit says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CommitBody {
    /// The version of this envelope.
    pub v: u32,
    /// When it was recorded, by the committer's clock; never before the subject's last commit.
    pub recorded: DateTime<Utc>,
    /// `injected` where the clock was set by hand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock: Option<String>,
    /// Who decided.
    pub by: String,
    /// Why, where a reason was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The command.
    pub command: String,
    /// What all commits of the command have in common.
    pub correlation: String,
    /// The commit that caused this one, where a service reacted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub causation: Option<String>,
    /// The operator's key, on every commit of the command.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idempotency: Option<IdempotencyKey>,
    /// How far each stream had been read when this was decided.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub basis: BTreeMap<String, u64>,
    /// Which part of a large decision this is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part_of: Option<PartOfSet>,
    /// What was decided.
    pub facts: Vec<Fact>,
}

/// A body that cannot be read: written by a newer version, or damaged.
#[derive(Debug, thiserror::Error)]
#[error("the body of {subject} n={n} cannot be read: {cause}")]
pub struct UnreadableBody {
    /// The subject.
    pub subject: String,
    /// Its number there.
    pub n: u64,
    /// What was found.
    #[source]
    pub cause: serde_json::Error,
}

impl CommitBody {
    /// The version of the envelope written today.
    pub const VERSION: u32 = 1;

    /// Freezes it.
    ///
    /// # Errors
    /// Where a fact cannot be written, which is a defect.
    pub fn freeze(&self) -> Result<Vec<u8>, serde_json::Error> {
        serde_json::to_vec(self)
    }

    /// Reads a frozen body.
    ///
    /// # Errors
    /// [`UnreadableBody`]; where its envelope is of another version, that is what it says.
    pub fn read(commit: &crate::SealedCommit) -> Result<Self, UnreadableBody> {
        let unreadable = |cause| UnreadableBody { subject: commit.subject.to_string(), n: commit.n, cause };
        known_version(&commit.body).map_err(unreadable)?;
        serde_json::from_slice(&commit.body).map_err(unreadable)
    }
}

/// How bodies of this version begin: the version stands first.
const BEGINS: &[u8] = br#"{"v":1,"#;
const _: () = assert!(CommitBody::VERSION == 1);

/// Refuses an envelope of a version that this program does not know: what it says may mean something else.
///
/// # Errors
/// What is wrong with it, in words.
pub fn known_version(body: &[u8]) -> Result<(), serde_json::Error> {
    if body.starts_with(BEGINS) {
        return Ok(());
    }
    let Envelope { v } = serde_json::from_slice(body)?;
    if v == CommitBody::VERSION {
        return Ok(());
    }
    Err(serde::de::Error::custom(format!(
        "its envelope is of version {v}, and this program knows version {}: a newer program wrote it, read it with that",
        CommitBody::VERSION
    )))
}

/// The part of an envelope that says what the rest means.
#[derive(Deserialize)]
struct Envelope {
    v: u32,
}
