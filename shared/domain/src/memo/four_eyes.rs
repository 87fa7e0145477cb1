//! A second pair of eyes (rule book B.2, D8): an act by hand that a policy lists is proposed by one person
//! and done when another approves it. It may be rejected, or withdrawn by who proposed it. Each is a fact.
//! What is approved is decided then, on the books as they are then.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{HandAct, HandContext, HandRefusal, MemberMemos, MemoFact};
use crate::person::is_same_person;

/// An act by hand waits for a second person.
///
/// Version 1 held what had been looked up when it was proposed, too: the posting month, the policies, the
/// owner. None of that is read any more, since it is looked up anew; consent, which version 1 did not hold,
/// has to be said again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ActProposed {
    /// Its id. The accounts of one cut-over file share one, and are approved together.
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

/// A proposal was turned down by another person, or withdrawn by who made it. Nothing is done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ActRejected {
    /// The proposal.
    pub proposal: String,
    /// Who proposed it.
    pub proposed_by: String,
    /// Who turned it down, or withdrew it.
    pub by: String,
    /// Why; blank where nobody said.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
}

/// Why a proposal was not approved, or not rejected.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ApprovalRefusal {
    /// There is no such proposal, or it was approved or rejected before. See `approvals`.
    #[error("no proposal {0} waits for approval: see approvals")]
    Unknown(String),
    /// Maker and checker are the same person. Ask someone else.
    #[error("{proposed_by} proposed it, and {by} is the same person: someone else has to approve it")]
    SamePerson {
        /// Who proposed it.
        proposed_by: String,
        /// Who wants to approve it.
        by: String,
    },
    /// What it would do is no longer possible. Reject it, and propose what is possible now.
    #[error("proposal {proposal} can no longer be done: {why}; reject it (creditmemo reject {proposal})")]
    NoLonger {
        /// The proposal.
        proposal: String,
        /// Why not.
        why: Box<HandRefusal>,
    },
}

/// Refuses that the maker of a proposal is its checker (rule book B.2).
///
/// # Errors
/// [`ApprovalRefusal::SamePerson`].
pub fn check_second_person(proposed_by: &str, by: &str) -> Result<(), ApprovalRefusal> {
    if is_same_person(proposed_by, by) {
        return Err(ApprovalRefusal::SamePerson { proposed_by: proposed_by.to_owned(), by: by.to_owned() });
    }
    Ok(())
}

impl HandContext {
    /// Decides an approval: the act is decided anew on the books as they are now.
    ///
    /// # Errors
    /// [`ApprovalRefusal`].
    pub fn decide_approve(&self, proposal: &str, by: &str) -> Result<(ActApproved, Vec<MemoFact>), ApprovalRefusal> {
        let proposed = self.memos.waiting(proposal)?;
        check_second_person(&proposed.by, by)?;
        let facts = self
            .decide(&proposed.act)
            .map_err(|why| ApprovalRefusal::NoLonger { proposal: proposal.to_owned(), why: Box::new(why) })?;
        let approved =
            ActApproved { proposal: proposal.to_owned(), proposed_by: proposed.by.clone(), by: by.to_owned() };
        Ok((approved, facts))
    }
}

impl MemberMemos {
    fn waiting(&self, proposal: &str) -> Result<&ActProposed, ApprovalRefusal> {
        self.proposals.get(proposal).ok_or_else(|| ApprovalRefusal::Unknown(proposal.to_owned()))
    }

    /// Decides a rejection, or a withdrawal by who made the proposal.
    ///
    /// # Errors
    /// [`ApprovalRefusal::Unknown`].
    pub fn decide_reject(&self, proposal: &str, by: &str, reason: &str) -> Result<ActRejected, ApprovalRefusal> {
        let proposed = self.waiting(proposal)?;
        Ok(ActRejected {
            proposal: proposal.to_owned(),
            proposed_by: proposed.by.clone(),
            by: by.to_owned(),
            reason: reason.to_owned(),
        })
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

    /// Folds a rejection in.
    pub fn reject(&mut self, fact: &ActRejected) {
        self.proposals.remove(&fact.proposal);
    }
}
