//! Acts by hand upon a payer's period: reopening it, voiding one of its documents. This gathers what an act
//! is decided on, lets the domain decide, and records it. An act that the policy asks a second person for
//! becomes a proposal; another person's approval does it, decided anew on the period as it is then.

use chrono::NaiveDate;
use domain::{
    billing::{
        BillingFact, BillingState, DocumentHeader, PeriodAct, PeriodActContext, PeriodActProposed, PeriodActRefusal,
        PeriodStatus,
    },
    ids::{DocumentNumber, PayerAccountId},
    period::BillingPeriod,
};
use read_model::ReadModel;
use service_kit::{Failure, UnitOfWork, codes};
use wire::{Fact, Subject};

use crate::{by_hand::id_of, voids::give_back};

/// What came of an act upon a period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PeriodOutcome {
    /// It was done; so many facts.
    Done(usize),
    /// It waits for a second person.
    Proposed(String),
}

/// Does an act upon a period, or proposes it.
///
/// # Errors
/// [`Failure`].
pub async fn act_on_period(
    unit: &mut UnitOfWork,
    payer: &PayerAccountId,
    period: BillingPeriod,
    act: &PeriodAct,
) -> Result<PeriodOutcome, Failure> {
    let subject = Subject::billing(payer, period);
    // Killed before it was noted as done, it is completed and not done twice.
    if let Some(facts) = unit.recorded_before(&subject).await? {
        let proposed = facts.iter().find_map(|fact| match fact {
            Fact::PeriodActProposed(proposed) => Some(proposed.proposal.clone()),
            _ => None,
        });
        if let Some(proposal) = proposed {
            return Ok(PeriodOutcome::Proposed(proposal));
        }
        let given_back = follow(unit, payer, period, act).await?;
        return Ok(PeriodOutcome::Done(facts.len() + given_back));
    }
    let (by, reason) = (unit.act.by.clone(), unit.act.reason.clone().unwrap_or_default());
    let today = unit.clock.today();
    let facts = unit
        .decide(&subject, |model| {
            let context = gather(model, payer, period, today)?;
            // What is refused is refused at once, not when it is approved.
            let done = context.decide(act).map_err(refused)?;
            if done.is_empty() || !context.needs_second_person(act) {
                return Ok(as_facts(done));
            }
            let seed = format!("{subject}\u{0}{}\u{0}{act:?}", model.place_of(&subject)?.n);
            Ok(vec![Fact::PeriodActProposed(PeriodActProposed {
                proposal: id_of(&seed),
                payer: payer.clone(),
                period,
                act: act.clone(),
                by: by.clone(),
                reason: reason.clone(),
            })])
        })
        .await?;
    if let Some(Fact::PeriodActProposed(proposed)) = facts.first() {
        return Ok(PeriodOutcome::Proposed(proposed.proposal.clone()));
    }
    Ok(PeriodOutcome::Done(facts.len() + follow(unit, payer, period, act).await?))
}

/// Gathers what an act upon a period is decided on.
fn gather(
    model: &ReadModel,
    payer: &PayerAccountId,
    period: BillingPeriod,
    today: NaiveDate,
) -> Result<PeriodActContext, Failure> {
    let first_unissued = model.first_unissued(payer)?;
    let is_last_issued_open = match first_unissued {
        Some(unissued) => model.billing(payer, unissued.previous())?.status == PeriodStatus::Open,
        None => false,
    };
    Ok(PeriodActContext {
        payer: payer.clone(),
        period,
        state: model.billing(payer, period)?,
        next: model.billing(payer, period.next())?,
        first_unissued,
        is_last_issued_open,
        policies: model.policies_of_payer(payer)?,
        today,
    })
}

fn refused(refusal: PeriodActRefusal) -> Failure {
    let code = match &refusal {
        PeriodActRefusal::Reopen(_) => codes::REOPEN_REFUSED,
        PeriodActRefusal::Void(_) | PeriodActRefusal::Day(_) => codes::VOID_REFUSED,
    };
    Failure::refused(code, refusal)
}

fn as_facts(facts: Vec<BillingFact>) -> Vec<Fact> {
    facts.into_iter().map(Fact::from).collect()
}

/// Does an act upon a period, whether or not a second person should look at it; answers with how many facts
/// it made.
pub(crate) async fn do_at_once(
    unit: &mut UnitOfWork,
    payer: &PayerAccountId,
    period: BillingPeriod,
    act: &PeriodAct,
) -> Result<usize, Failure> {
    let today = unit.clock.today();
    let facts = unit
        .decide(&Subject::billing(payer, period), |model| {
            Ok(as_facts(gather(model, payer, period, today)?.decide(act).map_err(refused)?))
        })
        .await?;
    Ok(facts.len() + follow(unit, payer, period, act).await?)
}

/// What an act moves beside the period itself: recorded after it, and completed by repeating it.
async fn follow(
    unit: &mut UnitOfWork,
    payer: &PayerAccountId,
    period: BillingPeriod,
    act: &PeriodAct,
) -> Result<usize, Failure> {
    match act {
        PeriodAct::Reopen => Ok(0),
        PeriodAct::Void { document, .. } => give_back(unit, payer, period, document).await,
    }
}

/// Acts upon periods that wait for a second person.
///
/// # Errors
/// [`Failure`].
pub fn period_proposals(model: &ReadModel) -> Result<Vec<PeriodActProposed>, Failure> {
    let mut waiting = Vec::new();
    for payer in model.payers()? {
        for state in model.billing_periods(&payer)?.into_values() {
            waiting.extend(state.proposals.into_values());
        }
    }
    Ok(waiting)
}

fn waiting(model: &ReadModel, proposal: &str) -> Result<Option<PeriodActProposed>, Failure> {
    Ok(period_proposals(model)?.into_iter().find(|proposed| proposed.proposal == proposal))
}

fn none_waits(proposal: &str) -> Failure {
    Failure::refused(codes::NO_SUCH_PROPOSAL, format!("no proposal {proposal} waits for approval: see approvals"))
}

/// Approves an act upon a period: maker is not checker.
pub(crate) async fn approve_on_period(unit: &mut UnitOfWork, proposal: &str) -> Result<usize, Failure> {
    let Some(PeriodActProposed { payer, period, act, .. }) = waiting(&unit.model, proposal)? else {
        if let Some(facts) = resume_approved_void(unit, proposal).await? {
            return Ok(facts);
        }
        return approved_before(unit, proposal).await?.ok_or_else(|| none_waits(proposal));
    };
    let by = unit.act.by.clone();
    let today = unit.clock.today();
    let facts = unit
        .decide(&Subject::billing(&payer, period), |model| {
            let approved = gather(model, &payer, period, today)?.decide_approve(proposal, &by);
            let (approved, done) = approved.map_err(|refusal| Failure::refused(codes::APPROVAL_REFUSED, refusal))?;
            Ok(std::iter::once(BillingFact::ActApproved(approved)).chain(done).map(Fact::from).collect())
        })
        .await?;
    let given_back = follow(unit, &payer, period, &act).await?;
    Ok(facts.len().saturating_sub(1) + given_back)
}

/// Turns a proposal about a period down, or withdraws it.
pub(crate) async fn reject_on_period(unit: &mut UnitOfWork, proposal: &str) -> Result<(), Failure> {
    let proposed = waiting(&unit.model, proposal)?.ok_or_else(|| none_waits(proposal))?;
    let (by, reason) = (unit.act.by.clone(), unit.act.reason.clone().unwrap_or_default());
    unit.decide(&Subject::billing(&proposed.payer, proposed.period), |model| {
        let rejected = model.billing(&proposed.payer, proposed.period)?.decide_reject(proposal, &by, &reason);
        Ok(vec![Fact::PeriodActRejected(
            rejected.map_err(|refusal| Failure::refused(codes::NO_SUCH_PROPOSAL, refusal))?,
        )])
    })
    .await?;
    Ok(())
}

/// An approval of a void that was cut off is completed by whoever gave it. None where it was never given,
/// or where nothing is missing and it is no repetition.
async fn resume_approved_void(unit: &mut UnitOfWork, proposal: &str) -> Result<Option<usize>, Failure> {
    let by = unit.act.by.clone();
    for payer in unit.model.payers()? {
        for (period, state) in unit.model.billing_periods(&payer)? {
            let Some((approver, proposed)) = state.approved_voids.get(proposal) else { continue };
            if *approver != by {
                return Ok(None);
            }
            let is_repeated = unit.recorded_before(&Subject::billing(&payer, period)).await?.is_some();
            let given_back = follow(unit, &payer, period, &proposed.act).await?;
            return Ok(Some(given_back).filter(|facts| *facts > 0 || is_repeated));
        }
    }
    Ok(None)
}

/// What this very approval recorded, under the operator's key, before its process was killed.
async fn approved_before(unit: &UnitOfWork, proposal: &str) -> Result<Option<usize>, Failure> {
    let mut subjects = Vec::new();
    for payer in unit.model.payers()? {
        let periods = unit.model.billing_periods(&payer)?.into_keys();
        subjects.extend(periods.map(|period| Subject::billing(&payer, period)));
    }
    let is_it = |fact: &Fact| matches!(fact, Fact::PeriodActApproved(one) if one.proposal == proposal);
    Ok(unit.recorded_beside(subjects, is_it).await?.map(|facts| facts.len()))
}

/// A document by its number, with its payer and the period that it is of.
///
/// # Errors
/// [`Failure`] where no such document was issued.
pub fn document_of(
    model: &ReadModel,
    number: &DocumentNumber,
) -> Result<(PayerAccountId, BillingPeriod, BillingState, DocumentHeader), Failure> {
    for payer in model.payers()? {
        for period in model.periods_of(&payer)? {
            let state = model.billing(&payer, period)?;
            if let Some(header) = state.documents.get(number).cloned() {
                return Ok((payer, period, state, header));
            }
        }
    }
    Err(Failure::refused(codes::DOCUMENT_UNKNOWN, format!("document {number} was never issued: see documents list")))
}
