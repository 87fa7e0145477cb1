//! Why each cent of a statement, a memo or a suspense item is what it is.

use chrono::{DateTime, Utc};
use domain::{
    explain::{Check, DocumentExplanation, MemoExplanation, SuspenseExplanation},
    ids::{MemberAccountId, MemoNumber, PayerAccountId},
    period::BillingPeriod,
};
use schemars::JsonSchema;
use serde::Serialize;
use service_kit::{Failure, UnitOfWork, codes};

/// An explanation, one of three.
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

impl Explanation {
    /// The figures that were derived again.
    pub fn checks(&self) -> &[Check] {
        match self {
            Self::Statement(one) => &one.checks,
            Self::Memo(one) => &one.checks,
            Self::Suspense(one) => &one.checks,
        }
    }
}

/// Which lines of a statement are explained; all of them where nothing is named.
#[derive(Debug, Clone, Default)]
pub struct ExplainedLines {
    /// Those of this service, by product code.
    pub service: Option<String>,
    /// Those of this charge kind, in the bill's words.
    pub charge_kind: Option<String>,
}

impl ExplainedLines {
    /// Whether only some are asked for.
    pub fn are_named(&self) -> bool {
        self.service.is_some() || self.charge_kind.is_some()
    }
}

fn known_by(recorded: Option<DateTime<Utc>>) -> DateTime<Utc> {
    recorded.unwrap_or(DateTime::<Utc>::MAX_UTC)
}

/// Explains an account's statement of a month, as it was recorded by a time.
///
/// # Errors
/// [`Failure`] where there is none, or several payers have one.
pub async fn explain_statement(
    unit: &UnitOfWork,
    payer: Option<&PayerAccountId>,
    account: &MemberAccountId,
    period: BillingPeriod,
    lines: &ExplainedLines,
    recorded: Option<DateTime<Utc>>,
) -> Result<Explanation, Failure> {
    let payers = match payer {
        Some(payer) => vec![payer.clone()],
        None => unit.model.payers()?,
    };
    let mut found = Vec::new();
    for payer in &payers {
        found.extend(memo_keeper::explain_statement(unit, payer, account, period, known_by(recorded)).await?);
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
        lines.service.as_ref().is_none_or(|service| line.service.eq_ignore_ascii_case(service))
            && lines.charge_kind.as_ref().is_none_or(|kind| line.charge_kind.eq_ignore_ascii_case(kind))
    });
    if explained.lines.is_empty() && lines.are_named() {
        return Err(Failure::failed(
            codes::NO_SUCH_LINE,
            format!("the statement of {account} for {period} has no such line"),
        ));
    }
    Ok(Explanation::Statement(explained))
}

/// Explains a memo, as it was recorded by a time.
///
/// # Errors
/// [`Failure`] where it was not known.
pub async fn explain_memo(
    unit: &UnitOfWork,
    number: &MemoNumber,
    recorded: Option<DateTime<Utc>>,
) -> Result<Explanation, Failure> {
    let explained = memo_keeper::explain_one_memo(unit, number, known_by(recorded)).await?;
    explained.map(Explanation::Memo).ok_or_else(|| {
        Failure::failed(codes::MEMO_UNKNOWN, format!("memo {number} was not known by then: see memos show {number}"))
    })
}

/// Explains a suspense item, as it was recorded by a time.
///
/// # Errors
/// [`Failure`] where it was not known, or in several months.
pub async fn explain_suspense(
    unit: &UnitOfWork,
    item: &str,
    payer: Option<&PayerAccountId>,
    period: Option<BillingPeriod>,
    recorded: Option<DateTime<Utc>>,
) -> Result<Explanation, Failure> {
    let mut found = memo_keeper::explain_item(unit, item, payer, period, known_by(recorded)).await?;
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
