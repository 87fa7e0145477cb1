//! A statement that proves itself: its fact, the way from it to a sealed head, and the head's
//! signature. The public key is all that is needed to check it; nothing of it shows other customers.

use domain::billing::MemberStatement;
use event_log::{EventLog, ReadLimits};
use memchr::memmem;
use read_model::StoredStatement;
use schemars::JsonSchema;
use seal::{CommitLeaf, FactProof, NodeHash, PublicKey, SignedText, commit_parts, proof_in_blocks};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use service_kit::{Failure, codes};
use wire::{Fact, StoredCommit, StreamName, Subject};

use crate::sealing::{HEAD_KIND, LogHead, Seal};

/// What a proof says it is.
const PROOF_KIND: &str = "creditmemo.statement-proof.v1";

/// That a statement was in the log when its head was signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StatementProof {
    /// `creditmemo.statement-proof.v1`.
    pub kind: String,
    /// The stream that the fact is in.
    pub stream: String,
    /// The head of the log, signed.
    pub head: SignedText,
    /// The way from the fact to the stream's root.
    #[serde(flatten)]
    pub fact: FactProof,
}

/// A statement with its proof, as `statement --format json` prints it.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ProvedStatement {
    /// The statement.
    #[serde(flatten)]
    pub statement: MemberStatement,
    /// That it was in the log; none where nothing was sealed since it was recorded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proof: Option<StatementProof>,
}

/// The proof of a statement by a seal; none where the seal is older than the statement.
///
/// # Errors
/// [`Failure`] where the log is not the one that was sealed, or cannot be read.
pub async fn prove_statement(
    log: &dyn EventLog,
    stored: &StoredStatement,
    seal: &Seal,
) -> Result<Option<StatementProof>, Failure> {
    let statement = &stored.statement;
    let head: LogHead = serde_json::from_str(&seal.head.signed)
        .map_err(|cause| Failure::failed(codes::SEAL_UNREADABLE, format!("a seal cannot be read: {cause}")))?;
    let name = StreamName::Billing.as_str();
    let sealed = head.streams.iter().find(|sealed| sealed.stream == name);
    let blocks = seal.streams.iter().find(|blocks| blocks.stream == name);
    let (Some(sealed), Some(blocks)) = (sealed, blocks) else { return Ok(None) };
    let subject = Subject::billing(&statement.payer_account_id, statement.period);
    let commits = log.read_subject(&subject).await?;
    let Some((commit, fact)) = commits.iter().rev().find_map(|stored| Some((stored, position_of(stored, statement)?)))
    else {
        return Ok(None);
    };
    if commit.sequence > sealed.commits {
        return Ok(None);
    }
    let differs = || {
        Failure::check(
            codes::SEALED_PART_CHANGED,
            format!("{name} near sequence {} is not as it was sealed: run audit verify", commit.sequence),
        )
    };
    let (index, block, count) = (commit.sequence - 1, blocks.block.max(1), sealed.commits);
    let first = index - index % block;
    let within = leaves(log, first + 1, (first + block).min(count)).await?;
    let size = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
    let in_stream =
        proof_in_blocks(size(index), size(count), size(block), &blocks.blocks, &within).ok_or_else(differs)?;
    let leaf = CommitLeaf::of(&commit.commit);
    let parts = commit_parts(&commit.commit.body);
    let in_commit = leaf.fact_proof(fact).ok_or_else(differs)?;
    let fact = FactProof {
        fact: String::from_utf8_lossy(parts[fact + 1]).into_owned(),
        in_commit,
        commit_fingerprint: NodeHash(leaf.fingerprint.0),
        in_stream,
    };
    if fact.root() != Some(sealed.root) {
        return Err(differs());
    }
    Ok(Some(StatementProof { kind: PROOF_KIND.to_owned(), stream: name.to_owned(), head: seal.head.clone(), fact }))
}

/// Which fact of a commit the statement is, from 0; the last one that says so.
fn position_of(stored: &StoredCommit, statement: &MemberStatement) -> Option<usize> {
    let body = &stored.commit.body;
    memmem::find(body, statement.member_account_id.as_str().as_bytes())?;
    let is_it = |text: &&[u8]| matches!(serde_json::from_slice(text), Ok(Fact::MemberStatementRecorded(found)) if found == *statement);
    commit_parts(body).get(1..)?.iter().rposition(is_it)
}

async fn leaves(log: &dyn EventLog, from: u64, to: u64) -> Result<Vec<NodeHash>, Failure> {
    let mut leaves = Vec::new();
    let mut next = from;
    while next <= to {
        let limits = ReadLimits { commits_max: usize::try_from(to - next + 1).unwrap_or(1), ..ReadLimits::default() };
        let batch = log.read(StreamName::Billing, next, limits).await?;
        let Some(last) = batch.last() else { break };
        next = last.sequence + 1;
        leaves.extend(batch.iter().map(|stored| CommitLeaf::of(&stored.commit).hash()));
    }
    Ok(leaves)
}

/// What a statement's proof says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct StatementVerified {
    /// The payer.
    pub payer_account_id: String,
    /// The account.
    pub member_account_id: String,
    /// The month.
    pub period: String,
    /// When the head was signed that the statement is proved by.
    pub sealed_at: chrono::DateTime<chrono::Utc>,
    /// The id of the key.
    pub key: String,
    /// The sequence of its commit in the billing stream.
    pub sequence: u64,
    /// Whether it holds: what does not hold is not printed.
    pub holds: bool,
}

/// Checks a statement as JSON against the proof in it, with the public key alone.
///
/// # Errors
/// [`Failure`]: no proof (exit 3), or one that does not hold (exit 5), with what does not.
pub fn verify_statement(text: &str, key: &PublicKey) -> Result<StatementVerified, Failure> {
    let refused = |what: String| Failure::refused(codes::PROOF_UNREADABLE, what);
    let mut statement: Map<String, Value> =
        serde_json::from_str(text).map_err(|cause| refused(format!("this is no statement as JSON: {cause}")))?;
    let proof = statement
        .remove("proof")
        .ok_or_else(|| refused("the statement carries no proof: print it again after `audit seal`".to_owned()))?;
    let proof: StatementProof =
        serde_json::from_value(proof).map_err(|cause| refused(format!("the proof cannot be read: {cause}")))?;
    if proof.kind != PROOF_KIND {
        return Err(refused(format!("the proof is a {}, and a {PROOF_KIND} is needed", proof.kind)));
    }
    let wrong =
        |what: String| Failure::check(codes::PROOF_DOES_NOT_HOLD, format!("the statement does not hold: {what}"));
    let head: LogHead = proof.head.verified_json(key, HEAD_KIND).map_err(|fault| wrong(fault.to_string()))?;
    let root = proof.fact.root();
    let stands = head.streams.iter().any(|sealed| {
        sealed.stream == proof.stream && sealed.commits == proof.fact.in_stream.leaves && Some(sealed.root) == root
    });
    if !stands {
        return Err(wrong("its fact is not one of those that the signed head covers".to_owned()));
    }
    let fact: Value = serde_json::from_str(&proof.fact.fact).map_err(|cause| wrong(cause.to_string()))?;
    if fact["type"] != "member_statement_recorded.v1" {
        return Err(wrong(format!("what is proved is a {} and no statement", fact["type"])));
    }
    let recorded = fact["fact"].as_object().cloned().unwrap_or_default();
    if let Some(field) = first_difference(&statement, &recorded) {
        return Err(wrong(format!("'{field}' is not as it was recorded")));
    }
    let text = |field: &str| recorded.get(field).and_then(Value::as_str).unwrap_or_default().to_owned();
    Ok(StatementVerified {
        payer_account_id: text("payer_account_id"),
        member_account_id: text("member_account_id"),
        period: text("period"),
        sealed_at: head.sealed_at,
        key: key.id(),
        sequence: proof.fact.in_stream.index + 1,
        holds: true,
    })
}

/// The first field in which what is shown is not what was recorded.
fn first_difference(shown: &Map<String, Value>, recorded: &Map<String, Value>) -> Option<String> {
    shown.keys().chain(recorded.keys()).find(|key| !is_same(shown.get(*key), recorded.get(*key))).cloned()
}

/// Whether two values say the same. A field that one side leaves out, since it was recorded before
/// there was such a field, may stand empty on the other.
fn is_same(one: Option<&Value>, other: Option<&Value>) -> bool {
    match (one, other) {
        (Some(Value::Object(one)), Some(Value::Object(other))) => first_difference(one, other).is_none(),
        (Some(Value::Array(one)), Some(Value::Array(other))) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| is_same(Some(one), Some(other)))
        }
        (Some(one), Some(other)) => one == other,
        (Some(value), None) | (None, Some(value)) => match value {
            Value::Null => true,
            Value::Array(items) => items.is_empty(),
            Value::String(text) => text.is_empty(),
            _ => false,
        },
        (None, None) => true,
    }
}
