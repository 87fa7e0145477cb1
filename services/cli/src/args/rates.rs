//! The arguments of `rates`.

use std::path::PathBuf;

use clap::Subcommand;
use domain::period::BillingPeriod;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Debug, Subcommand, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum RatesCommand {
    /// Import conversion rates from a CSV file; a rate stated anew corrects the former.
    Import {
        /// The file: period,from,to,rate, and source and evidence where there are any.
        file: PathBuf,
    },
    /// List conversion rates as they were stated, the latest last.
    List {
        /// Of this month only.
        #[arg(long, value_name = "PERIOD")]
        period: Option<BillingPeriod>,
    },
}
