//! `export`: the journal, tables, FOCUS rows.

mod args;
mod journal;
mod tables;

pub(crate) use args::ExportCommand;
use exporter::{FocusOptions, TableFormat, focus_csv};
use service_kit::{Failure, UnitOfWork};

use crate::{args::Global, output};

/// Writes the books for other systems.
pub(crate) async fn export(global: &Global, unit: &UnitOfWork, what: ExportCommand) -> Result<(), Failure> {
    match what {
        ExportCommand::Journal(args) => journal::export_journal(unit, &args).await,
        ExportCommand::Focus(args::FocusArgs { issuer, payer, period }) => {
            output::print_bytes(&focus_csv(&unit.model, &FocusOptions { issuer, payer, period })?)
        }
        ExportCommand::Csv(args) => tables::export_tables(global, unit, &args, TableFormat::Csv),
        ExportCommand::Parquet(args) => tables::export_tables(global, unit, &args, TableFormat::Parquet),
    }
}
