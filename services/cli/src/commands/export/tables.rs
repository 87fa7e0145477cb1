//! `export csv` and `export parquet`.

use exporter::{TableFormat, write_tables};
use service_kit::{Failure, UnitOfWork};

use super::args::FolderArgs;
use crate::{args::Global, output};

/// Writes every table into a folder and lists the files.
pub(super) fn export_tables(
    global: &Global,
    unit: &UnitOfWork,
    args: &FolderArgs,
    format: TableFormat,
) -> Result<(), Failure> {
    let written = write_tables(&unit.model, format, &args.out)?;
    output::print_rows(global.output, &written, &["table", "rows", "file"])
}
