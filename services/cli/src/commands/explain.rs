//! `explain`: why each cent of a statement, a memo or a suspense item is what it is.

use chrono::{DateTime, Utc};
use domain::{
    explain::{DocumentExplanation, MemoExplanation, SuspenseExplanation},
    ids::MemberAccountId,
    period::BillingPeriod,
};
use schemars::JsonSchema;
use serde::Serialize;
use service_kit::{Failure, UnitOfWork, codes};

use crate::{
    args::ExplainArgs,
    outcome::Outcome,
    render::{explained_document, explained_memo, explained_suspense},
};

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
pub(crate) async fn explain(unit: &UnitOfWork, args: &ExplainArgs) -> Result<Outcome, Failure> {
    let recorded = args.recorded.unwrap_or(DateTime::<Utc>::MAX_UTC);
    let explanation = match (&args.account, args.period, &args.memo, &args.suspense) {
        (Some(account), Some(period), ..) => statement(unit, args, account, period, recorded).await?,
        (_, _, Some(number), _) => {
            let explained = memo_keeper::explain_one_memo(unit, number, recorded).await?;
            Explanation::Memo(explained.ok_or_else(|| {
                Failure::failed(
                    codes::MEMO_UNKNOWN,
                    format!("memo {number} was not known by then: see memos show {number}"),
                )
            })?)
        }
        (_, period, _, Some(item)) => suspense(unit, args, item, period, recorded).await?,
        _ => return Err(Failure::usage(codes::EXPLAIN_WHAT, "say --account with --period, --memo or --suspense")),
    };
    let text = match &explanation {
        Explanation::Statement(one) => explained_document(one, args.service.is_some() || args.line.is_some()),
        Explanation::Memo(one) => explained_memo(one),
        Explanation::Suspense(one) => explained_suspense(one),
    };
    let outcome = Outcome::text_or(text, &explanation)?;
    let checks = match &explanation {
        Explanation::Statement(one) => &one.checks,
        Explanation::Memo(one) => &one.checks,
        Explanation::Suspense(one) => &one.checks,
    };
    Ok(match checks.iter().find(|check| !check.agrees) {
        None => outcome,
        Some(check) => outcome.failing(Failure::check(
            codes::EXPLAINED_DIFFERS,
            format!(
                "{} was recorded as {} and is derived as {}: what was recorded is shown; ask the program's maintainers",
                check.what, check.recorded, check.derived
            ),
        )),
    })
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
            codes::STATEMENT_UNKNOWN,
            format!("account {account} has no statement for {period}: bill the period first"),
        ));
    };
    if several {
        return Err(Failure::usage(
            codes::WHICH_PAYERS_STATEMENT,
            format!("account {account} has statements of several payers for {period}: say --payer"),
        ));
    }
    explained.lines.retain(|line| {
        args.service.as_ref().is_none_or(|service| line.service.eq_ignore_ascii_case(service))
            && args.line.as_ref().is_none_or(|kind| line.charge_kind.eq_ignore_ascii_case(kind))
    });
    if explained.lines.is_empty() && (args.service.is_some() || args.line.is_some()) {
        return Err(Failure::failed(
            codes::NO_SUCH_LINE,
            format!("the statement of {account} for {period} has no such line"),
        ));
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
        (None, _) => Err(Failure::failed(
            codes::SUSPENSE_UNKNOWN,
            format!("no suspense item {item} is known: see credits suspense"),
        )),
        (Some(_), false) => Err(Failure::usage(
            codes::WHICH_SUSPENSE_MONTH,
            format!("suspense item {item} was there in several months: say --payer and --period"),
        )),
    }
}
