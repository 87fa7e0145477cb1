//! Acts by hand upon a payer's period: reopening it, voiding one of its documents. An act that the
//! policy asks a second person for becomes a proposal; another person's approval does it.

use domain::{
    billing::{
        BillingFact, BillingState, DocumentHeader, PeriodAct, PeriodActProposed, PeriodStatus, ReopenPeriod,
        VoidDocument,
    },
    ids::{DocumentNumber, PayerAccountId},
    period::BillingPeriod,
};
use read_model::ReadModel;
use service_kit::{Failure, UnitOfWork, codes};
use sha2::{Digest, Sha256};
use wire::{Fact, Subject};

use crate::{by_hand::posting, voids::give_back};

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
    let first_unissued = unit.first_unissued(payer)?;
    // What is refused is refused at once, not when it is approved.
    let would = decided(&unit.model, payer, period, act, first_unissued)?;
    let policies = unit.model.policies(payer, posting(unit, payer, unit.clock.today())?)?;
    if !would.is_empty() && act.needs_second_person(&policies) {
        let proposal = proposal_id(unit, &subject, act)?;
        let proposed = PeriodActProposed {
            proposal: proposal.clone(),
            payer: payer.clone(),
            period,
            act: act.clone(),
            by: unit.act.by.clone(),
            reason: unit.act.reason.clone().unwrap_or_default(),
        };
        unit.decide(&subject, |_| Ok(vec![Fact::from(BillingFact::ActProposed(proposed.clone()))])).await?;
        return Ok(PeriodOutcome::Proposed(proposal));
    }
    Ok(PeriodOutcome::Done(do_at_once(unit, payer, period, act).await?))
}

/// Does an act upon a period, whether or not a second person should look at it; answers with how many facts
/// it made.
pub(crate) async fn do_at_once(
    unit: &mut UnitOfWork,
    payer: &PayerAccountId,
    period: BillingPeriod,
    act: &PeriodAct,
) -> Result<usize, Failure> {
    let first_unissued = unit.first_unissued(payer)?;
    let facts = unit
        .decide(&Subject::billing(payer, period), |model| {
            Ok(decided(model, payer, period, act, first_unissued)?.into_iter().map(Fact::from).collect())
        })
        .await?;
    Ok(facts.len() + follow(unit, payer, period, act).await?)
}

fn decided(
    model: &ReadModel,
    payer: &PayerAccountId,
    period: BillingPeriod,
    act: &PeriodAct,
    first_unissued: Option<BillingPeriod>,
) -> Result<Vec<BillingFact>, Failure> {
    let state = model.billing(payer, period)?;
    match act {
        PeriodAct::Reopen => {
            let next = model.billing(payer, period.next())?;
            let next_is_billed = next.billed().is_some() || next.status == PeriodStatus::Closed;
            let command = ReopenPeriod { payer: payer.clone(), period, next_is_billed };
            state.decide_reopen(&command).map_err(|refusal| Failure::refused(codes::REOPEN_REFUSED, refusal))
        }
        PeriodAct::Void { document, effective } => {
            let (document, effective) = (document.clone(), *effective);
            let command = VoidDocument { document, payer: payer.clone(), period, effective, first_unissued };
            state.decide_void(&command).map_err(|refusal| Failure::refused(codes::VOID_REFUSED, refusal))
        }
    }
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

fn proposal_id(unit: &UnitOfWork, subject: &Subject, act: &PeriodAct) -> Result<String, Failure> {
    let n = unit.model.place_of(subject)?.n;
    Ok(hex::encode(&Sha256::digest(format!("{subject}\u{0}{n}\u{0}{act:?}").as_bytes())[..6]))
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

/// Approves an act upon a period: maker is not checker.
pub(crate) async fn approve_on_period(unit: &mut UnitOfWork, proposal: &str) -> Result<usize, Failure> {
    let waiting = period_proposals(&unit.model)?.into_iter().find(|proposed| proposed.proposal == proposal);
    let Some(PeriodActProposed { payer, period, act, .. }) = waiting else {
        if let Some(given_back) = resume_approved_void(unit, proposal).await? {
            return Ok(given_back);
        }
        return Err(Failure::refused(
            codes::NO_SUCH_PROPOSAL,
            format!("no proposal {proposal} waits for approval: see approvals"),
        ));
    };
    let by = unit.act.by.clone();
    let first_unissued = unit.first_unissued(&payer)?;
    let facts = unit
        .decide(&Subject::billing(&payer, period), |model| {
            let state = model.billing(&payer, period)?;
            let approved = state
                .decide_approve(proposal, &by)
                .map_err(|refusal| Failure::refused(codes::APPROVAL_REFUSED, refusal))?;
            let done = decided(model, &payer, period, &act, first_unissued)?;
            Ok(std::iter::once(BillingFact::ActApproved(approved)).chain(done).map(Fact::from).collect())
        })
        .await?;
    let given_back = follow(unit, &payer, period, &act).await?;
    Ok(facts.len().saturating_sub(1) + given_back)
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
