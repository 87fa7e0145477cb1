//! Sealed heads: a small signed file that says how far each stream had come and what it was, the
//! policies adopted, and the certificates. Whoever keeps one and the public key can tell later, with
//! a copy of the log and nothing else, whether anything of what was sealed has changed since.
//!
//! A seal holds the log's head signed on its own as well: what a customer's proof carries, which says
//! nothing of other payers. The hashes of blocks of commits stand beside it so that a difference
//! is located, and a proof is made, without the whole stream; they make the signed root or are
//! worth nothing.

use chrono::{DateTime, Utc};
use domain::{ids::PayerAccountId, period::BillingPeriod, policy::PolicyHash};
use event_log::{EventLog, ReadLimits};
use rayon::prelude::*;
use read_model::{ReadModel, WhatToFold};
use schemars::JsonSchema;
use seal::{CommitLeaf, MerkleTree, NodeHash, SignedText, SigningKey, root_of};
use serde::{Deserialize, Serialize};
use service_kit::{Failure, codes};
use wire::{StoredCommit, StreamName};

use crate::{
    audit_check::{AuditCheck, check},
    certificate::{Certificates, LastCommit},
    replay::{Until, replay_certified},
};

/// What a signed head says it is.
pub const HEAD_KIND: &str = "creditmemo.log-head.v1";

/// What a seal says it is.
pub const SEAL_KIND: &str = "creditmemo.seal.v1";

/// How far a stream had come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StreamHeadSealed {
    /// The stream.
    pub stream: String,
    /// Its commits.
    pub commits: u64,
    /// The root of the tree over them (RFC 6962).
    pub root: NodeHash,
}

/// The head of a log: what is signed on its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LogHead {
    /// `creditmemo.log-head.v1`.
    pub kind: String,
    /// When.
    pub sealed_at: DateTime<Utc>,
    /// Every stream.
    pub streams: Vec<StreamHeadSealed>,
}

/// A stream in a seal, with what locates a difference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StreamBlocks {
    /// The stream.
    pub stream: String,
    /// Its last commit; none where it was empty.
    pub last: Option<LastCommit>,
    /// Commits in a block: a power of two.
    pub block: u64,
    /// The root of each block; the last may have fewer commits.
    pub blocks: Vec<NodeHash>,
}

/// An adoption of policies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SealedPolicy {
    /// The payer; none for all that have none of their own.
    pub payer: Option<PayerAccountId>,
    /// The first period; none from the beginning.
    pub from: Option<BillingPeriod>,
    /// The hash of the policies.
    pub hash: PolicyHash,
}

/// What `audit seal` signs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Seal {
    /// `creditmemo.seal.v1`.
    pub kind: String,
    /// When.
    pub sealed_at: DateTime<Utc>,
    /// `injected` where the clock was set by hand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock: Option<String>,
    /// Who.
    pub by: String,
    /// The head, signed on its own: a text of [`LogHead`].
    pub head: SignedText,
    /// The blocks of each stream.
    pub streams: Vec<StreamBlocks>,
    /// Every adoption of policies, the general ones first.
    pub policies: Vec<SealedPolicy>,
    /// The certificates at this head.
    pub certificates: Certificates,
}

/// Who seals, when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealer {
    /// When.
    pub at: DateTime<Utc>,
    /// Whether the clock was set by hand.
    pub injected: bool,
    /// Who.
    pub by: String,
}

/// Blocks of a stream at the most: a seal stays some tens of kilobytes.
const BLOCKS_MAX: u64 = 256;

fn block_of(commits: u64) -> u64 {
    commits.div_ceil(BLOCKS_MAX).next_power_of_two()
}

/// Replays a log and seals its head.
///
/// # Errors
/// [`Failure`] where the log does not hold: nothing is sealed then.
pub async fn seal_log(log: &dyn EventLog, key: &SigningKey, sealer: &Sealer) -> Result<Seal, Failure> {
    let report = replay_certified(log, Until::Head, WhatToFold::Balances).await?;
    let certifier = report.certifier.unwrap_or_default();
    let mut heads = Vec::new();
    let mut streams = Vec::new();
    for stream in StreamName::ALL {
        let tree = certifier.tree(stream);
        let block = block_of(tree.len() as u64);
        heads.push(StreamHeadSealed { stream: stream.to_string(), commits: tree.len() as u64, root: tree.root() });
        streams.push(StreamBlocks {
            stream: stream.to_string(),
            last: certifier.last(stream).cloned(),
            block,
            blocks: tree.blocks(tree.len(), usize::try_from(block).unwrap_or(usize::MAX)).unwrap_or_default(),
        });
    }
    let head = LogHead { kind: HEAD_KIND.to_owned(), sealed_at: sealer.at, streams: heads };
    Ok(Seal {
        kind: SEAL_KIND.to_owned(),
        sealed_at: sealer.at,
        clock: sealer.injected.then(|| "injected".to_owned()),
        by: sealer.by.clone(),
        head: SignedText::sign_json(key, &head).map_err(|cause| Failure::failed(codes::NOT_WRITABLE_AS_JSON, cause))?,
        streams,
        policies: policies(&report.model)?,
        certificates: certifier.certificates()?,
    })
}

fn policies(model: &ReadModel) -> Result<Vec<SealedPolicy>, Failure> {
    let mut adopted = Vec::new();
    let payers = model.payers()?.into_iter().map(Some);
    for payer in std::iter::once(None).chain(payers) {
        let history = model.policy_history(payer.as_ref())?;
        adopted.extend(history.adoptions().iter().map(|one| SealedPolicy {
            payer: payer.clone(),
            from: one.from,
            hash: one.hash.clone(),
        }));
    }
    Ok(adopted)
}

/// Checks a log against a seal whose signatures hold: each stream up to where it was sealed. A log
/// that has grown since still holds.
///
/// # Errors
/// [`Failure`] where the log cannot be asked at all; what is wrong with it is in the checks.
pub async fn verify_seal(log: &dyn EventLog, seal: &Seal, head: &LogHead) -> Result<Vec<AuditCheck>, Failure> {
    let mut checks = Vec::new();
    let mut sealed_to = [0; StreamName::ALL.len()];
    for stream in StreamName::ALL {
        let name = stream.as_str();
        let sealed = head.streams.iter().find(|sealed| sealed.stream == name);
        let blocks = seal.streams.iter().find(|blocks| blocks.stream == name);
        let (Some(sealed), Some(blocks)) = (sealed, blocks) else {
            checks.push(check(as_sealed(stream), 0, "commits", vec![format!("the seal says nothing of {name}")]));
            continue;
        };
        sealed_to[stream as usize] = sealed.commits;
        let findings = differences_of(log, stream, sealed, blocks).await;
        checks.push(check(as_sealed(stream), sealed.commits, "commits", findings));
    }
    let replayed = replay_certified(log, Until::Sequences(sealed_to), WhatToFold::Balances).await;
    let (commits, of_certificates, of_policies) = match replayed {
        Err(failure) => (0, vec![failure.message.clone()], vec![failure.message]),
        Ok(report) => {
            let found = report.certifier.unwrap_or_default().certificates()?;
            let mut differ = Vec::new();
            for (which, found, sealed) in
                [("state", &found.state, &seal.certificates.state), ("log", &found.log, &seal.certificates.log)]
            {
                if found != sealed {
                    differ.push(format!("the {which} certificate is {found}, and {sealed} was sealed"));
                }
            }
            let adopted = policies(&report.model)?;
            let lost = seal.policies.iter().filter(|sealed| !adopted.contains(sealed));
            let policies =
                lost.map(|one| format!("policies {} were sealed and are not in the log", one.hash)).collect();
            (report.commits, differ, policies)
        }
    };
    checks.push(check("certificates as sealed", commits, "commits", of_certificates));
    checks.push(check("policies as sealed", seal.policies.len() as u64, "adoptions", of_policies));
    Ok(checks)
}

fn as_sealed(stream: StreamName) -> &'static str {
    match stream {
        StreamName::Accounts => "ACCOUNTS as sealed",
        StreamName::Usage => "USAGE as sealed",
        StreamName::Credits => "CREDITS as sealed",
        StreamName::Memos => "MEMOS as sealed",
        StreamName::Billing => "BILLING as sealed",
    }
}

async fn differences_of(
    log: &dyn EventLog,
    stream: StreamName,
    sealed: &StreamHeadSealed,
    blocks: &StreamBlocks,
) -> Vec<String> {
    if root_of(&blocks.blocks) != sealed.root {
        return vec![format!("the seal's own blocks of {stream} do not make its root: the seal was changed")];
    }
    let (tree, fault) = leaves_of(log, stream, sealed.commits).await;
    let found = tree.len() as u64;
    let mut findings: Vec<String> = fault.into_iter().collect();
    if found < sealed.commits && findings.is_empty() {
        findings.push(format!(
            "{stream} ends at sequence {found}, and {} were sealed: commits {} to {} are lost",
            sealed.commits,
            found + 1,
            sealed.commits
        ));
    }
    if blocks.block == 0 {
        findings.push(format!("{stream}: the seal states blocks of no commits: no seal is made so"));
        return findings;
    }
    let size = usize::try_from(blocks.block).unwrap_or(usize::MAX);
    let read = tree.blocks(tree.len(), size).unwrap_or_default();
    let whole = read.iter().zip(&blocks.blocks).zip((1..).step_by(size));
    for ((read, sealed_block), first) in whole {
        let last = (first + blocks.block - 1).min(sealed.commits);
        // A block that was not read to its end has another root and is said already.
        if read != sealed_block && last <= found {
            findings.push(if first == last {
                format!("{stream} sequence {first} is not the commit that was sealed")
            } else {
                format!("{stream} sequences {first} to {last} hold a commit that is not the one that was sealed")
            });
        }
    }
    findings
}

/// The leaves of a stream's first commits, as far as they can be read, and what stopped the reading.
async fn leaves_of(log: &dyn EventLog, stream: StreamName, commits: u64) -> (MerkleTree, Option<String>) {
    let mut tree = MerkleTree::default();
    let mut from = 1;
    while from <= commits {
        let batch = match log.read(stream, from, ReadLimits::default()).await {
            Ok(batch) => batch,
            Err(fault) => return (tree, Some(fault.to_string())),
        };
        let Some(last) = batch.last() else { break };
        from = last.sequence + 1;
        let wanted: Vec<&StoredCommit> = batch.iter().filter(|stored| stored.sequence <= commits).collect();
        let leaves: Vec<NodeHash> = wanted.par_iter().map(|stored| CommitLeaf::of(&stored.commit).hash()).collect();
        leaves.into_iter().for_each(|leaf| tree.push(leaf));
    }
    (tree, None)
}
