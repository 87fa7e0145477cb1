//! What would be different: memo by memo, month by month, customer by customer, to the cent.

use std::collections::BTreeMap;

use domain::{billing::MemberStatement, ids::PayerAccountId, memo::CreditMemo, period::BillingPeriod};
use money::{Currency, Exact, Money, Rounding};
use read_model::ReadModel;
use schemars::JsonSchema;
use serde::Serialize;
use service_kit::Failure;

/// What a difference is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DifferenceOf {
    /// A memo.
    Memo,
    /// A payer's month.
    Month,
    /// A customer, all months together.
    Customer,
}

/// A figure that would differ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct WhatIfRow {
    /// What it is about.
    pub of: DifferenceOf,
    /// The payer.
    pub payer_account_id: String,
    /// The account, for a memo.
    pub member_account_id: Option<String>,
    /// The memo.
    pub memo_number: Option<String>,
    /// The month.
    pub period: Option<String>,
    /// The customer; blank for accounts without one.
    pub customer: Option<String>,
    /// The currency.
    pub currency: String,
    /// Which figure.
    pub figure: String,
    /// As it was recorded.
    pub recorded: Money,
    /// As it would be.
    pub what_if: Money,
    /// As it would be less as it was recorded.
    pub difference: Money,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    of: DifferenceOf,
    payer: String,
    member: Option<String>,
    memo: Option<String>,
    period: Option<String>,
    customer: Option<String>,
    currency: String,
    figure: &'static str,
}

type Figures = BTreeMap<Key, Money>;

/// Compares two models figure by figure; only what differs is answered.
pub(super) fn differences(recorded: &ReadModel, what_if: &ReadModel) -> Result<Vec<WhatIfRow>, Failure> {
    let (before, after) = (figures(recorded)?, figures(what_if)?);
    let mut keys: Vec<&Key> = before.keys().chain(after.keys()).collect();
    keys.sort();
    keys.dedup();
    let mut rows = Vec::new();
    for key in keys {
        let Some(known) = before.get(key).or(after.get(key)) else { continue };
        let amount = |figures: &Figures| figures.get(key).copied().unwrap_or(known.zeroed());
        let (recorded, what_if) = (amount(&before), amount(&after));
        if recorded != what_if {
            rows.push(WhatIfRow {
                of: key.of,
                payer_account_id: key.payer.clone(),
                member_account_id: key.member.clone(),
                memo_number: key.memo.clone(),
                period: key.period.clone(),
                customer: key.customer.clone(),
                currency: key.currency.clone(),
                figure: key.figure.to_owned(),
                recorded,
                what_if,
                difference: what_if - recorded,
            });
        }
    }
    Ok(rows)
}

fn figures(model: &ReadModel) -> Result<Figures, Failure> {
    let mut figures = Figures::new();
    for ((payer, member), memos) in model.all_memos()? {
        for memo in memos.memos.values() {
            for (figure, amount) in of_memo(memo) {
                let key = Key {
                    of: DifferenceOf::Memo,
                    payer: payer.to_string(),
                    member: Some(member.to_string()),
                    memo: Some(memo.number.to_string()),
                    period: None,
                    customer: None,
                    currency: memo.currency.to_string(),
                    figure,
                };
                figures.insert(key, amount);
            }
        }
    }
    upstream_figures(model, &mut figures)?;
    for stored in model.all_statements()? {
        let statement = stored.statement;
        for (figure, amount) in of_statement(&statement) {
            let mut add = |of: DifferenceOf, period: Option<String>, customer: Option<String>| {
                let key = Key {
                    of,
                    payer: statement.payer_account_id.to_string(),
                    member: None,
                    memo: None,
                    period,
                    customer,
                    currency: statement.currency.to_string(),
                    figure,
                };
                *figures.entry(key).or_insert(amount.zeroed()) += amount;
            };
            add(DifferenceOf::Month, Some(statement.period.to_string()), None);
            // What customers were left with is told by their memos; balances of months do not add up.
            if figure != "balance_of_funds" {
                add(DifferenceOf::Customer, None, Some(statement.customer.to_string()));
            }
        }
    }
    Ok(figures)
}

/// What became of AWS's credit lines, month by month, to the cent.
fn upstream_figures(model: &ReadModel, figures: &mut Figures) -> Result<(), Failure> {
    let mut sums: BTreeMap<(PayerAccountId, BillingPeriod, Currency, &'static str), Exact> = BTreeMap::new();
    let mut add = |payer: &PayerAccountId, period, currency, figure, amount| {
        let sum = sums.entry((payer.clone(), period, currency, figure)).or_default();
        *sum = sum.checked_add(amount)?;
        Ok::<_, Failure>(())
    };
    for ((payer, _), credit) in model.upstream_credits(None)? {
        let Some(terms) = &credit.terms else { continue };
        for (period, applied) in &credit.applications {
            add(&payer, *period, terms.currency, "attributed", applied.amount)?;
            add(&payer, *period, terms.currency, "beyond_face", applied.beyond_face)?;
        }
    }
    for ((payer, period), suspense) in model.all_suspense(None)? {
        if let Some(delivery) = model.deliveries(&payer, period)?.current() {
            add(&payer, period, delivery.currency, "suspense", suspense.total()?)?;
        }
    }
    for ((payer, period, currency, figure), sum) in sums {
        let key = Key {
            of: DifferenceOf::Month,
            payer: payer.to_string(),
            member: None,
            memo: None,
            period: Some(period.to_string()),
            customer: None,
            currency: currency.to_string(),
            figure,
        };
        figures.insert(key, sum.round_to_money(currency, Rounding::HalfEven)?);
    }
    Ok(())
}

fn of_memo(memo: &CreditMemo) -> [(&'static str, Money); 8] {
    [
        ("funded_amount", memo.funded_units()),
        ("face_amount", memo.face),
        ("applied_amount", memo.applied),
        ("expired_amount", memo.expired),
        ("written_off_amount", memo.written_off),
        ("refunded_amount", memo.refunded),
        ("reassigned_amount", memo.reassigned_out),
        ("open_balance", memo.open),
    ]
}

fn of_statement(statement: &MemberStatement) -> [(&'static str, Money); 6] {
    let zero = Money::zero(statement.currency);
    let lines = Money::sum(statement.currency, statement.lines.iter().map(|line| line.applied));
    let corrected = statement.earlier_periods.iter().fold(zero, |sum, correction| sum + correction.applied);
    [
        ("gross", statement.gross),
        ("utilisation", statement.utilisation),
        ("applied", lines + corrected),
        ("expired", statement.expired),
        ("due", statement.due),
        ("balance_of_funds", statement.balance_of_funds),
    ]
}
