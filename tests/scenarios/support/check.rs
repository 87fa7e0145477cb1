//! Checking JSON rows field by field, with the row in the message.

use serde_json::Value;

/// The fields must have these texts; a number, a truth value or `null` is compared as written.
#[track_caller]
pub(crate) fn assert_fields(row: &Value, fields: &[(&str, &str)]) {
    let wrong: Vec<String> = fields
        .iter()
        .filter_map(|(name, expected)| {
            let found = match row.get(name) {
                None => "not there".to_owned(),
                Some(Value::String(text)) => text.clone(),
                Some(other) => other.to_string(),
            };
            (found != *expected).then(|| format!("{name} is {found}, expected {expected}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{}\nin {row:#}", wrong.join("\n"));
}

/// The only row of an array.
#[track_caller]
pub(crate) fn only(rows: &Value) -> Value {
    match rows.as_array().map(Vec::as_slice) {
        Some([one]) => one.clone(),
        _ => panic!("one row was expected: {rows:#}"),
    }
}

/// The only row with this text in a field.
#[track_caller]
pub(crate) fn row_where(rows: &Value, field: &str, text: &str) -> Value {
    let matching: Vec<&Value> = rows.as_array().unwrap().iter().filter(|row| row[field] == text).collect();
    match matching.as_slice() {
        [one] => (*one).clone(),
        others => panic!("one row with {field} = {text} was expected, and {} are there: {rows:#}", others.len()),
    }
}

/// A value without these fields, at any depth: what two runs may differ in.
pub(crate) fn without(value: &Value, fields: &[&str]) -> Value {
    match value {
        Value::Array(items) => items.iter().map(|item| without(item, fields)).collect(),
        Value::Object(object) => object
            .iter()
            .filter(|(name, _)| !fields.contains(&name.as_str()))
            .map(|(name, value)| (name.clone(), without(value, fields)))
            .collect(),
        other => other.clone(),
    }
}
