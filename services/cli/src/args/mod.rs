//! The command line: one definition for parsing, help, man pages and completions. Here stand the
//! program and its commands; the arguments of each family of commands stand in a file of their own,
//! or beside the command that alone has them. What a command does with them is not here.

mod amounts;
mod books;
mod credits;
mod documents;
mod export;
mod generated;
mod logs;
mod memos;
mod month;
mod proof;
mod questions;
mod rates;
mod serve;
mod times;

use std::path::PathBuf;

pub(crate) use amounts::plain_amount;
pub(crate) use books::*;
pub(crate) use credits::*;
pub(crate) use documents::*;
pub(crate) use export::*;
pub(crate) use generated::*;
pub(crate) use logs::*;
pub(crate) use memos::*;
pub(crate) use month::*;
pub(crate) use proof::{AuditAct, AuditCommand, StatementAct, StatementCommand};
pub(crate) use questions::*;
pub(crate) use rates::RatesCommand;
pub(crate) use serve::ServeArgs;
pub(crate) use times::time_or_day;

use clap::{Args, Parser, Subcommand, ValueEnum};
use domain::{ids::PayerAccountId, period::BillingPeriod};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Credit memos for AWS distributors: from a bill line to a statement.
#[derive(Debug, Parser)]
#[command(name = "creditmemo", version, max_term_width = 100)]
pub(crate) struct CommandLine {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// The heading of the options that every command takes.
const GLOBAL: &str = "Global options (before or after the command)";

/// The heading of the options of commands that write. They are understood everywhere, and shown where they matter:
/// `help.rs` shows them by the table of commands.
const WRITING: &str = "Options of commands that write";

#[derive(Debug, Clone, Args)]
pub(crate) struct Global {
    /// Folder of the embedded log and the read model.
    #[arg(long, global = true, help_heading = GLOBAL, env = "CREDITMEMO_DATA", default_value = "./creditmemo-data", value_name = "DIR")]
    pub(crate) data: PathBuf,
    /// URL of a NATS JetStream log instead of the embedded one: nats://HOST:PORT.
    #[arg(long, global = true, help_heading = GLOBAL, env = "CREDITMEMO_NATS", hide_env_values = true, value_name = "URL")]
    pub(crate) nats: Option<String>,
    /// How data is printed.
    #[arg(long, global = true, help_heading = GLOBAL, value_enum, default_value_t = OutputFormat::Table)]
    pub(crate) output: OutputFormat,
    /// Decide everything, print what would be recorded, record nothing.
    #[arg(long, global = true, hide = true, help_heading = WRITING)]
    pub(crate) dry_run: bool,
    /// Repeat the command safely: the same key with the same input does nothing twice, and prints the first
    /// answer.
    #[arg(long, global = true, hide = true, help_heading = WRITING, value_name = "KEY")]
    pub(crate) idempotency_key: Option<String>,
    /// Who acts; the user of the operating system if not given.
    #[arg(long, global = true, hide = true, help_heading = WRITING, value_name = "NAME")]
    pub(crate) by: Option<String>,
    /// Why; most acts by hand need it.
    #[arg(long, global = true, hide = true, help_heading = WRITING, value_name = "TEXT")]
    pub(crate) reason: Option<String>,
}

impl Global {
    /// Who acts: as named, else the operating system's user.
    pub(crate) fn actor(&self) -> String {
        let of_system = || ["USER", "LOGNAME", "USERNAME"].into_iter().find_map(|name| std::env::var(name).ok());
        self.by.clone().or_else(of_system).filter(|name| !name.is_empty()).unwrap_or_else(|| "unknown".to_owned())
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum OutputFormat {
    Table,
    Json,
    Csv,
}

impl OutputFormat {
    /// As it is said on the command line.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::Json => "json",
            Self::Csv => "csv",
        }
    }
}

#[derive(Debug, Subcommand, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Command {
    /// Run a generated year of bills: import, ingest, bill, close, statement, audit.
    #[serde(skip)]
    Demo(DemoArgs),
    /// Write realistic bill files with credits scattered by AWS's rules.
    #[serde(skip)]
    Generate(GenerateArgs),
    /// Member accounts: payer, customer and PO number, effective-dated.
    #[command(subcommand)]
    Accounts(AccountsCommand),
    /// Upstream credits, and AWS's credit lines without a known owner.
    #[command(subcommand)]
    Credits(CreditsCommand),
    /// Read bill files, folders and manifests; print control totals.
    Ingest(IngestArgs),
    /// Draw the memos of a month and issue the documents.
    Bill(BillArgs),
    /// Lock a month: later changes post to the open one.
    Close(CloseArgs),
    /// What a month was closed on: made again from the log, signed, checked.
    #[command(subcommand)]
    #[serde(skip)]
    ClosePack(ClosePackCommand),
    /// Reopen a closed month.
    Reopen(PeriodArgs),
    /// The policies in force, and adopting others.
    #[command(subcommand)]
    Policy(PolicyCommand),
    /// Conversion rates, for documents in another currency than the bill's.
    #[command(subcommand)]
    Rates(RatesCommand),
    /// Credit memos: list, show, issue, adjust, and other acts by hand.
    #[command(subcommand)]
    Memos(MemosCommand),
    /// Issued documents: list, show, void.
    #[command(subcommand)]
    Documents(DocumentsCommand),
    /// Approve an act that waits for a second person.
    Approve {
        /// The proposal, as `approvals` names it.
        id: String,
    },
    /// Turn down an act that waits for a second person, or withdraw one's own. Nothing is done.
    Reject {
        /// The proposal, as `approvals` names it.
        id: String,
    },
    /// Acts that wait for a second person.
    Approvals {
        #[command(flatten)]
        #[serde(flatten)]
        filter: FilterArgs,
        #[command(flatten)]
        #[serde(flatten)]
        dates: DatesArgs,
    },
    /// Balances of funds, as of either date or both.
    Balance(BalanceArgs),
    /// A member's monthly statement.
    #[serde(skip)]
    Statement(StatementCommand),
    /// Tie AWS's bill to the memos and documents: the residual must be 0.
    Reconcile(ReconcileArgs),
    /// Why each cent of a statement, a memo or a suspense item is what it is.
    #[serde(skip)]
    Explain(ExplainArgs),
    /// What another policy would change, over the whole log. Nothing is recorded.
    #[serde(skip)]
    WhatIf(WhatIfArgs),
    /// Rebuild the balances from the log.
    #[serde(skip)]
    Replay(ReplayArgs),
    /// Check every invariant over the whole log; seal its head, and check a log against a seal.
    #[serde(skip)]
    Audit(AuditCommand),
    /// The books for other systems: the journal, tables, FOCUS rows.
    #[command(subcommand)]
    #[serde(skip)]
    Export(ExportCommand),
    /// Memo-changed events as JSON lines, live and resumable.
    #[serde(skip)]
    Watch(WatchArgs),
    /// Copy and compare logs: embedded to JetStream and back.
    #[command(subcommand)]
    #[serde(skip)]
    Log(LogCommand),
    /// The streams of a JetStream log.
    #[command(subcommand)]
    #[serde(skip)]
    Streams(StreamsCommand),
    /// Run the services on a JetStream log: all of them, or those named.
    #[serde(skip)]
    Serve(ServeArgs),
    /// What an error code means, why it happens and what to do: `creditmemo explain-error CM0511`.
    #[serde(skip)]
    ExplainError {
        /// The code, as it stands in brackets behind the message.
        code: String,
    },
    /// The manual page of a command, in roff: `creditmemo man bill | man -l -`.
    #[serde(skip)]
    Man {
        /// The command; the program itself where none is named.
        command: Vec<String>,
    },
    /// Completions for a shell.
    #[serde(skip)]
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
}

#[derive(Debug, Subcommand, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum AccountsCommand {
    /// Import member accounts from a CSV file.
    Import {
        /// The file.
        file: PathBuf,
    },
    /// List member accounts, those that only a bill names too.
    List {
        #[command(flatten)]
        #[serde(flatten)]
        filter: FilterArgs,
        #[command(flatten)]
        #[serde(flatten)]
        dates: DatesArgs,
    },
}

#[derive(Debug, Subcommand, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum PolicyCommand {
    /// The policies in force.
    Show {
        /// For this payer.
        #[arg(long, value_name = "ID", allow_hyphen_values = true)]
        payer: Option<PayerAccountId>,
        /// In this month.
        #[arg(long, value_name = "PERIOD")]
        period: Option<BillingPeriod>,
    },
    /// Adopt policies from a file (JSON or TOML); what it does not name stays as it is.
    Adopt {
        /// The file.
        file: PathBuf,
        /// For this payer only.
        #[arg(long, value_name = "ID", allow_hyphen_values = true)]
        payer: Option<PayerAccountId>,
        /// From this month on; from the first open one where none is named.
        #[arg(long, value_name = "PERIOD")]
        from: Option<BillingPeriod>,
    },
}
