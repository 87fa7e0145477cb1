//! The arguments of what asks about the books: both dates, `explain`, `reconcile`, `what-if`.

use std::path::PathBuf;

use chrono::{DateTime, NaiveDate, Utc};
use clap::Args;
use domain::{
    ids::{MemberAccountId, MemoNumber, PayerAccountId},
    period::BillingPeriod,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{month::PeriodArgs, times::time_or_day};

/// Both dates of a question.
#[derive(Debug, Clone, Default, Args, Serialize, Deserialize, JsonSchema)]
pub(crate) struct DatesArgs {
    /// What counts by the end of this day.
    #[arg(long, value_name = "DATE")]
    pub(crate) effective: Option<NaiveDate>,
    /// What was recorded at or before this time (RFC 3339, or a date for its whole day).
    #[arg(long, value_name = "TIME", value_parser = time_or_day)]
    pub(crate) recorded: Option<DateTime<Utc>>,
    /// What became known after this time, until `--recorded` or now: each field that changed.
    #[arg(long, value_name = "TIME", value_parser = time_or_day)]
    pub(crate) since: Option<DateTime<Utc>>,
}

#[derive(Debug, Clone, Args, Serialize, Deserialize, JsonSchema)]
pub(crate) struct ReconcileArgs {
    #[command(flatten)]
    #[serde(flatten)]
    pub(crate) of: PeriodArgs,
    #[command(flatten)]
    #[serde(flatten)]
    pub(crate) dates: DatesArgs,
}

#[derive(Debug, Clone, Args)]
#[command(group(clap::ArgGroup::new("what").required(true).args(["account", "memo", "suspense"])))]
pub(crate) struct ExplainArgs {
    /// The account whose statement is explained.
    #[arg(long, value_name = "ID", allow_hyphen_values = true, requires = "period")]
    pub(crate) account: Option<MemberAccountId>,
    /// The month.
    #[arg(long, value_name = "PERIOD", conflicts_with = "memo")]
    pub(crate) period: Option<BillingPeriod>,
    /// Only the lines of this service, by product code.
    #[arg(long, value_name = "CODE", requires = "account")]
    pub(crate) service: Option<String>,
    /// Only the lines of this charge kind, in the bill's words.
    #[arg(long, value_name = "KIND", requires = "account")]
    pub(crate) line: Option<String>,
    /// The memo whose balance is explained.
    #[arg(long, value_name = "NUMBER")]
    pub(crate) memo: Option<MemoNumber>,
    /// The suspense item that is explained, as `credits suspense` names it.
    #[arg(long, value_name = "ITEM")]
    pub(crate) suspense: Option<String>,
    /// The payer, where several have it.
    #[arg(long, value_name = "ID", allow_hyphen_values = true)]
    pub(crate) payer: Option<PayerAccountId>,
    /// As it was recorded at or before this time (RFC 3339, or a date for its whole day).
    #[arg(long, value_name = "TIME", value_parser = time_or_day)]
    pub(crate) recorded: Option<DateTime<Utc>>,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct WhatIfArgs {
    /// A policy file, as `policy adopt` takes it: what it does not name stays as it was.
    #[arg(long, value_name = "FILE")]
    pub(crate) policy: PathBuf,
    /// From this month on; from the beginning where none is named.
    #[arg(long, value_name = "PERIOD")]
    pub(crate) from: Option<BillingPeriod>,
}
