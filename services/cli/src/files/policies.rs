//! Files of policies, as `policy adopt` and `what-if` take them.

use std::path::Path;

use domain::policy::{CustomerTax, Policies};
use money::{Currency, Exact};
use serde_json::{Map, Value};
use service_kit::Failure;

/// The policies of a file over others, refused as `policy adopt` refuses them.
pub(crate) fn policies_of(file: &Path, base: &Policies) -> Result<Policies, Failure> {
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

/// Policies that are merged by name: naming one discount does not forget the others. Any other is
/// chosen as a whole.
const MERGED: [&str; 4] = ["discounts", "suspense_tolerance", "over_application_tolerance", "document_currencies"];

/// Policies whose numbers are exact amounts or rates.
const AMOUNTS: [&str; 3] = ["suspense_tolerance", "over_application_tolerance", "customer_tax"];

/// Reads a policy file over what is in force. Names may be written with `-`, spaces or `_`.
fn read(file: &Path, base: &Policies) -> Result<Policies, Failure> {
    let name = file.display();
    let refuse = |what: String| Failure::refused("CM0351", format!("{name}: {what}"));
    let text = std::fs::read_to_string(file).map_err(|cause| refuse(format!("reading it failed: {cause}")))?;
    let stated: Value = if text.trim_start().starts_with('{') {
        serde_json::from_str(&text).map_err(|cause| {
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
