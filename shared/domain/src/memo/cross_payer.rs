//! An account that is under two payers of ours in one month (rule book N21): the memo is drawn by
//! its own payer's run only, for that payer's charges first; what is left of it pays the charges of
//! the same account under the other payer. There that payer's own memos come first.
//!
//! Where both months are open the draw is decided afresh, like any other. Where one of them went
//! out, what was paid is kept as far as the charges still hold it. Which payers an account is under,
//! and whether it is the same customer's, is not decided here.

use money::Money;

use super::{
    ApplicationAcross, CreditMemo, DrawRefusal, MemberMemos, MemoDraw, MemoFact, UnapplyCause,
    draw::{OpenBalances, Posting, last_day_inside},
    draw_order,
    plan::{Drawable, Planner},
};
use crate::{
    ids::{MemoNumber, PayerAccountId, RunId},
    period::BillingPeriod,
    policy::{Policies, PolicyHash},
    rating::RatedMonth,
};

/// An account's month under other payers of ours; empty for nearly every account.
#[derive(Debug, Clone, Default)]
pub struct AcrossPayers<'a> {
    /// Payers whose charges the account's memos may pay after those of their own payer, in order.
    pub charged: Vec<ChargedElsewhere<'a>>,
    /// Memos of other payers that paid charges of this one, in order.
    pub held: Vec<HeldElsewhere<'a>>,
}

/// The account's charges under another payer.
#[derive(Debug, Clone)]
pub struct ChargedElsewhere<'a> {
    /// The payer.
    pub payer: PayerAccountId,
    /// The charges, rated as that payer bills them.
    pub month: RatedMonth,
    /// That payer's policies of the month.
    pub policies: &'a Policies,
    /// The account's memos of that payer: they come first.
    pub own: MemberMemos,
    /// Memos of yet other payers that paid of these charges: what they paid is left to them.
    pub others: Vec<HeldElsewhere<'a>>,
    /// Something may be drawn: the account is the same customer's there. What stands is kept else only
    /// where that payer's month went out.
    pub may_draw: bool,
    /// That payer's month went out: what was paid of it is kept as far as the charges hold it.
    pub is_settled: bool,
}

/// Memos of another payer that paid some of a month's charges.
#[derive(Debug, Clone)]
pub struct HeldElsewhere<'a> {
    /// The memos' own payer.
    pub payer: PayerAccountId,
    /// Each memo with what it paid, in order of drawing.
    pub paid: Vec<(CreditMemo, Money)>,
    /// Their payer's policies of the month.
    pub policies: &'a Policies,
}

/// Correct, in the open month, what memos paid under another payer for a month that went out.
#[derive(Debug, Clone)]
pub struct CorrectAcross<'a> {
    /// The run of the open month.
    pub run: &'a RunId,
    /// The charges as they are now.
    pub under: &'a ChargedElsewhere<'a>,
    /// They were delivered after the month went out: what they hold more is drawn.
    pub delivered_since: bool,
    /// The policies of the month that went out.
    pub policies: &'a Policies,
    /// Their hash.
    pub policy: &'a PolicyHash,
    /// The open month whose statement shows the correction.
    pub posting: BillingPeriod,
}

/// What one memo pays under another payer.
#[derive(Debug, Clone)]
pub(super) struct AcrossDraw {
    memo: MemoNumber,
    /// What it paid and keeps.
    kept: Money,
    /// What it pays beyond that.
    added: MemoDraw,
}

impl AcrossPayers<'_> {
    /// Whether a memo of another payer that paid here pays tax.
    pub(super) fn covers_tax(&self) -> bool {
        self.held.iter().any(HeldElsewhere::covers_tax)
    }
}

impl HeldElsewhere<'_> {
    fn covers_tax(&self) -> bool {
        self.paid.iter().any(|(memo, _)| memo.terms.covers_tax)
    }
}

/// Offers a month to the memos of other payers that paid of it; answers with what it still holds.
pub(super) fn offer_held(
    planner: &mut Planner<'_>,
    month: &RatedMonth,
    held: &[HeldElsewhere<'_>],
) -> Result<Vec<(PayerAccountId, MemoDraw)>, DrawRefusal> {
    let mut draws = Vec::new();
    for one in held {
        for (memo, amount) in &one.paid {
            draws.push((one.payer.clone(), offer_kept(planner, month, memo, *amount, one.policies)?));
        }
    }
    Ok(draws)
}

fn offer_kept(
    planner: &mut Planner<'_>,
    month: &RatedMonth,
    memo: &CreditMemo,
    amount: Money,
    policies: &Policies,
) -> Result<MemoDraw, DrawRefusal> {
    let last_day = last_day_inside(memo, month, policies)?;
    let mut draw = planner.draw(&Drawable { memo, limit: amount, last_day, service: None })?;
    draw.amount += planner.keep_rounding(memo, amount - draw.amount, 1);
    Ok(draw)
}

impl Posting<'_> {
    pub(super) fn under(&self, under: &ChargedElsewhere<'_>) -> Self {
        Self { charges: Some(under.month.digest()), paid_under: Some(under.payer.clone()), ..self.clone() }
    }
}

impl MemberMemos {
    /// The memos that paid a period's charges under another payer, in order of drawing.
    pub fn paid_under(&self, payer: &PayerAccountId, period: BillingPeriod) -> Vec<(CreditMemo, Money)> {
        let mut memos: Vec<&CreditMemo> =
            self.memos.values().filter(|memo| memo.applied_under(payer, period).is_positive()).collect();
        draw_order(&mut memos);
        memos.into_iter().map(|memo| (memo.clone(), memo.applied_under(payer, period))).collect()
    }

    /// What of a settled month's charges memos of other payers hold, after what its own memos paid.
    ///
    /// # Errors
    /// [`DrawRefusal`].
    pub fn held_by_others(
        &self,
        month: &RatedMonth,
        policies: &Policies,
        held: &[HeldElsewhere<'_>],
    ) -> Result<Vec<(PayerAccountId, MemoDraw)>, DrawRefusal> {
        if held.is_empty() {
            return Ok(Vec::new());
        }
        let own = self.paid_here(month);
        let covers_tax =
            own.iter().any(|(memo, _)| memo.terms.covers_tax) || held.iter().any(HeldElsewhere::covers_tax);
        let mut planner = Planner::new(month, covers_tax, policies.rounding)?;
        for (memo, amount) in own {
            offer_kept(&mut planner, month, memo, amount, policies)?;
        }
        offer_held(&mut planner, month, held)
    }

    fn paid_here(&self, month: &RatedMonth) -> Vec<(&CreditMemo, Money)> {
        let mut memos: Vec<&CreditMemo> = self
            .memos
            .values()
            .filter(|memo| memo.currency == month.currency && memo.applied_for(month.period).is_positive())
            .collect();
        draw_order(&mut memos);
        memos.into_iter().map(|memo| (memo, memo.applied_for(month.period))).collect()
    }

    /// Corrects what memos paid under another payer for a month that went out (rule book N1, N2).
    ///
    /// # Errors
    /// [`DrawRefusal`].
    pub fn decide_correction_across(&self, command: &CorrectAcross<'_>) -> Result<Vec<MemoFact>, DrawRefusal> {
        let under = command.under;
        let period = under.month.period;
        // Charges that were decided upon are not drawn upon again, wherever the balances are by now.
        let decided = self.decided_across.get(&under.payer).and_then(|periods| periods.get(&period));
        let draws_more = command.delivered_since && decided != Some(&under.month.digest());
        let draws = self.clone().draw_across(under, command.policies, draws_more)?;
        let posting = Posting {
            period,
            posting: command.posting,
            run: command.run,
            policy: command.policy,
            corrects: None,
            charges: None,
            paid_under: None,
        };
        let posting = posting.under(under);
        let mut open = OpenBalances::new();
        let mut facts = self.take_back_across(&posting, &draws, &mut open, UnapplyCause::Restated);
        facts.extend(self.apply_across(&posting, &draws, &mut open, under.policies));
        Ok(facts)
    }

    /// Plans what these memos pay under another payer, and takes it off them: first each keeps what it
    /// paid, as far as the charges hold it, then, where `draws_more`, the rest is offered in order.
    pub(super) fn draw_across(
        &mut self,
        under: &ChargedElsewhere<'_>,
        policies: &Policies,
        draws_more: bool,
    ) -> Result<Vec<AcrossDraw>, DrawRefusal> {
        let month = &under.month;
        let paid = self.paid_under(&under.payer, month.period);
        let more = if draws_more && under.may_draw { self.drawable(month, policies)? } else { Vec::new() };
        let own_without = under.own.without_applications(month.period);
        let own_paid = if under.is_settled { under.own.paid_here(month) } else { Vec::new() };
        let own_open = if under.is_settled { Vec::new() } else { own_without.drawable(month, under.policies)? };
        let covers_tax = more.iter().chain(&own_open).any(|one| one.memo.terms.covers_tax)
            || paid.iter().any(|(memo, _)| memo.terms.covers_tax)
            || own_paid.iter().any(|(memo, _)| memo.terms.covers_tax)
            || under.others.iter().any(HeldElsewhere::covers_tax);
        let mut planner = Planner::new(month, covers_tax, under.policies.rounding)?;
        for (memo, amount) in own_paid {
            offer_kept(&mut planner, month, memo, amount, under.policies)?;
        }
        for one in &own_open {
            planner.draw(one)?;
        }
        offer_held(&mut planner, month, &under.others)?;

        let zero = Money::zero(month.currency);
        let mut draws: Vec<AcrossDraw> = Vec::new();
        for (memo, amount) in &paid {
            let kept = offer_kept(&mut planner, month, memo, *amount, policies)?;
            let added = MemoDraw { amount: zero, by_service: Vec::new(), ..kept.clone() };
            draws.push(AcrossDraw { memo: memo.number.clone(), kept: kept.amount, added });
        }
        for one in &more {
            let added = planner.draw(one)?;
            match draws.iter_mut().find(|draw| draw.memo == one.memo.number) {
                Some(draw) => draw.added = added,
                None => draws.push(AcrossDraw { memo: one.memo.number.clone(), kept: zero, added }),
            }
        }
        for draw in &draws {
            if let Some(memo) = self.memos.get_mut(&draw.memo) {
                memo.set_across(&under.payer, month.period, draw.kept + draw.added.amount);
            }
        }
        Ok(draws)
    }

    /// What of `draws` is taken back from what stands. Balances are those after `open`.
    pub(super) fn take_back_across<'m>(
        &'m self,
        posting: &Posting<'_>,
        draws: &[AcrossDraw],
        open: &mut OpenBalances<'m>,
        cause: UnapplyCause,
    ) -> Vec<MemoFact> {
        let Some(payer) = &posting.paid_under else { return Vec::new() };
        let mut facts = Vec::new();
        for memo in self.memos.values() {
            let stands = memo.applied_under(payer, posting.period);
            let draw = draws.iter().find(|draw| draw.memo == memo.number);
            let (kept, added) = draw.map_or((stands.zeroed(), stands.zeroed()), |draw| (draw.kept, draw.added.amount));
            if stands != kept + added && stands > kept {
                facts.push(posting.unapply(memo, open, stands - kept, cause));
            }
        }
        facts
    }

    /// What of `draws` is applied beyond what stands. Balances are those after `open`.
    pub(super) fn apply_across<'m>(
        &'m self,
        posting: &Posting<'_>,
        draws: &[AcrossDraw],
        open: &mut OpenBalances<'m>,
        rounded_by: &Policies,
    ) -> Vec<MemoFact> {
        let Some(payer) = &posting.paid_under else { return Vec::new() };
        let mut facts = Vec::new();
        for draw in draws.iter().filter(|draw| draw.added.amount.is_positive()) {
            let Some(memo) = self.memos.get(&draw.memo) else { continue };
            if memo.applied_under(payer, posting.period) != draw.kept + draw.added.amount {
                facts.push(posting.apply(memo, open, &draw.added, rounded_by));
            }
        }
        facts
    }

    /// The memos as they would stand had they paid nothing of a period under another payer.
    pub(super) fn forget_across(&mut self, payer: &PayerAccountId, period: BillingPeriod) {
        for memo in self.memos.values_mut() {
            memo.set_across(payer, period, Money::zero(memo.currency));
        }
    }

    /// Takes planned draws of the home payer's month off the memos, for what is planned next.
    pub(super) fn take(&mut self, draws: &[MemoDraw], period: BillingPeriod) {
        for draw in draws {
            if let Some(memo) = self.memos.get_mut(&draw.memo) {
                memo.open -= draw.amount;
                memo.applied += draw.amount;
                let application = super::Application { amount: draw.amount, by_service: draw.by_service.clone() };
                memo.applications.insert(period, application);
            }
        }
    }
}

impl CreditMemo {
    /// Plans that so much stands applied under another payer.
    fn set_across(&mut self, payer: &PayerAccountId, period: BillingPeriod, amount: Money) {
        let change = amount - self.applied_under(payer, period);
        if change.is_zero() {
            return;
        }
        self.open -= change;
        self.applied += change;
        let application = ApplicationAcross { amount, by_posting: [(period, amount)].into() };
        self.across.entry(payer.clone()).or_default().insert(period, application);
    }
}
