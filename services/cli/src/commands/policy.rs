//! `policy show` and `policy adopt`.

use std::path::Path;

use bill_formats::input_file::read_import;
use domain::{
    ids::PayerAccountId,
    period::BillingPeriod,
    policy::{AdoptPolicies, CustomerTax, Policies},
};
use money::{Currency, Exact};
use serde_json::{Map, Value};
use service_kit::{Failure, UnitOfWork};
use wire::{Fact, Subject};

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
    let last_closed = last_closed(unit, payer)?;
    let from = from.or(last_closed.map(BillingPeriod::next));
    let base = in_force(unit, payer, from.unwrap_or_else(|| BillingPeriod::containing(unit.clock.today())))?;
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
    if facts.is_empty() {
        output::say(format_args!("policies {hash} were in force from {from} before"));
    } else {
        output::say(format_args!("policies {hash} adopted from {from} on"));
    }
    output::print_object(global.output, &command.policies)
}

/// The policies of a file over others, refused as `policy adopt` refuses them.
pub(super) fn policies_of(file: &Path, base: &Policies) -> Result<Policies, Failure> {
    let policies = read(file, base)?;
    refuse_figures_out_of_range(&policies)?;
    Ok(policies)
}

/// A rate of 19 is a mistake for 0.19, and a tolerance is an amount of a currency that there is.
fn refuse_figures_out_of_range(policies: &Policies) -> Result<(), Failure> {
    let refuse = |what: String| Err(Failure::refused("CM0353", what));
    if let CustomerTax::RateBeforeMemo(rate) | CustomerTax::RateAfterMemo(rate) = &policies.customer_tax {
        let one = Exact::parse("1")?;
        if rate.is_negative() || *rate > one {
            return refuse(format!("customer_tax: the rate {rate} is not between 0 and 1: write 19 % as 0.19"));
        }
    }
    for (name, tolerances) in [
        ("suspense_tolerance", &policies.suspense_tolerance),
        ("over_application_tolerance", &policies.over_application_tolerance),
    ] {
        for (code, amount) in tolerances {
            if Currency::parse(code).is_err() {
                return refuse(format!("{name}: '{code}' is not an ISO 4217 currency code: correct it"));
            }
            if amount.is_negative() {
                return refuse(format!("{name}: {amount} {code} is below zero: a tolerance has no sign"));
            }
        }
    }
    Ok(())
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

/// Policies that are merged by name: naming one discount does not forget the others. Any other is
/// chosen as a whole.
const MERGED: [&str; 4] = ["discounts", "suspense_tolerance", "over_application_tolerance", "document_currencies"];

/// Policies whose numbers are exact amounts or rates.
const AMOUNTS: [&str; 3] = ["suspense_tolerance", "over_application_tolerance", "customer_tax"];

/// Reads a policy file over what is in force. Names may be written with `-`, spaces or `_`.
fn read(file: &Path, base: &Policies) -> Result<Policies, Failure> {
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
    let mut merged = match serde_json::to_value(base) {
        Ok(Value::Object(base)) => base,
        _ => Map::new(),
    };
    for (key, value) in stated {
        let key = key.replace(['-', ' '], "_").to_lowercase();
        let value = if AMOUNTS.contains(&key.as_str()) { amounts_as_text(value) } else { value };
        match (merged.get_mut(&key), value) {
            (Some(Value::Object(known)), Value::Object(value)) if MERGED.contains(&key.as_str()) => known.extend(value),
            (_, value) => {
                merged.insert(key, value);
            }
        }
    }
    let known: Vec<String> = match serde_json::to_value(base) {
        Ok(Value::Object(known)) => known.into_iter().map(|(name, _)| name).collect(),
        _ => Vec::new(),
    };
    if let Some(unknown) = merged.keys().find(|name| !known.contains(name)) {
        return Err(refuse(format!("there is no policy '{unknown}'; the policies are: {}", known.join(", "))));
    }
    serde_json::from_value(Value::Object(merged)).map_err(|cause| refuse(cause.to_string()))
}

/// Amounts may be written as numbers in a policy file; inside they are exact texts.
fn amounts_as_text(value: Value) -> Value {
    match value {
        Value::Number(number) if number.is_f64() => Value::String(number.to_string()),
        Value::Object(fields) => Value::Object(
            fields
                .into_iter()
                .map(|(key, value)| {
                    let value = match value {
                        // Days are counted; everything else that is a number is an amount.
                        Value::Number(days) if key.ends_with("days") => Value::Number(days),
                        Value::Number(number) => Value::String(number.to_string()),
                        other => other,
                    };
                    (key, value)
                })
                .collect(),
        ),
        other => other,
    }
}
