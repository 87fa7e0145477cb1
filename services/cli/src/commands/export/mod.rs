//! `export`: the journal, tables, FOCUS rows.

mod args;
mod journal;
mod tables;

pub(crate) use args::ExportCommand;
use exporter::{FocusOptions, TableFormat, focus_csv};
use service_kit::{BackOffice, Failure};

use crate::{args::Global, output};

/// Writes the books for other systems.
pub(crate) async fn export(global: &Global, office: &BackOffice, what: ExportCommand) -> Result<(), Failure> {
    match what {
        ExportCommand::Journal(args) => journal::export_journal(office, &args).await,
        ExportCommand::Focus(args::FocusArgs { issuer, payer, period }) => {
            output::print_bytes(&focus_csv(&office.model, &FocusOptions { issuer, payer, period })?)
        }
        ExportCommand::Csv(args) => tables::export_tables(global, office, &args, TableFormat::Csv),
        ExportCommand::Parquet(args) => tables::export_tables(global, office, &args, TableFormat::Parquet),
    }
}
