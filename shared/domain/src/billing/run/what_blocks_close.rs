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
    /// Accounts whose memos changed in the month after its statement was made (rule book D7).
    pub behind: Vec<MemberAccountId>,
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
        // A month billed late, after a later one, says what that one left of its memos (rule book N19).
        let is_latest = inputs.periods.range(period.next()..).all(|(_, later)| later.billed().is_none());
        if is_latest && !inputs.behind.is_empty() {
            found.push(Blocker::StatementsBehind { members: inputs.behind.clone() });
        }
    }
    found
}

/// Whether a month was billed on the delivery that counts.
pub fn is_billed(period: BillingPeriod, month: &PayerMonth, periods: &BTreeMap<BillingPeriod, PeriodOutline>) -> bool {
    let billed = periods.get(&period).and_then(PeriodOutline::billed);
    billed.is_some_and(|run| run.delivery == month.delivery.delivery)
}

#[cfg(test)]
mod tests {
    use super::{
        super::sample::{exact, month, outline, own_payer, owner, payer_month, usd},
        *,
    };
    use crate::billing::PeriodStatus;

    fn inputs() -> CloseInputs {
        let january = outline(PeriodStatus::Open, true, Some("first"));
        CloseInputs {
            month: Some(payer_month(month(1))),
            first_delivered: Some(month(1)),
            periods: BTreeMap::from([(month(1), january)]),
            suspense: Exact::ZERO,
            unassigned: Vec::new(),
            residual: Exact::ZERO,
            paid_not_shown: Vec::new(),
            behind: Vec::new(),
        }
    }

    fn not_shown(next: &str) -> PaidNotShown {
        let (paid, shown, next) = (usd("50.00"), usd("20.00"), usd(next));
        PaidNotShown { member: owner(), home: own_payer(), paid, shown, next }
    }

    /// One thing is wrong a row, and one thing blocks.
    #[test]
    fn each_thing_that_is_wrong_blocks_a_close() {
        type Change = fn(&mut CloseInputs);
        type Expected = fn(&[Blocker]) -> bool;
        fn month_of(inputs: &mut CloseInputs) -> &mut PayerMonth {
            inputs.month.as_mut().unwrap()
        }
        let cases: [(&str, Change, Expected); 14] = [
            (
                "D7 a memo changed after the statement",
                |inputs| inputs.behind = vec![owner()],
                |found| matches!(found, [Blocker::StatementsBehind { .. }]),
            ),
            ("nothing", |_| (), |found| found.is_empty()),
            ("nothing was delivered", |inputs| inputs.month = None, |found| found.is_empty()),
            (
                "N19 the month before is open",
                |inputs| inputs.first_delivered = Some(month(1).previous()),
                |found| matches!(found, [Blocker::FormerPeriodOpen { .. }]),
            ),
            ("N42", |inputs| month_of(inputs).delivery.pro_forma = true, |found| matches!(found, [Blocker::ProForma])),
            (
                "an estimated bill",
                |inputs| month_of(inputs).delivery.finality = Finality::Estimated,
                |found| matches!(found, [Blocker::Estimated]),
            ),
            (
                "N10 suspense",
                |inputs| inputs.suspense = exact("0.01"),
                |found| matches!(found, [Blocker::Suspense { .. }]),
            ),
            (
                "suspense within the tolerance",
                |inputs| {
                    inputs.suspense = exact("-0.40");
                    month_of(inputs).policies.suspense_tolerance.insert("USD".into(), exact("0.40"));
                },
                |found| found.is_empty(),
            ),
            (
                "N45 a line type that no table knows",
                |inputs| {
                    let unknown = serde_json::json!({ "line_type": "Sorcery", "rows": 2, "amount": "1" });
                    month_of(inputs).delivery.by_type.push(serde_json::from_value(unknown).unwrap());
                },
                |found| matches!(found, [Blocker::Unclassified { rows: 2, .. }]),
            ),
            (
                "an account without a customer",
                |inputs| inputs.unassigned.push(owner()),
                |found| matches!(found, [Blocker::Unassigned { .. }]),
            ),
            (
                "figures do not tie",
                |inputs| inputs.residual = exact("-0.01"),
                |found| matches!(found, [Blocker::Residual { .. }]),
            ),
            (
                "N21 another run would show 30.00",
                |inputs| inputs.paid_not_shown.push(not_shown("50.00")),
                |found| matches!(found, [Blocker::PaidNotShown { amount, .. }] if *amount == exact("30")),
            ),
            (
                "N21 another run would show nothing new",
                |inputs| inputs.paid_not_shown.push(not_shown("20.00")),
                |found| found.is_empty(),
            ),
            (
                "figures of a month that was billed on another delivery",
                |inputs| {
                    inputs.residual = exact("9");
                    inputs.periods.insert(month(1), outline(PeriodStatus::Open, true, Some("before")));
                },
                |found| found.is_empty(),
            ),
        ];
        for (what, change, expected) in cases {
            let mut inputs = inputs();
            change(&mut inputs);
            let found = what_blocks_close(month(1), &inputs);
            assert!(expected(&found), "{what}: {found:?}");
        }
    }
}
