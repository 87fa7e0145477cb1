//! `policy show` and `policy adopt`.

use std::path::Path;

use bill_formats::input_file::read_import;
use domain::{
    ids::PayerAccountId,
    period::BillingPeriod,
    policy::{AdoptPolicies, BadPolicy, Policies, StatedPolicies},
};
use serde_json::Value;
use service_kit::{Failure, UnitOfWork};

use super::{memo_verbs::say_proposed, policy_proposals};
use crate::{args::Global, output};

/// The policies in force, as a file that `policy adopt` takes.
pub(crate) fn policy_show(
    global: &Global,
    unit: &UnitOfWork,
    payer: Option<&PayerAccountId>,
    period: Option<BillingPeriod>,
) -> Result<(), Failure> {
    let period = period.unwrap_or_else(|| BillingPeriod::containing(unit.clock.today()));
    let policies = in_force(unit, payer, period)?;
    output::say(format_args!("policies {} in force for {period}", policies.hash()));
    output::print_object(global.output, &policies)
}

fn in_force(unit: &UnitOfWork, payer: Option<&PayerAccountId>, period: BillingPeriod) -> Result<Policies, Failure> {
    match payer {
        Some(payer) => Ok(unit.model.policies(payer, period)?),
        None => Ok(unit.model.policy_history(None)?.in_force(period).cloned().unwrap_or_default()),
    }
}

/// Adopts policies from a file.
pub(crate) async fn policy_adopt(
    global: &Global,
    unit: &mut UnitOfWork,
    file: &Path,
    payer: Option<&PayerAccountId>,
    from: Option<BillingPeriod>,
) -> Result<(), Failure> {
    let stated = stated_in(file)?;
    let outcome = policy_proposals::adopt(unit, payer, from, &stated).await?;
    let AdoptPolicies { from, policies, .. } = outcome.command;
    let from = from.map_or_else(|| "the beginning".to_owned(), |from| from.to_string());
    let hash = policies.hash();
    match outcome.proposal {
        Some(proposal) => say_proposed(&proposal),
        None if outcome.is_new => output::say(format_args!("policies {hash} adopted from {from} on")),
        None => output::say(format_args!("policies {hash} were in force from {from} before")),
    }
    output::print_object(global.output, &policies)
}

/// The policies of a file over others, refused as `policy adopt` refuses them.
pub(super) fn policies_of(file: &Path, base: &Policies) -> Result<Policies, Failure> {
    let policies = stated_in(file)?.over(base);
    policies.map_err(|bad| refused(file, &bad))
}

/// A policy that cannot be one, in a file.
fn refused(file: &Path, bad: &BadPolicy) -> Failure {
    match bad {
        BadPolicy::OutOfRange(what) => Failure::refused("CM0353", what),
        BadPolicy::Unknown { .. } | BadPolicy::Unreadable(_) => {
            Failure::refused("CM0351", format!("{}: {bad}", file.display()))
        }
    }
}

/// What a policy file states: JSON or TOML, told by its content.
fn stated_in(file: &Path) -> Result<StatedPolicies, Failure> {
    let name = file.display();
    let refuse = |what: String| Failure::refused("CM0351", format!("{name}: {what}"));
    let bytes = read_import(file).map_err(|fault| Failure::refused("CM0351", fault))?;
    let text = String::from_utf8(bytes).map_err(|_| refuse("it is not UTF-8 text: save it as UTF-8".into()))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let stated: Value = if text.trim_start().starts_with('{') {
        serde_json::from_str(text).map_err(|cause| {
            refuse(format!("line {} column {}: it is not JSON: {cause}", cause.line(), cause.column()))
        })?
    } else {
        let table: toml::Table =
            text.parse().map_err(|cause: toml::de::Error| refuse(format!("it is not TOML: {}", cause.message())))?;
        serde_json::to_value(table).map_err(|cause| refuse(cause.to_string()))?
    };
    let Value::Object(stated) = stated else { return Err(refuse("it is no object of policies".into())) };
    let stated = StatedPolicies::from(stated);
    // What it says is read at once, so that the refusal names the file.
    stated.over(&Policies::default()).map_err(|bad| refused(file, &bad))?;
    Ok(stated)
}
