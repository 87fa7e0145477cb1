//! Corrections: what changed of months whose documents went out, shown and drawn in the open one
//! (rule book N1, N2, N4, N9, W3).
//!
//! Everything is by target. A closed month's charges as they are now, less what its statement and
//! the corrections since have settled, is what the open month's statement corrects; a run that is
//! repeated finds the same and records nothing twice.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    billing::{ConvertedCorrection, Correction, PaidAcrossPayers, PeriodStatus, convert},
    ids::{DocumentNumber, MemberAccountId, MemoNumber, PayerAccountId, RunId},
    memo::{CorrectPeriod, MemberMemos, MemoFact, PastEnd, UnapplyCause, UnapplyVoided},
    period::BillingPeriod,
    rating::RatedMonth,
    reversal::reversed_month,
    usage::{ChargeAggregate, DeliveryState},
};
use money::{Currency, Exact, Money};
use read_model::ReadModel;
use service_kit::Failure;

use crate::{
    cross_payer::CrossPayer,
    members::PeriodContext,
    undated::with_months,
    voids::{VoidedMembers, voided_members},
};

/// What a month's statement and the corrections since have settled with a member.
#[derive(Debug, Clone)]
pub(crate) struct BilledSoFar {
    pub(crate) gross: Money,
    pub(crate) applied: Money,
    pub(crate) document: Option<DocumentNumber>,
    pub(crate) has_statement: bool,
    /// The currency and rate of the month's document, where it was in another than the bill's.
    pub(crate) converted_at: Option<(Currency, Exact)>,
}

/// Reads what has been settled of a month, leaving out the corrections on one statement.
pub(crate) fn settled(
    model: &ReadModel,
    basis: &PeriodContext,
    member: &MemberAccountId,
    leaving_out: Option<BillingPeriod>,
) -> Result<BilledSoFar, Failure> {
    let zero = Money::zero(basis.currency());
    let mut settled =
        BilledSoFar { gross: zero, applied: zero, document: None, has_statement: false, converted_at: None };
    // The month's own statement, and those that correct something: of years of months, a few.
    let own = model.statement(&basis.payer, member, basis.period)?;
    let correcting = model.correcting_statements(&basis.payer, member)?;
    let correcting = correcting.into_iter().filter(|stored| stored.statement.period != basis.period);
    for stored in own.into_iter().chain(correcting) {
        let statement = stored.statement;
        if statement.currency != basis.currency() {
            continue;
        }
        if statement.period == basis.period {
            settled.gross += statement.gross;
            settled.applied += Money::sum(basis.currency(), statement.lines.iter().map(|line| line.applied));
            settled.document = statement.document_number;
            settled.converted_at = statement.in_document_currency.map(|converted| (converted.currency, converted.rate));
            settled.has_statement = true;
        }
        if Some(statement.period) == leaving_out {
            continue;
        }
        for correction in statement.earlier_periods.iter().filter(|correction| correction.period == basis.period) {
            settled.gross += correction.gross;
            settled.applied += correction.applied;
        }
    }
    Ok(settled)
}

/// The month before that a line gives money back for, or corrects, where it names one (law D6).
pub(crate) fn refunds_month(charge: &ChargeAggregate, billed_in: BillingPeriod) -> Option<BillingPeriod> {
    reversed_month(charge, billed_in)
}

/// A month whose documents went out before a run, and that may need correcting in it.
pub(crate) struct MonthToCorrect {
    pub(crate) basis: PeriodContext,
    /// Its bill was delivered anew since it was billed.
    pub(crate) delivered_anew: bool,
    /// Bills that may hold refunds of it.
    later: LaterBills,
    /// Members whose document was voided for good: nothing is charged to them for it any more.
    voided: VoidedMembers,
    across: CrossPayer,
    /// Only of these members, and only what memos of other payers paid changed (rule book N21).
    only_paid_by_others: Option<BTreeSet<MemberAccountId>>,
}

/// Bills after a month.
pub(crate) type LaterBills = BTreeMap<BillingPeriod, DeliveryState>;

/// The bills after a month, up to and including another.
pub(crate) fn later_bills(
    model: &ReadModel,
    payer: &PayerAccountId,
    after: BillingPeriod,
    through: BillingPeriod,
) -> Result<LaterBills, Failure> {
    let mut bills = model.delivered_periods(payer)?;
    bills.retain(|period, _| *period > after && *period <= through);
    Ok(bills)
}

/// The earlier months that a run corrects: closed (or followed by issued statements), and either
/// delivered anew since, refunded by the bill of the run's month or by one between that was delivered
/// anew, or with a document that was voided.
pub(crate) fn months_to_correct(model: &ReadModel, of: &PeriodContext) -> Result<Vec<MonthToCorrect>, Failure> {
    let refunded = refunded_months(model, of)?;
    let paid_by_others = months_paid_by_others(model, of)?;
    let last_anew = last_delivered_anew(model, of)?;
    let mut found = Vec::new();
    for (period, state) in model.billing_periods(&of.payer)?.range(..of.period) {
        let Some(run) = state.billed() else { continue };
        let goes_out = state.status == PeriodStatus::Closed || state.is_issued;
        let deliveries = model.deliveries(&of.payer, *period)?;
        let Some(delivery) = deliveries.current().filter(|_| goes_out) else { continue };
        let delivered_anew = run.delivery != delivery.delivery;
        let may_be_refunded = refunded.contains(period) || last_anew.is_some_and(|anew| *period < anew);
        let by_others = paid_by_others.get(period);
        let may_have_changed = delivered_anew || may_be_refunded || !state.voided.is_empty();
        // What decisions about a month depend on is much to read, and most months stand as they are.
        if delivery.currency != of.currency() || !(may_have_changed || by_others.is_some()) {
            continue;
        }
        let Some(basis) = PeriodContext::read(model, &of.payer, *period)? else { continue };
        let voided = voided_members(model, &basis, &state.voided)?;
        let has_changed = delivered_anew || may_be_refunded || !voided.is_empty();
        if has_changed || by_others.is_some() {
            let later = later_bills(model, &of.payer, *period, of.period)?;
            let across = CrossPayer::read(model, &basis, of.period)?;
            let only_paid_by_others = by_others.filter(|_| !has_changed).cloned();
            found.push(MonthToCorrect { basis, delivered_anew, later, voided, across, only_paid_by_others });
        }
    }
    Ok(found)
}

/// The last month before a run's whose bill was delivered anew after its documents went out: no run bills
/// it again, and what it refunds of months before it is for this run to give back (rule book N9).
fn last_delivered_anew(model: &ReadModel, of: &PeriodContext) -> Result<Option<BillingPeriod>, Failure> {
    for (period, state) in model.billing_periods(&of.payer)?.range(..of.period).rev() {
        let Some(run) = state.billed() else { continue };
        let deliveries = model.deliveries(&of.payer, *period)?;
        if deliveries.current().is_some_and(|current| current.delivery != run.delivery) {
            return Ok(Some(*period));
        }
    }
    Ok(None)
}

/// Months of which memos of other payers paid, or a statement says so, with the members.
fn months_paid_by_others(
    model: &ReadModel,
    of: &PeriodContext,
) -> Result<BTreeMap<BillingPeriod, BTreeSet<MemberAccountId>>, Failure> {
    let mut months: BTreeMap<BillingPeriod, BTreeSet<MemberAccountId>> = BTreeMap::new();
    for (member, others) in model.members_shared_with_other_payers(&of.payer)? {
        let mut of_member = BTreeSet::new();
        for other in others {
            let memos = model.memos(&other, &member)?;
            let here = memos.memos.values().filter_map(|memo| memo.across.get(&of.payer));
            of_member.extend(here.flat_map(BTreeMap::keys).copied());
        }
        for stored in model.correcting_statements(&of.payer, &member)? {
            of_member.extend(stored.statement.paid_by_other_payers.iter().map(|paid| paid.period));
        }
        for month in of_member {
            months.entry(month).or_default().insert(member.clone());
        }
    }
    Ok(months)
}

fn refunded_months(model: &ReadModel, of: &PeriodContext) -> Result<BTreeSet<BillingPeriod>, Failure> {
    let mut months = BTreeSet::new();
    for member in model.members_of_period(&of.payer, of.period)? {
        if let Some(usage) = of.usage(model, &member)? {
            months.extend(usage.charges.iter().filter_map(|charge| refunds_month(charge, of.period)));
        }
    }
    Ok(months)
}

impl MonthToCorrect {
    /// Whether its charges changed, not only what memos of other payers paid of them.
    pub(crate) fn is_changed(&self) -> bool {
        self.only_paid_by_others.is_none()
    }

    /// The members it is about.
    pub(crate) fn members(&self, model: &ReadModel) -> Result<BTreeSet<MemberAccountId>, Failure> {
        match &self.only_paid_by_others {
            Some(members) => Ok(members.clone()),
            None => self.basis.members(model),
        }
    }

    fn is_about(&self, member: &MemberAccountId) -> bool {
        self.only_paid_by_others.as_ref().is_none_or(|members| members.contains(member))
    }

    /// What memos of other payers hold of it, by memo.
    fn held(
        &self,
        model: &ReadModel,
        member: &MemberAccountId,
        memos: &MemberMemos,
    ) -> Result<BTreeMap<(PayerAccountId, MemoNumber), Money>, Failure> {
        let held = self.across.held(model, member)?;
        if held.is_empty() {
            return Ok(BTreeMap::new());
        }
        let month = self.rated(model, member)?;
        let holds = memos.held_by_others(&month, &self.basis.policies, &held);
        let holds = holds.map_err(|refusal| Failure::refused("CM0334", refusal))?;
        Ok(holds.into_iter().map(|(payer, draw)| ((payer, draw.memo), draw.amount)).collect())
    }

    /// What the run's statement says that memos of other payers paid of this month, more or less than
    /// the statements before it said.
    pub(crate) fn by_other_payers(
        &self,
        model: &ReadModel,
        of: &PeriodContext,
        member: &MemberAccountId,
        memos: &MemberMemos,
    ) -> Result<Vec<PaidAcrossPayers>, Failure> {
        if !self.is_about(member) {
            return Ok(Vec::new());
        }
        let period = self.basis.period;
        let mut changed = self.held(model, member, memos)?;
        for stored in model.correcting_statements(&of.payer, member)? {
            if stored.statement.period == of.period {
                continue;
            }
            for said in stored.statement.paid_by_other_payers.iter().filter(|said| said.period == period) {
                let key = (said.payer_account_id.clone(), said.memo_number.clone());
                *changed.entry(key).or_insert(said.applied.zeroed()) -= said.applied;
            }
        }
        changed.retain(|_, change| !change.is_zero());
        let said = changed.into_iter().map(|((payer_account_id, memo_number), applied)| PaidAcrossPayers {
            payer_account_id,
            memo_number,
            period,
            applied,
        });
        Ok(said.collect())
    }

    /// The month's charges as they are now, refunds on later bills included.
    pub(crate) fn rated(&self, model: &ReadModel, member: &MemberAccountId) -> Result<RatedMonth, Failure> {
        if self.voided.contains_key(member) {
            return Ok(RatedMonth::empty(self.basis.period, self.basis.currency()));
        }
        let refunds = refunds_of(model, &self.basis, member, &self.later)?;
        self.basis.rated_with(model, member, refunds)
    }

    /// Decides what the run draws or takes back for this month.
    pub(crate) fn decide(
        &self,
        model: &ReadModel,
        of: &PeriodContext,
        run: &RunId,
        member: &MemberAccountId,
        memos: &MemberMemos,
    ) -> Result<Vec<MemoFact>, Failure> {
        if !self.is_changed() {
            return Ok(Vec::new());
        }
        if let Some((document, _)) = self.voided.get(member) {
            let past_end = PastEnd::of(&of.policies);
            let command = UnapplyVoided {
                document,
                period: self.basis.period,
                run,
                posting: of.period,
                past_end: &past_end,
                on: of.period.last_day(),
            };
            return memos.decide_unapply_voided(&command).map_err(|fault| Failure::check("CM0503", fault));
        }
        let refunds = refunds_of(model, &self.basis, member, &self.later)?;
        let cause = if refunds.is_empty() { UnapplyCause::Restated } else { UnapplyCause::Refunded };
        let month = self.basis.rated_with(model, member, refunds)?;
        let settled = settled(model, &self.basis, member, Some(of.period))?;
        let command = CorrectPeriod {
            run,
            month: &month,
            policies: &self.basis.policies,
            policy: &self.basis.policy,
            posting: of.period,
            corrects: settled.document,
            cause,
            settled: (settled.gross, settled.applied),
        };
        let mut facts = memos.decide_correction(&command).map_err(|refusal| Failure::refused("CM0334", refusal))?.facts;
        facts.extend(after_what_came_back(of, memos, &facts)?);
        Ok(facts)
    }

    /// What the run's statement says of this month.
    pub(crate) fn correction(
        &self,
        model: &ReadModel,
        of: &PeriodContext,
        member: &MemberAccountId,
        memos: &MemberMemos,
    ) -> Result<Option<Correction>, Failure> {
        if !self.is_about(member) {
            return Ok(None);
        }
        let currency: Currency = self.basis.currency();
        let settled = settled(model, &self.basis, member, Some(of.period))?;
        let stands = Money::sum(
            currency,
            memos
                .memos
                .values()
                .filter(|memo| memo.currency == currency)
                .map(|memo| memo.applied_for(self.basis.period)),
        );
        let stands = stands + Money::sum(currency, self.held(model, member, memos)?.into_values());
        let rounding = self.basis.policies.rounding;
        let month = self.rated(model, member)?.with_tax_after_memo(&self.basis.policies, stands)?;
        let now = month.gross()?.round_to_money(currency, rounding)?;
        let (gross, applied) = (now - settled.gross, stands - settled.applied);
        if gross.is_zero() && applied.is_zero() {
            return Ok(None);
        }
        // At the rate of the document corrected: what was charged there is what comes back. By
        // difference of what it says before and after, so that corrections add up (rule book N33).
        let in_document_currency = match settled.converted_at {
            None => None,
            Some((to, rate)) => {
                let change = |before: Money, after: Money| -> Result<Money, Failure> {
                    Ok(convert(after, rate, to, rounding)? - convert(before, rate, to, rounding)?)
                };
                let (gross, applied) = (change(settled.gross, now)?, change(settled.applied, stands)?);
                Some(ConvertedCorrection { currency: to, rate, gross, applied, due: gross - applied })
            }
        };
        Ok(Some(Correction {
            period: self.basis.period,
            corrects: settled.document,
            gross,
            applied,
            due: gross - applied,
            in_document_currency,
        }))
    }
}

/// Refund lines on later bills for a month that has its statement.
pub(crate) fn refunds_of(
    model: &ReadModel,
    basis: &PeriodContext,
    member: &MemberAccountId,
    later: &LaterBills,
) -> Result<Vec<ChargeAggregate>, Failure> {
    let mut refunds = Vec::new();
    for (later, deliveries) in later {
        let Some(usage) = model.member_usage(&basis.payer, member, *later, deliveries)? else { continue };
        let usage = with_months(model, usage, |line| basis.treat(line))?;
        refunds.extend(usage.charges.into_iter().filter(|charge| refunds_month(charge, *later) == Some(basis.period)));
    }
    Ok(refunds)
}

/// What becomes of amounts that decided facts give back to memos: past a memo's end they lapse at
/// once, or get days of grace (rule book N4).
pub(crate) fn after_what_came_back(
    of: &PeriodContext,
    memos: &MemberMemos,
    facts: &[MemoFact],
) -> Result<Vec<MemoFact>, Failure> {
    let back: BTreeSet<MemoNumber> =
        facts.iter().filter(|fact| matches!(fact, MemoFact::Unapplied(_))).map(|fact| fact.memo().clone()).collect();
    if back.is_empty() {
        return Ok(Vec::new());
    }
    let after = memos.after(facts).map_err(|fault| Failure::check("CM0503", fault))?;
    Ok(after.decide_past_end(&back, &PastEnd::of(&of.policies), of.period.last_day(), of.period))
}

/// The exact sum of refunds that are corrections of earlier months instead of charges of this one.
pub(crate) fn sum_of(refunds: &[ChargeAggregate]) -> Result<Exact, Failure> {
    Ok(Exact::checked_sum(refunds.iter().map(|refund| refund.amount))?)
}
