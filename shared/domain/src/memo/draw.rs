//! Drawing an account's memos for a month, and correcting a month that was closed.
//!
//! The decision is by target: what should stand applied for the month is planned afresh, and facts
//! are only what differs from what stands. A run that was killed and repeated therefore adds
//! nothing (rule book N3, N16).

use money::{Money, MoneyError};

use super::{
    CreditMemo, DrawPlan, MemberMemos, MemoApplied, MemoDraw, MemoFact, MemoUnapplied, UnapplyCause, draw_order,
    plan::{Drawable, Planner, plan},
};
use crate::{
    ids::{DocumentNumber, MemoNumber, RunId},
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
    /// Decides the draws of an open month.
    ///
    /// # Errors
    /// [`DrawRefusal`].
    pub fn decide_draw(&self, command: &DrawPeriod<'_>) -> Result<DrawDecision, DrawRefusal> {
        let period = command.month.period;
        // Planned as if nothing stood applied for the month.
        let without = self.without_applications(period);
        let plan = without.plan(command.month, command.policies)?;
        let mut facts = Vec::new();
        let wanted = |number: &MemoNumber| plan.draws.iter().find(|draw| draw.memo == *number);
        let posting = Posting {
            period,
            posting: period,
            run: command.run,
            policy: command.policy,
            corrects: None,
            charges: None,
        };
        for memo in self.memos.values() {
            let stands = memo.applied_for(period);
            let target = wanted(&memo.number).map_or(Money::zero(memo.currency), |draw| draw.amount);
            if stands.is_zero() || stands == target {
                continue;
            }
            facts.push(posting.unapply(memo, stands, UnapplyCause::Redrawn));
        }
        for draw in &plan.draws {
            let Some(memo) = self.memos.get(&draw.memo) else { continue };
            if memo.applied_for(period) != draw.amount {
                let open = memo.open + memo.applied_for(period);
                facts.push(posting.apply(memo, open, draw, command.policies));
            }
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
            let plan = self.without_applications(period).plan(command.month, command.policies)?;
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
        };
        let mut facts = Vec::new();
        for ((memo, kept), moved) in paid.iter().zip(&kept).zip(&moved) {
            let back = memo.applied_for(period) - *kept;
            if back.is_positive() {
                facts.push(posting.unapply(memo, back, command.cause));
            }
            // What went to another service is said so, or the next run would place it elsewhere.
            if moved.amount.is_positive() {
                facts.push(posting.apply(memo, memo.open + back, moved, command.policies));
            }
        }
        for (memo, draw) in &added {
            // A memo that gave something back above stands higher by now, and lower by what moved.
            let open = standing(memo, &facts);
            facts.push(posting.apply(memo, open, draw, command.policies));
        }
        let plan = planner.finish()?;
        Ok(DrawDecision { facts, plan })
    }

    /// The memos as they would stand had the month never been drawn.
    fn without_applications(&self, period: BillingPeriod) -> MemberMemos {
        let mut without = self.clone();
        for memo in without.memos.values_mut() {
            if let Some(application) = memo.applications.remove(&period) {
                memo.open += application.amount;
                memo.applied -= application.amount;
            }
        }
        without
    }

    fn plan(&self, month: &RatedMonth, policies: &Policies) -> Result<DrawPlan, DrawRefusal> {
        let drawable = self.drawable(month, policies)?;
        Ok(plan(month, &drawable, policies.rounding)?)
    }

    /// The memos that may be drawn for a month, in order, with the most that each may pay.
    fn drawable(&self, month: &RatedMonth, policies: &Policies) -> Result<Vec<Drawable<'_>>, DrawRefusal> {
        let mut memos: Vec<&CreditMemo> = self
            .memos
            .values()
            .filter(|memo| {
                memo.currency == month.currency && memo.open.is_positive() && memo.first_period() <= month.period
            })
            .collect();
        draw_order(&mut memos);
        let mut drawable = Vec::new();
        for memo in memos {
            let mut limit = memo.open;
            if policies.draw_limit == DrawLimit::Funded {
                limit = limit.min(memo.funded_balance());
            }
            if let Some(cap) = memo.terms.monthly_cap {
                // What a closed month has paid already counts: a correction draws up to the same cap.
                limit = limit.min((cap - memo.applied_for(month.period)).at_least_zero());
            }
            let last_period = memo.last_period();
            let past_end = last_period.is_some_and(|last| month.period > last);
            match policies.memo_expiry {
                MemoExpiry::Upstream if past_end => continue,
                // What AWS took off the payer's bill stays owed and goes on being drawn.
                MemoExpiry::UnfundedOnly if past_end => limit = limit.min(memo.funded_balance()),
                MemoExpiry::Never | MemoExpiry::Upstream | MemoExpiry::UnfundedOnly => {}
            }
            let last_day = last_day_inside(memo, month, policies)?;
            if limit.is_positive() {
                drawable.push(Drawable { memo, limit, last_day, service: None });
            }
        }
        Ok(drawable)
    }
}

/// The open balance of a memo after the facts decided so far.
fn standing(memo: &CreditMemo, facts: &[MemoFact]) -> Money {
    facts.iter().rev().find(|fact| *fact.memo() == memo.number).map_or(memo.open, |fact| fact.balances().1)
}

/// The last day whose charges a memo pays in a month that it ends in, where the policy counts days.
fn last_day_inside(
    memo: &CreditMemo,
    month: &RatedMonth,
    policies: &Policies,
) -> Result<Option<chrono::NaiveDate>, DrawRefusal> {
    let counts_days =
        policies.expiry_inside_month == ExpiryInsideMonth::DayExact && policies.memo_expiry != MemoExpiry::Never;
    let last = memo.usable_until.max(memo.end_date).filter(|last| month.period.contains(*last));
    let Some(last) = last.filter(|last| counts_days && *last < month.period.last_day()) else { return Ok(None) };
    if month.charges.iter().any(|charge| charge.day.is_none() && memo.terms.may_pay(charge)) {
        return Err(DrawRefusal::DaysMissing { memo: memo.number.clone(), period: month.period });
    }
    Ok(Some(last))
}

struct Posting<'a> {
    period: BillingPeriod,
    posting: BillingPeriod,
    run: &'a RunId,
    policy: &'a PolicyHash,
    corrects: Option<DocumentNumber>,
    charges: Option<String>,
}

impl Posting<'_> {
    fn unapply(&self, memo: &CreditMemo, amount: Money, cause: UnapplyCause) -> MemoFact {
        MemoFact::Unapplied(MemoUnapplied {
            memo: memo.number.clone(),
            period: self.period,
            amount,
            cause,
            run: self.run.clone(),
            effective: self.period.last_day(),
            posting: self.posting,
            corrects: self.corrects.clone(),
            charges: self.charges.clone(),
            balance_before: memo.open,
            balance_after: memo.open + amount,
        })
    }

    fn apply(&self, memo: &CreditMemo, open: Money, draw: &MemoDraw, policies: &Policies) -> MemoFact {
        MemoFact::Applied(MemoApplied {
            memo: memo.number.clone(),
            period: self.period,
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
            balance_before: open,
            balance_after: open - draw.amount,
        })
    }
}
