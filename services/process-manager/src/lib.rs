//! Who runs after what: what services do once something was recorded (attribute credit lines, issue and fund
//! memos), and in which order. The page beside this crate's manifest has it as a table.
//!
//! Invariants: no rule stands here, and nothing is recorded here; each step is a service's, and by target.

use std::collections::BTreeSet;

use domain::{credit::UpstreamCreditTerms, ids::PayerAccountId, period::BillingPeriod};
use service_kit::{Failure, UnitOfWork};

/// After deliveries changed.
///
/// # Errors
/// [`Failure`].
pub async fn after_deliveries(
    unit: &mut UnitOfWork,
    changed: &[(PayerAccountId, BillingPeriod)],
) -> Result<(), Failure> {
    for (payer, period) in changed {
        unit.correlate(&format!("attribute {payer} {period}"));
        upstream_credits::attribute_period(unit, payer, *period).await?;
    }
    let payers: BTreeSet<&PayerAccountId> = changed.iter().map(|(payer, _)| payer).collect();
    for payer in payers {
        memo_keeper::fund_payer(unit, payer).await?;
        memo_keeper::follow_credits(unit, payer).await?;
    }
    Ok(())
}

/// After credits were observed.
///
/// # Errors
/// [`Failure`].
pub async fn after_credits(unit: &mut UnitOfWork, credits: &[UpstreamCreditTerms]) -> Result<(), Failure> {
    // Each gets its memo as it was first seen; what happened to it since follows.
    let mut own = Vec::new();
    for terms in credits {
        own.extend(unit.model.upstream_credit(&terms.payer, &terms.credit)?.terms_of_own_memo());
    }
    memo_keeper::issue_for_credits(unit, &own).await?;
    let payers: BTreeSet<&PayerAccountId> = credits.iter().map(|terms| &terms.payer).collect();
    for payer in payers {
        follow(unit, payer).await?;
    }
    Ok(())
}

/// After something happened to a payer's credits.
///
/// # Errors
/// [`Failure`].
pub async fn follow(unit: &mut UnitOfWork, payer: &PayerAccountId) -> Result<(), Failure> {
    upstream_credits::attribute_payer(unit, payer).await?;
    memo_keeper::fund_payer(unit, payer).await?;
    memo_keeper::follow_credits(unit, payer).await
}

/// Brings a payer's month up to date before it is billed or closed, so that a process killed between
/// a delivery and its attribution leaves nothing behind. Other months were attributed when they, or
/// their credits, came in.
///
/// # Errors
/// [`Failure`].
pub async fn before_billing(
    unit: &mut UnitOfWork,
    payer: &PayerAccountId,
    period: BillingPeriod,
) -> Result<(), Failure> {
    upstream_credits::attribute_period(unit, payer, period).await?;
    memo_keeper::fund_payer(unit, payer).await?;
    memo_keeper::follow_credits(unit, payer).await
}
