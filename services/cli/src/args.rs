//! The command line: one definition for parsing, help, man pages and completions.

use std::path::PathBuf;

pub(crate) use crate::args_proof::{AuditAct, AuditCommand, StatementAct, StatementCommand};
use crate::serve::ServeArgs;
use chrono::{DateTime, NaiveDate, Utc};
use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};
use domain::{
    ids::{MemberAccountId, MemoNumber, PayerAccountId, UpstreamCreditId},
    period::BillingPeriod,
};

use crate::{
    commands::{DatesArgs, ExportCommand},
    render::MailAddress,
};

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

#[derive(Debug, Clone, Args)]
pub(crate) struct DemoArgs {
    /// Member accounts.
    #[arg(long, default_value_t = 120)]
    pub(crate) accounts: usize,
    /// Bill lines a month.
    #[arg(long, default_value_t = 20_000)]
    pub(crate) rows: u64,
    /// The same seed makes the same year.
    #[arg(long, default_value_t = 2025)]
    pub(crate) seed: u64,
    /// Keep the files and the log here instead of in a temporary folder.
    #[arg(long, value_name = "DIR")]
    pub(crate) keep: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum GenerateFormat {
    Cur2,
    CurLegacy,
    Focus12,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum GenerateContainer {
    CsvGz,
    Csv,
    Parquet,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct GenerateArgs {
    /// Where to write.
    pub(crate) folder: PathBuf,
    /// Member accounts.
    #[arg(long, default_value_t = 120)]
    pub(crate) accounts: usize,
    /// Months.
    #[arg(long, default_value_t = 12)]
    pub(crate) months: u32,
    /// Upstream credits.
    #[arg(long, default_value_t = 40)]
    pub(crate) credits: usize,
    /// Bill lines a month.
    #[arg(long, default_value_t = 20_000)]
    pub(crate) rows: u64,
    /// The same seed writes the same bytes.
    #[arg(long, default_value_t = 2025)]
    pub(crate) seed: u64,
    /// The layout of the bill.
    #[arg(long, value_enum, default_value_t = GenerateFormat::Cur2)]
    pub(crate) format: GenerateFormat,
    /// How it is stored.
    #[arg(long, value_enum, default_value_t = GenerateContainer::CsvGz)]
    pub(crate) container: GenerateContainer,
    /// The first month.
    #[arg(long, default_value = "2025-01")]
    pub(crate) first: BillingPeriod,
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
        /// Of this payer only.
        #[arg(long, value_name = "ID", allow_hyphen_values = true)]
        payer: Option<PayerAccountId>,
        #[command(flatten)]
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
        dates: DatesArgs,
    },
    /// Credit lines without a known owner.
    Suspense {
        /// Of this payer only.
        #[arg(long, value_name = "ID", allow_hyphen_values = true)]
        payer: Option<PayerAccountId>,
        /// Of this month only.
        #[arg(long, value_name = "PERIOD")]
        period: Option<BillingPeriod>,
    },
    /// AWS's own account of where it applied its credits: import it, or list what is known of it.
    History(crate::commands::HistoryArgs),
    /// What is right by the rules and still wants a person's eye.
    Exceptions(crate::commands::ExceptionsArgs),
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
        #[arg(long, value_name = "AMOUNT", default_value = "0")]
        reserved: money::Exact,
        #[command(flatten)]
        of: LifeArgs,
    },
    /// AWS paused a credit, or resumed it.
    Pause {
        /// The credit.
        id: UpstreamCreditId,
        /// It was resumed.
        #[arg(long)]
        resume: bool,
        #[command(flatten)]
        of: LifeArgs,
    },
    /// AWS cancelled a credit.
    Cancel {
        /// The credit.
        id: UpstreamCreditId,
        #[command(flatten)]
        of: LifeArgs,
    },
    /// Give a suspense item an owner.
    Attribute {
        /// The item, as `credits suspense` names it.
        item: String,
        /// The credit it is of.
        #[arg(long, value_name = "ID")]
        credit: UpstreamCreditId,
        /// The payer.
        #[arg(long, value_name = "ID", allow_hyphen_values = true)]
        payer: PayerAccountId,
        /// The month.
        #[arg(long, value_name = "PERIOD")]
        period: BillingPeriod,
    },
}

#[derive(Debug, Clone, Args)]
pub(crate) struct LifeArgs {
    /// The payer; may be left out where there is only one.
    #[arg(long, value_name = "ID", allow_hyphen_values = true)]
    pub(crate) payer: Option<PayerAccountId>,
    /// The day it counts from; today where none is named.
    #[arg(long, value_name = "DATE")]
    pub(crate) date: Option<NaiveDate>,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct IngestArgs {
    /// Bill files, folders or manifests; all of one call are one delivery a payer and month.
    #[arg(required = true)]
    pub(crate) paths: Vec<PathBuf>,
    /// Accept a delivery that drops members or bill types of the former one.
    #[arg(long)]
    pub(crate) replace: bool,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct PeriodArgs {
    /// The month, YYYY-MM.
    pub(crate) period: BillingPeriod,
    /// The payer; may be left out where there is only one.
    #[arg(long, value_name = "ID", allow_hyphen_values = true)]
    pub(crate) payer: Option<PayerAccountId>,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct BillArgs {
    #[command(flatten)]
    pub(crate) of: PeriodArgs,
    /// Issue documents on an estimated delivery.
    #[arg(long)]
    pub(crate) accept_estimated: bool,
    /// The date on the documents; today where none is named.
    #[arg(long, value_name = "DATE")]
    pub(crate) date: Option<NaiveDate>,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct CloseArgs {
    #[command(flatten)]
    pub(crate) of: PeriodArgs,
    /// Close on an estimated delivery.
    #[arg(long)]
    pub(crate) accept_estimated: bool,
    /// Waive what may be waived; a month without a delivery then no longer holds the next one.
    #[arg(long)]
    pub(crate) waive: bool,
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

#[derive(Debug, Subcommand)]
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
        dates: DatesArgs,
    },
    /// One memo with everything that happened to it.
    Show {
        /// Its number.
        number: MemoNumber,
        #[command(flatten)]
        dates: DatesArgs,
    },
    /// Issue a memo by hand.
    Issue(MemoIssueArgs),
    /// Change what a memo is worth: more is a supplementary memo, less a write-down.
    Adjust {
        /// The memo.
        number: MemoNumber,
        /// The change, signed.
        #[arg(long, value_name = "AMOUNT", allow_hyphen_values = true)]
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
        consent: bool,
    },
    /// Expire a memo by hand, or part of it.
    Expire(MemoActArgs),
    /// Bring an expired amount back.
    Reinstate {
        #[command(flatten)]
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

#[derive(Debug, Clone, Args)]
pub(crate) struct MemoActArgs {
    /// The memo.
    pub(crate) number: MemoNumber,
    /// How much; all of it where none is named.
    #[arg(long, value_name = "AMOUNT")]
    pub(crate) amount: Option<money::Exact>,
    /// The day it counts from; today where none is named.
    #[arg(long, value_name = "DATE")]
    pub(crate) date: Option<NaiveDate>,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct MemoIssueArgs {
    /// The account.
    #[arg(long, value_name = "ID", allow_hyphen_values = true)]
    pub(crate) account: MemberAccountId,
    /// The payer; may be left out where there is only one.
    #[arg(long, value_name = "ID", allow_hyphen_values = true)]
    pub(crate) payer: Option<PayerAccountId>,
    /// What it is worth.
    #[arg(long, value_name = "AMOUNT")]
    pub(crate) face: money::Exact,
    /// The currency.
    #[arg(long, default_value = "USD", value_name = "CODE")]
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
    pub(crate) description: String,
    /// Services it pays, separated by `;`; all where none is named.
    #[arg(long, default_value = "", value_name = "LIST")]
    pub(crate) services: String,
    /// Services it does not pay, separated by `;`.
    #[arg(long, default_value = "", value_name = "LIST")]
    pub(crate) excluded_services: String,
    /// Regions it pays in, separated by `;`; all where none is named.
    #[arg(long, default_value = "", value_name = "LIST")]
    pub(crate) regions: String,
    /// It pays tax too.
    #[arg(long)]
    pub(crate) covers_tax: bool,
    /// The most it pays a month.
    #[arg(long, value_name = "AMOUNT")]
    pub(crate) monthly_cap: Option<money::Exact>,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct BalanceArgs {
    /// Of this payer only.
    #[arg(long, value_name = "ID", allow_hyphen_values = true)]
    pub(crate) payer: Option<PayerAccountId>,
    /// Of this account only.
    #[arg(long, value_name = "ID", allow_hyphen_values = true)]
    pub(crate) account: Option<MemberAccountId>,
    #[command(flatten)]
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
}

#[derive(Debug, Clone, Args)]
pub(crate) struct WatchArgs {
    /// Of this payer only.
    #[arg(long, value_name = "ID", allow_hyphen_values = true)]
    pub(crate) payer: Option<PayerAccountId>,
    /// Of this account only.
    #[arg(long, value_name = "ID", allow_hyphen_values = true)]
    pub(crate) account: Option<MemberAccountId>,
    /// Begin at this position of the memo stream; at the present end where none is named.
    #[arg(long, value_name = "POSITION")]
    pub(crate) from: Option<u64>,
    /// End after what is there now, instead of waiting for more.
    #[arg(long)]
    pub(crate) until_head: bool,
}

/// A time, or a day for all of it.
pub(crate) fn time_or_day(text: &str) -> Result<DateTime<Utc>, String> {
    if let Ok(time) = DateTime::parse_from_rfc3339(text) {
        return Ok(time.with_timezone(&Utc));
    }
    let day: NaiveDate = text.parse().map_err(|_| format!("'{text}' is neither a time (RFC 3339) nor a date"))?;
    let last = day.and_hms_micro_opt(23, 59, 59, 999_999).ok_or_else(|| format!("'{text}' is out of range"))?;
    Ok(last.and_utc())
}
