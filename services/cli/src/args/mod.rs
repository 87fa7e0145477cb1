//! The command line: one definition for parsing, help, man pages and completions. Here stand the
//! program and its commands; the arguments of each family of commands stand in a file of their own,
//! or beside the command that alone has them. What a command does with them is not here.

mod books;
mod credits;
mod generated;
mod memos;
mod month;
mod proof;

use std::path::PathBuf;

pub(crate) use books::*;
pub(crate) use credits::*;
pub(crate) use generated::*;
pub(crate) use memos::*;
pub(crate) use month::*;
pub(crate) use proof::{AuditAct, AuditCommand, StatementAct, StatementCommand};

use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};
use domain::{ids::PayerAccountId, period::BillingPeriod};

use crate::{commands::ExportCommand, serve::ServeArgs};

/// Credit memos for AWS distributors: from a bill line to a statement.
#[derive(Debug, Parser)]
#[command(name = "creditmemo", version, max_term_width = 100)]
pub(crate) struct CommandLine {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// The definition, for man pages and completions.
pub fn command_line() -> clap::Command {
    CommandLine::command()
}

#[derive(Debug, Clone, Args)]
pub(crate) struct Global {
    /// Folder of the embedded log and the read model.
    #[arg(long, global = true, env = "CREDITMEMO_DATA", default_value = "./creditmemo-data", value_name = "DIR")]
    pub(crate) data: PathBuf,
    /// URL of a NATS JetStream log instead of the embedded one: nats://HOST:PORT.
    #[arg(long, global = true, env = "CREDITMEMO_NATS", hide_env_values = true, value_name = "URL")]
    pub(crate) nats: Option<String>,
    /// How data is printed.
    #[arg(long, global = true, value_enum, default_value_t = OutputFormat::Table)]
    pub(crate) output: OutputFormat,
    /// Decide everything, print what would be recorded, record nothing.
    #[arg(long, global = true)]
    pub(crate) dry_run: bool,
    /// Makes a command harmless to repeat: the same key with the same input does nothing twice.
    #[arg(long, global = true, value_name = "KEY")]
    pub(crate) idempotency_key: Option<String>,
    /// Who acts; the operating system's user where none is named.
    #[arg(long, global = true, value_name = "NAME")]
    pub(crate) by: Option<String>,
    /// Why; acts by hand need it.
    #[arg(long, global = true, value_name = "TEXT")]
    pub(crate) reason: Option<String>,
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

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// The whole story on a generated year of a distributor's bill.
    Demo(DemoArgs),
    /// Write realistic bill files with credits scattered by AWS's rules.
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
    ClosePack(crate::commands::ClosePackCommand),
    /// Reopen a closed month.
    Reopen(PeriodArgs),
    /// The policies in force, and adopting others.
    #[command(subcommand)]
    Policy(PolicyCommand),
    /// Conversion rates, for documents in another currency than the bill's.
    #[command(subcommand)]
    Rates(crate::commands::rates::RatesCommand),
    /// Memos.
    #[command(subcommand)]
    Memos(MemosCommand),
    /// Issued documents.
    #[command(subcommand)]
    Documents(crate::commands::DocumentsCommand),
    /// Approve an act that waits for a second person.
    Approve {
        /// The proposal, as `approvals` names it.
        id: String,
    },
    /// Acts that wait for a second person.
    Approvals,
    /// Balances of funds, as of either date or both.
    Balance(BalanceArgs),
    /// A member's monthly statement.
    Statement(StatementCommand),
    /// Tie AWS's bill to the memos and documents: the residual must be 0.
    Reconcile(crate::commands::ReconcileArgs),
    /// Why each cent of a statement, a memo or a suspense item is what it is.
    Explain(crate::commands::ExplainArgs),
    /// The whole log under another policy: what would be different. Nothing is recorded.
    WhatIf(crate::commands::WhatIfArgs),
    /// Rebuild the balances from the log.
    Replay(ReplayArgs),
    /// Check every invariant over the whole log; seal its head, and check a log against a seal.
    Audit(AuditCommand),
    /// The books for other systems: the journal, tables, FOCUS rows.
    #[command(subcommand)]
    Export(ExportCommand),
    /// Memo-changed events as JSON lines, live and resumable.
    Watch(WatchArgs),
    /// Copy and compare logs: embedded to JetStream and back.
    #[command(subcommand)]
    Log(crate::commands::log::LogCommand),
    /// The streams of a JetStream log.
    #[command(subcommand)]
    Streams(crate::commands::streams::StreamsCommand),
    /// Run services against the JetStream log: all in this process, or those named.
    Serve(ServeArgs),
    /// What an error code means, why it happens and what to do: `creditmemo explain-error CM0511`.
    ExplainError {
        /// The code, as it stands in brackets behind the message.
        code: String,
    },
    /// The manual page of a command, in roff: `creditmemo man bill | man -l -`.
    Man {
        /// The command; the program itself where none is named.
        command: Vec<String>,
    },
    /// Completions for a shell.
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum AccountsCommand {
    /// Import member accounts from a CSV file.
    Import {
        /// The file.
        file: PathBuf,
    },
    /// List member accounts, those that only a bill names too.
    List,
}

#[derive(Debug, Subcommand)]
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
