//! Acts that wait for a second person.

use memo_keeper::PeriodOutcome;
use schemars::JsonSchema;
use serde::Serialize;
use service_kit::{Failure, UnitOfWork};

use crate::{outcome::Outcome, policy_proposals};

/// An act that waits for a second person.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct ProposalRow {
    /// What `approve` takes.
    pub proposal: String,
    /// The payer.
    pub payer_account_id: String,
    /// The account; blank for an act upon a month.
    pub member_account_id: String,
    /// The month, for an act upon one.
    pub period: Option<String>,
    /// What is to be done.
    pub act: String,
    /// Who proposed it.
    pub by: String,
    /// Why.
    pub reason: String,
}

/// What to do about an act that was proposed.
pub(crate) fn proposed(proposal: &str) -> String {
    format!("proposed as {proposal}: another person has to approve it (creditmemo approve {proposal} --by NAME)")
}

/// Says that an act upon a period waits for a second person, where it does.
pub(crate) fn said_if_proposed(done: &PeriodOutcome) -> Outcome {
    match done {
        PeriodOutcome::Proposed(proposal) => Outcome::new().say(proposed(proposal)),
        PeriodOutcome::Done(_) => Outcome::new(),
    }
}

/// Lists acts that wait for a second person.
pub(crate) fn approvals(unit: &UnitOfWork) -> Result<Outcome, Failure> {
    let mut rows: Vec<ProposalRow> = memo_keeper::proposals(&unit.model)?
        .into_iter()
        .map(|((payer, member), proposed)| ProposalRow {
            proposal: proposed.proposal,
            payer_account_id: payer.to_string(),
            member_account_id: member.to_string(),
            period: None,
            act: serde_json::to_string(&proposed.act).unwrap_or_default(),
            by: proposed.by,
            reason: proposed.reason,
        })
        .collect();
    rows.extend(memo_keeper::period_proposals(&unit.model)?.into_iter().map(|proposed| ProposalRow {
        proposal: proposed.proposal,
        payer_account_id: proposed.payer.to_string(),
        member_account_id: String::new(),
        period: Some(proposed.period.to_string()),
        act: serde_json::to_string(&proposed.act).unwrap_or_default(),
        by: proposed.by,
        reason: proposed.reason,
    }));
    rows.extend(policy_proposals::waiting(&unit.model)?.into_iter().map(|(payer, proposed)| ProposalRow {
        proposal: proposed.proposal,
        payer_account_id: payer.map_or_else(String::new, |payer| payer.to_string()),
        member_account_id: String::new(),
        period: proposed.from.map(|from| from.to_string()),
        act: format!("{{\"policy-adopt\":{}}}", serde_json::to_string(&proposed.stated).unwrap_or_default()),
        by: proposed.by,
        reason: proposed.reason,
    }));
    Outcome::rows(&rows, &["proposal", "period", "member_account_id", "act", "by", "reason"])
}
