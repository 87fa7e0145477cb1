//! What `export` takes.

use std::path::PathBuf;

use chrono::{DateTime, Utc};
use clap::{Args, Subcommand};
use domain::{ids::PayerAccountId, period::BillingPeriod};

use super::times::time_or_day;

#[derive(Debug, Subcommand)]
pub(crate) enum ExportCommand {
    /// The double-entry journal, for hledger.
    Journal(JournalArgs),
    /// Every table of the read model as CSV files.
    Csv(FolderArgs),
    /// Every table of the read model as Parquet files.
    Parquet(FolderArgs),
    /// The customers' charges of issued documents as FOCUS 1.2 rows (CSV), each memo's draw on its owner.
    Focus(FocusArgs),
}

#[derive(Debug, Clone, Args)]
pub(crate) struct FocusArgs {
    /// Who issues the documents: FOCUS's InvoiceIssuerName.
    #[arg(long, value_name = "NAME")]
    pub(crate) issuer: String,
    /// Of this payer only.
    #[arg(long, value_name = "ID", allow_hyphen_values = true)]
    pub(crate) payer: Option<PayerAccountId>,
    /// Of this month only.
    #[arg(long, value_name = "PERIOD")]
    pub(crate) period: Option<BillingPeriod>,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct FolderArgs {
    /// The folder to write into; it is made where it is missing, and files of the same name are replaced.
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct JournalArgs {
    /// Of this payer only.
    #[arg(long, value_name = "ID", allow_hyphen_values = true)]
    pub(crate) payer: Option<PayerAccountId>,
    /// What was recorded at or before this time (RFC 3339, or a date for its whole day).
    #[arg(long, value_name = "TIME", value_parser = time_or_day)]
    pub(crate) recorded: Option<DateTime<Utc>>,
    /// The accounts, where they are others than the defaults (JSON or TOML).
    #[arg(long, value_name = "FILE")]
    pub(crate) templates: Option<PathBuf>,
    /// Print the accounts in force as JSON, to begin a file of one's own with.
    #[arg(long)]
    pub(crate) show_templates: bool,
}
