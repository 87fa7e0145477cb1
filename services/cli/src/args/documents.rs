//! The arguments of `documents` and `close-pack`.

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::Subcommand;
use domain::{
    ids::{DocumentNumber, PayerAccountId},
    period::BillingPeriod,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What is done with documents.
#[derive(Debug, Subcommand, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum DocumentsCommand {
    /// List documents, void and superseded ones too.
    List {
        /// Of this payer only.
        #[arg(long, value_name = "ID", allow_hyphen_values = true)]
        payer: Option<PayerAccountId>,
        /// Of this month only.
        #[arg(long, value_name = "PERIOD")]
        period: Option<BillingPeriod>,
    },
    /// One document with its statements, as they were issued.
    Show {
        /// Its number.
        number: DocumentNumber,
    },
    /// Void a document: its memos get back what they paid of it, its number stays.
    Void {
        /// Its number.
        number: DocumentNumber,
        /// The day it counts from; today where none is named.
        #[arg(long, value_name = "DATE")]
        date: Option<NaiveDate>,
    },
}

#[derive(Debug, Clone, Subcommand)]
pub(crate) enum ClosePackCommand {
    /// Make the pack of a closed month again from the log: `--output json` prints its bytes.
    Show {
        /// The month.
        period: BillingPeriod,
        /// The payer, where there are several.
        #[arg(long, value_name = "ID", allow_hyphen_values = true)]
        payer: Option<PayerAccountId>,
        /// The close, where the month was closed more than once; the last one if not named.
        #[arg(long, value_name = "NUMBER")]
        version: Option<u32>,
        /// Write it to this file.
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
        /// Sign what is written with this private key, as `audit keygen` writes it.
        #[arg(long, value_name = "FILE", requires = "out")]
        key: Option<PathBuf>,
    },
    /// Check a pack without the log: its signature, and that its amounts add up.
    Verify {
        /// The pack.
        file: PathBuf,
        /// The public key of who signed it; without one the signature is not checked.
        #[arg(long, value_name = "FILE")]
        public_key: Option<PathBuf>,
    },
    /// Compare a pack with what the log makes of the same close, byte for byte.
    Compare {
        /// The pack.
        file: PathBuf,
    },
}
