//! How rows look: a table, JSON, CSV. Values in, text out.

use comfy_table::{CellAlignment, ContentArrangement, Table, presets};
use documents::plain_text;
use schemars::{JsonSchema, generate::SchemaSettings};
use serde::Serialize;
use serde_json::Value;

/// A table of no rows.
const NONE: &str = "nothing to list\n";

/// A value as JSON over several lines.
pub(crate) fn json_text<T: Serialize + ?Sized>(value: &T) -> Result<String, String> {
    let mut text = serde_json::to_string_pretty(value).map_err(|cause| cause.to_string())?;
    text.push('\n');
    Ok(text)
}

/// The fields that every row of a kind has, in their order: the header of a list of none.
pub(crate) fn fields_of<Row: JsonSchema>() -> Vec<String> {
    let schema = SchemaSettings::draft2020_12().for_serialize().into_generator().into_root_schema_for::<Row>();
    let is_in = |name: &&String| {
        let required = schema.get("required").and_then(Value::as_array);
        required.is_some_and(|required| required.iter().any(|one| one.as_str() == Some(name.as_str())))
    };
    let fields = schema.get("properties").and_then(Value::as_object);
    fields.into_iter().flat_map(|fields| fields.keys()).filter(is_in).cloned().collect()
}

/// Rows as CSV, under the names of the first one's fields; under the header where there are none.
pub(crate) fn csv_text(rows: &[Value], header: &[String]) -> Result<String, String> {
    let failed = |cause: csv::Error| cause.to_string();
    let mut writer = csv::Writer::from_writer(Vec::new());
    if let Some(first) = rows.first().and_then(Value::as_object) {
        writer.write_record(first.keys()).map_err(failed)?;
        for row in rows.iter().filter_map(Value::as_object) {
            let cells = first.keys().map(|key| row.get(key).map_or_else(String::new, |value| csv_cell(&cell(value))));
            writer.write_record(cells).map_err(failed)?;
        }
    } else if !header.is_empty() {
        writer.write_record(header).map_err(failed)?;
    }
    let bytes = writer.into_inner().map_err(|cause| cause.to_string())?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// A cell that a spreadsheet shows and does not compute: text that would begin a formula follows an apostrophe.
/// An amount stays one. What a terminal obeys is written out.
fn csv_cell(text: &str) -> String {
    let mut safe = String::with_capacity(text.len() + 1);
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) && !is_amount(text) {
        safe.push('\'');
    }
    for part in text.split_inclusive(['\n', '\t', '\r']) {
        let kept = part.trim_end_matches(['\n', '\t', '\r']);
        safe.push_str(&plain_text(kept));
        safe.push_str(&part[kept.len()..]);
    }
    safe
}

/// A number with a sign or none.
fn is_amount(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    [whole, fraction].iter().all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
}

/// The fields of an object, line by line.
pub(crate) fn fields_text(object: &Value) -> String {
    let mut table = plain_table();
    for (name, value) in object.as_object().into_iter().flatten() {
        table.add_row(vec![name.replace('_', " "), shown(value)]);
    }
    format!("{table}\n")
}

/// Rows as a table; the columns named alone.
pub(crate) fn table_text<C: AsRef<str>>(rows: &[Value], columns: &[C]) -> String {
    if rows.is_empty() {
        return NONE.to_owned();
    }
    let columns: Vec<&str> = columns.iter().map(AsRef::as_ref).collect();
    let mut table = plain_table();
    table.set_header(columns.iter().map(|column| column.replace('_', " ")));
    for row in rows {
        table.add_row(columns.iter().map(|column| row.get(column).map_or_else(String::new, shown)));
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

/// A cell of a table.
fn shown(value: &Value) -> String {
    plain_text(&cell(value)).into_owned()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spreadsheet_computes_no_text_and_amounts_stay_amounts() {
        for (text, cell) in [
            ("=HYPERLINK(\"x\")", "'=HYPERLINK(\"x\")"),
            ("+1", "'+1"),
            ("@sum", "'@sum"),
            ("-a", "'-a"),
            ("\tx", "'\tx"),
            ("-12.50", "-12.50"),
            ("-", "'-"),
            ("12", "12"),
            ("two\nlines", "two\nlines"),
            ("a\u{1b}[2J", "a\\u{1b}[2J"),
            ("", ""),
        ] {
            assert_eq!(csv_cell(text), cell);
        }
    }

    #[test]
    fn the_header_of_none_begins_as_the_one_of_some() {
        assert_eq!(fields_of::<answers::SuspenseRow>()[..3], ["item", "payer_account_id", "period"]);
        assert_eq!(fields_of::<answers::MemoRow>()[..3], ["payer_account_id", "member_account_id", "customer"]);
        assert_eq!(fields_of::<answers::IssuedDocumentRow>()[..2], ["document_number", "kind"]);
        assert!(!fields_of::<answers::CreditRow>().contains(&"applications".to_owned()));
    }
}
