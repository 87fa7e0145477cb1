//! `generate`.

use std::sync::atomic::{AtomicU64, Ordering};

use bill_generator::{BillContainer, BillFormat, GeneratedYear, GeneratorPlan, generate_with_progress};
use indicatif::{ProgressBar, ProgressStyle};
use schemars::JsonSchema;
use serde::Serialize;
use service_kit::Failure;

use crate::{
    args::{GenerateArgs, GenerateContainer, GenerateFormat, Global},
    output,
};

/// A generated month.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct GeneratedRow {
    /// The payer.
    pub payer_account_id: String,
    /// The month.
    pub period: String,
    /// Bill lines.
    pub rows: u64,
    /// Member accounts.
    pub accounts: u64,
    /// Their exact sum.
    pub total: money::Exact,
    /// The folder to ingest.
    pub delivery: String,
}

/// Writes bill files.
pub(crate) fn generate(global: &Global, args: &GenerateArgs) -> Result<(), Failure> {
    let demo = GeneratorPlan::demo().map_err(|fault| Failure::failed("CM0130", fault))?;
    let payers = if args.payers.is_empty() { demo.payers.clone() } else { args.payers.clone() };
    let plan = GeneratorPlan {
        payers,
        accounts: args.accounts,
        months: args.months,
        credits: args.credits,
        rows: args.rows,
        seed: args.seed,
        first_period: args.first,
        format: match args.format {
            GenerateFormat::Cur2 => BillFormat::Cur2,
            GenerateFormat::CurLegacy => BillFormat::CurLegacy,
            GenerateFormat::Focus12 => BillFormat::Focus12,
        },
        container: match args.container {
            GenerateContainer::CsvGz => BillContainer::CsvGz,
            GenerateContainer::Csv => BillContainer::Csv,
            GenerateContainer::Parquet => BillContainer::Parquet,
        },
        ..demo
    };
    let year = write_year(&plan, &args.folder)?;
    output::say(format_args!(
        "{} and {} written beside the bills",
        file_name(&year.accounts_file),
        file_name(&year.credits_file)
    ));
    let rows: Vec<GeneratedRow> = year
        .periods
        .iter()
        .map(|period| GeneratedRow {
            payer_account_id: period.payer.to_string(),
            period: period.period.to_string(),
            rows: period.rows,
            accounts: period.members as u64,
            total: period.total,
            delivery: period.delivery.display().to_string(),
        })
        .collect();
    output::print_rows(global.output, &rows, &["payer_account_id", "period", "rows", "accounts", "total", "delivery"])
}

/// Writes the files of a plan, with progress where a person watches.
pub(crate) fn write_year(plan: &GeneratorPlan, folder: &std::path::Path) -> Result<GeneratedYear, Failure> {
    let bar = if output::is_watched() { ProgressBar::new_spinner() } else { ProgressBar::hidden() };
    if let Ok(style) = ProgressStyle::with_template("writing bill lines {pos} {per_sec}") {
        bar.set_style(style);
    }
    let written = AtomicU64::new(0);
    let outcome = generate_with_progress(plan, folder, &|rows| {
        bar.set_position(written.fetch_add(rows, Ordering::Relaxed) + rows);
    });
    bar.finish_and_clear();
    outcome.map_err(|fault| match fault {
        bill_generator::GeneratorFault::Plan(_) => Failure::usage("CM0209", fault),
        other => Failure::failed("CM0130", other),
    })
}

fn file_name(path: &std::path::Path) -> String {
    path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned())
}
