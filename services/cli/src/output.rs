//! Printing: rows as a table, JSON or CSV on stdout. A reader that closes the pipe is success.

use std::io::{self, IsTerminal, Write};

use comfy_table::{CellAlignment, ContentArrangement, Table, presets};
use serde::Serialize;
use serde_json::Value;
use service_kit::Failure;

use crate::{args::OutputFormat, serve};

/// Prints rows; a table shows the columns named, JSON and CSV everything.
pub(crate) fn print_rows<T: Serialize>(format: OutputFormat, rows: &[T], columns: &[&str]) -> Result<(), Failure> {
    let values: Vec<Value> = rows
        .iter()
        .map(serde_json::to_value)
        .collect::<Result<_, _>>()
        .map_err(|cause| Failure::failed("CM0110", cause))?;
    let text = match format {
        OutputFormat::Json => json_text(&values)?,
        OutputFormat::Csv => csv_text(&values)?,
        OutputFormat::Table => table_text(&values, columns),
    };
    print_text(&text)
}

/// Prints one object; as a table, its fields line by line.
pub(crate) fn print_object<T: Serialize>(format: OutputFormat, object: &T) -> Result<(), Failure> {
    let value = serde_json::to_value(object).map_err(|cause| Failure::failed("CM0110", cause))?;
    let text = match format {
        OutputFormat::Json => json_text(&value)?,
        OutputFormat::Csv => csv_text(&[value])?,
        OutputFormat::Table => {
            let mut table = plain_table();
            for (name, value) in value.as_object().into_iter().flatten() {
                table.add_row(vec![name.replace('_', " "), cell(value)]);
            }
            format!("{table}\n")
        }
    };
    print_text(&text)
}

fn json_text<T: Serialize>(value: &T) -> Result<String, Failure> {
    let mut text = serde_json::to_string_pretty(value).map_err(|cause| Failure::failed("CM0110", cause))?;
    text.push('\n');
    Ok(text)
}

fn csv_text(rows: &[Value]) -> Result<String, Failure> {
    let failed = |cause: csv::Error| Failure::failed("CM0110", cause);
    let mut writer = csv::Writer::from_writer(Vec::new());
    if let Some(first) = rows.first().and_then(Value::as_object) {
        writer.write_record(first.keys()).map_err(failed)?;
        for row in rows.iter().filter_map(Value::as_object) {
            writer.write_record(first.keys().map(|key| row.get(key).map_or_else(String::new, cell))).map_err(failed)?;
        }
    }
    let bytes = writer.into_inner().map_err(|cause| Failure::failed("CM0110", cause))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn plain_table() -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    table
}

fn table_text(rows: &[Value], columns: &[&str]) -> String {
    if rows.is_empty() {
        return String::new();
    }
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

/// Prints text as it is.
pub(crate) fn print_text(text: &str) -> Result<(), Failure> {
    print_bytes(text.as_bytes())
}

/// Prints a file as it is. An answer over NATS is text: a file that is none is refused there.
pub(crate) fn print_bytes(bytes: &[u8]) -> Result<(), Failure> {
    match std::str::from_utf8(bytes) {
        Ok(text) if serve::capture_out(text) => return Ok(()),
        Err(_) if serve::capture_out("") => {
            return Err(Failure::usage("CM0223", "an answer over NATS is text: ask for this form on the command line"));
        }
        _ => {}
    }
    let mut out = io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Err(cause) if cause.kind() == io::ErrorKind::BrokenPipe => std::process::exit(0),
        outcome => outcome.map_err(|cause| Failure::failed("CM0111", format!("writing to stdout failed: {cause}"))),
    }
}

/// Says something to the person, on stderr.
pub(crate) fn say(text: impl std::fmt::Display) {
    if serve::is_captured() {
        serve::capture_err(&text.to_string());
        return;
    }
    // Nobody listening on stderr is no failure.
    let _ = writeln!(anstream::stderr(), "{text}");
}

/// Warns the person, on stderr.
pub(crate) fn warn(text: impl std::fmt::Display) {
    say(format_args!("warning: {text}"));
}

/// Whether a person is watching.
pub(crate) fn is_watched() -> bool {
    !serve::is_captured() && io::stderr().is_terminal()
}
