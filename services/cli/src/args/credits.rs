//! The arguments of `credits`: AWS's credits, their life, and the credit lines of its bill.

use chrono::NaiveDate;
use clap::{Args, Subcommand};
use domain::{
    ids::{MemberAccountId, PayerAccountId, UpstreamCreditId},
    period::BillingPeriod,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

use super::{
    amounts::{amount, plain_amount},
    month::PeriodArgs,
    questions::{DatesArgs, FilterArgs},
};

#[derive(Debug, Subcommand, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum CreditsCommand {
    /// Import upstream credits: CSV, or the JSON of `aws billing get-credits`.
    Import {
        /// The file.
        file: PathBuf,
        /// The payer, where the file names none.
        #[arg(long, value_name = "ID", allow_hyphen_values = true)]
        payer: Option<PayerAccountId>,
    },
    /// List upstream credits.
    List {
        #[command(flatten)]
        #[serde(flatten)]
        filter: FilterArgs,
        #[command(flatten)]
        #[serde(flatten)]
        dates: DatesArgs,
    },
    /// One upstream credit with what AWS applied of it, where.
    Show {
        /// The credit.
        id: UpstreamCreditId,
        /// Its payer, where several have a credit of that id.
        #[arg(long, value_name = "ID", allow_hyphen_values = true)]
        payer: Option<PayerAccountId>,
        #[command(flatten)]
        #[serde(flatten)]
        dates: DatesArgs,
    },
    /// Credit lines without a known owner.
    Suspense {
        #[command(flatten)]
        #[serde(flatten)]
        filter: FilterArgs,
        /// Of this month only.
        #[arg(long, value_name = "PERIOD")]
        period: Option<BillingPeriod>,
        #[command(flatten)]
        #[serde(flatten)]
        dates: DatesArgs,
    },
    /// AWS's own account of where it applied its credits: import it, or list what is known of it.
    History(HistoryArgs),
    /// Cases that follow the rules and still need a person to look at them.
    Exceptions(ExceptionsArgs),
    /// Where AWS's published rule would have put each credit, beside where it was put.
    Simulate(PeriodArgs),
    /// AWS gave a credit to another account of the family.
    Transfer {
        /// The credit.
        id: UpstreamCreditId,
        /// Whose it becomes.
        #[arg(long, value_name = "ID", allow_hyphen_values = true)]
        to: MemberAccountId,
        #[command(flatten)]
        #[serde(flatten)]
        of: LifeArgs,
    },
    /// AWS split a credit into others.
    Split {
        /// The credit.
        id: UpstreamCreditId,
        /// A portion: the new credit's id, its amount, and its owner where it is another.
        #[arg(long = "portion", value_name = "ID:AMOUNT[:OWNER]", required = true)]
        portions: Vec<String>,
        /// What the parent keeps for bills that are not final.
        #[arg(long, value_name = "AMOUNT", default_value = "0", value_parser = plain_amount)]
        #[serde(default, deserialize_with = "amount")]
        reserved: money::Exact,
        #[command(flatten)]
        #[serde(flatten)]
        of: LifeArgs,
    },
    /// AWS paused a credit, or resumed it.
    Pause {
        /// The credit.
        id: UpstreamCreditId,
        /// It was resumed.
        #[arg(long)]
        #[serde(default)]
        resume: bool,
        #[command(flatten)]
        #[serde(flatten)]
        of: LifeArgs,
    },
    /// AWS cancelled a credit.
    Cancel {
        /// The credit.
        id: UpstreamCreditId,
        #[command(flatten)]
        #[serde(flatten)]
        of: LifeArgs,
    },
    /// What was said of suspense items by hand, and stands.
    Attributions {
        #[command(flatten)]
        filter: FilterArgs,
    },
    /// Give a suspense item an owner, or take back what was said of it.
    Attribute {
        /// The item, as `credits suspense` or `credits attributions` names it.
        item: String,
        /// The credit it is of.
        #[arg(long, value_name = "ID", required_unless_present = "withdraw")]
        credit: Option<UpstreamCreditId>,
        /// Take back what was said of it: its lines are attributed by what is known otherwise.
        #[arg(long, conflicts_with = "credit")]
        withdraw: bool,
        /// The payer.
        #[arg(long, value_name = "ID", allow_hyphen_values = true)]
        payer: PayerAccountId,
        /// The month.
        #[arg(long, value_name = "PERIOD")]
        period: BillingPeriod,
    },
}

#[derive(Debug, Clone, Args, Serialize, Deserialize, JsonSchema)]
pub(crate) struct LifeArgs {
    /// The payer; may be left out where there is only one.
    #[arg(long, value_name = "ID", allow_hyphen_values = true)]
    pub(crate) payer: Option<PayerAccountId>,
    /// The day it counts from; today where none is named.
    #[arg(long, value_name = "DATE")]
    pub(crate) date: Option<NaiveDate>,
}

/// What `credits history` takes.
#[derive(Debug, Clone, Args, Serialize, Deserialize, JsonSchema)]
pub(crate) struct HistoryArgs {
    /// The JSON of `aws billing get-credit-allocation-history`; what is known of it where none is named.
    pub(crate) file: Option<PathBuf>,
    #[command(flatten)]
    #[serde(flatten)]
    pub(crate) filter: FilterArgs,
    #[command(flatten)]
    #[serde(flatten)]
    pub(crate) dates: DatesArgs,
}

/// What `credits exceptions` takes.
#[derive(Debug, Clone, Args, Serialize, Deserialize, JsonSchema)]
pub(crate) struct ExceptionsArgs {
    #[command(flatten)]
    #[serde(flatten)]
    pub(crate) filter: FilterArgs,
    #[command(flatten)]
    #[serde(flatten)]
    pub(crate) dates: DatesArgs,
    /// Of this month only, with what stands by now.
    #[arg(long, value_name = "PERIOD")]
    pub(crate) period: Option<BillingPeriod>,
}
