//! Corrections: what changed of months whose documents went out, shown and drawn in the open one
//! (rule book N1, N2, N4, N9, W3).
//!
//! Everything is by target. A closed month's charges as they are now, less what its statement and
//! the corrections since have settled, is what the open month's statement corrects; a run that is
//! repeated finds the same and records nothing twice.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    billing::{ConvertedCorrection, Correction, PeriodStatus, convert},
    classification::{LineClass, classify_line},
    ids::{DocumentNumber, MemberAccountId, PayerAccountId, RunId},
    memo::{CorrectPeriod, MemberMemos, MemoFact, PastEnd, UnapplyCause, UnapplyVoided},
    period::BillingPeriod,
    rating::RatedMonth,
    usage::{ChargeAggregate, DeliveryState},
};
use money::{Currency, Exact, Money};
use read_model::ReadModel;
use service_kit::Failure;

use crate::{
    members::PeriodBasis,
    voids::{VoidedMembers, voided_members},
};

/// What a month's statement and the corrections since have settled with a member.
#[derive(Debug, Clone)]
pub(crate) struct Settled {
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
    basis: &PeriodBasis,
    member: &MemberAccountId,
    leaving_out: Option<BillingPeriod>,
) -> Result<Settled, Failure> {
    let zero = Money::zero(basis.currency());
    let mut settled = Settled { gross: zero, applied: zero, document: None, has_statement: false, converted_at: None };
    for stored in model.statements(&basis.payer, member)? {
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

/// The month before that a refund line gives money back for, where it names one.
pub(crate) fn refunds_month(charge: &ChargeAggregate, billed_in: BillingPeriod) -> Option<BillingPeriod> {
    let is_refund = classify_line(&charge.key.line_type) == LineClass::Refund;
    charge.key.charge_month.filter(|month| is_refund && *month < billed_in)
}

/// A month whose documents went out before a run, and that may need correcting in it.
pub(crate) struct EarlierMonth {
    pub(crate) basis: PeriodBasis,
    /// Its bill was delivered anew since it was billed.
    pub(crate) delivered_anew: bool,
    /// Bills that may hold refunds of it.
    later: LaterBills,
    /// Members whose document was voided for good: nothing is charged to them for it any more.
    voided: VoidedMembers,
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
/// delivered anew since, refunded by the bill of the run's month, or with a document that was voided.
pub(crate) fn earlier_months(model: &ReadModel, of: &PeriodBasis) -> Result<Vec<EarlierMonth>, Failure> {
    let refunded = refunded_months(model, of)?;
    let mut found = Vec::new();
    for (period, state) in model.billing_periods(&of.payer)?.range(..of.period) {
        let Some(run) = state.billed() else { continue };
        let Some(basis) = PeriodBasis::read(model, &of.payer, *period)? else { continue };
        let goes_out = state.status == PeriodStatus::Closed || state.is_issued();
        let delivered_anew = run.delivery != basis.delivery.delivery;
        let voided = voided_members(model, &basis, state)?;
        let has_changed = delivered_anew || refunded.contains(period) || !voided.is_empty();
        if goes_out && basis.currency() == of.currency() && has_changed {
            let later = later_bills(model, &of.payer, *period, of.period)?;
            found.push(EarlierMonth { basis, delivered_anew, later, voided });
        }
    }
    Ok(found)
}

fn refunded_months(model: &ReadModel, of: &PeriodBasis) -> Result<BTreeSet<BillingPeriod>, Failure> {
    let mut months = BTreeSet::new();
    for member in model.members_of_period(&of.payer, of.period)? {
        if let Some(usage) = of.usage(model, &member)? {
            months.extend(usage.charges.iter().filter_map(|charge| refunds_month(charge, of.period)));
        }
    }
    Ok(months)
}

impl EarlierMonth {
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
        of: &PeriodBasis,
        run: &RunId,
        member: &MemberAccountId,
        memos: &MemberMemos,
    ) -> Result<Vec<MemoFact>, Failure> {
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
        let back: BTreeSet<_> = facts
            .iter()
            .filter(|fact| matches!(fact, MemoFact::Unapplied(_)))
            .map(|fact| fact.memo().clone())
            .collect();
        if !back.is_empty() {
            let after = memos.after(&facts).map_err(|fault| Failure::check("CM0503", fault))?;
            // Past a memo's end it lapses at once, or gets days of grace (rule book N4).
            let past_end = PastEnd::of(&of.policies);
            facts.extend(after.decide_past_end(&back, &past_end, of.period.last_day(), of.period));
        }
        Ok(facts)
    }

    /// What the run's statement says of this month.
    pub(crate) fn correction(
        &self,
        model: &ReadModel,
        of: &PeriodBasis,
        member: &MemberAccountId,
        memos: &MemberMemos,
    ) -> Result<Option<Correction>, Failure> {
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
    basis: &PeriodBasis,
    member: &MemberAccountId,
    later: &LaterBills,
) -> Result<Vec<ChargeAggregate>, Failure> {
    let mut refunds = Vec::new();
    for (later, deliveries) in later {
        let Some(usage) = model.member_usage(&basis.payer, member, *later, deliveries)? else { continue };
        refunds.extend(usage.charges.into_iter().filter(|charge| refunds_month(charge, *later) == Some(basis.period)));
    }
    Ok(refunds)
}

/// The exact sum of refunds that are corrections of earlier months instead of charges of this one.
pub(crate) fn sum_of(refunds: &[ChargeAggregate]) -> Result<Exact, Failure> {
    Ok(Exact::checked_sum(refunds.iter().map(|refund| refund.amount))?)
}
