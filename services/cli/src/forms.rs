//! How rows look: a table, JSON, CSV. Values in, text out.

use comfy_table::{CellAlignment, ContentArrangement, Table, presets};
use serde::Serialize;
use serde_json::Value;

/// A value as JSON over several lines.
pub(crate) fn json_text<T: Serialize + ?Sized>(value: &T) -> Result<String, String> {
    let mut text = serde_json::to_string_pretty(value).map_err(|cause| cause.to_string())?;
    text.push('\n');
    Ok(text)
}

/// Rows as CSV, under the names of the first one's fields.
pub(crate) fn csv_text(rows: &[Value]) -> Result<String, String> {
    let failed = |cause: csv::Error| cause.to_string();
    let mut writer = csv::Writer::from_writer(Vec::new());
    if let Some(first) = rows.first().and_then(Value::as_object) {
        writer.write_record(first.keys()).map_err(failed)?;
        for row in rows.iter().filter_map(Value::as_object) {
            writer.write_record(first.keys().map(|key| row.get(key).map_or_else(String::new, cell))).map_err(failed)?;
        }
    }
    let bytes = writer.into_inner().map_err(|cause| cause.to_string())?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// The fields of an object, line by line.
pub(crate) fn fields_text(object: &Value) -> String {
    let mut table = plain_table();
    for (name, value) in object.as_object().into_iter().flatten() {
        table.add_row(vec![name.replace('_', " "), cell(value)]);
    }
    format!("{table}\n")
}

/// Rows as a table; the columns named alone.
pub(crate) fn table_text<C: AsRef<str>>(rows: &[Value], columns: &[C]) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let columns: Vec<&str> = columns.iter().map(AsRef::as_ref).collect();
    let mut table = plain_table();
    table.set_header(columns.iter().map(|column| column.replace('_', " ")));
    for row in rows {
        table.add_row(columns.iter().map(|column| row.get(column).map_or_else(String::new, cell)));
    }
    for (at, column) in columns.iter().enumerate() {
        let is_amount =
            rows.iter().filter_map(|row| row.get(column)).all(|value| value.is_null() || is_number(&cell(value)));
        if is_amount
            && !column.ends_with("_id")
            && let Some(column) = table.column_mut(at)
        {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    let mut text = table.lines().map(|line| line.trim_end().to_owned()).collect::<Vec<_>>().join("\n");
    text.push('\n');
    text
}

fn plain_table() -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    table
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b'.' | b','))
}

fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(items) if items.iter().all(Value::is_string) => {
            items.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(";")
        }
        other => other.to_string(),
    }
}
