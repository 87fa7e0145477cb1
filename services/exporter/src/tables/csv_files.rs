//! A table as CSV: a header always, amounts as exact text, nothing as a blank cell.

use super::cell::{Cell, Table};

pub(super) fn bytes(table: &Table) -> Result<Vec<u8>, String> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let failed = |cause: csv::Error| cause.to_string();
    writer.write_record(table.definition.columns.iter().map(|column| column.name)).map_err(failed)?;
    for row in &table.rows {
        writer.write_record(row.iter().map(text)).map_err(failed)?;
    }
    writer.into_inner().map_err(|cause| cause.to_string())
}

fn text(cell: &Cell) -> String {
    match cell {
        Cell::Text(text) => text.clone(),
        Cell::Integer(count) => count.to_string(),
        Cell::Amount(amount) => amount.to_string(),
        Cell::Date(day) => day.to_string(),
        Cell::Time(time) => time.to_rfc3339_opts(chrono::SecondsFormat::Micros, true),
        Cell::Truth(truth) => truth.to_string(),
        Cell::Nothing => String::new(),
    }
}
