//! Closing a period: gather what blocks it, close it, let lapse what its end ends.

use domain::{
    billing::{Blocker, ClosePeriod, CloseRefusal, PeriodStatus, WaivePeriod, within},
    classification::{LineClass, classify_line},
    ids::{MemberAccountId, PayerAccountId},
    memo::LapseAtClose,
    period::BillingPeriod,
    usage::Finality,
};
use money::{Exact, Money};
use read_model::ReadModel;
use service_kit::{Failure, UnitOfWork, codes};
use wire::{Fact, Subject};

use crate::{
    bill::{blocked, former_period_open},
    members::{PeriodContext, memo_holders},
    reconcile::reconcile,
    shown::{PaidNotShown, paid_not_shown},
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
    let basis = PeriodContext::read(model, payer, period)?;
    Ok(ClosePeriod {
        payer: payer.clone(),
        period,
        delivery: basis.as_ref().map(|basis| basis.delivery.delivery.clone()),
        policy: match &basis {
            Some(basis) => basis.policy.clone(),
            None => model.policies(payer, period)?.hash(),
        },
        found: found(model, payer, period, basis.as_ref())?,
        accept_estimated: options.accept_estimated,
        waive: options.waive,
    })
}

/// What blocks a close beside the billing itself.
fn found(
    model: &ReadModel,
    payer: &PayerAccountId,
    period: BillingPeriod,
    basis: Option<&PeriodContext>,
) -> Result<Vec<Blocker>, Failure> {
    let mut found = former_period_open(model, payer, period)?;
    let Some(basis) = basis else { return Ok(found) };
    if basis.delivery.pro_forma {
        found.push(Blocker::ProForma);
    }
    if basis.delivery.finality == Finality::Estimated {
        found.push(Blocker::Estimated);
    }
    let amount = model.suspense(payer, period)?.total()?;
    let tolerance = basis.policies.suspense_tolerance.get(basis.currency().code()).copied().unwrap_or(Exact::ZERO);
    if !within(amount, tolerance) {
        found.push(Blocker::Suspense { amount, tolerance });
    }
    let unknown =
        basis.delivery.by_type.iter().filter(|total| classify_line(&total.line_type) == LineClass::Unclassified);
    let rows: u64 = unknown.map(|total| total.rows).sum();
    if rows > 0 {
        found.push(Blocker::Unclassified { amount: basis.delivery.totals.unclassified, rows });
    }
    let mut members = Vec::new();
    for member in basis.members(model)? {
        if model.member_account(payer, &member)?.assignments().next().is_none() {
            members.push(member);
        }
    }
    if !members.is_empty() {
        found.push(Blocker::Unassigned { members });
    }
    let is_billed = model.billing(payer, period)?.billed().is_some_and(|run| run.delivery == basis.delivery.delivery);
    if is_billed {
        let reconciled = reconcile(model, payer, period)?;
        if let Some(reconciled) = reconciled.filter(|reconciled| !reconciled.residual.is_zero()) {
            found.push(Blocker::Residual { amount: reconciled.residual, currency: basis.currency() });
        }
        let waiting = paid_not_shown(model, basis)?;
        let left = Money::sum(basis.currency(), waiting.iter().map(PaidNotShown::left_to_bill));
        if waiting.iter().any(|one| !one.left_to_bill().is_zero()) {
            found.push(Blocker::PaidNotShown { amount: left.to_exact(), currency: basis.currency() });
        }
    }
    Ok(found)
}

async fn lapse(unit: &mut UnitOfWork, payer: &PayerAccountId, period: BillingPeriod) -> Result<(), Failure> {
    let Some(first_unissued) = unit.first_unissued(payer)? else { return Ok(()) };
    unit.decide_many(|model| {
        if model.billing(payer, period)?.status != PeriodStatus::Closed {
            return Ok(Vec::new());
        }
        let policies = model.policies(payer, period)?;
        let policy = policies.hash();
        let payers = model.payers()?;
        let command = LapseAtClose { closing: period, expiry: policies.memo_expiry, policy: &policy, first_unissued };
        memo_holders(model, payer)?
            .into_iter()
            .map(|member| {
                let mut memos = model.memos(payer, &member)?;
                let mut facts = memos.decide_lapse(&command);
                for fact in &facts {
                    memos.evolve(fact).map_err(|fault| Failure::check(codes::DECISION_DOES_NOT_FOLLOW, fault))?;
                }
                if let Some(left_on) = left_for_good(model, payer, &member, period, &payers)? {
                    facts.extend(memos.decide_account_left(left_on, first_unissued));
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
    let left = model.member_account(payer, member)?.left_on().filter(|day| *day <= period.next().first_day());
    let Some(left) = left else { return Ok(None) };
    for other in payers {
        if other != payer
            && model.member_account(other, member)?.assignments().any(|one| one.to.is_none_or(|to| to > left))
        {
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
