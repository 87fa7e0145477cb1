//! What this service does by itself: when credits came or changed, and when AWS applied some of them.
//!
//! Everything is by target: following twice, or by two processes, records nothing twice.

use std::collections::BTreeSet;

use domain::{credit::UpstreamCreditState, ids::PayerAccountId};
use service_kit::{Failure, UnitOfWork, codes};
use wire::{AggregateKey, Fact, Subject};

use crate::{follow_credits, fund_payer, issue_for_credits};

/// Whether a fact of others leaves something for memos to follow: whatever happens to a credit.
pub fn concerns(fact: &Fact) -> bool {
    fact.as_credit_fact().is_some()
}

/// The payers whose memos have something to follow after others wrote to these subjects.
///
/// # Errors
/// [`Failure`] where a subject is none of this log's.
pub fn payers_to_follow(heard: &[Subject]) -> Result<BTreeSet<PayerAccountId>, Failure> {
    let mut payers = BTreeSet::new();
    for subject in heard {
        if let AggregateKey::UpstreamCredit { payer, .. } =
            AggregateKey::of(subject).map_err(|bad| Failure::failed(codes::SUBJECT_UNKNOWN, bad))?
        {
            payers.insert(payer);
        }
    }
    Ok(payers)
}

/// Brings the memos of a payer after its credits: issued in the order in which the credits were
/// imported, funded, and changed as the credits were.
///
/// # Errors
/// [`Failure`].
pub async fn follow_payer(unit: &mut UnitOfWork, payer: &PayerAccountId) -> Result<(), Failure> {
    let credits = unit.model.upstream_credits_as_observed(payer)?;
    let terms: Vec<_> = credits.iter().filter_map(UpstreamCreditState::terms_of_own_memo).collect();
    issue_for_credits(unit, &terms).await?;
    fund_payer(unit, payer).await?;
    follow_credits(unit, payer).await
}
