//! What each fact makes of a member's memos. The balances that a fact states are asserted here a
//! second time: the first was where it was decided.

use std::collections::BTreeMap;

use money::{Exact, Money};

use super::{
    Application, ApplicationAcross, CreditMemo, MemberMemos, MemoFact, MemoIssued, Movement, TakenOver, TransferOut,
    WriteOffCause,
    facts::{MemoApplied, MemoFunded, MemoUnapplied, MemoWrittenOff, Returned},
};
use crate::{
    ids::{MemberAccountId, MemoNumber, PayerAccountId},
    period::BillingPeriod,
};

/// A fact does not follow from the ones before it: the log was damaged or written by something
/// else. Stop, and compare with a copy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FoldFault {
    /// The fact is about a memo that was never issued.
    #[error("memo {0} was never issued")]
    UnknownMemo(MemoNumber),
    /// The memo was issued before.
    #[error("memo {0} was issued before")]
    IssuedTwice(MemoNumber),
    /// The fact states another open balance than the facts before it make.
    #[error("memo {memo} stands at {found}, and the fact says {stated} {side}")]
    Balance {
        /// The memo.
        memo: MemoNumber,
        /// What the facts before make.
        found: Money,
        /// What the fact states.
        stated: Money,
        /// `before` or `after`.
        side: &'static str,
    },
    /// The amounts of a memo no longer add up to its face.
    #[error("memo {0} is not conserved: its parts do not add up to its face")]
    NotConserved(MemoNumber),
    /// An amount is not written with its currency's digits.
    #[error("{whose}: the amount {amount} is not written as {currency} is, with {} decimals", currency.minor_digits())]
    Digits {
        /// What it is of.
        whose: String,
        /// The amount.
        amount: Money,
        /// The currency.
        currency: money::Currency,
    },
    /// A sum cannot be held.
    #[error("memo {memo}: {cause}")]
    Sum {
        /// The memo.
        memo: MemoNumber,
        /// What could not be held.
        cause: money::MoneyError,
    },
}

impl MemberMemos {
    /// Folds one fact in.
    ///
    /// # Errors
    /// [`FoldFault`]; the state is then worthless.
    pub fn evolve(&mut self, fact: &MemoFact) -> Result<(), FoldFault> {
        self.check_digits(fact)?;
        match fact {
            MemoFact::Issued(issued) => {
                let is_owned_again = issued.supplements.is_none();
                if let Some(credit) = issued.credit.as_ref().filter(|_| is_owned_again) {
                    // What an earlier ownership was revised by is none of this one's.
                    self.revised.remove(credit);
                    self.written_off_by_hand.remove(credit);
                }
                self.open_memo(issued, |_| {})?;
                if let (Some(credit), true) = (&issued.credit, issued.by_revision) {
                    let so_far = self.revised.entry(credit.clone()).or_insert(issued.face.zeroed());
                    *so_far += issued.face;
                }
            }
            MemoFact::Opened(opened) => self.open_memo(&opened.issued, |memo| {
                memo.applied = opened.applied_before;
                memo.open = memo.face - opened.applied_before;
                memo.funded = opened.funded_before;
                memo.taken_over = Some(TakenOver::from(opened));
                if let Some(movement) = memo.movements.get_mut(&opened.issued.posting) {
                    movement.issued = memo.open;
                }
            })?,
            MemoFact::ReassignedIn(came) => {
                // What moved between two payers of ours with its account stays its credit's own (N21); a part
                // that was set apart within its account does not.
                let is_anothers = came.from_member != came.issued.member || self.memos.contains_key(&came.from_memo);
                self.open_memo(&came.issued, |memo| {
                    memo.funded = came.funded_moved;
                    memo.moved_by_hand = !came.portion && is_anothers;
                    if !came.portion {
                        memo.came_from = Some((came.from_member.clone(), came.from_memo.clone()));
                    }
                })?;
                self.transfers_in.insert(came.transfer.clone(), came.issued.memo.clone());
            }
            MemoFact::Funded(funded) => self.with_memo(fact, |memo| fund(memo, funded))?,
            MemoFact::Applied(applied) => {
                self.with_memo(fact, |memo| apply(memo, applied))?;
                self.note_correction(applied.paid_under.as_ref(), applied.period, applied.charges.as_ref());
            }
            MemoFact::Unapplied(unapplied) => {
                self.with_memo(fact, |memo| unapply(memo, unapplied))?;
                self.note_correction(unapplied.paid_under.as_ref(), unapplied.period, unapplied.charges.as_ref());
            }
            MemoFact::Lapsed(gone) | MemoFact::Expired(gone) => self.with_memo(fact, |memo| {
                if let MemoFact::Lapsed(_) = fact {
                    let ended = if gone.by_hand { &mut memo.given_up } else { &mut memo.lapsed };
                    *ended += gone.amount;
                }
                memo.open -= gone.amount;
                memo.expired += gone.amount;
                memo.end_settled = true;
                movement(memo, gone.posting).expired += gone.amount;
                Ok(())
            })?,
            MemoFact::WrittenOff(gone) => {
                self.with_memo(fact, |memo| {
                    match gone.cause {
                        WriteOffCause::ByHand | WriteOffCause::Adjusted => {
                            memo.gain += (gone.amount - memo.unfunded_balance()).at_least_zero();
                        }
                        WriteOffCause::UpstreamRevised => {}
                        _ => memo.written_down += gone.amount,
                    }
                    memo.open -= gone.amount;
                    memo.written_off += gone.amount;
                    movement(memo, gone.posting).corrections -= gone.amount;
                    Ok(())
                })?;
                self.note_write_off(gone);
            }
            MemoFact::Refunded(gone) => self.with_memo(fact, |memo| {
                memo.open -= gone.amount;
                memo.refunded += gone.amount;
                movement(memo, gone.posting).corrections -= gone.amount;
                Ok(())
            })?,
            MemoFact::ReassignedOut(gone) => self.with_memo(fact, |memo| {
                memo.open -= gone.amount;
                memo.reassigned_out += gone.amount;
                memo.transfers_out.insert(gone.transfer.clone(), TransferOut::from(gone));
                memo.funded = sum(memo, memo.funded, -gone.funded_moved)?;
                movement(memo, gone.posting).corrections -= gone.amount;
                Ok(())
            })?,
            MemoFact::PoReassigned(moved) => self.with_memo(fact, |memo| {
                memo.assigned_to = Some((moved.to_customer.clone(), moved.to_po.clone()));
                memo.customer = Some(moved.to_customer.clone());
                Ok(())
            })?,
            MemoFact::Reinstated(back) => self.with_memo(fact, |memo| {
                memo.open += back.amount;
                give_back(memo, back.amount, back.returned);
                memo.usable_until = back.usable_until.or(memo.usable_until);
                movement(memo, back.posting).corrections += back.amount;
                Ok(())
            })?,
            MemoFact::Surplus(stated) => self.with_memo(fact, |memo| {
                memo.surplus.insert(stated.period, stated.surplus);
                memo.surplus.retain(|_, amount| !amount.is_zero());
                Ok(())
            })?,
            MemoFact::Shortfall(stated) => {
                self.with_memo(fact, |_| Ok(()))?;
                if stated.shortfall.is_zero() {
                    self.shortfalls.remove(&stated.credit);
                } else {
                    self.shortfalls.insert(stated.credit.clone(), stated.shortfall);
                }
            }
        }
        let number = fact.memo();
        let memo = self.memos.get(number).ok_or_else(|| FoldFault::UnknownMemo(number.clone()))?;
        let (_, after) = fact.balances();
        if memo.open != after {
            return Err(FoldFault::Balance { memo: number.clone(), found: memo.open, stated: after, side: "after" });
        }
        if !memo.conserves() {
            return Err(FoldFault::NotConserved(number.clone()));
        }
        Ok(())
    }

    /// What revisions and persons wrote off, as far as the law of the credit asks for it.
    fn note_write_off(&mut self, gone: &MemoWrittenOff) {
        let Some(memo) = self.memos.get(&gone.memo) else { return };
        let (Some(credit), is_aws) = (memo.credit.clone(), memo.is_the_credits() || memo.by_revision) else { return };
        let zero = gone.amount.zeroed();
        match gone.cause {
            WriteOffCause::UpstreamRevised => *self.revised.entry(credit).or_insert(zero) -= gone.amount,
            WriteOffCause::ByHand | WriteOffCause::Adjusted if is_aws => {
                let revised = self.revised.get(&credit).copied().unwrap_or(zero);
                self.written_off_by_hand.entry(credit).or_default().push((revised, gone.amount));
            }
            _ => {}
        }
    }

    fn note_correction(&mut self, under: Option<&PayerAccountId>, period: BillingPeriod, charges: Option<&String>) {
        let Some(charges) = charges else { return };
        let noted = match under {
            None => &mut self.corrected,
            Some(payer) => self.decided_across.entry(payer.clone()).or_default(),
        };
        noted.insert(period, charges.clone());
    }

    fn open_memo(&mut self, issued: &MemoIssued, adjust: impl FnOnce(&mut CreditMemo)) -> Result<(), FoldFault> {
        if self.memos.contains_key(&issued.memo) {
            return Err(FoldFault::IssuedTwice(issued.memo.clone()));
        }
        self.owner = Some(owner_of(issued));
        let ordinal = u32::try_from(self.memos.len() + 1).unwrap_or(u32::MAX);
        let mut memo = new_memo(issued, ordinal);
        adjust(&mut memo);
        self.memos.insert(issued.memo.clone(), memo);
        Ok(())
    }

    fn with_memo(
        &mut self,
        fact: &MemoFact,
        change: impl FnOnce(&mut CreditMemo) -> Result<(), FoldFault>,
    ) -> Result<(), FoldFault> {
        let number = fact.memo();
        let memo = self.memos.get_mut(number).ok_or_else(|| FoldFault::UnknownMemo(number.clone()))?;
        let (before, _) = fact.balances();
        if memo.open != before {
            return Err(FoldFault::Balance { memo: number.clone(), found: memo.open, stated: before, side: "before" });
        }
        change(memo)
    }
}

fn owner_of(issued: &MemoIssued) -> (PayerAccountId, MemberAccountId) {
    (issued.payer.clone(), issued.member.clone())
}

fn new_memo(issued: &MemoIssued, ordinal: u32) -> CreditMemo {
    let zero = Money::zero(issued.currency);
    let mut memo = CreditMemo {
        number: issued.memo.clone(),
        ordinal,
        credit: issued.credit.clone(),
        supplements: issued.supplements.clone(),
        description: issued.description.clone(),
        program: issued.program.clone(),
        currency: issued.currency,
        basis: issued.basis,
        start_date: issued.start_date,
        end_date: issued.end_date,
        usable_until: None,
        terms: issued.terms.clone(),
        assigned_to: None,
        face: issued.face,
        open: issued.face,
        applied: zero,
        expired: zero,
        written_off: zero,
        refunded: zero,
        reassigned_out: zero,
        funded: Exact::ZERO,
        funding: BTreeMap::new(),
        taken_over: None,
        by_revision: issued.by_revision,
        customer: issued.customer.clone(),
        came_from: None,
        lapsed: zero,
        given_up: zero,
        written_down: zero,
        gain: zero,
        surplus: BTreeMap::new(),
        charges_are_anothers: false,
        after_upstream_end: issued.after_upstream_end,
        applications: BTreeMap::new(),
        across: BTreeMap::new(),
        movements: BTreeMap::new(),
        end_settled: false,
        moved_by_hand: false,
        transfers_out: BTreeMap::new(),
    };
    movement(&mut memo, issued.posting).issued += issued.face;
    memo
}

fn movement(memo: &mut CreditMemo, posting: BillingPeriod) -> &mut Movement {
    let none = Movement::none(memo.currency);
    memo.movements.entry(posting).or_insert(none)
}

fn sum(memo: &CreditMemo, a: Exact, b: Exact) -> Result<Exact, FoldFault> {
    a.checked_add(b).map_err(|cause| FoldFault::Sum { memo: memo.number.clone(), cause })
}

fn fund(memo: &mut CreditMemo, funded: &MemoFunded) -> Result<(), FoldFault> {
    let of_period = memo.funding.get(&funded.period).copied().unwrap_or(Exact::ZERO);
    let of_period = sum(memo, of_period, funded.amount)?;
    memo.funded = sum(memo, memo.funded, funded.amount)?;
    memo.funding.insert(funded.period, of_period);
    memo.face += funded.grown;
    memo.open += funded.grown;
    if !funded.grown.is_zero() {
        movement(memo, funded.posting).issued += funded.grown;
    }
    Ok(())
}

/// What ended comes back: what AWS's applications bring back is named, by hand what ended last comes first.
fn give_back(memo: &mut CreditMemo, amount: Money, returned: Option<Returned>) {
    match returned {
        Some(Returned::WriteDown) => {
            memo.written_off -= amount;
            memo.written_down -= amount;
        }
        Some(Returned::Lapse) => {
            memo.expired -= amount;
            memo.lapsed -= amount;
        }
        None => {
            let funded = memo.expired - memo.lapsed - memo.given_up;
            memo.expired -= amount;
            let rest = (amount - funded).at_least_zero();
            let of_given_up = rest.min(memo.given_up);
            memo.given_up -= of_given_up;
            memo.lapsed -= rest - of_given_up;
        }
    }
}

fn apply(memo: &mut CreditMemo, applied: &MemoApplied) -> Result<(), FoldFault> {
    memo.open -= applied.amount;
    memo.applied += applied.amount;
    match &applied.paid_under {
        Some(payer) => move_across(memo, payer, applied.period, applied.posting, applied.amount),
        None => apply_at_home(memo, applied),
    }
    let shown = movement(memo, applied.posting);
    if applied.posting == applied.period {
        shown.applied += applied.amount;
    } else {
        shown.corrections -= applied.amount;
    }
    Ok(())
}

fn apply_at_home(memo: &mut CreditMemo, applied: &MemoApplied) {
    let zero = Money::zero(memo.currency);
    let application =
        memo.applications.entry(applied.period).or_insert(Application { amount: zero, by_service: Vec::new() });
    application.amount += applied.amount;
    for part in &applied.by_service {
        match application.by_service.iter_mut().find(|known| known.service == part.service) {
            Some(known) => known.amount += part.amount,
            None => application.by_service.push(part.clone()),
        }
    }
}

/// What stands applied under another payer changes; nothing is kept of what came to nothing.
fn move_across(
    memo: &mut CreditMemo,
    payer: &PayerAccountId,
    period: BillingPeriod,
    posting: BillingPeriod,
    amount: Money,
) {
    let zero = Money::zero(memo.currency);
    let periods = memo.across.entry(payer.clone()).or_default();
    let application =
        periods.entry(period).or_insert_with(|| ApplicationAcross { amount: zero, by_posting: BTreeMap::new() });
    application.amount += amount;
    *application.by_posting.entry(posting).or_insert(zero) += amount;
    application.by_posting.retain(|_, amount| !amount.is_zero());
    periods.retain(|_, application| !application.by_posting.is_empty());
    memo.across.retain(|_, periods| !periods.is_empty());
}

fn unapply(memo: &mut CreditMemo, unapplied: &MemoUnapplied) -> Result<(), FoldFault> {
    memo.open += unapplied.amount;
    memo.applied -= unapplied.amount;
    if let Some(payer) = &unapplied.paid_under {
        move_across(memo, payer, unapplied.period, unapplied.posting, -unapplied.amount);
    } else if let Some(application) = memo.applications.get_mut(&unapplied.period) {
        application.amount -= unapplied.amount;
        // What is taken back is taken off the last service paid first; the parts add up again.
        let mut back = unapplied.amount;
        for part in application.by_service.iter_mut().rev() {
            let piece = part.amount.min(back);
            part.amount -= piece;
            back -= piece;
        }
        application.by_service.retain(|part| !part.amount.is_zero());
        if application.amount.is_zero() {
            memo.applications.remove(&unapplied.period);
        }
    }
    let shown = movement(memo, unapplied.posting);
    if unapplied.posting == unapplied.period {
        shown.applied -= unapplied.amount;
    } else {
        shown.corrections += unapplied.amount;
    }
    Ok(())
}
