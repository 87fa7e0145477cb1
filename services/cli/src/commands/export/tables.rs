//! `export csv` and `export parquet`.

use exporter::{TableFormat, write_tables};
use service_kit::{Failure, UnitOfWork};

use crate::{args::FolderArgs, outcome::Outcome};

/// Writes every table into a folder and lists the files.
pub(super) fn export_tables(unit: &UnitOfWork, args: &FolderArgs, format: TableFormat) -> Result<Outcome, Failure> {
    let written = write_tables(&unit.model, format, &args.out)?;
    Outcome::rows(&written, &["table", "rows", "file"])
}
