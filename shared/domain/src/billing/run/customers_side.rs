//! What customers were charged for a month, corrections since included: the side of a reconciliation
//! that AWS's bill is compared with (rule book B.3).

use std::collections::BTreeMap;

use money::{Currency, Exact, Money, MoneyError};

use super::{AccountInputs, EarlierMonth, PayerMonth, paid_not_shown::own_not_shown};
use crate::{billing::PeriodOutline, period::BillingPeriod};

/// What customers were charged for a month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomersSide {
    /// Charges less what memos paid.
    pub billed: Money,
    /// What memos paid.
    pub memo_applied: Money,
    /// What the distributor keeps, or bears.
    pub kept: Exact,
    /// Of that, what documents charged which were voided.
    pub voided: Exact,
    /// Exact charges less what was billed: less than a minor unit a member.
    pub rounding: Exact,
    /// Refunds that stand on later bills and correct this month.
    pub refunded_later: Exact,
    /// What should have been billed and was not: nothing, or a defect.
    pub unsettled: Exact,
    /// What memos paid and the statements do not show, of the account where it is most.
    pub memos_not_shown: Exact,
}

impl CustomersSide {
    /// Of no account yet.
    pub fn nothing(currency: Currency) -> Self {
        Self {
            billed: Money::zero(currency),
            memo_applied: Money::zero(currency),
            kept: Exact::ZERO,
            voided: Exact::ZERO,
            rounding: Exact::ZERO,
            refunded_later: Exact::ZERO,
            unsettled: Exact::ZERO,
            memos_not_shown: Exact::ZERO,
        }
    }

    /// Adds an account of the month. Refunds on bills up to `through` count.
    ///
    /// # Errors
    /// [`MoneyError`] where a sum cannot be held exactly.
    pub fn add(
        &mut self,
        month: &PayerMonth,
        account: &AccountInputs,
        through: BillingPeriod,
    ) -> Result<(), MoneyError> {
        let unit = Money::from_units(1, month.currency().minor_digits()).to_exact();
        let refunds = account.refunds_of(month.period, through);
        for refund in &refunds {
            self.refunded_later = self.refunded_later.checked_add(refund.amount)?;
        }
        let billed = account.billed_so_far(month.period, month.currency(), None);
        let not_shown = own_not_shown(month, account, &billed);
        self.memos_not_shown = farthest_from_nothing([self.memos_not_shown, not_shown]);
        let rated = month.rated_with(account, refunds)?.with_tax_after_memo(&month.policies, billed.applied)?;
        let mut gross = rated.gross()?;
        if month.voided.contains_key(&account.member) {
            // Nothing is charged for it any more: the distributor bears it.
            self.kept = self.kept.checked_add(gross)?;
            self.voided = self.voided.checked_add(gross)?;
            gross = Exact::ZERO;
        }
        let difference = gross.checked_sub(billed.gross.to_exact())?;
        let sum = if difference.abs() < unit { &mut self.rounding } else { &mut self.unsettled };
        *sum = sum.checked_add(difference)?;
        self.kept = self.kept.checked_add(rated.kept)?;
        self.billed += billed.gross - billed.applied;
        self.memo_applied += billed.applied;
        Ok(())
    }

    /// The side, once every account was added; none where the month waits for a correction: it was
    /// delivered anew or voided since it was billed, or a later bill that was delivered anew may refund it.
    pub fn unless_it_waits(self, month: &PayerMonth, outline: &PeriodOutline, later: &[EarlierMonth]) -> Option<Self> {
        let run = outline.billed()?;
        let waits = run.delivery != month.delivery.delivery
            || !month.voided.is_empty()
            || later.iter().any(EarlierMonth::is_delivered_anew);
        let is_settled = self.unsettled.is_zero() && self.memos_not_shown.is_zero();
        (is_settled || !waits).then_some(self)
    }
}

/// The last month of a payer that was billed: what its bill refunds is corrected by then.
pub fn last_billed(periods: &BTreeMap<BillingPeriod, PeriodOutline>) -> Option<BillingPeriod> {
    periods.iter().rev().find(|(_, state)| state.billed().is_some()).map(|(last, _)| *last)
}

/// The amount that is farthest from nothing.
pub fn farthest_from_nothing(amounts: impl IntoIterator<Item = Exact>) -> Exact {
    amounts.into_iter().fold(Exact::ZERO, |known, next| if next.abs() > known.abs() { next } else { known })
}

#[cfg(test)]
mod tests {
    use super::{
        super::sample::{bill, charge, delivery, exact, member, memo, month, outline, payer_month, statement, usd},
        *,
    };
    use crate::{billing::PeriodStatus, memo::MemberMemos};

    fn side(charged: &str, billed: &str, refund: Option<&str>) -> CustomersSide {
        let refund: Vec<_> = refund.map(|amount| charge(amount, Some(month(1)))).into_iter().collect();
        let bills = vec![bill(month(1), &[charge(charged, None)]), bill(month(2), &refund)];
        let account = member(MemberMemos::default(), bills, vec![statement(month(1), billed, "0.00")]).own;
        let mut side = CustomersSide::nothing(Currency::USD);
        side.add(&payer_month(month(1)), &account, month(2)).unwrap();
        side
    }

    /// AWS's charge, what was billed, a refund on February's bill; rounding, what is not billed.
    #[test]
    fn what_was_billed_ties_to_the_charges_but_for_a_rounding() {
        let cases = [
            ("to the cent", "100", "100.00", None, "0", "0"),
            ("rounded", "100.004", "100.00", None, "0.004", "0"),
            ("a cent too little", "100.01", "100.00", None, "0", "0.01"),
            ("N9 refunded by February, not corrected yet", "100", "100.00", Some("-5"), "0", "-5"),
        ];
        for (what, charged, billed, refund, rounding, unsettled) in cases {
            let side = side(charged, billed, refund);
            assert_eq!((side.rounding, side.unsettled), (exact(rounding), exact(unsettled)), "{what}");
            assert_eq!(side.refunded_later, exact(refund.unwrap_or("0")), "{what}");
            assert_eq!(side.billed, usd(billed), "{what}");
        }
    }

    /// A month that does not tie is told; but for one that waits for a correction.
    #[test]
    fn a_month_that_waits_for_a_correction_is_not_compared() {
        let billed = |on| outline(PeriodStatus::Closed, true, Some(on));
        let later = |counts| EarlierMonth {
            period: month(2),
            outline: billed("first"),
            delivery: Some(delivery(month(2), counts)),
        };
        let cases = [
            ("it ties", "100", "first", "first", true),
            ("it does not tie", "130", "first", "first", true),
            ("it was delivered anew", "130", "before", "first", false),
            ("a later bill was delivered anew", "130", "first", "second", false),
            ("delivered anew, and the same", "100", "before", "first", true),
        ];
        for (what, charged, billed_on, february, expected) in cases {
            let found = side(charged, "100.00", None);
            let found = found.unless_it_waits(&payer_month(month(1)), &billed(billed_on), &[later(february)]);
            assert_eq!(found.is_some(), expected, "{what}");
        }
    }

    /// A memo paid 100.00 and the statement says nothing of it.
    #[test]
    fn a_draw_that_no_statement_shows_is_found() {
        let january = vec![bill(month(1), &[charge("100", None)])];
        let run = super::super::sample::run_inputs(month(1), Vec::new());
        let facts = run.plan_member(member(memo("900.00"), january.clone(), Vec::new())).unwrap().facts;
        let memos = memo("900.00").after(&facts).unwrap();
        let account = member(memos, january, vec![statement(month(1), "100.00", "0.00")]).own;
        let mut side = CustomersSide::nothing(Currency::USD);
        side.add(&payer_month(month(1)), &account, month(1)).unwrap();
        assert_eq!(side.memos_not_shown, exact("100"));
    }
}
