//! What the services do by themselves once something was recorded: attribute credit lines, fund
//! memos. In one process it runs after the command; as separate processes each service reacts to
//! the stream.

use std::collections::BTreeSet;

use domain::{credit::UpstreamCreditTerms, ids::PayerAccountId, period::BillingPeriod};
use service_kit::{BackOffice, Failure};

/// After deliveries changed.
pub(crate) async fn after_deliveries(
    office: &mut BackOffice,
    changed: &[(PayerAccountId, BillingPeriod)],
) -> Result<(), Failure> {
    for (payer, period) in changed {
        office.correlate(&format!("attribute {payer} {period}"));
        upstream_credits::attribute_period(office, payer, *period).await?;
    }
    let payers: BTreeSet<&PayerAccountId> = changed.iter().map(|(payer, _)| payer).collect();
    for payer in payers {
        memo_keeper::fund_payer(office, payer).await?;
    }
    Ok(())
}

/// After credits were observed.
pub(crate) async fn after_credits(office: &mut BackOffice, credits: &[UpstreamCreditTerms]) -> Result<(), Failure> {
    // Each gets its memo as it was first seen; what happened to it since follows.
    let mut own = Vec::new();
    for terms in credits {
        own.extend(office.model.upstream_credit(&terms.payer, &terms.credit)?.terms_of_own_memo());
    }
    memo_keeper::issue_for_credits(office, &own).await?;
    let payers: BTreeSet<&PayerAccountId> = credits.iter().map(|terms| &terms.payer).collect();
    for payer in payers {
        follow(office, payer).await?;
    }
    Ok(())
}

/// After something happened to a payer's credits.
pub(crate) async fn follow(office: &mut BackOffice, payer: &PayerAccountId) -> Result<(), Failure> {
    upstream_credits::attribute_payer(office, payer).await?;
    memo_keeper::fund_payer(office, payer).await?;
    memo_keeper::follow_credits(office, payer).await
}

/// Brings a payer's month up to date before it is billed or closed, so that a process killed between
/// a delivery and its attribution leaves nothing behind. Other months were attributed when they, or
/// their credits, came in.
pub(crate) async fn before_billing(
    office: &mut BackOffice,
    payer: &PayerAccountId,
    period: BillingPeriod,
) -> Result<(), Failure> {
    upstream_credits::attribute_period(office, payer, period).await?;
    memo_keeper::fund_payer(office, payer).await?;
    memo_keeper::follow_credits(office, payer).await
}
