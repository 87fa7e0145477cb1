//! The memo's verbs by hand. This gathers what an act is decided on, lets the domain decide, and records it.
//! An act that the policy lists for four eyes becomes a proposal; another person's approval does it, decided
//! anew on the books as they are then. No rule stands here.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use domain::{
    ids::{MemberAccountId, MemoNumber, PayerAccountId},
    memo::{ActProposed, HandAct, HandContext, HandRefusal, IssueRefusal, MemoFact, TakeOverAct},
};
use money::Exact;
use read_model::ReadModel;
use service_kit::{Failure, UnitOfWork, codes};
use sha2::{Digest, Sha256};
use wire::{Fact, Subject};

use crate::{
    follow_credits, fund_payer,
    in_transit::{InTransit, arrive, complete_transfers, one_in_transit},
    moved::change_of,
    period_acts::{approve_on_period, reject_on_period},
};

/// Whose memos an act is about.
pub type Owner = (PayerAccountId, MemberAccountId);

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
pub fn owner_of(model: &ReadModel, number: &MemoNumber) -> Result<Owner, Failure> {
    model
        .all_memos()?
        .into_iter()
        .find(|(_, memos)| memos.memos.contains_key(number))
        .map(|(owner, _)| owner)
        .ok_or_else(|| {
            Failure::refused(codes::ACT_ON_UNKNOWN_MEMO, format!("memo {number} does not exist: see memos list"))
        })
}

/// Whose memos an act is about.
fn owner_of_act(model: &ReadModel, act: &HandAct) -> Result<Owner, Failure> {
    match (act.memo(), act.new_owner()) {
        (Some(number), _) => owner_of(model, number),
        (None, Some((payer, member))) => Ok((payer.clone(), member.clone())),
        (None, None) => Err(Failure::failed(codes::NO_SUCH_ACT, "this act is about no memo")),
    }
}

/// Gathers what an act upon an account's memos is decided on.
fn gather(model: &ReadModel, owner: &Owner, act: &HandAct, today: NaiveDate) -> Result<HandContext, Failure> {
    let (payer, member) = owner;
    let memos = model.memos(payer, member)?;
    let of_memo = act.memo().and_then(|number| memos.memos.get(number)).and_then(|memo| memo.credit.as_ref());
    let credit = match act {
        HandAct::Revise(act) => Some(&act.credit),
        _ => of_memo,
    };
    let credit = credit.map(|id| Ok::<_, Failure>((id, model.upstream_credit(payer, id)?))).transpose()?;
    let credit_change = match &credit {
        Some((id, credit)) => change_of(model, payer, id, credit)?,
        None => Exact::ZERO,
    };
    let credit = credit.map(|(_, credit)| credit);
    let destination = match act {
        HandAct::Transfer(act) => Some(model.member_account(act.to_payer.as_ref().unwrap_or(payer), &act.to_member)?),
        _ => None,
    };
    Ok(HandContext {
        account: model.member_account(payer, member)?,
        first_unissued: model.first_unissued(payer)?,
        policies: model.policies_of_payer(payer)?,
        payer: payer.clone(),
        member: member.clone(),
        memos,
        credit,
        credit_change,
        destination,
        today,
    })
}

fn refused(refusal: HandRefusal) -> Failure {
    let code = match &refusal {
        HandRefusal::Money(_) => codes::AMOUNT_UNUSABLE,
        HandRefusal::Issue(IssueRefusal::HasMemo { .. }) => codes::ISSUE_REFUSED,
        HandRefusal::Issue(IssueRefusal::CapPaysNothing { .. }) => codes::CAP_PAYS_NOTHING,
        HandRefusal::TakeOver { .. } => codes::TAKEOVER_REFUSED,
        _ => codes::HAND_ACT_REFUSED,
    };
    Failure::refused(code, refusal)
}

/// Does an act by hand, or proposes it; answers with whose memos it was about.
///
/// # Errors
/// [`Failure`].
pub async fn act_by_hand(unit: &mut UnitOfWork, act: &HandAct) -> Result<(Owner, HandOutcome), Failure> {
    let owner = owner_of_act(&unit.model, act)?;
    let subject = Subject::memos(&owner.0, &owner.1);
    // Killed between the act and the note that it was done, it is completed and not done twice.
    let recorded_before = unit.recorded_before(&subject).await?;
    let arrived = complete_transfers(unit, None).await?;
    if let Some(facts) = recorded_before {
        let outcome = proposal_in(&facts).map_or(HandOutcome::Done(facts.len()), HandOutcome::Proposed);
        return Ok((owner, outcome));
    }
    if let HandAct::Transfer(transfer) = act
        && let Some(asked) = arrived.into_iter().find(|one| one.is_asked_again(&owner, transfer))
    {
        return Ok((owner, HandOutcome::Completed(Box::new(asked))));
    }
    let maker = Maker::of(unit);
    let today = unit.clock.today();
    let facts = unit
        .decide(&subject, |model| {
            let context = gather(model, &owner, act, today)?;
            // What is refused is refused at once, not when it is approved.
            let facts = context.decide(act).map_err(refused)?;
            if !facts.is_empty() && context.needs_second_person(act) {
                let seed = format!("{subject}\u{0}{}\u{0}{act:?}", model.place_of(&subject)?.n);
                return Ok(vec![Fact::ActProposed(maker.proposes(id_of(&seed), act))]);
            }
            Ok(as_facts(facts))
        })
        .await?;
    if let Some(proposal) = proposal_in(&facts) {
        return Ok((owner, HandOutcome::Proposed(proposal)));
    }
    other_side(unit, &owner, &facts).await?;
    Ok((owner, HandOutcome::Done(facts.len())))
}

/// Who proposes, and why.
struct Maker {
    by: String,
    reason: String,
}

impl Maker {
    fn of(unit: &UnitOfWork) -> Self {
        Self { by: unit.act.by.clone(), reason: unit.act.reason.clone().unwrap_or_default() }
    }

    fn proposes(&self, proposal: String, act: &HandAct) -> ActProposed {
        let (act, by, reason) = (act.clone(), self.by.clone(), self.reason.clone());
        ActProposed { proposal, act, by, reason, replaces: Vec::new() }
    }
}

/// The id of a proposal, by what it is of.
pub(crate) fn id_of(seed: &str) -> String {
    hex::encode(&Sha256::digest(seed.as_bytes())[..6])
}

fn proposal_in(facts: &[Fact]) -> Option<String> {
    facts.iter().find_map(|fact| match fact {
        Fact::ActProposed(proposed) => Some(proposed.proposal.clone()),
        _ => None,
    })
}

fn as_facts(facts: Vec<MemoFact>) -> Vec<Fact> {
    facts.into_iter().map(Fact::from).collect()
}

/// The incoming side of a transfer is another account's: recorded after the outgoing one.
async fn other_side(unit: &mut UnitOfWork, (payer, member): &Owner, recorded: &[Fact]) -> Result<(), Failure> {
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
pub type Proposal = (Owner, ActProposed);

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

/// The accounts that a proposal is about: several where a cut-over file was proposed.
fn waiting(model: &ReadModel, proposal: &str) -> Result<Vec<Proposal>, Failure> {
    Ok(proposals(model)?.into_iter().filter(|(_, proposed)| proposed.proposal == proposal).collect())
}

/// Approves a proposal: maker is not checker.
///
/// # Errors
/// [`Failure`].
pub async fn approve(unit: &mut UnitOfWork, proposal: &str) -> Result<usize, Failure> {
    let arrived = complete_transfers(unit, None).await?;
    let waiting = waiting(&unit.model, proposal)?;
    if waiting.is_empty() {
        if let Some(facts) = resume_approved_move(unit, proposal, &arrived).await? {
            return Ok(facts);
        }
        if let Some(facts) = approved_before(unit, proposal).await? {
            return Ok(facts);
        }
        return approve_on_period(unit, proposal).await;
    }
    let by = unit.act.by.clone();
    let today = unit.clock.today();
    let decided = unit
        .decide_many(|model| {
            let mut decided = Vec::new();
            for (owner, proposed) in &waiting {
                let context = gather(model, owner, &proposed.act, today)?;
                if waiting.len() > 1 && !context.memos.proposals.contains_key(proposal) {
                    continue; // this account's part was approved before someone else wrote
                }
                let approved = context.decide_approve(proposal, &by);
                let (approved, facts) =
                    approved.map_err(|refusal| Failure::refused(codes::APPROVAL_REFUSED, refusal))?;
                let facts = std::iter::once(Fact::ActApproved(approved)).chain(as_facts(facts)).collect();
                decided.push((Subject::memos(&owner.0, &owner.1), facts));
            }
            Ok(decided)
        })
        .await?;
    for (owner, _) in &waiting {
        let subject = Subject::memos(&owner.0, &owner.1);
        let of_owner = decided.iter().filter(|(of, _)| *of == subject);
        for (_, facts) in of_owner {
            other_side(unit, owner, facts).await?;
        }
    }
    if waiting.iter().any(|(_, proposed)| matches!(proposed.act, HandAct::Import(_))) {
        follow_import(unit, waiting.iter().map(|((payer, _), _)| payer.clone()).collect()).await?;
    }
    Ok(decided.iter().map(|(_, facts)| facts.len().saturating_sub(1)).sum())
}

/// Turns a proposal down, or withdraws it: nothing is done.
///
/// # Errors
/// [`Failure`] where no such proposal waits.
pub async fn reject(unit: &mut UnitOfWork, proposal: &str) -> Result<(), Failure> {
    let waiting = waiting(&unit.model, proposal)?;
    if waiting.is_empty() {
        return reject_on_period(unit, proposal).await;
    }
    let maker = Maker::of(unit);
    unit.decide_many(|model| {
        let mut decided = Vec::new();
        for ((payer, member), _) in &waiting {
            let memos = model.memos(payer, member)?;
            if waiting.len() > 1 && !memos.proposals.contains_key(proposal) {
                continue;
            }
            let rejected = memos.decide_reject(proposal, &maker.by, &maker.reason);
            let rejected = rejected.map_err(|refusal| Failure::refused(codes::NO_SUCH_PROPOSAL, refusal))?;
            decided.push((Subject::memos(payer, member), vec![Fact::ActRejected(rejected)]));
        }
        Ok(decided)
    })
    .await?;
    Ok(())
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
    let Some((owner, proposed)) = given else { return Ok(None) };
    let HandAct::Transfer(act) = &proposed.act else { return Ok(None) };
    let was_cut_off = arrived.iter().any(|one| one.is_asked_again(&owner, act));
    let is_repeated = unit.recorded_before(&Subject::memos(&owner.0, &owner.1)).await?.is_some();
    Ok((was_cut_off || is_repeated).then_some(1))
}

/// What this very approval recorded, under the operator's key, before its process was killed: giving it
/// again then is no second one. None where nothing was recorded.
async fn approved_before(unit: &mut UnitOfWork, proposal: &str) -> Result<Option<usize>, Failure> {
    let owners = unit.model.all_memos()?.into_keys();
    let subjects = owners.map(|(payer, member)| Subject::memos(&payer, &member)).collect();
    let is_it = |fact: &Fact| matches!(fact, Fact::ActApproved(approved) if approved.proposal == proposal);
    let Some(facts) = unit.recorded_beside(subjects, is_it).await? else { return Ok(None) };
    let taken_over = facts.iter().filter_map(|fact| match fact {
        Fact::MemoOpened(opened) => Some(opened.issued.payer.clone()),
        _ => None,
    });
    follow_import(unit, taken_over.collect()).await?;
    Ok(Some(facts.len()))
}

/// What came of a cut-over file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakenOver {
    /// Memos taken over.
    pub opened: usize,
    /// The proposal that the rest waits under, where the policy asks for a second person.
    pub proposal: Option<String>,
}

/// Takes memos over from another system, or proposes to: one proposal a file.
///
/// # Errors
/// [`Failure`]; nothing is recorded then.
pub async fn open_memos(unit: &mut UnitOfWork, rows: &[TakeOverAct]) -> Result<TakenOver, Failure> {
    let mut by_owner: BTreeMap<Owner, Vec<TakeOverAct>> = BTreeMap::new();
    for row in rows {
        by_owner.entry((row.payer.clone(), row.member.clone())).or_default().push(row.clone());
    }
    let acts: Vec<(Owner, HandAct)> =
        by_owner.into_iter().map(|(owner, rows)| (owner, HandAct::Import(rows))).collect();
    let proposal = id_of(&format!("{acts:?}"));
    let maker = Maker::of(unit);
    let today = unit.clock.today();
    let decided = unit
        .decide_many(|model| {
            let mut decided = Vec::new();
            for (owner, act) in &acts {
                let context = gather(model, owner, act, today)?;
                let facts = context.decide(act).map_err(refused)?;
                let facts = match !facts.is_empty() && context.needs_second_person(act) {
                    true if context.memos.proposals.contains_key(&proposal) => Vec::new(),
                    true => vec![Fact::ActProposed(maker.proposes(proposal.clone(), act))],
                    false => as_facts(facts),
                };
                decided.push((Subject::memos(&owner.0, &owner.1), facts));
            }
            Ok(decided)
        })
        .await?;
    let is_proposal = |fact: &&Fact| matches!(fact, Fact::ActProposed(_));
    let facts: Vec<&Fact> = decided.iter().flat_map(|(_, facts)| facts).collect();
    let waits = facts.iter().any(is_proposal) || !waiting(&unit.model, &proposal)?.is_empty();
    let opened = facts.iter().filter(|fact| !is_proposal(fact)).count();
    follow_import(unit, acts.into_iter().map(|((payer, _), _)| payer).collect()).await?;
    Ok(TakenOver { opened, proposal: waits.then_some(proposal) })
}

/// What AWS has applied of a credit funds the memo that was taken over for it.
async fn follow_import(unit: &mut UnitOfWork, payers: BTreeSet<PayerAccountId>) -> Result<(), Failure> {
    for payer in &payers {
        fund_payer(unit, payer).await?;
        follow_credits(unit, payer).await?;
    }
    Ok(())
}
