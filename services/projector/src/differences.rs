//! Comparing the memos that the log makes with the live ones, to the last digit.

use domain::memo::{CreditMemo, MemberMemos};
use read_model::ReadModel;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;
use service_kit::{Failure, codes};

use crate::scope::Scope;

/// Where the rebuilt balances and the live ones differ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Difference {
    /// The payer.
    pub payer_account_id: String,
    /// The account.
    pub member_account_id: String,
    /// The memo; blank where the account itself is missing on one side.
    pub memo_number: String,
    /// What differs.
    pub what: String,
    /// As the log makes it.
    pub replayed: String,
    /// As the read model has it.
    pub live: String,
}

/// The fields of a memo on both sides, by name: texts as they are, what is made of parts as JSON.
fn fields_of_both(a: &CreditMemo, b: &CreditMemo) -> Result<Vec<(String, String, String)>, Failure> {
    let fields = |memo: &CreditMemo| -> Result<serde_json::Map<String, Value>, Failure> {
        match serde_json::to_value(memo).map_err(|cause| Failure::failed(codes::ANSWER_NOT_TEXT, cause))? {
            Value::Object(fields) => Ok(fields),
            other => Ok(std::iter::once(("memo".to_owned(), other)).collect()),
        }
    };
    let (a, b) = (fields(a)?, fields(b)?);
    let text = |value: Option<&Value>| match value {
        None => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    };
    let names: std::collections::BTreeSet<&String> = a.keys().chain(b.keys()).collect();
    Ok(names.into_iter().map(|name| (name.replace('_', " "), text(a.get(name)), text(b.get(name)))).collect())
}

/// Compares rebuilt memos with the live ones, to the last digit.
///
/// # Errors
/// [`Failure`] where a model cannot be read.
pub fn differences(replayed: &ReadModel, live: &ReadModel) -> Result<Vec<Difference>, Failure> {
    differences_in(&Scope::default(), replayed, live)
}

/// Compares the rebuilt memos of a scope with the live ones, to the last digit.
///
/// # Errors
/// As [`differences`].
pub fn differences_in(scope: &Scope, replayed: &ReadModel, live: &ReadModel) -> Result<Vec<Difference>, Failure> {
    let replayed = replayed.all_memos()?;
    let live = live.all_memos()?;
    let mut differences = Vec::new();
    let nothing = MemberMemos::default();
    let owners: std::collections::BTreeSet<_> = replayed.keys().chain(live.keys()).collect();
    for owner in owners {
        let (from_log, from_model) = (replayed.get(owner).unwrap_or(&nothing), live.get(owner).unwrap_or(&nothing));
        if from_log == from_model || !scope.has_account(&owner.0, &owner.1) {
            continue;
        }
        let numbers: std::collections::BTreeSet<_> = from_log.memos.keys().chain(from_model.memos.keys()).collect();
        for number in numbers {
            let (a, b) = (from_log.memos.get(number), from_model.memos.get(number));
            if a == b || !scope.has_memo(number) {
                continue;
            }
            let mut push = |what: &str, replayed: String, live: String| {
                if replayed != live {
                    differences.push(Difference {
                        payer_account_id: owner.0.to_string(),
                        member_account_id: owner.1.to_string(),
                        memo_number: number.to_string(),
                        what: what.to_owned(),
                        replayed,
                        live,
                    });
                }
            };
            match (a, b) {
                (Some(a), Some(b)) => {
                    for (name, replayed, live) in fields_of_both(a, b)? {
                        push(&name, replayed, live);
                    }
                }
                (Some(a), None) => push("memo", a.open.to_string(), "missing".into()),
                (None, Some(b)) => push("memo", "missing".into(), b.open.to_string()),
                (None, None) => {}
            }
        }
    }
    Ok(differences)
}
