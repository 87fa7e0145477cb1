//! What blocks the closing of a month, beside its own billing (rule book N10, N19, N21, N42, N45): the
//! month before it, a bill that is no final one, credit lines without an owner, lines that no table
//! knows, accounts without a customer, and figures that do not tie.

use std::collections::BTreeMap;

use money::{Exact, Money};

use super::{PaidNotShown, PayerMonth, former_period_open};
use crate::{
    billing::{Blocker, PeriodOutline, within},
    classification::{LineClass, classify_line},
    ids::MemberAccountId,
    period::BillingPeriod,
    usage::Finality,
};

/// What a close is decided upon, beside the month's own billing.
#[derive(Debug, Clone)]
pub struct CloseInputs {
    /// The payer's month; none where nothing was delivered.
    pub month: Option<PayerMonth>,
    /// The first month that anything was delivered for.
    pub first_delivered: Option<BillingPeriod>,
    /// All months of the payer that were billed, waived or closed, in outline.
    pub periods: BTreeMap<BillingPeriod, PeriodOutline>,
    /// Credit lines of the month without a known owner.
    pub suspense: Exact,
    /// Accounts of the month that no import names.
    pub unassigned: Vec<MemberAccountId>,
    /// By what customers' bills and AWS's differ.
    pub residual: Exact,
    /// What memos of other payers paid otherwise than the statements say.
    pub paid_not_shown: Vec<PaidNotShown>,
}

/// Lists what blocks the close of a month.
pub fn what_blocks_close(period: BillingPeriod, inputs: &CloseInputs) -> Vec<Blocker> {
    let mut found = Vec::new();
    found.extend(former_period_open(period, inputs.first_delivered, &inputs.periods));
    let Some(month) = &inputs.month else { return found };
    let currency = month.currency();
    if month.delivery.pro_forma {
        found.push(Blocker::ProForma);
    }
    if month.delivery.finality == Finality::Estimated {
        found.push(Blocker::Estimated);
    }
    let amount = inputs.suspense;
    let tolerance = month.policies.suspense_tolerance.get(currency.code()).copied().unwrap_or(Exact::ZERO);
    if !within(amount, tolerance) {
        found.push(Blocker::Suspense { amount, tolerance });
    }
    let unknown =
        month.delivery.by_type.iter().filter(|total| classify_line(&total.line_type) == LineClass::Unclassified);
    let rows: u64 = unknown.map(|total| total.rows).sum();
    if rows > 0 {
        found.push(Blocker::Unclassified { amount: month.delivery.totals.unclassified, rows });
    }
    if !inputs.unassigned.is_empty() {
        found.push(Blocker::Unassigned { members: inputs.unassigned.clone() });
    }
    // What is not billed yet, or on another delivery, is blocked by that alone.
    if is_billed(period, month, &inputs.periods) {
        if !inputs.residual.is_zero() {
            found.push(Blocker::Residual { amount: inputs.residual, currency });
        }
        let left = Money::sum(currency, inputs.paid_not_shown.iter().map(PaidNotShown::left_to_bill));
        if inputs.paid_not_shown.iter().any(|one| !one.left_to_bill().is_zero()) {
            found.push(Blocker::PaidNotShown { amount: left.to_exact(), currency });
        }
    }
    found
}

/// Whether a month was billed on the delivery that counts.
pub fn is_billed(
    period: BillingPeriod,
    month: &PayerMonth,
    periods: &BTreeMap<BillingPeriod, PeriodOutline>,
) -> bool {
    let billed = periods.get(&period).and_then(PeriodOutline::billed);
    billed.is_some_and(|run| run.delivery == month.delivery.delivery)
}
