//! Closing a period: gather what blocks it, close it, let lapse what its end ends.

use domain::{
    billing::{
        Blocker, ClosePeriod, CloseRefusal, PeriodStatus, WaivePeriod,
        run::{CloseInputs, what_blocks_close},
    },
    ids::{MemberAccountId, PayerAccountId},
    memo::LapseAtClose,
    period::BillingPeriod,
};
use money::Exact;
use read_model::ReadModel;
use service_kit::{Failure, UnitOfWork, codes};
use wire::{Fact, Subject};

use crate::{
    bill::blocked, fund::fund_payer, gather::PayerRead, gather_month::GatheredMonth, reconcile::reconcile_gathered,
};

/// How to close.
#[derive(Debug, Clone, Copy, Default)]
pub struct CloseOptions {
    /// An estimated bill will do.
    pub accept_estimated: bool,
    /// Waive what may be waived.
    pub waive: bool,
}

/// What a close did.
#[derive(Debug, Clone)]
pub struct CloseOutcome {
    /// Open, waived or closed.
    pub status: PeriodStatus,
    /// What was waived.
    pub waived: Vec<Blocker>,
    /// It was so before: nothing was recorded.
    pub stood_already: bool,
}

/// Closes a payer's period.
///
/// # Errors
/// [`Failure`]; blocked (exit 5) with everything that blocks.
pub async fn close(
    unit: &mut UnitOfWork,
    payer: &PayerAccountId,
    period: BillingPeriod,
    options: CloseOptions,
) -> Result<CloseOutcome, Failure> {
    unit.correlate(&format!("close {payer} {period}"));
    let subject = Subject::billing(payer, period);
    let facts = unit
        .decide(&subject, |model| {
            let command = close_command(model, payer, period, options)?;
            let state = model.billing(payer, period)?;
            let facts = state
                .decide_close(&command)
                .map_err(|CloseRefusal::Blocked { blockers, .. }| blocked(payer, period, blockers))?;
            Ok(facts.into_iter().map(Fact::from).collect())
        })
        .await?;
    // Decided again by a repeated close, so that one that was killed here is completed.
    lapse(unit, payer, period).await?;
    let waived = facts
        .iter()
        .filter_map(|fact| match fact {
            Fact::PeriodClosed(closed) => Some(closed.waived.clone()),
            _ => None,
        })
        .flatten()
        .collect();
    Ok(CloseOutcome { status: PeriodStatus::Closed, waived, stood_already: facts.is_empty() })
}

fn close_command(
    model: &ReadModel,
    payer: &PayerAccountId,
    period: BillingPeriod,
    options: CloseOptions,
) -> Result<ClosePeriod, Failure> {
    let inputs = gather_close(model, payer, period)?;
    Ok(ClosePeriod {
        payer: payer.clone(),
        period,
        delivery: inputs.month.as_ref().map(|month| month.delivery.delivery.clone()),
        policy: match &inputs.month {
            Some(month) => month.policy.clone(),
            None => model.policies(payer, period)?.hash(),
        },
        found: what_blocks_close(period, &inputs),
        accept_estimated: options.accept_estimated,
        waive: options.waive,
    })
}

/// What a close is decided upon, each account read once.
fn gather_close(model: &ReadModel, payer: &PayerAccountId, period: BillingPeriod) -> Result<CloseInputs, Failure> {
    let Some(gathered) = GatheredMonth::of(model, payer, period)? else {
        let read = PayerRead::of(model, payer)?;
        return Ok(CloseInputs {
            month: None,
            first_delivered: read.delivered.keys().next().copied(),
            periods: read.periods,
            suspense: Exact::ZERO,
            unassigned: Vec::new(),
            residual: Exact::ZERO,
            paid_not_shown: Vec::new(),
            behind: Vec::new(),
        });
    };
    let (mut unassigned, mut behind) = (Vec::new(), Vec::new());
    let reconciled = reconcile_gathered(&gathered, period.last_day(), |member| {
        if member.own.account.assignments().next().is_none() {
            unassigned.push(member.own.member.clone());
        }
        if member.own.is_behind(period) {
            behind.push(member.own.member.clone());
        }
        Ok(())
    })?;
    Ok(CloseInputs {
        first_delivered: gathered.first_delivered(),
        periods: gathered.periods().clone(),
        suspense: reconciled.suspense,
        unassigned,
        behind,
        residual: reconciled.residual,
        paid_not_shown: gathered.paid_not_shown()?,
        month: Some(gathered.month),
    })
}

async fn lapse(unit: &mut UnitOfWork, payer: &PayerAccountId, period: BillingPeriod) -> Result<(), Failure> {
    let Some(first_unissued) = unit.first_unissued(payer)? else { return Ok(()) };
    // What AWS applied goes first to what was drawn, also in the month that is closed: then what is left
    // unfunded is known (rule book D1).
    fund_payer(unit, payer).await?;
    unit.decide_many(|model| {
        if model.billing(payer, period)?.status != PeriodStatus::Closed {
            return Ok(Vec::new());
        }
        let policies = model.policies(payer, period)?;
        let policy = policies.hash();
        let payers = model.payers()?;
        let command = LapseAtClose { closing: period, expiry: policies.memo_expiry, policy: &policy, first_unissued };
        model
            .memo_holders(payer)?
            .into_iter()
            .map(|member| {
                let mut memos = model.memos(payer, &member)?;
                let mut facts = memos.decide_lapse(&command);
                for fact in &facts {
                    memos.evolve(fact).map_err(|fault| Failure::check(codes::DECISION_DOES_NOT_FOLLOW, fault))?;
                }
                if let Some(left_on) = left_for_good(model, payer, &member, period, &payers)? {
                    let account = model.member_account(payer, &member)?;
                    let mut before = memos.clone();
                    before
                        .memos
                        .retain(|_, memo| account.start_of_stay(memo.start_date).is_none_or(|start| start < left_on));
                    facts.extend(before.decide_account_left(left_on, first_unissued));
                }
                Ok((Subject::memos(payer, &member), facts.into_iter().map(Fact::from).collect()))
            })
            .collect()
    })
    .await?;
    Ok(())
}

/// The day after an account's last one, where it left the payer within or before the period and
/// went to no other payer of ours.
fn left_for_good(
    model: &ReadModel,
    payer: &PayerAccountId,
    member: &MemberAccountId,
    period: BillingPeriod,
    payers: &[PayerAccountId],
) -> Result<Option<chrono::NaiveDate>, Failure> {
    let account = model.member_account(payer, member)?;
    let Some(left) = account.last_left_by(period.next().first_day()) else { return Ok(None) };
    let customer = account.assignments().filter(|one| one.from < left).last().map(|one| one.customer.clone());
    for other in payers {
        let goes_on = |one: &domain::account::Assignment| {
            one.to.is_none_or(|to| to > left) && customer.as_ref().is_none_or(|customer| *customer == one.customer)
        };
        if other != payer && model.member_account(other, member)?.assignments().any(goes_on) {
            return Ok(None);
        }
    }
    Ok(Some(left))
}

/// Lets a period not hold the next one.
///
/// # Errors
/// [`Failure`].
pub async fn waive(
    unit: &mut UnitOfWork,
    payer: &PayerAccountId,
    period: BillingPeriod,
) -> Result<CloseOutcome, Failure> {
    let subject = Subject::billing(payer, period);
    // What blocks it is looked up with each decision: one that is made anew states what blocks it by then.
    let blockers = |model: &ReadModel| -> Result<Vec<Blocker>, Failure> {
        Ok(model.billing(payer, period)?.blockers(&close_command(model, payer, period, CloseOptions::default())?))
    };
    let facts = unit
        .decide(&subject, |model| {
            let command = WaivePeriod { payer: payer.clone(), period, blockers: blockers(model)? };
            Ok(model.billing(payer, period)?.decide_waive(command).into_iter().map(Fact::from).collect())
        })
        .await?;
    let waived = facts.iter().find_map(|fact| match fact {
        Fact::PeriodWaived(waived) => Some(waived.blockers.clone()),
        _ => None,
    });
    let blockers = match waived {
        Some(waived) => waived,
        None => blockers(&unit.model)?,
    };
    let status = unit.model.billing(payer, period)?.status;
    Ok(CloseOutcome { status, waived: blockers, stood_already: facts.is_empty() })
}
