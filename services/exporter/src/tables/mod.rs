//! The tables of the read model: what other programs load. Names of tables and columns are a stable
//! contract; a later version may add some, behind the others.

mod billing;
mod books;
mod cell;
mod csv_files;
mod definitions;
mod parquet_files;
mod upstream;

use std::path::{Path, PathBuf};

use read_model::ReadModel;
use schemars::JsonSchema;
use serde::Serialize;
use service_kit::{Failure, codes};

use cell::{Cell, Table};
pub use definitions::{ColumnDefinition, ColumnKind, TABLES, TableDefinition};

/// How tables are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TableFormat {
    /// A CSV file a table; amounts as decimal text.
    Csv,
    /// A Parquet file a table; amounts as decimals of 38 digits, 18 of them behind the point.
    Parquet,
}

/// A file that was written.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct TableFile {
    /// The table.
    pub table: String,
    /// The file.
    pub file: PathBuf,
    /// Its rows.
    pub rows: u64,
}

/// Writes all tables into a folder, which is made where it is missing. Files of the same name are
/// replaced, each in one step.
///
/// # Errors
/// [`Failure`] where the model cannot be read, or a file cannot be written.
pub fn write_tables(model: &ReadModel, format: TableFormat, folder: &Path) -> Result<Vec<TableFile>, Failure> {
    let failed = |path: &Path, cause: &dyn std::fmt::Display| {
        Failure::failed(codes::TABLE_NOT_WRITTEN, format!("{}: writing it failed: {cause}", path.display()))
    };
    std::fs::create_dir_all(folder).map_err(|cause| failed(folder, &cause))?;
    let mut written = Vec::new();
    for definition in TABLES {
        let table = Table { definition, rows: rows_of(model, definition.name)? };
        if let Some(row) = table.rows.iter().find(|row| row.len() != definition.columns.len()) {
            return Err(Failure::failed(
                codes::TABLE_DEFINITION,
                format!("a row of {} has {} cells", definition.name, row.len()),
            ));
        }
        let (bytes, ending) = match format {
            TableFormat::Csv => (csv_files::bytes(&table), "csv"),
            TableFormat::Parquet => (parquet_files::bytes(&table), "parquet"),
        };
        let file = folder.join(format!("{}.{ending}", definition.name));
        let unfinished = folder.join(format!(".{}.{ending}.new", definition.name));
        let bytes = bytes.map_err(|cause| failed(&file, &cause))?;
        std::fs::write(&unfinished, bytes).map_err(|cause| failed(&unfinished, &cause))?;
        std::fs::rename(&unfinished, &file).map_err(|cause| failed(&file, &cause))?;
        written.push(TableFile { table: definition.name.to_owned(), file, rows: table.rows.len() as u64 });
    }
    Ok(written)
}

fn rows_of(model: &ReadModel, table: &str) -> Result<Vec<Vec<Cell>>, Failure> {
    match table {
        "accounts" => books::accounts(model),
        "policies" => books::policies(model),
        "memos" => books::memos(model),
        "memo_entries" => books::memo_entries(model),
        "credits" => upstream::credits(model),
        "credit_applications" => upstream::credit_applications(model),
        "suspense" => upstream::suspense(model),
        "deliveries" => upstream::deliveries(model),
        "charges" => upstream::charges(model),
        "credit_lines" => upstream::credit_lines(model),
        "periods" => billing::periods(model),
        "documents" => billing::documents(model),
        "statements" => billing::statements(model),
        "statement_memos" => billing::statement_memos(model),
        "statement_lines" => billing::statement_lines(model),
        "corrections" => billing::corrections(model),
        other => Err(Failure::failed(codes::TABLE_DEFINITION, format!("nothing makes the rows of {other}"))),
    }
}
