//! `policy show` and `policy adopt`.

use std::path::Path;

use answers::{Books, PointInTime};
use domain::{ids::PayerAccountId, period::BillingPeriod, policy::AdoptPolicies};
use service_kit::{Failure, UnitOfWork};
use wire::{Fact, Subject};

use crate::{files::policies::policies_of, outcome::Outcome};

/// The policies in force, as a file that `policy adopt` takes.
pub(crate) async fn policy_show(
    unit: &UnitOfWork,
    payer: Option<&PayerAccountId>,
    period: Option<BillingPeriod>,
) -> Result<Outcome, Failure> {
    let period = period.unwrap_or_else(|| BillingPeriod::containing(unit.clock.today()));
    let policies = answers::policy(&Books::of(unit), payer, period, PointInTime::default()).await?;
    let said = Outcome::new().say(format_args!("policies {} in force for {period}", policies.hash()));
    Ok(said.then(Outcome::object(&policies)?))
}

/// Adopts policies from a file.
pub(crate) async fn policy_adopt(
    unit: &mut UnitOfWork,
    file: &Path,
    payer: Option<&PayerAccountId>,
    from: Option<BillingPeriod>,
) -> Result<Outcome, Failure> {
    let last_closed = last_closed(unit, payer)?;
    let from = from.or(last_closed.map(BillingPeriod::next));
    let first = from.unwrap_or_else(|| BillingPeriod::containing(unit.clock.today()));
    let base = answers::policy(&Books::of(unit), payer, first, PointInTime::default()).await?;
    let policies = policies_of(file, &base)?;
    let subject = payer.map_or_else(Subject::general_policy, Subject::policy);
    let command = AdoptPolicies { from, policies, last_closed };
    let facts = unit
        .decide(&subject, |model| {
            let history = model.policy_history(payer)?;
            let facts = history.decide(command.clone()).map_err(|refusal| Failure::refused("CM0350", refusal))?;
            Ok(facts.into_iter().map(Fact::PolicyAdopted).collect())
        })
        .await?;
    let from = command.from.map_or_else(|| "the beginning".to_owned(), |from| from.to_string());
    let hash = command.policies.hash();
    let said = match facts.is_empty() {
        true => format!("policies {hash} were in force from {from} before"),
        false => format!("policies {hash} adopted from {from} on"),
    };
    Ok(Outcome::new().say(said).then(Outcome::object(&command.policies)?))
}

fn last_closed(unit: &UnitOfWork, payer: Option<&PayerAccountId>) -> Result<Option<BillingPeriod>, Failure> {
    let payers = match payer {
        Some(payer) => vec![payer.clone()],
        None => unit.model.payers()?,
    };
    let mut last = None;
    for payer in payers {
        let periods = unit.model.billing_periods(&payer)?;
        let closed = periods.into_iter().filter(|(_, state)| state.status == domain::billing::PeriodStatus::Closed);
        last = last.max(closed.map(|(period, _)| period).max());
    }
    Ok(last)
}
