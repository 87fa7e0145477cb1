//! Why a memo stands at its balance: everything that happened to it, and what AWS applied of its
//! credit.

use std::collections::BTreeMap;

use money::{Exact, Money, MoneyError};
use schemars::JsonSchema;
use serde::Serialize;

use super::{Check, Derivation, EventPosition, Placed, Rule, node::mode_name};
use crate::{
    billing::{MemberStatement, StatementMemo, StatementsBefore},
    credit::AttributedLine,
    ids::{MemoNumber, PayerAccountId},
    memo::{CreditMemo, DrawBound, MemberMemos, MemoFact, UnapplyCause, WriteOffCause},
    period::BillingPeriod,
};

/// What AWS applied of a memo's credit in a period, as it is recorded upstream.
#[derive(Debug, Clone)]
pub struct AppliedUpstream {
    /// The month of AWS's bill.
    pub period: BillingPeriod,
    /// What other memos of the credit are funded with of it.
    pub funds_others: Exact,
    /// The lines.
    pub lines: Vec<AttributedLine>,
    /// Where it was recorded.
    pub at: EventPosition,
}

/// What a memo's explanation is made of.
#[derive(Debug, Clone)]
pub struct MemoBasisOfExplanation<'a> {
    /// The memo.
    pub memo: &'a CreditMemo,
    /// What happened to it, oldest first.
    pub facts: &'a [Placed<MemoFact>],
    /// What AWS applied of its credit while the memo's account owned it.
    pub upstream: &'a [AppliedUpstream],
}

/// A memo, explained.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct MemoExplanation {
    /// Its number.
    pub memo_number: String,
    /// The upstream credit.
    pub credit_id: Option<String>,
    /// The currency of all amounts.
    pub currency: String,
    /// What is left of it, by what happened to it.
    pub open_balance: Derivation,
    /// What AWS applied of the credit, by month, as the memo has it.
    pub funded: Derivation,
    /// The same, from the credit lines that were attributed to the credit.
    pub applied_upstream: Derivation,
    /// The part of the balance that AWS has taken off the payer's bill.
    pub funded_balance: Derivation,
    /// What was derived again, beside what was recorded.
    pub checks: Vec<Check>,
    /// Whether all of them agree.
    pub agrees: bool,
}

impl DrawBound {
    /// In words.
    pub fn in_words(self) -> &'static str {
        match self {
            Self::OpenBalance => "its open balance before the draw",
            Self::FundedByLimit => "what AWS has applied of it: the draw limit is 'funded'",
            Self::MonthlyCap => "the most it may pay a month",
            Self::FundedPastEnd => "what AWS has applied of it: its end date is past",
            Self::Ended => "nothing: its end date is past",
        }
    }
}

/// What a fact changes of the open balance.
pub(super) fn change_of(fact: &MemoFact) -> Money {
    let (before, after) = fact.balances();
    after - before
}

fn posting_of(fact: &MemoFact) -> BillingPeriod {
    match fact {
        MemoFact::Issued(fact) => fact.posting,
        MemoFact::Opened(fact) => fact.issued.posting,
        MemoFact::Funded(fact) => fact.posting,
        MemoFact::Applied(fact) => fact.posting,
        MemoFact::Unapplied(fact) => fact.posting,
        MemoFact::Lapsed(fact) | MemoFact::Expired(fact) => fact.posting,
        MemoFact::WrittenOff(fact) => fact.posting,
        MemoFact::Refunded(fact) => fact.posting,
        MemoFact::ReassignedOut(fact) => fact.posting,
        MemoFact::ReassignedIn(fact) => fact.issued.posting,
        MemoFact::PoReassigned(fact) => fact.posting,
        MemoFact::Reinstated(fact) => fact.posting,
        MemoFact::Shortfall(fact) => fact.posting,
        MemoFact::Surplus(fact) => fact.posting,
    }
}

/// The column of a statement that shows a fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Column {
    Issued,
    Applied,
    Corrections,
    Expired,
}

fn column_of(fact: &MemoFact) -> Column {
    match fact {
        MemoFact::Issued(_) | MemoFact::Opened(_) | MemoFact::ReassignedIn(_) | MemoFact::Funded(_) => Column::Issued,
        MemoFact::Applied(one) if one.posting == one.period => Column::Applied,
        MemoFact::Unapplied(one) if one.posting == one.period => Column::Applied,
        MemoFact::Lapsed(_) | MemoFact::Expired(_) => Column::Expired,
        _ => Column::Corrections,
    }
}

/// A fact as a leaf: what it changed of the balance, why, and where it stands.
pub(super) fn leaf_of(placed: &Placed<MemoFact>) -> Result<Derivation, MoneyError> {
    let amount = change_of(&placed.said);
    let effective = placed.said.effective();
    let leaf = |what: String, rule: Rule| Derivation::leaf(what, amount).by(rule).at(&placed.at).effective(effective);
    Ok(match &placed.said {
        MemoFact::Issued(fact) => {
            let basis = if fact.credit.is_some() { Rule::MemoIssued } else { Rule::ByHand };
            leaf(format!("issued with the statement of {}", fact.posting), basis).under(&fact.policy)
        }
        MemoFact::Opened(fact) => {
            let what = format!(
                "taken over as of {}: face {} less {} applied before",
                fact.as_of, fact.issued.face, fact.applied_before
            );
            leaf(what, Rule::ByHand).under(&fact.issued.policy)
        }
        MemoFact::ReassignedIn(fact) => leaf(format!("came from {}", fact.from_memo), Rule::ByHand),
        MemoFact::Funded(fact) => leaf(format!("grew by what AWS applied in {}", fact.period), Rule::MemoFunded),
        MemoFact::Applied(fact) => {
            let mode = mode_name(fact.rounding);
            let rule = match &fact.paid_under {
                Some(_) => Rule::AcrossPayers,
                None if fact.posting == fact.period => Rule::MemoDrawn,
                None => Rule::Corrected,
            };
            let services: Vec<Derivation> = fact
                .by_service
                .iter()
                .map(|part| Derivation::leaf(part.service.clone(), -part.amount).at(&placed.at))
                .collect();
            let of = month_of(fact.period, fact.paid_under.as_ref());
            let what = format!("drawn for {of}; eligible {}, rounded {mode}", fact.eligible);
            let parts = Derivation::of_parts(what, amount, services)?;
            parts.by(rule).at(&placed.at).effective(effective).under(&fact.policy)
        }
        MemoFact::Unapplied(fact) => {
            let (why, rule) = match fact.cause {
                UnapplyCause::Redrawn => ("the open month is drawn again", Rule::DrawnAgain),
                UnapplyCause::Restated => ("the month was restated", Rule::Corrected),
                UnapplyCause::Refunded => ("AWS refunded the usage", Rule::Refunded),
                UnapplyCause::DocumentVoided => ("the document was voided", Rule::Corrected),
            };
            let of = month_of(fact.period, fact.paid_under.as_ref());
            leaf(format!("taken back for {of}: {why}"), rule)
        }
        MemoFact::Lapsed(fact) => leaf("lapsed: AWS never applied it".into(), Rule::Ended).under(&fact.policy),
        MemoFact::Expired(fact) => leaf("expired".into(), Rule::Ended).under(&fact.policy),
        MemoFact::WrittenOff(fact) => {
            let (why, rule) = match fact.cause {
                WriteOffCause::ByHand => ("by hand", Rule::ByHand),
                WriteOffCause::Adjusted => ("adjusted by hand", Rule::ByHand),
                WriteOffCause::UpstreamRevised => ("AWS revised the credit", Rule::UpstreamChanged),
                WriteOffCause::UpstreamCancelled => ("AWS cancelled the credit", Rule::UpstreamChanged),
                WriteOffCause::AccountLeft => ("the account left the payer", Rule::UpstreamChanged),
                WriteOffCause::UpstreamTransferred => ("AWS gave the credit to another account", Rule::UpstreamChanged),
            };
            leaf(format!("written off: {why}"), rule)
        }
        MemoFact::Refunded(_) => leaf("paid out".into(), Rule::ByHand),
        MemoFact::ReassignedOut(fact) => leaf(format!("went to account {}", fact.to_member), Rule::ByHand),
        MemoFact::PoReassigned(fact) => leaf(format!("moved to PO {}", fact.to_po), Rule::ByHand),
        MemoFact::Reinstated(fact) if fact.returned.is_some() => {
            leaf("came back: AWS has applied more than it had said".into(), Rule::UpstreamChanged)
        }
        MemoFact::Surplus(fact) => leaf(
            format!("AWS applied {} of {} that no memo of the credit may have", fact.surplus, fact.period),
            Rule::UpstreamChanged,
        ),
        MemoFact::Reinstated(_) => leaf("came back past the end date".into(), Rule::ByHand),
        MemoFact::Shortfall(fact) => {
            leaf(format!("AWS is {} short of what was given", fact.shortfall), Rule::UpstreamChanged)
        }
    })
}

/// A month, and the payer whose charges of it they are, where that is not the memo's own.
fn month_of(period: BillingPeriod, paid_under: Option<&PayerAccountId>) -> String {
    paid_under.map_or_else(|| period.to_string(), |payer| format!("{period} under payer {payer}"))
}

/// The month that a fact paid, the one on whose statement it is shown, and the payer whose charges it paid
/// where that is not the memo's own; none for what paid nothing.
pub(super) fn payment(fact: &MemoFact) -> Option<(BillingPeriod, BillingPeriod, Option<&PayerAccountId>)> {
    match fact {
        MemoFact::Applied(one) => Some((one.period, one.posting, one.paid_under.as_ref())),
        MemoFact::Unapplied(one) => Some((one.period, one.posting, one.paid_under.as_ref())),
        _ => None,
    }
}

/// What a memo paid for a month of its own payer on the statement of one, by what was recorded; none where
/// nothing was.
pub(super) fn paid_for(
    facts: &[Placed<MemoFact>],
    memo: &MemoNumber,
    period: BillingPeriod,
    posting: BillingPeriod,
) -> Result<Option<Derivation>, MoneyError> {
    let of_memo = facts.iter().filter(|placed| placed.said.memo() == memo);
    let paid = of_memo.filter(|placed| payment(&placed.said) == Some((period, posting, None)));
    let parts = paid.map(leaf_of).collect::<Result<Vec<_>, _>>()?;
    if parts.is_empty() {
        return Ok(None);
    }
    Ok(Some(Derivation::sum(format!("memo {memo}"), parts)?))
}

/// The balance of funds of a statement, memo by memo and column by column.
pub(super) fn balances_of(
    statement: &MemberStatement,
    memos: &MemberMemos,
    facts: &[Placed<MemoFact>],
    follows: StatementsBefore,
) -> Result<Derivation, MoneyError> {
    let mut parts = Vec::new();
    for shown in &statement.memos {
        if let Some(memo) = memos.memos.get(&shown.memo_number) {
            parts.push(balance_of(shown, memo, facts, statement.period, follows)?);
        }
    }
    Derivation::of_parts("balance of funds", statement.balance_of_funds, parts)
}

fn balance_of(
    shown: &StatementMemo,
    memo: &CreditMemo,
    facts: &[Placed<MemoFact>],
    period: BillingPeriod,
    follows: StatementsBefore,
) -> Result<Derivation, MoneyError> {
    let is_shown = |fact: &MemoFact| {
        let posting = posting_of(fact);
        match follows.later {
            Some(_) => posting == period && column_of(fact) != Column::Issued,
            None => posting <= period && follows.former.is_none_or(|former| posting > former),
        }
    };
    let is_before = |fact: &MemoFact| match (follows.later, follows.former) {
        (Some(later), _) => posting_of(fact) <= later && !is_shown(fact),
        (None, Some(former)) => posting_of(fact) <= former,
        (None, None) => false,
    };
    let of_memo = || facts.iter().filter(|fact| *fact.said.memo() == memo.number && !change_of(&fact.said).is_zero());
    let mut parts = Vec::new();
    let before = of_memo().filter(|fact| is_before(&fact.said)).map(leaf_of).collect::<Result<Vec<_>, _>>()?;
    let mut add = |what: &str, amount: Money, leaves: Vec<Derivation>| -> Result<(), MoneyError> {
        if !leaves.is_empty() || !amount.is_zero() {
            parts.push(Derivation::of_parts(what, amount, leaves)?);
        }
        Ok(())
    };
    add("prior balance", shown.prior_balance, before)?;
    for (what, column, amount) in [
        ("issued", Column::Issued, shown.issued),
        ("corrections", Column::Corrections, shown.corrections),
        ("applied", Column::Applied, -shown.applied),
        ("expired", Column::Expired, -shown.expired),
    ] {
        let leaves = of_memo().filter(|fact| is_shown(&fact.said) && column_of(&fact.said) == column);
        add(what, amount, leaves.map(leaf_of).collect::<Result<Vec<_>, _>>()?)?;
    }
    Derivation::of_parts(format!("memo {}", memo.number), shown.balance_of_funds, parts)
}

/// Explains a memo.
///
/// # Errors
/// [`MoneyError`] where a sum cannot be held.
pub fn explain_memo(basis: MemoBasisOfExplanation<'_>) -> Result<MemoExplanation, MoneyError> {
    let memo = basis.memo;
    let open_balance = open_balance(memo, basis.facts)?;
    let (funded, by_period) = funded(memo, basis.facts)?;
    let mut months = Vec::new();
    let mut checks = vec![Check::of("open balance: all of it is explained", true, !open_balance.has_gap())];
    checks.push(Check::of("funded: all of it is explained", true, !funded.has_gap()));
    for month in basis.upstream {
        let mut lines: Vec<Derivation> = month
            .lines
            .iter()
            .map(|line| {
                let matched = match serde_json::to_value(line.matched_by) {
                    Ok(serde_json::Value::String(word)) => word,
                    _ => String::new(),
                };
                let estimate = if line.matched_by.is_provisional() { ", an estimate" } else { "" };
                let what = format!("on {}: '{}', matched by {matched}{estimate}", line.beneficiary, line.description);
                Derivation::leaf(what, line.amount).by(Rule::Attributed).at(&month.at)
            })
            .collect();
        if !month.funds_others.is_zero() {
            let what = "less what other memos of the credit are funded with";
            lines.push(Derivation::leaf(what, -month.funds_others).by(Rule::MemoFunded).at(&month.at));
        }
        let node = Derivation::sum(format!("AWS's bill of {}", month.period), lines)?.at(&month.at);
        let of_period = by_period.get(&month.period).copied().unwrap_or_default();
        checks.push(Check::of(format!("funded in {}", month.period), of_period, node.amount.to_exact()));
        months.push(node);
    }
    let used = memo.applied + memo.refunded;
    let funded_balance = Derivation::leaf("funded balance", memo.funded_balance())
        .bounded(vec![
            ("its open balance".to_owned(), memo.open),
            (
                format!("AWS applied {}, of which {used} were paid and the rest has not ended", memo.funded),
                memo.funded_units() - used - memo.expired_of_funded(),
            ),
        ])
        .by(Rule::MemoFunded);
    Ok(MemoExplanation {
        memo_number: memo.number.to_string(),
        credit_id: memo.credit.as_ref().map(ToString::to_string),
        currency: memo.currency.to_string(),
        open_balance,
        funded,
        applied_upstream: Derivation::sum("attributed to the credit", months)?.by(Rule::Attributed),
        funded_balance,
        agrees: checks.iter().all(|check| check.agrees),
        checks,
    })
}

fn open_balance(memo: &CreditMemo, facts: &[Placed<MemoFact>]) -> Result<Derivation, MoneyError> {
    let mut groups: Vec<(String, Vec<Derivation>)> = Vec::new();
    for placed in facts.iter().filter(|placed| !change_of(&placed.said).is_zero()) {
        let group = match &placed.said {
            MemoFact::Issued(_) | MemoFact::Opened(_) | MemoFact::ReassignedIn(_) | MemoFact::Funded(_) => {
                "issued".to_owned()
            }
            MemoFact::Applied(one) => format!("paid for {}", one.period),
            MemoFact::Unapplied(one) => format!("paid for {}", one.period),
            MemoFact::Lapsed(_) | MemoFact::Expired(_) | MemoFact::Reinstated(_) => "ended".to_owned(),
            _ => "by hand, or by what happened upstream".to_owned(),
        };
        let leaf = leaf_of(placed)?;
        match groups.iter_mut().find(|(name, _)| *name == group) {
            Some((_, leaves)) => leaves.push(leaf),
            None => groups.push((group, vec![leaf])),
        }
    }
    let parts =
        groups.into_iter().map(|(name, leaves)| Derivation::sum(name, leaves)).collect::<Result<Vec<_>, _>>()?;
    Derivation::of_parts("open balance", memo.open, parts)
}

type FundedByPeriod = BTreeMap<BillingPeriod, money::Exact>;

fn funded(memo: &CreditMemo, facts: &[Placed<MemoFact>]) -> Result<(Derivation, FundedByPeriod), MoneyError> {
    let mut by_period = FundedByPeriod::new();
    let mut parts = Vec::new();
    for placed in facts {
        let (what, amount) = match &placed.said {
            MemoFact::Funded(fact) => {
                let of_period = by_period.entry(fact.period).or_default();
                *of_period = of_period.checked_add(fact.amount)?;
                (format!("AWS's bill of {}", fact.period), fact.amount)
            }
            MemoFact::Opened(fact) => ("taken over".to_owned(), fact.funded_before),
            MemoFact::ReassignedIn(fact) => (format!("came from {}", fact.from_memo), fact.funded_moved),
            MemoFact::ReassignedOut(fact) => (format!("went to account {}", fact.to_member), -fact.funded_moved),
            _ => continue,
        };
        let effective = placed.said.effective();
        parts.push(Derivation::leaf(what, amount).by(Rule::MemoFunded).at(&placed.at).effective(effective));
    }
    Ok((Derivation::of_parts("funded", memo.funded, parts)?, by_period))
}
