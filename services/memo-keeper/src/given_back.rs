//! Money given back of which nothing tells what charge it is of: in cash, and for a person's eye (law D6).
//!
//! Absent: the rule, which is `domain::reversal`.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use domain::{
    billing::run::refunds_month,
    ids::PayerAccountId,
    never_covered::NeverCovered,
    reversal::{is_refund, is_undated},
};
use read_model::ReadModel;
use service_kit::Failure;

use crate::{
    exceptions::{Exception, ExceptionKind, age},
    gather::{MonthsAsked, Payers},
};

/// The latest bills that are looked through: older ones were answered for when they were the latest, and
/// reading all of them for every list would take as long as billing them.
const BILLS_LOOKED_THROUGH: usize = 3;

/// What of a payer's latest bills gives money back and cannot be told, or gives back more than was charged.
pub(crate) fn unclear(model: &ReadModel, payer: &PayerAccountId, today: NaiveDate) -> Result<Vec<Exception>, Failure> {
    let mut found = Vec::new();
    let payers = Payers::of(model, payer)?;
    let bills: Vec<_> = payers.own.delivered.keys().rev().take(BILLS_LOOKED_THROUGH).copied().collect();
    let Some(last) = bills.first().copied() else { return Ok(found) };
    let mut months = BTreeSet::new();
    for billed_in in bills {
        for member in model.members_of_period(payer, billed_in)? {
            let Some(usage) = payers.own.usage(model, &member, billed_in)? else { continue };
            for charge in &usage.charges {
                match refunds_month(charge, billed_in) {
                    Some(month) => drop(months.insert((month, member.clone()))),
                    None if is_refund(charge) || is_undated(charge) => drop(months.insert((billed_in, member.clone()))),
                    None => {}
                }
            }
        }
    }
    for (period, member) in months {
        let Some(of_payer) = payers.own.month(model, period)? else { continue };
        let own = payers.member(&member, &MonthsAsked::one(period, last), None)?.own;
        let month = of_payer.rated_with(&own, own.refunds_of(period, last))?;
        for charge in month.charges {
            let what = match charge.never_covered {
                Some(NeverCovered::CannotBeTold) => "nothing tells which charge or month it is of",
                Some(NeverCovered::BeyondCharge) => "it is more than was charged of the service in the month",
                _ => continue,
            };
            found.push(Exception {
                exception: ExceptionKind::UnclearRefund,
                payer_account_id: payer.clone(),
                period: Some(period),
                member_account_id: Some(member.clone()),
                memo_number: None,
                credit_id: None,
                currency: month.currency.to_string(),
                amount: charge.amount.abs(),
                age_days: age(period.last_day(), today),
                message: format!(
                    "{} {} {}: {what}; it went back in cash: if a memo had paid it, memos adjust gives it back there",
                    charge.product_code, charge.line_type, charge.amount
                ),
            });
        }
    }
    Ok(found)
}
