//! The arguments of what makes bills up: `demo` and `generate`.

use clap::{Args, ValueEnum};
use domain::{ids::PayerAccountId, period::BillingPeriod};
use std::path::PathBuf;

#[derive(Debug, Clone, Args)]
pub(crate) struct DemoArgs {
    /// Member accounts.
    #[arg(long, default_value_t = 120)]
    pub(crate) accounts: usize,
    /// Bill lines a month.
    #[arg(long, default_value_t = 20_000)]
    pub(crate) rows: u64,
    /// The same seed makes the same year.
    #[arg(long, default_value_t = 2025)]
    pub(crate) seed: u64,
    /// Keep the files and the log here instead of in a temporary folder.
    #[arg(long, value_name = "DIR")]
    pub(crate) keep: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum GenerateFormat {
    Cur2,
    CurLegacy,
    Focus12,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum GenerateContainer {
    CsvGz,
    Csv,
    Parquet,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct GenerateArgs {
    /// Where to write.
    pub(crate) folder: PathBuf,
    /// Member accounts.
    #[arg(long, default_value_t = 120)]
    pub(crate) accounts: usize,
    /// Months.
    #[arg(long, default_value_t = 12)]
    pub(crate) months: u32,
    /// Upstream credits.
    #[arg(long, default_value_t = 40)]
    pub(crate) credits: usize,
    /// Bill lines a month.
    #[arg(long, default_value_t = 20_000)]
    pub(crate) rows: u64,
    /// The same seed writes the same bytes.
    #[arg(long, default_value_t = 2025)]
    pub(crate) seed: u64,
    /// The layout of the bill.
    #[arg(long, value_enum, default_value_t = GenerateFormat::Cur2)]
    pub(crate) format: GenerateFormat,
    /// How it is stored.
    #[arg(long, value_enum, default_value_t = GenerateContainer::CsvGz)]
    pub(crate) container: GenerateContainer,
    /// The first month.
    #[arg(long, default_value = "2025-01")]
    pub(crate) first: BillingPeriod,
    /// A payer; several, where it is said again: customers are dealt out over them in turn.
    #[arg(long = "payer", value_name = "ID", allow_hyphen_values = true)]
    pub(crate) payers: Vec<PayerAccountId>,
}
