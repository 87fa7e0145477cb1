//! The arguments of a month's work: `ingest`, `bill`, `close`, `reopen`.

use chrono::NaiveDate;
use clap::Args;
use domain::{ids::PayerAccountId, period::BillingPeriod};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

#[derive(Debug, Clone, Args, Serialize, Deserialize, JsonSchema)]
pub(crate) struct IngestArgs {
    /// Bill files, folders or manifests; all of one call are one delivery a payer and month.
    #[arg(required = true)]
    pub(crate) paths: Vec<PathBuf>,
    /// Accept a delivery that drops members or bill types of the former one.
    #[arg(long)]
    #[serde(default)]
    pub(crate) replace: bool,
}

#[derive(Debug, Clone, Args, Serialize, Deserialize, JsonSchema)]
pub(crate) struct PeriodArgs {
    /// The month, YYYY-MM.
    pub(crate) period: BillingPeriod,
    /// The payer; may be left out where there is only one.
    #[arg(long, value_name = "ID", allow_hyphen_values = true)]
    pub(crate) payer: Option<PayerAccountId>,
}

#[derive(Debug, Clone, Args, Serialize, Deserialize, JsonSchema)]
pub(crate) struct BillArgs {
    #[command(flatten)]
    #[serde(flatten)]
    pub(crate) of: PeriodArgs,
    /// Issue documents on an estimated delivery.
    #[arg(long)]
    #[serde(default)]
    pub(crate) accept_estimated: bool,
    /// The date on the documents; today where none is named.
    #[arg(long, value_name = "DATE")]
    pub(crate) date: Option<NaiveDate>,
}

#[derive(Debug, Clone, Args, Serialize, Deserialize, JsonSchema)]
pub(crate) struct CloseArgs {
    #[command(flatten)]
    #[serde(flatten)]
    pub(crate) of: PeriodArgs,
    /// Close on an estimated delivery.
    #[arg(long)]
    #[serde(default)]
    pub(crate) accept_estimated: bool,
    /// Waive what may be waived; a month without a delivery then no longer holds the next one.
    #[arg(long)]
    #[serde(default)]
    pub(crate) waive: bool,
    /// Sign the close pack with this private key, as `audit keygen` writes it.
    #[arg(long, env = "CREDITMEMO_SIGNING_KEY", value_name = "FILE")]
    // A private key stays where it is: a service signs with its own, or not at all.
    #[serde(skip)]
    pub(crate) key: Option<PathBuf>,
}
