//! Gathers a billing run: its months, those that it corrects, and then its accounts, one at a time.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use domain::{
    billing::run::{
        CrossPayerMonthToCorrect, MemberInputs, MonthToCorrect, PayerMonth, RunInputs, may_need_correcting,
        months_paid_by_others, months_paid_elsewhere, run_of,
    },
    ids::{MemberAccountId, PayerAccountId},
    period::BillingPeriod,
    usage::MemberUsage,
};
use read_model::ReadModel;
use service_kit::Failure;

use crate::gather::{MonthsAsked, Payers};

/// A run as it was gathered, its accounts still to be read.
pub(crate) struct GatheredRun<'a> {
    pub(crate) inputs: RunInputs,
    payers: Payers<'a>,
    members: BTreeSet<MemberAccountId>,
    /// What the month's bill says of each account.
    usage: BTreeMap<MemberAccountId, MemberUsage>,
}

/// Gathers a run; none where nothing was delivered for the month.
pub(crate) fn gather_run<'a>(
    model: &'a ReadModel,
    payer: &PayerAccountId,
    period: BillingPeriod,
    accept_estimated: bool,
    date: NaiveDate,
) -> Result<Option<GatheredRun<'a>>, Failure> {
    let payers = Payers::of(model, payer)?;
    let Some(month) = payers.own.month(model, period)? else { return Ok(None) };
    let mut members = payers.accounts_of(period)?;
    members.extend(payers.shared.keys().cloned());
    let mut usage = BTreeMap::new();
    let mut refunded = BTreeSet::new();
    for member in model.members_of_period(payer, period)? {
        if let Some(of_member) = payers.own.usage(model, &member, period)? {
            refunded.extend(month.refunded_months(&of_member));
            usage.insert(member, of_member);
        }
    }
    let shared = Shared::gather(&payers, period)?;
    let corrected = months_to_correct(&payers, &month, &refunded, &shared)?;
    for earlier in &corrected {
        match &earlier.only_paid_by_others {
            Some(only) => members.extend(only.iter().cloned()),
            None => members.extend(model.members_of_period(payer, earlier.month.period)?),
        }
    }
    let corrected_across = months_to_correct_across(&payers, &month, &shared.paid_elsewhere)?;
    let (run, draft) = run_of(&month, accept_estimated, &model.billing(payer, period)?);
    let inputs = RunInputs {
        run,
        draft,
        date,
        first_delivered: payers.own.delivered.keys().next().copied(),
        periods: payers.own.periods.clone(),
        across: payers.across(&month, period)?,
        corrected,
        corrected_across,
        rates: model.conversion_rates()?,
        month,
    };
    Ok(Some(GatheredRun { inputs, payers, members, usage }))
}

/// What memos paid over the border of two payers.
#[derive(Default)]
struct Shared {
    paid_by_others: BTreeMap<BillingPeriod, BTreeSet<MemberAccountId>>,
    paid_elsewhere: BTreeSet<BillingPeriod>,
}

impl Shared {
    fn gather(payers: &Payers<'_>, through: BillingPeriod) -> Result<Self, Failure> {
        let (rated, elsewhere) = (BTreeSet::new(), BTreeSet::new());
        let asked = MonthsAsked { rated, elsewhere, through, as_stated: true };
        let mut found = Self::default();
        for member in payers.shared.keys() {
            let inputs = payers.member(member, &asked, None)?;
            for month in months_paid_by_others(&payers.own.payer, &inputs) {
                found.paid_by_others.entry(month).or_default().insert(member.clone());
            }
            found.paid_elsewhere.extend(months_paid_elsewhere(&inputs.own));
        }
        Ok(found)
    }
}

fn months_to_correct(
    payers: &Payers<'_>,
    of: &PayerMonth,
    refunded: &BTreeSet<BillingPeriod>,
    shared: &Shared,
) -> Result<Vec<MonthToCorrect>, Failure> {
    let earlier = payers.own.earlier_months(of.period);
    let mut found = Vec::new();
    for may in may_need_correcting(of.currency(), &earlier, refunded, &shared.paid_by_others) {
        let Some(month) = payers.own.month(payers.model, may.period)? else { continue };
        let across = payers.across(&month, of.period)?;
        found.extend(MonthToCorrect::of(&may, month, across));
    }
    Ok(found)
}

fn months_to_correct_across(
    payers: &Payers<'_>,
    of: &PayerMonth,
    paid_elsewhere: &BTreeSet<BillingPeriod>,
) -> Result<Vec<CrossPayerMonthToCorrect>, Failure> {
    let mut found = Vec::new();
    if payers.shared.is_empty() {
        return Ok(found);
    }
    for earlier in payers.own.earlier_months(of.period) {
        let Some(month) = payers.own.month(payers.model, earlier.period)? else { continue };
        let across = payers.across(&month, of.period)?;
        found.extend(CrossPayerMonthToCorrect::of(month, &earlier.outline, across, paid_elsewhere));
    }
    Ok(found)
}

impl GatheredRun<'_> {
    /// The run with its accounts, each gathered when it is asked for.
    pub(crate) fn into_accounts(self) -> (RunInputs, impl Iterator<Item = Result<MemberInputs, Failure>>) {
        let Self { inputs, payers, members, mut usage } = self;
        let period = inputs.month.period;
        let corrected: Vec<MonthOfRun> = inputs.corrected.iter().map(MonthOfRun::of).collect();
        let elsewhere: BTreeSet<BillingPeriod> =
            inputs.corrected_across.iter().map(CrossPayerMonthToCorrect::period).chain([period]).collect();
        let accounts = members.into_iter().map(move |member| {
            let mut rated = BTreeSet::from([period]);
            rated.extend(corrected.iter().filter(|month| month.concerns(&member)).map(|month| month.period));
            let as_stated = rated.len() > 1;
            let asked = MonthsAsked { rated, elsewhere: elsewhere.clone(), through: period, as_stated };
            let mut gathered = payers.member(&member, &asked, usage.remove(&member))?;
            if gathered.own.memos.memos.values().any(|memo| memo.open.is_positive()) {
                gathered.last_assigned = payers.last_assigned(&member, period)?;
            }
            Ok(gathered)
        });
        (inputs, accounts)
    }
}

/// A month that a run corrects, as far as it says what to read.
struct MonthOfRun {
    period: BillingPeriod,
    only: Option<BTreeSet<MemberAccountId>>,
}

impl MonthOfRun {
    fn of(month: &MonthToCorrect) -> Self {
        Self { period: month.month.period, only: month.only_paid_by_others.clone() }
    }

    fn concerns(&self, member: &MemberAccountId) -> bool {
        self.only.as_ref().is_none_or(|members| members.contains(member))
    }
}
