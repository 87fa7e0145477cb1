//! Gathers a month that was billed, for its reconciliation and its close: its accounts one at a time,
//! each with what its bills and statements say of the month.

use std::collections::BTreeMap;

use domain::{
    billing::{
        PeriodOutline,
        run::{CorrectionFault, EarlierMonth, MemberInputs, PaidNotShown, PayerMonth, last_billed, paid_not_shown},
    },
    ids::PayerAccountId,
    period::BillingPeriod,
};
use read_model::ReadModel;
use service_kit::{Failure, codes};

use crate::gather::{MonthsAsked, Payers};

/// A payer's month, its accounts still to be read.
pub(crate) struct GatheredMonth<'a> {
    pub(crate) month: PayerMonth,
    pub(crate) outline: PeriodOutline,
    /// The last month whose bill may refund it.
    pub(crate) through: BillingPeriod,
    payers: Payers<'a>,
}

impl<'a> GatheredMonth<'a> {
    /// Gathers it; none where nothing was delivered.
    pub(crate) fn of(
        model: &'a ReadModel,
        payer: &PayerAccountId,
        period: BillingPeriod,
    ) -> Result<Option<Self>, Failure> {
        let payers = Payers::of(model, payer)?;
        let Some(month) = payers.own.month(model, period)? else { return Ok(None) };
        let outline = payers.own.periods.get(&period).cloned().unwrap_or_default();
        let through = last_billed(&payers.own.periods).map_or(period, |last| last.max(period));
        Ok(Some(Self { month, outline, through, payers }))
    }

    pub(crate) fn model(&self) -> &'a ReadModel {
        self.payers.model
    }

    pub(crate) fn periods(&self) -> &BTreeMap<BillingPeriod, PeriodOutline> {
        &self.payers.own.periods
    }

    pub(crate) fn first_delivered(&self) -> Option<BillingPeriod> {
        self.payers.own.delivered.keys().next().copied()
    }

    /// Its accounts, in order.
    pub(crate) fn accounts(&self) -> Result<impl Iterator<Item = Result<MemberInputs, Failure>>, Failure> {
        let period = self.month.period;
        let asked = MonthsAsked::one(period, self.through);
        let accounts = self.payers.accounts_of(period)?;
        Ok(accounts.into_iter().map(move |member| self.payers.member(&member, &asked, None)))
    }

    /// Months after it that were billed, and whose bill may refund it.
    pub(crate) fn later_months(&self) -> Vec<EarlierMonth> {
        self.payers.own.later_months(self.month.period, self.through)
    }

    /// What memos of other payers paid otherwise than its statements say.
    pub(crate) fn paid_not_shown(&self) -> Result<Vec<PaidNotShown>, Failure> {
        let period = self.month.period;
        let asked = MonthsAsked::one(period, period);
        let across = self.payers.across(&self.month, period)?;
        let mut found = Vec::new();
        for member in self.payers.shared.keys() {
            let member = self.payers.member(member, &asked, None)?;
            found.extend(paid_not_shown(&self.month, &across, &member).map_err(refused)?);
        }
        Ok(found)
    }
}

fn refused(fault: CorrectionFault) -> Failure {
    match fault {
        CorrectionFault::Money(fault) => fault.into(),
        CorrectionFault::Refused(refusal) => Failure::check(codes::DAYS_MISSING, refusal),
        CorrectionFault::DoesNotFollow(fault) => Failure::check(codes::DECISION_DOES_NOT_FOLLOW, fault),
    }
}
