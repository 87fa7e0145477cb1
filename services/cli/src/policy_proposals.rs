//! Adopting policies, and the second pair of eyes for it. This gathers what an adoption is decided on, lets
//! the domain decide, and records it. Policies have no service: whoever may write ACCOUNTS decides them.

use answers::policies_waiting;
use domain::{
    billing::PeriodStatus,
    ids::PayerAccountId,
    period::BillingPeriod,
    policy::{
        AdoptPolicies, AdoptionContext, PoliciesOfPayer, PoliciesProposed, PolicyActRefusal, PolicyAdopted,
        StatedPolicies,
    },
};
use read_model::ReadModel;
use service_kit::{Failure, UnitOfWork, codes};
use sha2::{Digest, Sha256};
use wire::{Fact, Subject};

/// What the ids of these proposals begin with, so that one knows whose they are.
const PREFIX: &str = "policy-";

/// Whether a proposal is of policies.
pub(crate) fn is_one(proposal: &str) -> bool {
    proposal.starts_with(PREFIX)
}

/// What came of an adoption.
pub(crate) struct Adopted {
    /// What is, or is to be, adopted.
    pub(crate) command: AdoptPolicies,
    /// Whether it was recorded.
    pub(crate) is_new: bool,
    /// The proposal that it waits under.
    pub(crate) proposal: Option<String>,
}

fn subject_of(payer: Option<&PayerAccountId>) -> Subject {
    payer.map_or_else(Subject::general_policy, Subject::policy)
}

fn gather(
    model: &ReadModel,
    payer: Option<&PayerAccountId>,
    present: BillingPeriod,
) -> Result<AdoptionContext, Failure> {
    let policies = match payer {
        Some(payer) => model.policies_of_payer(payer)?,
        None => PoliciesOfPayer { general: model.policy_history(None)?, ..PoliciesOfPayer::default() },
    };
    let last_closed = last_closed(model, payer)?;
    Ok(AdoptionContext { policies, is_of_payer: payer.is_some(), last_closed, present })
}

fn last_closed(model: &ReadModel, payer: Option<&PayerAccountId>) -> Result<Option<BillingPeriod>, Failure> {
    let payers = match payer {
        Some(payer) => vec![payer.clone()],
        None => model.payers()?,
    };
    let mut last = None;
    for payer in payers {
        let periods = model.billing_periods(&payer)?;
        let closed = periods.into_iter().filter(|(_, state)| state.status == PeriodStatus::Closed);
        last = last.max(closed.map(|(period, _)| period).max());
    }
    Ok(last)
}

fn refused(refusal: PolicyActRefusal) -> Failure {
    let code = match &refusal {
        PolicyActRefusal::Adoption(_) => codes::POLICY_TOO_EARLY,
        PolicyActRefusal::Stated(_) => codes::POLICY_FILE_REFUSED,
        PolicyActRefusal::Approval(_) => codes::APPROVAL_REFUSED,
    };
    Failure::refused(code, refusal)
}

fn as_facts(adopted: Vec<PolicyAdopted>) -> Vec<Fact> {
    adopted.into_iter().map(Fact::PolicyAdopted).collect()
}

/// Adopts policies, or proposes to.
pub(crate) async fn adopt(
    unit: &mut UnitOfWork,
    payer: Option<&PayerAccountId>,
    from: Option<BillingPeriod>,
    stated: &StatedPolicies,
) -> Result<Adopted, Failure> {
    let subject = subject_of(payer);
    let present = BillingPeriod::containing(unit.clock.today());
    let command = gather(&unit.model, payer, present)?.command(from, stated).map_err(|bad| refused(bad.into()))?;
    let (by, reason) = (unit.act.by.clone(), unit.act.reason.clone().unwrap_or_default());
    let facts = unit
        .decide(&subject, |model| {
            let context = gather(model, payer, present)?;
            let facts = context.decide(from, stated).map_err(refused)?;
            if !facts.iter().any(|adopted| context.needs_second_person(adopted)) {
                return Ok(as_facts(facts));
            }
            let seed = format!("{subject}\u{0}{}\u{0}{from:?}\u{0}{stated:?}", model.place_of(&subject)?.n);
            Ok(vec![Fact::PoliciesProposed(PoliciesProposed {
                proposal: format!("{PREFIX}{}", hex::encode(&Sha256::digest(seed.as_bytes())[..6])),
                from,
                stated: stated.clone(),
                by: by.clone(),
                reason: reason.clone(),
            })])
        })
        .await?;
    let proposal = facts.iter().find_map(|fact| match fact {
        Fact::PoliciesProposed(proposed) => Some(proposed.proposal.clone()),
        _ => None,
    });
    Ok(Adopted { command, is_new: !facts.is_empty(), proposal })
}

fn payer_of(model: &ReadModel, proposal: &str) -> Result<Option<PayerAccountId>, Failure> {
    let found = policies_waiting(model)?.into_iter().find(|(_, proposed)| proposed.proposal == proposal);
    let none = || {
        Failure::refused(codes::NO_SUCH_PROPOSAL, format!("no proposal {proposal} waits for approval: see approvals"))
    };
    found.map(|(payer, _)| payer).ok_or_else(none)
}

/// Approves an adoption: maker is not checker.
pub(crate) async fn approve(unit: &mut UnitOfWork, proposal: &str) -> Result<usize, Failure> {
    let payers = unit.model.payers()?;
    let subjects = std::iter::once(None).chain(payers.iter().map(Some)).map(subject_of).collect();
    let is_it = |fact: &Fact| matches!(fact, Fact::PoliciesApproved(one) if one.proposal == proposal);
    if let Some(facts) = unit.recorded_beside(subjects, is_it).await? {
        return Ok(facts.len()); // its process was killed before it could answer
    }
    let payer = payer_of(&unit.model, proposal)?;
    let present = BillingPeriod::containing(unit.clock.today());
    let by = unit.act.by.clone();
    let facts = unit
        .decide(&subject_of(payer.as_ref()), |model| {
            let decided = gather(model, payer.as_ref(), present)?.decide_approve(proposal, &by);
            let (approved, adopted) = decided.map_err(|refusal| match refusal {
                PolicyActRefusal::Approval(refusal) => Failure::refused(codes::APPROVAL_REFUSED, refusal),
                why => Failure::refused(
                    codes::APPROVAL_REFUSED,
                    format!(
                        "proposal {proposal} can no longer be done: {why}; reject it (creditmemo reject {proposal})"
                    ),
                ),
            })?;
            Ok(std::iter::once(Fact::PoliciesApproved(approved)).chain(as_facts(adopted)).collect())
        })
        .await?;
    Ok(facts.len().saturating_sub(1))
}

/// Turns an adoption down, or withdraws it.
pub(crate) async fn reject(unit: &mut UnitOfWork, proposal: &str) -> Result<(), Failure> {
    let payer = payer_of(&unit.model, proposal)?;
    let (by, reason) = (unit.act.by.clone(), unit.act.reason.clone().unwrap_or_default());
    unit.decide(&subject_of(payer.as_ref()), |model| {
        let rejected = model.policy_history(payer.as_ref())?.decide_reject(proposal, &by, &reason);
        Ok(vec![Fact::PoliciesRejected(
            rejected.map_err(|refusal| Failure::refused(codes::NO_SUCH_PROPOSAL, refusal))?,
        )])
    })
    .await?;
    Ok(())
}
