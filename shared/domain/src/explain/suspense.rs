//! Why an amount is in suspense: the credit lines that it stands on, and what credits took of them.

use money::MoneyError;
use schemars::JsonSchema;
use serde::Serialize;

use super::{Check, Derivation, Placed, Rule};
use crate::{
    credit::{AttributedLine, SuspenseAttributed, SuspenseCleared, SuspenseOpened, SuspenseReason},
    ids::UpstreamCreditId,
    usage::CreditLineAggregate,
};

/// What a suspense item's explanation is made of.
#[derive(Debug, Clone)]
pub struct SuspenseBasis<'a> {
    /// How it came into suspense, the last time.
    pub opened: &'a Placed<SuspenseOpened>,
    /// How it left, where it did.
    pub cleared: Option<&'a Placed<SuspenseCleared>>,
    /// The account's credit lines with its description, as they were known then.
    pub lines: Vec<Placed<CreditLineAggregate>>,
    /// What credits took of these lines, as it was recorded then.
    pub attributed: Vec<(UpstreamCreditId, Placed<AttributedLine>)>,
    /// Other items of the same lines.
    pub others: Vec<Placed<SuspenseOpened>>,
    /// What an operator said of it.
    pub by_operator: Option<&'a Placed<SuspenseAttributed>>,
}

/// A suspense item, explained.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SuspenseExplanation {
    /// The item.
    pub item: String,
    /// The payer.
    pub payer_account_id: String,
    /// The month of AWS's bill.
    pub period: String,
    /// The account that AWS let benefit.
    pub member_account_id: String,
    /// The description on the lines.
    pub description: String,
    /// Why it is in suspense.
    pub reason: SuspenseReason,
    /// The same in words.
    pub reason_in_words: String,
    /// What came into suspense: the lines, less what credits took of them.
    pub came: Derivation,
    /// What is in suspense now: what came, less what left.
    pub open_amount: Derivation,
    /// The credit that an operator named.
    pub attributed_by_hand_to: Option<String>,
    /// What was derived again, beside what was recorded.
    pub checks: Vec<Check>,
    /// Whether all of them agree.
    pub agrees: bool,
}

impl SuspenseReason {
    /// In words.
    pub fn in_words(self) -> &'static str {
        match self {
            Self::UnknownOwner => "the line names an owner who has no live credit here",
            Self::NoCreditFits => "no credit has that description, and the account owns none",
            Self::SeveralCreditsFit => "several credits fit, and nothing tells which",
            Self::OtherCurrency => "only credits in another currency have that description",
            Self::BeyondFace => "the credit that it fits is used up: AWS applied more than its face",
        }
    }
}

/// Explains a suspense item.
///
/// # Errors
/// [`MoneyError`] where a sum cannot be held.
pub fn explain_suspense(basis: SuspenseBasis<'_>) -> Result<SuspenseExplanation, MoneyError> {
    let opened = &basis.opened.said;
    let mut parts = Vec::new();
    for line in &basis.lines {
        let what = format!("credit line of {} '{}'", line.said.key.product_code, line.said.key.description);
        parts.push(Derivation::leaf(what, -line.said.amount).by(Rule::CreditLineStripped).at(&line.at));
    }
    for (credit, line) in &basis.attributed {
        let what = format!("taken by credit {credit}");
        parts.push(Derivation::leaf(what, -line.said.amount).by(Rule::Attributed).at(&line.at));
    }
    for other in &basis.others {
        let what = format!("in suspense as item {}", other.said.item.item);
        parts.push(Derivation::leaf(what, -other.said.item.amount).by(Rule::Suspense).at(&other.at));
    }
    let rule = if opened.item.reason == SuspenseReason::BeyondFace { Rule::BeyondFace } else { Rule::Suspense };
    let came = Derivation::of_parts("came into suspense", opened.item.amount, parts)?.by(rule).at(&basis.opened.at);
    let mut standing = vec![Derivation::leaf("came into suspense", opened.item.amount).by(rule).at(&basis.opened.at)];
    if let Some(cleared) = basis.cleared {
        standing.push(Derivation::leaf("left suspense", -cleared.said.amount).by(Rule::Released).at(&cleared.at));
    }
    let checks = vec![Check::of("what came into suspense: all of it is explained", true, !came.has_gap())];
    Ok(SuspenseExplanation {
        item: opened.item.item.clone(),
        payer_account_id: opened.payer.to_string(),
        period: opened.period.to_string(),
        member_account_id: opened.item.member.to_string(),
        description: opened.item.description.clone(),
        reason: opened.item.reason,
        reason_in_words: opened.item.reason.in_words().to_owned(),
        came,
        open_amount: Derivation::sum("in suspense now", standing)?,
        attributed_by_hand_to: basis.by_operator.map(|said| said.said.credit.to_string()),
        agrees: checks.iter().all(|check| check.agrees),
        checks,
    })
}
