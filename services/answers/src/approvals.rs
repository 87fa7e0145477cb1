//! Acts that wait for a second person.

use domain::{ids::PayerAccountId, policy::PoliciesProposed};
use read_model::ReadModel;
use schemars::JsonSchema;
use serde::Serialize;
use service_kit::Failure;
use wire::StreamName;

use crate::{books::Books, customers::takes_member, filter::Filter, point_in_time::PointInTime};

/// An act that waits for a second person.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ProposalRow {
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

/// What waits, acts upon memos first. It is the same on every effective day.
///
/// # Errors
/// [`Failure`].
pub async fn approvals(books: &Books<'_>, at: PointInTime, filter: &Filter) -> Result<Vec<ProposalRow>, Failure> {
    let model = books.known(at.recorded, &[StreamName::Accounts, StreamName::Memos, StreamName::Billing]).await?;
    let mut rows = Vec::new();
    for ((payer, member), proposed) in memo_keeper::proposals(&model)? {
        if !takes_member(&model, filter, &payer, &member, at.day(books.today))? {
            continue;
        }
        rows.push(ProposalRow {
            proposal: proposed.proposal,
            payer_account_id: payer.to_string(),
            member_account_id: member.to_string(),
            period: None,
            act: serde_json::to_string(&proposed.act).unwrap_or_default(),
            by: proposed.by,
            reason: proposed.reason,
        });
    }
    // An act upon a month is of no account.
    let of_account = filter.account.is_some() || filter.asks_customer();
    for proposed in memo_keeper::period_proposals(&model)? {
        if of_account || !filter.takes_payer(&proposed.payer) {
            continue;
        }
        rows.push(ProposalRow {
            proposal: proposed.proposal,
            payer_account_id: proposed.payer.to_string(),
            member_account_id: String::new(),
            period: Some(proposed.period.to_string()),
            act: serde_json::to_string(&proposed.act).unwrap_or_default(),
            by: proposed.by,
            reason: proposed.reason,
        });
    }
    for (payer, proposed) in policies_waiting(&model)? {
        let is_asked = payer.as_ref().map_or(filter.payer.is_none(), |payer| filter.takes_payer(payer));
        if of_account || !is_asked {
            continue;
        }
        rows.push(ProposalRow {
            proposal: proposed.proposal,
            payer_account_id: payer.map_or_else(String::new, |payer| payer.to_string()),
            member_account_id: String::new(),
            period: proposed.from.map(|from| from.to_string()),
            act: format!("{{\"policy-adopt\":{}}}", serde_json::to_string(&proposed.stated).unwrap_or_default()),
            by: proposed.by,
            reason: proposed.reason,
        });
    }
    Ok(rows)
}

/// The adoptions of policies that wait, with the payer they are for.
///
/// # Errors
/// [`Failure`].
pub fn policies_waiting(model: &ReadModel) -> Result<Vec<(Option<PayerAccountId>, PoliciesProposed)>, Failure> {
    let mut found = Vec::new();
    for payer in std::iter::once(None).chain(model.payers()?.into_iter().map(Some)) {
        let history = model.policy_history(payer.as_ref())?;
        found.extend(history.proposals().map(|proposed| (payer.clone(), proposed.clone())));
    }
    Ok(found)
}
