//! `explain`: why each cent of a statement, a memo or a suspense item is what it is.

use chrono::{DateTime, Utc};
use clap::Args;
use documents::{explained_document, explained_memo, explained_suspense};
use domain::{
    explain::{DocumentExplanation, MemoExplanation, SuspenseExplanation},
    ids::{MemberAccountId, MemoNumber, PayerAccountId},
    period::BillingPeriod,
};
use schemars::JsonSchema;
use serde::Serialize;
use service_kit::{Failure, UnitOfWork};

use crate::{
    args::{Global, OutputFormat, time_or_day},
    output,
};

#[derive(Debug, Clone, Args)]
#[command(group(clap::ArgGroup::new("what").required(true).args(["account", "memo", "suspense"])))]
pub(crate) struct ExplainArgs {
    /// The account whose statement is explained.
    #[arg(long, value_name = "ID", allow_hyphen_values = true, requires = "period")]
    account: Option<MemberAccountId>,
    /// The month.
    #[arg(long, value_name = "PERIOD", conflicts_with = "memo")]
    period: Option<BillingPeriod>,
    /// Only the lines of this service, by product code.
    #[arg(long, value_name = "CODE", requires = "account")]
    service: Option<String>,
    /// Only the lines of this charge kind, in the bill's words.
    #[arg(long, value_name = "KIND", requires = "account")]
    line: Option<String>,
    /// The memo whose balance is explained.
    #[arg(long, value_name = "NUMBER")]
    memo: Option<MemoNumber>,
    /// The suspense item that is explained, as `credits suspense` names it.
    #[arg(long, value_name = "ITEM")]
    suspense: Option<String>,
    /// The payer, where several have it.
    #[arg(long, value_name = "ID", allow_hyphen_values = true)]
    payer: Option<PayerAccountId>,
    /// As it was recorded at or before this time (RFC 3339, or a date for its whole day).
    #[arg(long, value_name = "TIME", value_parser = time_or_day)]
    recorded: Option<DateTime<Utc>>,
}

/// What `explain` prints, one of three.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(tag = "explains", rename_all = "kebab-case")]
#[allow(clippy::large_enum_variant)] // one a command
pub enum Explanation {
    /// A member's statement, or lines of it.
    Statement(DocumentExplanation),
    /// A memo.
    Memo(MemoExplanation),
    /// A suspense item.
    Suspense(SuspenseExplanation),
}

/// Explains a statement, a memo or a suspense item.
pub(crate) async fn explain(global: &Global, unit: &UnitOfWork, args: &ExplainArgs) -> Result<(), Failure> {
    let recorded = args.recorded.unwrap_or(DateTime::<Utc>::MAX_UTC);
    let explanation = match (&args.account, args.period, &args.memo, &args.suspense) {
        (Some(account), Some(period), ..) => statement(unit, args, account, period, recorded).await?,
        (_, _, Some(number), _) => {
            let explained = memo_keeper::explain_one_memo(unit, number, recorded).await?;
            Explanation::Memo(explained.ok_or_else(|| {
                Failure::failed("CM0121", format!("memo {number} was not known by then: see memos show {number}"))
            })?)
        }
        (_, period, _, Some(item)) => suspense(unit, args, item, period, recorded).await?,
        _ => return Err(Failure::usage("CM0215", "say --account with --period, --memo or --suspense")),
    };
    if global.output == OutputFormat::Table {
        output::print_text(&match &explanation {
            Explanation::Statement(one) => explained_document(one, args.service.is_some() || args.line.is_some()),
            Explanation::Memo(one) => explained_memo(one),
            Explanation::Suspense(one) => explained_suspense(one),
        })?;
    } else {
        output::print_object(global.output, &explanation)?;
    }
    let checks = match &explanation {
        Explanation::Statement(one) => &one.checks,
        Explanation::Memo(one) => &one.checks,
        Explanation::Suspense(one) => &one.checks,
    };
    match checks.iter().find(|check| !check.agrees) {
        None => Ok(()),
        Some(check) => Err(Failure::check(
            "CM0520",
            format!(
                "{} was recorded as {} and is derived as {}: what was recorded is shown; ask the program's maintainers",
                check.what, check.recorded, check.derived
            ),
        )),
    }
}

async fn statement(
    unit: &UnitOfWork,
    args: &ExplainArgs,
    account: &MemberAccountId,
    period: BillingPeriod,
    recorded: DateTime<Utc>,
) -> Result<Explanation, Failure> {
    let payers = match &args.payer {
        Some(payer) => vec![payer.clone()],
        None => unit.model.payers()?,
    };
    let mut found = Vec::new();
    for payer in &payers {
        found.extend(memo_keeper::explain_statement(unit, payer, account, period, recorded).await?);
    }
    let several = found.len() > 1;
    let Some(mut explained) = found.pop() else {
        return Err(Failure::failed(
            "CM0122",
            format!("account {account} has no statement for {period}: bill the period first"),
        ));
    };
    if several {
        return Err(Failure::usage(
            "CM0206",
            format!("account {account} has statements of several payers for {period}: say --payer"),
        ));
    }
    explained.lines.retain(|line| {
        args.service.as_ref().is_none_or(|service| line.service.eq_ignore_ascii_case(service))
            && args.line.as_ref().is_none_or(|kind| line.charge_kind.eq_ignore_ascii_case(kind))
    });
    if explained.lines.is_empty() && (args.service.is_some() || args.line.is_some()) {
        return Err(Failure::failed("CM0124", format!("the statement of {account} for {period} has no such line")));
    }
    Ok(Explanation::Statement(explained))
}

async fn suspense(
    unit: &UnitOfWork,
    args: &ExplainArgs,
    item: &str,
    period: Option<BillingPeriod>,
    recorded: DateTime<Utc>,
) -> Result<Explanation, Failure> {
    let mut found = memo_keeper::explain_item(unit, item, args.payer.as_ref(), period, recorded).await?;
    match (found.pop(), found.is_empty()) {
        (Some(one), true) => Ok(Explanation::Suspense(one)),
        (None, _) => Err(Failure::failed("CM0125", format!("no suspense item {item} is known: see credits suspense"))),
        (Some(_), false) => Err(Failure::usage(
            "CM0216",
            format!("suspense item {item} was there in several months: say --payer and --period"),
        )),
    }
}
