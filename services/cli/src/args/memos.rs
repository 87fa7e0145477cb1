//! The arguments of `memos`: our memos, and every act on them by hand.

use chrono::NaiveDate;
use clap::{Args, Subcommand};
use domain::ids::{MemberAccountId, MemoNumber, PayerAccountId, UpstreamCreditId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

use super::{
    amounts::{amount, optional_amount, plain_amount},
    questions::DatesArgs,
};

#[derive(Debug, Subcommand, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum MemosCommand {
    /// List memos.
    List {
        /// Of this payer only.
        #[arg(long, value_name = "ID", allow_hyphen_values = true)]
        payer: Option<PayerAccountId>,
        /// Of this account only.
        #[arg(long, value_name = "ID", allow_hyphen_values = true)]
        account: Option<MemberAccountId>,
        #[command(flatten)]
        #[serde(flatten)]
        dates: DatesArgs,
    },
    /// One memo with everything that happened to it.
    Show {
        /// Its number.
        number: MemoNumber,
        #[command(flatten)]
        #[serde(flatten)]
        dates: DatesArgs,
    },
    /// Issue a memo by hand.
    Issue(MemoIssueArgs),
    /// Change what a memo is worth: more is a supplementary memo, less a write-down.
    Adjust {
        /// The memo.
        number: MemoNumber,
        /// The change, signed.
        #[arg(long, value_name = "AMOUNT", allow_hyphen_values = true, value_parser = plain_amount)]
        #[serde(deserialize_with = "amount")]
        amount: money::Exact,
        /// The day it counts from; today where none is named.
        #[arg(long, value_name = "DATE")]
        date: Option<NaiveDate>,
    },
    /// Write a memo off, or part of it.
    WriteOff(MemoActArgs),
    /// Pay a memo out, or part of it; the funded balance where no amount is named.
    Refund(MemoActArgs),
    /// Move a memo to another PO number, customer, account or payer.
    Reassign {
        #[command(flatten)]
        #[serde(flatten)]
        of: MemoActArgs,
        /// The account it goes to.
        #[arg(long, value_name = "ID", allow_hyphen_values = true)]
        to_account: Option<MemberAccountId>,
        /// The payer it goes to.
        #[arg(long, value_name = "ID", allow_hyphen_values = true)]
        to_payer: Option<PayerAccountId>,
        /// The customer it goes to.
        #[arg(long, value_name = "NAME")]
        customer: Option<String>,
        /// The PO number it goes to.
        #[arg(long, value_name = "PO")]
        po: Option<String>,
        /// Another customer has agreed: promotional credits do not change hands by themselves.
        #[arg(long)]
        #[serde(default)]
        consent: bool,
    },
    /// Expire a memo by hand, or part of it.
    Expire(MemoActArgs),
    /// Bring an expired amount back.
    Reinstate {
        #[command(flatten)]
        #[serde(flatten)]
        of: MemoActArgs,
        /// Until when it may be used.
        #[arg(long, value_name = "DATE")]
        until: Option<NaiveDate>,
    },
    /// Take open memos over from another system (CSV).
    Import {
        /// The file.
        file: PathBuf,
    },
}

#[derive(Debug, Clone, Args, Serialize, Deserialize, JsonSchema)]
pub(crate) struct MemoActArgs {
    /// The memo.
    pub(crate) number: MemoNumber,
    /// How much; all of it where none is named.
    #[arg(long, value_name = "AMOUNT", value_parser = plain_amount)]
    #[serde(default, deserialize_with = "optional_amount")]
    pub(crate) amount: Option<money::Exact>,
    /// The day it counts from; today where none is named.
    #[arg(long, value_name = "DATE")]
    pub(crate) date: Option<NaiveDate>,
}

#[derive(Debug, Clone, Args, Serialize, Deserialize, JsonSchema)]
pub(crate) struct MemoIssueArgs {
    /// The account.
    #[arg(long, value_name = "ID", allow_hyphen_values = true)]
    pub(crate) account: MemberAccountId,
    /// The payer; may be left out where there is only one.
    #[arg(long, value_name = "ID", allow_hyphen_values = true)]
    pub(crate) payer: Option<PayerAccountId>,
    /// What it is worth.
    #[arg(long, value_name = "AMOUNT", value_parser = plain_amount)]
    #[serde(deserialize_with = "amount")]
    pub(crate) face: money::Exact,
    /// The currency.
    #[arg(long, default_value = "USD", value_name = "CODE")]
    #[serde(default = "usd")]
    pub(crate) currency: money::Currency,
    /// First day; today where none is named.
    #[arg(long, value_name = "DATE")]
    pub(crate) start: Option<NaiveDate>,
    /// Last day; none for a memo without end.
    #[arg(long, value_name = "DATE")]
    pub(crate) end: Option<NaiveDate>,
    /// The upstream credit it is for, where there is one.
    #[arg(long, value_name = "ID")]
    pub(crate) credit: Option<UpstreamCreditId>,
    /// What it is called on statements.
    #[arg(long, default_value = "", value_name = "TEXT")]
    #[serde(default)]
    pub(crate) description: String,
    /// Services it pays, separated by `;`; all where none is named.
    #[arg(long, default_value = "", value_name = "LIST")]
    #[serde(default)]
    pub(crate) services: String,
    /// Services it does not pay, separated by `;`.
    #[arg(long, default_value = "", value_name = "LIST")]
    #[serde(default)]
    pub(crate) excluded_services: String,
    /// Regions it pays in, separated by `;`; all where none is named.
    #[arg(long, default_value = "", value_name = "LIST")]
    #[serde(default)]
    pub(crate) regions: String,
    /// It pays tax too.
    #[arg(long)]
    #[serde(default)]
    pub(crate) covers_tax: bool,
    /// The most it pays a month.
    #[arg(long, value_name = "AMOUNT", value_parser = plain_amount)]
    #[serde(default, deserialize_with = "optional_amount")]
    pub(crate) monthly_cap: Option<money::Exact>,
}

fn usd() -> money::Currency {
    money::Currency::USD
}
