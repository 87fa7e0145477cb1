//! `generate`.

use bill_generator::{BillContainer, BillFormat, GeneratorPlan};
use schemars::JsonSchema;
use serde::Serialize;
use service_kit::{Failure, codes};

use crate::{
    args::{GenerateArgs, GenerateContainer, GenerateFormat},
    files::generated::write_year,
    outcome::Outcome,
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
pub(crate) fn generate(args: &GenerateArgs, is_watched: bool) -> Result<Outcome, Failure> {
    let demo = GeneratorPlan::demo().map_err(|fault| Failure::failed(codes::GENERATING_FAILED, fault))?;
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
    let year = write_year(&plan, &args.folder, is_watched)?;
    let said =
        format!("{} and {} written beside the bills", file_name(&year.accounts_file), file_name(&year.credits_file));
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
    let columns = ["payer_account_id", "period", "rows", "accounts", "total", "delivery"];
    Outcome::new().say(said).and_rows(&rows, &columns)
}

fn file_name(path: &std::path::Path) -> String {
    path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned())
}
