//! `policy show` and `policy adopt`.

use std::path::Path;

use domain::{
    ids::PayerAccountId,
    period::BillingPeriod,
    policy::{AdoptPolicies, Policies},
};
use service_kit::{Failure, UnitOfWork};

use crate::{files::policies::stated_in, outcome::Outcome, policy_proposals, shown::proposals::proposed};

/// The policies in force, as a file that `policy adopt` takes.
pub(crate) fn policy_show(
    unit: &UnitOfWork,
    payer: Option<&PayerAccountId>,
    period: Option<BillingPeriod>,
) -> Result<Outcome, Failure> {
    let period = period.unwrap_or_else(|| BillingPeriod::containing(unit.clock.today()));
    let policies = in_force(unit, payer, period)?;
    let said = Outcome::new().say(format_args!("policies {} in force for {period}", policies.hash()));
    Ok(said.then(Outcome::object(&policies)?))
}

fn in_force(unit: &UnitOfWork, payer: Option<&PayerAccountId>, period: BillingPeriod) -> Result<Policies, Failure> {
    match payer {
        Some(payer) => Ok(unit.model.policies(payer, period)?),
        None => Ok(unit.model.policy_history(None)?.in_force(period).cloned().unwrap_or_default()),
    }
}

/// Adopts policies from a file.
pub(crate) async fn policy_adopt(
    unit: &mut UnitOfWork,
    file: &Path,
    payer: Option<&PayerAccountId>,
    from: Option<BillingPeriod>,
) -> Result<Outcome, Failure> {
    let stated = stated_in(file)?;
    let adopted = policy_proposals::adopt(unit, payer, from, &stated).await?;
    let AdoptPolicies { from, policies, .. } = adopted.command;
    let from = from.map_or_else(|| "the beginning".to_owned(), |from| from.to_string());
    let hash = policies.hash();
    let said = match adopted.proposal {
        Some(proposal) => proposed(&proposal),
        None if adopted.is_new => format!("policies {hash} adopted from {from} on"),
        None => format!("policies {hash} were in force from {from} before"),
    };
    Ok(Outcome::new().say(said).then(Outcome::object(&policies)?))
}
