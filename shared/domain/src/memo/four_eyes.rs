//! A second pair of eyes (rule book B.2): an act by hand that a policy lists is proposed by one
//! person and done when another approves it. Proposal and approval are facts.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{HandAct, HandRefusal, MemberMemos, MemoFact};

/// An act by hand waits for a second person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ActProposed {
    /// Its id.
    pub proposal: String,
    /// What is to be done.
    pub act: HandAct,
    /// Who proposed it.
    pub by: String,
    /// Why.
    pub reason: String,
    /// Proposals that this one takes the place of: AWS stated something else meanwhile.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub replaces: Vec<String>,
}

/// A second person approved a proposal; what it does is in the same commit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ActApproved {
    /// The proposal.
    pub proposal: String,
    /// Who proposed it.
    pub proposed_by: String,
    /// Who approved it.
    pub by: String,
}

/// Why a proposal was not approved.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ApprovalRefusal {
    /// There is no such proposal, or it was approved before. See `approvals`.
    #[error("no proposal {0} waits for approval")]
    Unknown(String),
    /// Maker and checker are the same. Ask someone else.
    #[error("{by} proposed it: someone else has to approve it")]
    SamePerson {
        /// Who.
        by: String,
    },
    /// What it would do is no longer possible.
    #[error(transparent)]
    Act(#[from] HandRefusal),
}

impl MemberMemos {
    /// Decides an approval: the act is decided anew on the memos as they are now.
    ///
    /// # Errors
    /// [`ApprovalRefusal`].
    pub fn decide_approve(&self, proposal: &str, by: &str) -> Result<(ActApproved, Vec<MemoFact>), ApprovalRefusal> {
        let proposed = self.proposals.get(proposal).ok_or_else(|| ApprovalRefusal::Unknown(proposal.to_owned()))?;
        if proposed.by == by {
            return Err(ApprovalRefusal::SamePerson { by: by.to_owned() });
        }
        let facts = self.decide_by_hand(&proposed.act)?;
        let approved =
            ActApproved { proposal: proposal.to_owned(), proposed_by: proposed.by.clone(), by: by.to_owned() };
        Ok((approved, facts))
    }

    /// Folds a proposal in.
    pub fn propose(&mut self, fact: &ActProposed) {
        self.proposals.retain(|proposal, _| !fact.replaces.contains(proposal));
        self.proposals.insert(fact.proposal.clone(), fact.clone());
    }

    /// Folds an approval in. A move to another account has a second side, which is recorded after it:
    /// what was approved is kept, so that one who repeats a cut-off approval completes it.
    pub fn approve(&mut self, fact: &ActApproved) {
        if let Some(proposed) = self.proposals.remove(&fact.proposal)
            && matches!(proposed.act, HandAct::Transfer(_))
        {
            self.approved_moves.insert(fact.proposal.clone(), (fact.by.clone(), proposed));
        }
    }
}
