//! The arguments of what reads the books: `balance`, `statement`, `replay`, `watch`.

use chrono::{DateTime, NaiveDate, Utc};
use clap::{Args, ValueEnum};
use domain::{
    ids::{MemberAccountId, MemoNumber, PayerAccountId},
    period::BillingPeriod,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{questions::DatesArgs, times::time_or_day};
use crate::render::MailAddress;

#[derive(Debug, Clone, Args, Serialize, Deserialize, JsonSchema)]
pub(crate) struct BalanceArgs {
    /// Of this payer only.
    #[arg(long, value_name = "ID", allow_hyphen_values = true)]
    pub(crate) payer: Option<PayerAccountId>,
    /// Of this account only.
    #[arg(long, value_name = "ID", allow_hyphen_values = true)]
    pub(crate) account: Option<MemberAccountId>,
    #[command(flatten)]
    #[serde(flatten)]
    pub(crate) dates: DatesArgs,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct StatementArgs {
    /// The account.
    #[arg(long, value_name = "ID", allow_hyphen_values = true)]
    pub(crate) account: MemberAccountId,
    /// The month.
    #[arg(long, value_name = "PERIOD")]
    pub(crate) period: BillingPeriod,
    /// The payer, where the account has had several.
    #[arg(long, value_name = "ID", allow_hyphen_values = true)]
    pub(crate) payer: Option<PayerAccountId>,
    /// The form.
    #[arg(long, value_enum)]
    pub(crate) format: Option<StatementFormat>,
    /// Sum the memos by programme too (text and JSON).
    #[arg(long)]
    pub(crate) by_program: bool,
    // The dates stand here themselves: clap does not see that a group within an optional one was given.
    /// What counts by the end of this day.
    #[arg(long, value_name = "DATE")]
    pub(crate) effective: Option<NaiveDate>,
    /// What was recorded at or before this time (RFC 3339, or a date for its whole day).
    #[arg(long, value_name = "TIME", value_parser = time_or_day)]
    pub(crate) recorded: Option<DateTime<Utc>>,
    /// What became known after this time, until `--recorded` or now: each field that changed.
    #[arg(long, value_name = "TIME", value_parser = time_or_day)]
    pub(crate) since: Option<DateTime<Utc>>,
    /// A version of it, from 1: a month that was reopened is stated anew, and the former statement kept.
    #[arg(long, value_name = "NUMBER")]
    pub(crate) version: Option<u32>,
    /// Who the message is from; left to the mail program where nobody is named.
    #[arg(long, value_name = "ADDRESS", value_parser = MailAddress::parse)]
    pub(crate) from: Option<MailAddress>,
    /// Who the message is to; may be said several times.
    #[arg(long, value_name = "ADDRESS", value_parser = MailAddress::parse)]
    pub(crate) to: Vec<MailAddress>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum StatementFormat {
    /// The mail form.
    Text,
    /// One object.
    Json,
    /// A page for a browser, a mail or a printer.
    Html,
    /// A mail message, text and HTML.
    Eml,
    /// PDF/A-2b.
    Pdf,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct ReplayArgs {
    /// Up to a sequence of the memo stream, or to what was recorded by a time (RFC 3339).
    #[arg(long, value_name = "SEQ|TIME")]
    pub(crate) until: Option<String>,
    /// Compare with the live read model to the last digit; differences end with exit code 5.
    #[arg(long)]
    pub(crate) verify: bool,
    /// Of this payer only.
    #[arg(long, value_name = "ID", allow_hyphen_values = true)]
    pub(crate) payer: Option<PayerAccountId>,
    /// Of this account only; with --payer, its commits alone are read.
    #[arg(long, value_name = "ID", allow_hyphen_values = true)]
    pub(crate) account: Option<MemberAccountId>,
    /// This memo only.
    #[arg(long, value_name = "NUMBER", allow_hyphen_values = true)]
    pub(crate) memo: Option<MemoNumber>,
    /// Write a snapshot of each stream where the replay ends: later questions about the time after it begin
    /// there and not at the first commit. Deleting one changes no answer.
    #[arg(long, conflicts_with_all = ["payer", "account", "memo", "verify"])]
    pub(crate) snapshot: bool,
    /// With --until: begin at the first commit, whatever snapshots there are, and take the certificates.
    #[arg(long)]
    pub(crate) full: bool,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct WatchArgs {
    /// Of this payer only.
    #[arg(long, value_name = "ID", allow_hyphen_values = true)]
    pub(crate) payer: Option<PayerAccountId>,
    /// Of this account only.
    #[arg(long, value_name = "ID", allow_hyphen_values = true)]
    pub(crate) account: Option<MemberAccountId>,
    /// Of this memo only.
    #[arg(long, value_name = "NUMBER")]
    pub(crate) memo: Option<MemoNumber>,
    /// Begin at this position of the memo stream; at the present end where none is named.
    #[arg(long, value_name = "POSITION")]
    pub(crate) from: Option<u64>,
    /// End after what is there now, instead of waiting for more.
    #[arg(long)]
    pub(crate) until_head: bool,
}
