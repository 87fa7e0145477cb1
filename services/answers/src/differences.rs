//! What became known between two times: the difference between two answers, field by field.

use std::collections::BTreeMap;

use money::Exact;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;
use service_kit::{Failure, codes};

/// A field that says something else at one recorded time than at another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct KnowledgeDifference {
    /// What the row is of: a memo, a credit, a statement, a period.
    pub of: String,
    /// The field; inside a list, with the entry it is of.
    pub field: String,
    /// What was known before; none where nothing was.
    pub before: Option<String>,
    /// What was known after; none where it is gone.
    pub after: Option<String>,
    /// After less before, where both are amounts; what is not there counts as nothing.
    pub change: Option<Exact>,
}

/// What differs between two answers; `key` is the field that tells rows apart.
///
/// # Errors
/// [`Failure`].
pub fn differences<Row: Serialize>(
    before: &[Row],
    after: &[Row],
    key: &str,
) -> Result<Vec<KnowledgeDifference>, Failure> {
    let before = fields_of(before, key)?;
    let after = fields_of(after, key)?;
    let mut paths: Vec<&(String, String)> = before.keys().chain(after.keys()).collect();
    paths.sort();
    paths.dedup();
    Ok(paths
        .into_iter()
        .filter(|path| before.get(*path) != after.get(*path))
        .map(|path| {
            let (was, is) = (before.get(path).cloned(), after.get(path).cloned());
            KnowledgeDifference {
                of: path.0.clone(),
                field: path.1.clone(),
                change: change_of(&path.1, was.as_deref(), is.as_deref()),
                before: was,
                after: is,
            }
        })
        .collect())
}

/// Fields whose text may look like an amount and is none.
const NOT_AMOUNTS: [&str; 6] = ["_id", "_number", "customer", "service", "position", "description"];

fn change_of(field: &str, before: Option<&str>, after: Option<&str>) -> Option<Exact> {
    if NOT_AMOUNTS.iter().any(|ending| field.ends_with(ending)) {
        return None;
    }
    let amount = |text: Option<&str>| text.map_or(Some(Exact::ZERO), |text| Exact::parse(text).ok());
    amount(after)?.checked_sub(amount(before)?).ok()
}

type Fields = BTreeMap<(String, String), String>;

fn fields_of<Row: Serialize>(rows: &[Row], key: &str) -> Result<Fields, Failure> {
    let mut fields = Fields::new();
    for row in rows {
        let value = serde_json::to_value(row).map_err(|cause| Failure::failed(codes::ANSWER_NOT_TEXT, cause))?;
        let of = value.get(key).map(text_of).unwrap_or_default();
        flatten(&value, "", &of, &mut fields);
    }
    Ok(fields)
}

fn flatten(value: &Value, path: &str, of: &str, fields: &mut Fields) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                flatten(member, &path, of, fields);
            }
        }
        Value::Array(items) if items.iter().any(Value::is_object) => {
            for item in items {
                flatten(item, &format!("{path}[{}]", label_of(item)), of, fields);
            }
        }
        Value::Null => {}
        other => {
            fields.insert((of.to_owned(), path.to_owned()), text_of(other));
        }
    }
}

/// What tells the entries of a list apart.
const LABELS: [&str; 9] = [
    "memo_number",
    "credit_id",
    "service",
    "charge_kind",
    "position",
    "period",
    "beneficiary_account_id",
    "description",
    "matched_by",
];

fn label_of(item: &Value) -> String {
    // A memo or a credit is told by its number alone.
    let first = ["memo_number", "credit_id", "position"].iter().find_map(|name| item.get(*name));
    match first {
        Some(value) if !value.is_null() => text_of(value),
        _ => LABELS.iter().filter_map(|name| item.get(*name)).map(text_of).collect::<Vec<_>>().join(" "),
    }
}

fn text_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(text_of).collect::<Vec<_>>().join(";"),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn fields_are_compared_by_row_and_entry() {
        let before =
            [json!({"memo_number": "CM-1", "open": "900.00", "entries": [{"position": 1, "applied": "100.00"}]})];
        let after = [
            json!({"memo_number": "CM-1", "open": "870.00", "entries": [{"position": 1, "applied": "100.00"}, {"position": 2, "applied": "30.00"}]}),
            json!({"memo_number": "CM-2", "open": "5.00", "credit_id": "0007"}),
        ];
        let found = differences(&before, &after, "memo_number").unwrap();
        let said: Vec<String> = found
            .iter()
            .map(|one| format!("{} {} {:?} {:?} {:?}", one.of, one.field, one.before, one.after, one.change))
            .collect();
        assert_eq!(
            said,
            [
                "CM-1 entries[2].applied None Some(\"30.00\") Some(30)",
                "CM-1 entries[2].position None Some(\"2\") None",
                "CM-1 open Some(\"900.00\") Some(\"870.00\") Some(-30)",
                "CM-2 credit_id None Some(\"0007\") None",
                "CM-2 memo_number None Some(\"CM-2\") None",
                "CM-2 open None Some(\"5.00\") Some(5)",
            ]
        );
        assert_eq!(differences(&after, &after, "memo_number").unwrap(), []);
    }
}
