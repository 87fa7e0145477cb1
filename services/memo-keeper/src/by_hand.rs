//! The memo's verbs by hand. An act that the policy lists for four eyes becomes a proposal; another
//! person's approval does it.

use chrono::NaiveDate;
use domain::{
    ids::{MemberAccountId, MemoNumber, PayerAccountId},
    memo::{ActProposed, HandAct, OpenMemo},
    period::BillingPeriod,
};
use read_model::ReadModel;
use service_kit::{Failure, UnitOfWork, codes};
use sha2::{Digest, Sha256};
use wire::{Fact, Subject};

use crate::{
    in_transit::{InTransit, arrive, complete_transfers, one_in_transit},
    period_acts::approve_on_period,
};

/// What came of an act by hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HandOutcome {
    /// It was done; so many facts.
    Done(usize),
    /// It waits for a second person.
    Proposed(String),
    /// It had been begun before and was cut off: now it is complete, and nothing more was done.
    Completed(Box<InTransit>),
}

/// Whose memo it is.
///
/// # Errors
/// [`Failure`] where there is no such memo.
pub fn owner_of(model: &ReadModel, number: &MemoNumber) -> Result<(PayerAccountId, MemberAccountId), Failure> {
    model
        .all_memos()?
        .into_iter()
        .find(|(_, memos)| memos.memos.contains_key(number))
        .map(|(owner, _)| owner)
        .ok_or_else(|| {
            Failure::refused(codes::ACT_ON_UNKNOWN_MEMO, format!("memo {number} does not exist: see memos list"))
        })
}

/// The period whose statement shows an act: the next one to go out.
///
/// # Errors
/// [`Failure`].
pub fn posting(unit: &UnitOfWork, payer: &PayerAccountId, effective: NaiveDate) -> Result<BillingPeriod, Failure> {
    Ok(unit.first_unissued(payer)?.unwrap_or(BillingPeriod::containing(effective)))
}

/// Does an act by hand, or proposes it.
///
/// # Errors
/// [`Failure`].
pub async fn act_by_hand(
    unit: &mut UnitOfWork,
    payer: &PayerAccountId,
    member: &MemberAccountId,
    act: &HandAct,
) -> Result<HandOutcome, Failure> {
    let today = unit.clock.today();
    let policies = unit.model.policies(payer, posting(unit, payer, today)?)?;
    let subject = Subject::memos(payer, member);
    // Killed between the act and the note that it was done, it is completed and not done twice.
    let recorded_before = unit.recorded_before(&subject).await?;
    let arrived = complete_transfers(unit, None).await?;
    if let Some(facts) = recorded_before {
        let proposed = facts.iter().find_map(|fact| match fact {
            Fact::ActProposed(proposed) => Some(HandOutcome::Proposed(proposed.proposal.clone())),
            _ => None,
        });
        return Ok(proposed.unwrap_or(HandOutcome::Done(facts.len())));
    }
    if let HandAct::Transfer(command) = act
        && let Some(asked) = arrived.into_iter().find(|one| one.is_asked_again(payer, member, command))
    {
        return Ok(HandOutcome::Completed(Box::new(asked)));
    }
    // What is refused is refused at once, not when it is approved.
    unit.model
        .memos(payer, member)?
        .decide_by_hand(act)
        .map_err(|refusal| Failure::refused(codes::HAND_ACT_REFUSED, refusal))?;
    if policies.four_eyes.contains(&act.kind()) {
        let proposal = proposal_id(unit, &subject, act)?;
        let proposed = ActProposed {
            proposal: proposal.clone(),
            act: act.clone(),
            by: unit.act.by.clone(),
            reason: unit.act.reason.clone().unwrap_or_default(),
            replaces: Vec::new(),
        };
        unit.decide(&subject, |_| Ok(vec![Fact::ActProposed(proposed.clone())])).await?;
        return Ok(HandOutcome::Proposed(proposal));
    }
    let facts = unit
        .decide(&subject, |model| {
            let decided = model.memos(payer, member)?.decide_by_hand(act);
            let facts = decided.map_err(|refusal| Failure::refused(codes::HAND_ACT_REFUSED, refusal))?;
            Ok(facts.into_iter().map(Fact::from).collect())
        })
        .await?;
    other_side(unit, payer, member, &facts).await?;
    Ok(HandOutcome::Done(facts.len()))
}

fn proposal_id(unit: &UnitOfWork, subject: &Subject, act: &HandAct) -> Result<String, Failure> {
    let n = unit.model.place_of(subject)?.n;
    Ok(hex::encode(&Sha256::digest(format!("{subject}\u{0}{n}\u{0}{act:?}").as_bytes())[..6]))
}

/// The incoming side of a transfer is another account's: recorded after the outgoing one.
async fn other_side(
    unit: &mut UnitOfWork,
    payer: &PayerAccountId,
    member: &MemberAccountId,
    recorded: &[Fact],
) -> Result<(), Failure> {
    let left = recorded.iter().find_map(|fact| match fact {
        Fact::MemoReassignedOut(left) => Some((&left.memo, &left.transfer)),
        _ => None,
    });
    let Some((memo, transfer)) = left else { return Ok(()) };
    match one_in_transit(&unit.model, payer, member, memo, transfer)? {
        Some(left) => arrive(unit, &left).await,
        None => Ok(()),
    }
}

/// A proposal with whose memos it is about.
pub type Proposal = ((PayerAccountId, MemberAccountId), ActProposed);

/// Proposals that wait.
///
/// # Errors
/// [`Failure`].
pub fn proposals(model: &ReadModel) -> Result<Vec<Proposal>, Failure> {
    Ok(model
        .all_memos()?
        .into_iter()
        .flat_map(|(owner, memos)| memos.proposals.into_values().map(move |proposed| (owner.clone(), proposed)))
        .collect())
}

/// Approves a proposal: maker is not checker.
///
/// # Errors
/// [`Failure`].
pub async fn approve(unit: &mut UnitOfWork, proposal: &str) -> Result<usize, Failure> {
    let arrived = complete_transfers(unit, None).await?;
    let Some(((payer, member), proposed)) =
        proposals(&unit.model)?.into_iter().find(|(_, proposed)| proposed.proposal == proposal)
    else {
        if let Some(facts) = resume_approved_move(unit, proposal, &arrived).await? {
            return Ok(facts);
        }
        return approve_on_period(unit, proposal).await;
    };
    let by = unit.act.by.clone();
    let subject = Subject::memos(&payer, &member);
    let facts = unit
        .decide(&subject, |model| {
            refuse_what_is_out_of_date(model, &payer, &proposed)?;
            let decided = model.memos(&payer, &member)?.decide_approve(proposal, &by);
            let (approved, facts) = decided.map_err(|refusal| Failure::refused(codes::APPROVAL_REFUSED, refusal))?;
            Ok(std::iter::once(Fact::ActApproved(approved)).chain(facts.into_iter().map(Fact::from)).collect())
        })
        .await?;
    other_side(unit, &payer, &member, &facts).await?;
    Ok(facts.len().saturating_sub(1))
}

/// An approval of a move that was cut off is completed by whoever gave it: the proposal stands for it.
/// None where it was never given; a second one that finds nothing missing is refused as any second one.
async fn resume_approved_move(
    unit: &UnitOfWork,
    proposal: &str,
    arrived: &[InTransit],
) -> Result<Option<usize>, Failure> {
    let by = unit.act.by.clone();
    let given = unit.model.all_memos()?.into_iter().find_map(|(owner, memos)| {
        let (approver, proposed) = memos.approved_moves.get(proposal)?.clone();
        (approver == by).then_some((owner, proposed))
    });
    let Some(((payer, member), proposed)) = given else { return Ok(None) };
    let HandAct::Transfer(command) = &proposed.act else { return Ok(None) };
    let was_cut_off = arrived.iter().any(|one| one.is_asked_again(&payer, &member, command));
    let is_repeated = unit.recorded_before(&Subject::memos(&payer, &member)).await?.is_some();
    Ok((was_cut_off || is_repeated).then_some(1))
}

/// A revision is approved as AWS states the credit now, or not at all.
fn refuse_what_is_out_of_date(
    model: &ReadModel,
    payer: &PayerAccountId,
    proposed: &ActProposed,
) -> Result<(), Failure> {
    let HandAct::Revise(command) = &proposed.act else { return Ok(()) };
    let change = model.upstream_credit(payer, &command.credit)?.face_change_of_owner()?;
    if change == command.change {
        return Ok(());
    }
    let what = format!("AWS has changed credit {} again since, by {change} in all: see approvals", command.credit);
    Err(Failure::refused(codes::APPROVAL_REFUSED, what))
}

/// Takes memos over from another system.
///
/// # Errors
/// [`Failure`]; nothing is recorded then.
pub async fn open_memos(unit: &mut UnitOfWork, commands: &[OpenMemo]) -> Result<usize, Failure> {
    let decided = unit
        .decide_many(|model| {
            let mut by_owner: Vec<(Subject, domain::memo::MemberMemos, Vec<Fact>)> = Vec::new();
            for command in commands {
                let (payer, member) = (&command.issue.payer, &command.issue.member);
                let subject = Subject::memos(payer, member);
                if !by_owner.iter().any(|(of, ..)| *of == subject) {
                    by_owner.push((subject.clone(), model.memos(payer, member)?, Vec::new()));
                }
                let Some((_, memos, facts)) = by_owner.iter_mut().find(|(of, ..)| *of == subject) else { continue };
                let name = &command.former_number;
                let opened = memos.decide_open(command).map_err(|refusal| {
                    Failure::refused(codes::TAKEOVER_REFUSED, format!("memo {name} of {member}: {refusal}"))
                })?;
                for fact in opened {
                    memos.evolve(&fact).map_err(|fault| Failure::check(codes::DECISION_DOES_NOT_FOLLOW, fault))?;
                    facts.push(fact.into());
                }
            }
            Ok(by_owner.into_iter().map(|(subject, _, facts)| (subject, facts)).collect())
        })
        .await?;
    Ok(decided.iter().map(|(_, facts)| facts.len()).sum())
}
