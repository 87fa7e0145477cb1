//! What a policy file says, over what is in force: only what it names changes. Names may be written with
//! `-`, spaces or `_`; amounts and rates may be written as numbers. A rate of 19 is a mistake for 0.19, and a
//! tolerance is an amount of a currency that there is.

use std::collections::BTreeMap;

use money::{Currency, Exact};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{CustomerTax, Policies};

/// Policies that are merged by name: naming one discount does not forget the others. Any other is
/// chosen as a whole.
const MERGED: [&str; 4] = ["discounts", "suspense_tolerance", "over_application_tolerance", "document_currencies"];

/// Policies whose numbers are exact amounts or rates.
const AMOUNTS: [&str; 3] = ["suspense_tolerance", "over_application_tolerance", "customer_tax"];

/// What a policy file states, by name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct StatedPolicies(BTreeMap<String, Value>);

/// Why a policy file was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadPolicy {
    /// It names a policy that there is none of. Correct the name.
    #[error("there is no policy '{name}'; the policies are: {known}")]
    Unknown {
        /// The name.
        name: String,
        /// Those there are.
        known: String,
    },
    /// A policy has a value that it cannot have. Correct it.
    #[error("{0}")]
    Unreadable(String),
    /// A figure is out of its range. Correct it.
    #[error("{0}")]
    OutOfRange(String),
}

impl From<Map<String, Value>> for StatedPolicies {
    fn from(file: Map<String, Value>) -> Self {
        let named = file.into_iter().map(|(name, value)| {
            let name = name.replace(['-', ' '], "_").to_lowercase();
            let value = if AMOUNTS.contains(&name.as_str()) { amounts_as_text(value) } else { value };
            (name, value)
        });
        Self(named.collect())
    }
}

impl StatedPolicies {
    /// The policies that come of it over others.
    ///
    /// # Errors
    /// [`BadPolicy`].
    pub fn over(&self, base: &Policies) -> Result<Policies, BadPolicy> {
        let mut merged = match serde_json::to_value(base) {
            Ok(Value::Object(base)) => base,
            _ => Map::new(), // policies are an object
        };
        if let Some(name) = self.0.keys().find(|name| !merged.contains_key(*name)) {
            let known: Vec<&str> = merged.keys().map(String::as_str).collect();
            return Err(BadPolicy::Unknown { name: name.clone(), known: known.join(", ") });
        }
        for (name, value) in &self.0 {
            match (merged.get_mut(name), value) {
                (Some(Value::Object(known)), Value::Object(value)) if MERGED.contains(&name.as_str()) => {
                    known.extend(value.clone());
                }
                (_, value) => {
                    merged.insert(name.clone(), value.clone());
                }
            }
        }
        let policies: Policies =
            serde_json::from_value(Value::Object(merged)).map_err(|cause| BadPolicy::Unreadable(cause.to_string()))?;
        check_figures(&policies)?;
        Ok(policies)
    }
}

fn check_figures(policies: &Policies) -> Result<(), BadPolicy> {
    let refuse = |what: String| Err(BadPolicy::OutOfRange(what));
    if let CustomerTax::RateBeforeMemo(rate) | CustomerTax::RateAfterMemo(rate) = &policies.customer_tax
        && (rate.is_negative() || Exact::parse("1").is_ok_and(|one| *rate > one))
    {
        return refuse(format!("customer_tax: the rate {rate} is not between 0 and 1: write 19 % as 0.19"));
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
