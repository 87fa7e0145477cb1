//! Drawing an account's memos for a month, and correcting a month that was closed.
//!
//! The decision is by target: what should stand applied for the month is planned afresh, and facts
//! are only what differs from what stands. A run that was killed and repeated therefore adds
//! nothing (rule book N3, N16).

use std::collections::BTreeMap;

use money::{Money, MoneyError};

use super::{
    CreditMemo, DrawPlan, MemberMemos, MemoApplied, MemoDraw, MemoFact, MemoUnapplied, UnapplyCause,
    cross_payer::{AcrossDraw, AcrossPayers, offer_held},
    draw_order,
    plan::{Drawable, Planner},
};
use crate::{
    ids::{DocumentNumber, MemoNumber, PayerAccountId, RunId},
    period::BillingPeriod,
    policy::{DrawLimit, ExpiryInsideMonth, MemoExpiry, Policies, PolicyHash},
    rating::RatedMonth,
};

/// Draw an account's memos for an open month.
#[derive(Debug, Clone)]
pub struct DrawPeriod<'a> {
    /// The run.
    pub run: &'a RunId,
    /// The month's charges, rated under the policies.
    pub month: &'a RatedMonth,
    /// The policies of the month.
    pub policies: &'a Policies,
    /// Their hash.
    pub policy: &'a PolicyHash,
}

/// Correct an account's closed month in the open one.
#[derive(Debug, Clone)]
pub struct CorrectPeriod<'a> {
    /// The run of the open month.
    pub run: &'a RunId,
    /// The closed month's charges as they are now, rated under that month's policies.
    pub month: &'a RatedMonth,
    /// The policies of the closed month.
    pub policies: &'a Policies,
    /// Their hash.
    pub policy: &'a PolicyHash,
    /// The open month whose statement shows the correction.
    pub posting: BillingPeriod,
    /// The document corrected.
    pub corrects: Option<DocumentNumber>,
    /// Why an amount is taken back.
    pub cause: UnapplyCause,
    /// What statements so far charged for the month, and what of it memos paid: memos pay no more of
    /// a correction than it charges.
    pub settled: (Money, Money),
}

/// What a draw decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DrawDecision {
    /// What is to be recorded: nothing where it stands already.
    pub facts: Vec<MemoFact>,
    /// How the month is paid.
    pub plan: DrawPlan,
}

/// Why a draw was not decided.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DrawRefusal {
    /// A sum cannot be held exactly: an amount in the delivery is out of all proportion.
    #[error(transparent)]
    Money(#[from] MoneyError),
    /// The policy is exact to the day, and the delivery was ingested without days. Ingest it again.
    #[error(
        "memo {memo} ends inside {period} and the policy counts days, but the delivery was ingested without days: ingest it again under that policy"
    )]
    DaysMissing {
        /// The memo.
        memo: MemoNumber,
        /// The month.
        period: BillingPeriod,
    },
}

impl MemberMemos {
    /// Decides the draws of an open month of an account that is under one payer of ours.
    ///
    /// # Errors
    /// [`DrawRefusal`].
    pub fn decide_draw(&self, command: &DrawPeriod<'_>) -> Result<DrawDecision, DrawRefusal> {
        self.decide_draw_across(command, &AcrossPayers::default())
    }

    /// Decides the draws of an open month: the account's charges under its own payer first, then, of
    /// what is left, those under other payers of ours (rule book N21).
    ///
    /// # Errors
    /// [`DrawRefusal`].
    pub fn decide_draw_across(
        &self,
        command: &DrawPeriod<'_>,
        across: &AcrossPayers<'_>,
    ) -> Result<DrawDecision, DrawRefusal> {
        let period = command.month.period;
        let mut without = self.before_draw(period, across);
        let plan = without.plan(command.month, command.policies, across)?;
        without.take(&plan.draws, period);
        let mut elsewhere: Vec<Vec<AcrossDraw>> = Vec::new();
        for under in &across.charged {
            elsewhere.push(without.draw_across(under, command.policies, true)?);
        }

        let posting = Posting {
            period,
            posting: period,
            run: command.run,
            policy: command.policy,
            corrects: None,
            charges: None,
            paid_under: None,
        };
        let mut open: BTreeMap<&MemoNumber, Money> =
            self.memos.values().map(|memo| (&memo.number, memo.open)).collect();
        let mut facts = Vec::new();
        let wanted = |number: &MemoNumber| plan.draws.iter().find(|draw| draw.memo == *number);
        // What is taken back comes first, so that there is enough for what is applied.
        for memo in self.memos.values() {
            let stands = memo.applied_for(period);
            let target = wanted(&memo.number).map_or(Money::zero(memo.currency), |draw| draw.amount);
            if stands.is_zero() || stands == target {
                continue;
            }
            facts.push(posting.unapply(memo, &mut open, stands, UnapplyCause::Redrawn));
        }
        for (under, draws) in across.charged.iter().zip(&elsewhere) {
            let cause = if under.is_settled { UnapplyCause::Restated } else { UnapplyCause::Redrawn };
            facts.extend(self.take_back_across(&posting.under(under), draws, &mut open, cause));
        }
        for draw in &plan.draws {
            let Some(memo) = self.memos.get(&draw.memo) else { continue };
            if memo.applied_for(period) != draw.amount {
                facts.push(posting.apply(memo, &mut open, draw, command.policies));
            }
        }
        for (under, draws) in across.charged.iter().zip(&elsewhere) {
            facts.extend(self.apply_across(&posting.under(under), draws, &mut open, under.policies));
        }
        Ok(DrawDecision { facts, plan })
    }

    /// Decides the correction of a closed month: the difference is drawn from memos that are still
    /// open, or taken back from the last drawn first (rule book N1, N2, N9).
    ///
    /// # Errors
    /// [`DrawRefusal`].
    pub fn decide_correction(&self, command: &CorrectPeriod<'_>) -> Result<DrawDecision, DrawRefusal> {
        let period = command.month.period;
        let currency = command.month.currency;
        // Charges that were corrected upon are not corrected upon again: a run that is repeated finds
        // the correction standing, wherever the memos' shares are by now.
        let charges = command.month.digest();
        if self.corrected.get(&period) == Some(&charges) {
            let across = AcrossPayers::default();
            let plan = self.without_applications(period).plan(command.month, command.policies, &across)?;
            return Ok(DrawDecision { facts: Vec::new(), plan });
        }
        // First each memo keeps what it paid, service by service, as far as the charges still hold it;
        // then what it may pay of others, up to what it paid; then what is left is drawn from memos
        // that are open. No memo's share moves to another.
        let mut paid: Vec<&CreditMemo> = self
            .memos
            .values()
            .filter(|memo| memo.currency == currency && memo.applied_for(period).is_positive())
            .collect();
        draw_order(&mut paid);
        let open = self.drawable(command.month, command.policies)?;
        let tax_is_payable = paid.iter().chain(open.iter().map(|one| &one.memo)).any(|memo| memo.terms.covers_tax);
        let mut planner = Planner::new(command.month, tax_is_payable, command.policies.rounding)?;
        let mut kept: Vec<Money> = Vec::with_capacity(paid.len());
        for memo in &paid {
            let last_day = last_day_inside(memo, command.month, command.policies)?;
            let mut sum = Money::zero(currency);
            for part in memo.applications.get(&period).map_or(&[][..], |application| &application.by_service) {
                let limit = part.amount.min(memo.applied_for(period) - sum);
                sum += planner.draw(&Drawable { memo, limit, last_day, service: Some(&part.service) })?.amount;
            }
            kept.push(sum);
        }
        let mut moved = Vec::with_capacity(paid.len());
        for (memo, kept) in paid.iter().zip(&kept) {
            let last_day = last_day_inside(memo, command.month, command.policies)?;
            let limit = memo.applied_for(period) - *kept;
            moved.push(planner.draw(&Drawable { memo, limit, last_day, service: None })?);
        }
        // Each part that a memo paid was rounded once: what rounding alone would take is kept.
        for ((memo, kept), moved) in paid.iter().zip(&mut kept).zip(&moved) {
            let parts = memo.applications.get(&period).map_or(0, |application| application.by_service.len());
            let short = memo.applied_for(period) - *kept - moved.amount;
            *kept += planner.keep_rounding(memo, short, parts + paid.len());
        }
        // A memo that came since pays what is new, never what was due before (rule book N1).
        let (charged, applied) = command.settled;
        let stays = Money::sum(currency, kept.iter().copied().chain(moved.iter().map(|draw| draw.amount)));
        let mut more = applied + (planner.gross - charged).at_least_zero() - stays;
        let mut added = Vec::new();
        for drawable in &open {
            let draw = planner.draw(&Drawable { limit: drawable.limit.min(more.at_least_zero()), ..*drawable })?;
            more -= draw.amount;
            if draw.amount.is_positive() {
                added.push((drawable.memo, draw));
            }
        }
        let posting = Posting {
            period,
            posting: command.posting,
            run: command.run,
            policy: command.policy,
            corrects: command.corrects.clone(),
            charges: Some(charges),
            paid_under: None,
        };
        // A memo that gave something back stands higher by then, and lower by what moved.
        let mut standing: BTreeMap<&MemoNumber, Money> =
            self.memos.values().map(|memo| (&memo.number, memo.open)).collect();
        let mut facts = Vec::new();
        for ((memo, kept), moved) in paid.iter().zip(&kept).zip(&moved) {
            let back = memo.applied_for(period) - *kept;
            if back.is_positive() {
                facts.push(posting.unapply(memo, &mut standing, back, command.cause));
            }
            // What went to another service is said so, or the next run would place it elsewhere.
            if moved.amount.is_positive() {
                facts.push(posting.apply(memo, &mut standing, moved, command.policies));
            }
        }
        for (memo, draw) in &added {
            facts.push(posting.apply(memo, &mut standing, draw, command.policies));
        }
        let plan = planner.finish()?;
        Ok(DrawDecision { facts, plan })
    }

    /// The memos as a draw of the month finds them: as if nothing stood applied for it, here or under a payer
    /// whose month is open too.
    pub(crate) fn before_draw(&self, period: BillingPeriod, across: &AcrossPayers<'_>) -> MemberMemos {
        let mut without = self.without_applications(period);
        for under in across.charged.iter().filter(|under| !under.is_settled) {
            without.forget_across(&under.payer, period);
        }
        without
    }

    /// The memos as they would stand had the month never been drawn.
    pub(crate) fn without_applications(&self, period: BillingPeriod) -> MemberMemos {
        let mut without = self.clone();
        for memo in without.memos.values_mut() {
            if let Some(application) = memo.applications.remove(&period) {
                memo.open += application.amount;
                memo.applied -= application.amount;
            }
        }
        without
    }

    /// Plans the month: the account's own memos first, then those of other payers that paid of it.
    fn plan(
        &self,
        month: &RatedMonth,
        policies: &Policies,
        across: &AcrossPayers<'_>,
    ) -> Result<DrawPlan, DrawRefusal> {
        let drawable = self.drawable(month, policies)?;
        let covers_tax = drawable.iter().any(|one| one.memo.terms.covers_tax) || across.covers_tax();
        let mut planner = Planner::new(month, covers_tax, policies.rounding)?;
        for one in &drawable {
            planner.draw(one)?;
        }
        let held = offer_held(&mut planner, month, &across.held)?;
        let mut plan = planner.finish()?;
        plan.draws.retain(|draw| self.memos.contains_key(&draw.memo));
        plan.by_other_payers = held;
        Ok(plan)
    }

    /// The memos that may be drawn for a month, in order, with the most that each may pay.
    pub(super) fn drawable(&self, month: &RatedMonth, policies: &Policies) -> Result<Vec<Drawable<'_>>, DrawRefusal> {
        let mut memos: Vec<&CreditMemo> = self
            .memos
            .values()
            .filter(|memo| {
                memo.currency == month.currency
                    && memo.open.is_positive()
                    && memo.first_period() <= month.period
                    && !memo.charges_are_anothers
            })
            .collect();
        draw_order(&mut memos);
        let mut drawable = Vec::new();
        for memo in memos {
            let Some(limit) = memo.limits_for(month.period, policies).into_iter().map(|(_, limit)| limit).min() else {
                continue;
            };
            let last_day = last_day_inside(memo, month, policies)?;
            if limit.is_positive() {
                drawable.push(Drawable { memo, limit, last_day, service: None });
            }
        }
        Ok(drawable)
    }
}

/// What holds a draw of a memo back, beside the charges that there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DrawBound {
    /// Its open balance.
    OpenBalance,
    /// What AWS has applied, under the draw limit `funded` (rule book N28).
    FundedByLimit,
    /// What the credit's programme lets it pay a month.
    MonthlyCap,
    /// What AWS has applied: the end date is past, and only that part is still owed (rule book N14).
    FundedPastEnd,
    /// Nothing: the end date is past, and the policy ends the memo there.
    Ended,
}

impl CreditMemo {
    /// The bounds of a draw for a month; the smallest holds.
    pub(crate) fn limits_for(&self, period: BillingPeriod, policies: &Policies) -> Vec<(DrawBound, Money)> {
        let mut limits = vec![(DrawBound::OpenBalance, self.open)];
        if policies.draw_limit == DrawLimit::Funded {
            limits.push((DrawBound::FundedByLimit, self.funded_balance()));
        }
        // What a closed month has paid already counts: a correction draws up to the same cap.
        let left = |cap: Money| (cap - self.applied_in(period)).at_least_zero();
        limits.extend(self.terms.monthly_cap.map(|cap| (DrawBound::MonthlyCap, left(cap))));
        let past_end = self.last_period().is_some_and(|last| period > last);
        match policies.memo_expiry {
            MemoExpiry::Upstream if past_end => limits.push((DrawBound::Ended, self.open.zeroed())),
            // What AWS took off the payer's bill stays owed and goes on being drawn.
            MemoExpiry::UnfundedOnly if past_end => limits.push((DrawBound::FundedPastEnd, self.funded_balance())),
            MemoExpiry::Never | MemoExpiry::Upstream | MemoExpiry::UnfundedOnly => {}
        }
        limits
    }
}

/// The last day whose charges a memo pays in a month that it ends in, where the policy counts days.
pub(super) fn last_day_inside(
    memo: &CreditMemo,
    month: &RatedMonth,
    policies: &Policies,
) -> Result<Option<chrono::NaiveDate>, DrawRefusal> {
    let counts_days =
        policies.expiry_inside_month == ExpiryInsideMonth::DayExact && policies.memo_expiry != MemoExpiry::Never;
    let last = memo.usable_until.max(memo.end_date).filter(|last| month.period.contains(*last));
    let Some(last) = last.filter(|last| counts_days && *last < month.period.last_day()) else { return Ok(None) };
    // A few lines never bear a day; a bill that was read without any is another matter.
    let has_days = month.charges.iter().any(|charge| charge.day.is_some());
    if !has_days && month.charges.iter().any(|charge| charge.amount.is_positive() && memo.terms.may_pay(charge)) {
        return Err(DrawRefusal::DaysMissing { memo: memo.number.clone(), period: month.period });
    }
    Ok(Some(last))
}

/// What all facts of one decision say alike.
#[derive(Clone)]
pub(super) struct Posting<'a> {
    pub(super) period: BillingPeriod,
    pub(super) posting: BillingPeriod,
    pub(super) run: &'a RunId,
    pub(super) policy: &'a PolicyHash,
    pub(super) corrects: Option<DocumentNumber>,
    pub(super) charges: Option<String>,
    pub(super) paid_under: Option<PayerAccountId>,
}

/// The open balance of each memo after the facts decided so far.
pub(super) type OpenBalances<'a> = BTreeMap<&'a MemoNumber, Money>;

impl Posting<'_> {
    pub(super) fn unapply<'m>(
        &self,
        memo: &'m CreditMemo,
        open: &mut OpenBalances<'m>,
        amount: Money,
        cause: UnapplyCause,
    ) -> MemoFact {
        let open = open.entry(&memo.number).or_insert(memo.open);
        let before = std::mem::replace(open, *open + amount);
        MemoFact::Unapplied(MemoUnapplied {
            memo: memo.number.clone(),
            period: self.period,
            paid_under: self.paid_under.clone(),
            amount,
            cause,
            run: self.run.clone(),
            effective: self.period.last_day(),
            posting: self.posting,
            corrects: self.corrects.clone(),
            charges: self.charges.clone(),
            balance_before: before,
            balance_after: before + amount,
        })
    }

    pub(super) fn apply<'m>(
        &self,
        memo: &'m CreditMemo,
        open: &mut OpenBalances<'m>,
        draw: &MemoDraw,
        policies: &Policies,
    ) -> MemoFact {
        let open = open.entry(&memo.number).or_insert(memo.open);
        let before = std::mem::replace(open, *open - draw.amount);
        MemoFact::Applied(MemoApplied {
            memo: memo.number.clone(),
            period: self.period,
            paid_under: self.paid_under.clone(),
            amount: draw.amount,
            eligible: draw.eligible,
            by_service: draw.by_service.clone(),
            run: self.run.clone(),
            policy: self.policy.clone(),
            rounding: policies.rounding,
            effective: self.period.last_day(),
            posting: self.posting,
            corrects: self.corrects.clone(),
            charges: self.charges.clone(),
            balance_before: before,
            balance_after: before - draw.amount,
        })
    }
}
