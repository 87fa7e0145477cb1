//! `export`: the journal, tables, FOCUS rows.

mod journal;
mod tables;

use exporter::{FocusOptions, TableFormat, focus_csv};
use service_kit::{Failure, UnitOfWork};

use crate::{
    args::{ExportCommand, FocusArgs},
    outcome::Outcome,
};

/// Writes the books for other systems.
pub(crate) async fn export(unit: &UnitOfWork, what: ExportCommand) -> Result<Outcome, Failure> {
    match what {
        ExportCommand::Journal(args) => journal::export_journal(unit, &args).await,
        ExportCommand::Focus(FocusArgs { issuer, payer, period }) => {
            Ok(Outcome::bytes(focus_csv(&unit.model, &FocusOptions { issuer, payer, period })?))
        }
        ExportCommand::Csv(args) => tables::export_tables(unit, &args, TableFormat::Csv),
        ExportCommand::Parquet(args) => tables::export_tables(unit, &args, TableFormat::Parquet),
    }
}
