//! What happens to credits upstream reaches the memos: revised, transferred, cancelled (rule book
//! N5, N6, N8, N25, W13), or split (`split.rs`). Everything follows from the credits as they stand, so
//! that repeating it records nothing twice.

use std::collections::BTreeSet;

use domain::{
    credit::{CreditStatus, UpstreamCreditState, UpstreamCreditTransferred},
    credit_law::{Accounts, AppliedUnder},
    ids::{MemberAccountId, PayerAccountId, UpstreamCreditId},
    memo::{
        ActProposed, EndUnfunded, ExtendMemos, HandAct, IssueMemo, MemberMemos, MemoFact, MemoTerms, ReviseMemos,
        RevisionAct, WriteOffCause,
    },
    period::BillingPeriod,
    policy::FourEyesAct,
};
use money::Rounding;
use read_model::ReadModel;
use service_kit::{Failure, UnitOfWork, codes};
use sha2::{Digest, Sha256};
use wire::{Fact, Subject};

use crate::{
    fund::{fund_payer, places_of},
    in_transit::complete_transfers,
    moved::{change_of, follow_moves},
    split::split,
};

pub(crate) type Decided = Vec<(Subject, Vec<Fact>)>;

/// Brings the memos of a payer to what its credits are, and funds those that come of it.
///
/// # Errors
/// [`Failure`].
pub async fn follow_credits(unit: &mut UnitOfWork, payer: &PayerAccountId) -> Result<(), Failure> {
    complete_transfers(unit, Some(payer)).await?;
    let has_come = follow_moves(unit, payer).await?;
    let first_unissued = unit.first_unissued(payer)?;
    let today = unit.clock.today();
    let credits = unit.model.upstream_credits(Some(payer))?;
    let mut has_moved = has_come;
    for ((_, id), credit) in &credits {
        has_moved |= follow_transfers(unit, payer, id, credit, first_unissued).await?;
        // Who owns it now is who a revision concerns.
        // Once it is cancelled, what is left to give and what fell short follow from that alone.
        let change = change_of(&unit.model, payer, id, credit)?;
        if (credit.revisions > 0 || !change.is_zero()) && credit.status != CreditStatus::Cancelled {
            let maker = (unit.act.by.clone(), unit.act.reason.clone());
            // A later end first: whether AWS applies more of what it raised hangs on it (rule book N5).
            let extended = unit.decide_many(|model| extend(model, payer, id, credit, today, first_unissued)).await?;
            let revised =
                unit.decide_many(|model| revise(model, payer, id, credit, today, first_unissued, &maker)).await?;
            has_moved |= !revised.is_empty() || !extended.is_empty();
        }
    }
    if has_moved {
        // What AWS applied since a transfer, or beyond what it had granted before, is another memo's.
        fund_payer(unit, payer).await?;
    }
    for ((_, id), credit) in &credits {
        match credit.status {
            CreditStatus::Active | CreditStatus::Paused => {}
            CreditStatus::Cancelled => follow_cancelled(unit, payer, id, credit, first_unissued).await?,
            CreditStatus::Split => split(unit, payer, id, credit, first_unissued).await?,
        }
    }
    Ok(())
}

/// The former owners keep what AWS took, the next one gets a memo for the rest (rule book N25).
async fn follow_transfers(
    unit: &mut UnitOfWork,
    payer: &PayerAccountId,
    id: &UpstreamCreditId,
    credit: &UpstreamCreditState,
    first_unissued: Option<BillingPeriod>,
) -> Result<bool, Failure> {
    let mut has_moved = false;
    for (at, transfer) in credit.transferred.iter().enumerate() {
        let former = &transfer.from_owner;
        let again = credit.transferred[at..].iter().find(|later| later.to_owner == *former);
        let ending = EndUnfunded {
            credit: id.clone(),
            cause: WriteOffCause::UpstreamTransferred,
            effective: transfer.effective,
            posting: first_unissued.unwrap_or(BillingPeriod::containing(transfer.effective)),
            until: again.map(|later| later.effective),
            states_shortfall: again.is_none() && credit.status != CreditStatus::Cancelled,
        };
        unit.decide_many(|model| Ok(vec![end_unfunded(model, payer, former, &ending)?])).await?;
        let issued = unit.decide_many(|model| new_owner(model, payer, credit, transfer, first_unissued)).await?;
        has_moved |= !issued.is_empty();
    }
    Ok(has_moved)
}

/// What AWS never applied of a cancelled credit is written down (rule book N8).
async fn follow_cancelled(
    unit: &mut UnitOfWork,
    payer: &PayerAccountId,
    id: &UpstreamCreditId,
    credit: &UpstreamCreditState,
    first_unissued: Option<BillingPeriod>,
) -> Result<(), Failure> {
    let Some(day) = credit.ended_on else { return Ok(()) };
    let ending = EndUnfunded {
        credit: id.clone(),
        cause: WriteOffCause::UpstreamCancelled,
        effective: day,
        posting: first_unissued.unwrap_or(BillingPeriod::containing(day)),
        until: None,
        states_shortfall: true,
    };
    let owners: BTreeSet<&MemberAccountId> = credit.everyone();
    unit.decide_many(|model| {
        let mut decided = Vec::new();
        for ((under, holder), _) in holders(model, payer, id, &owners)? {
            // What fell short is stated once, with the owner.
            let states_shortfall = under == *payer && owners.contains(&holder);
            let ending = EndUnfunded { states_shortfall, ..ending.clone() };
            decided.push(end_unfunded(model, &under, &holder, &ending)?);
        }
        Ok(decided)
    })
    .await?;
    Ok(())
}

fn revise(
    model: &ReadModel,
    payer: &PayerAccountId,
    id: &UpstreamCreditId,
    credit: &UpstreamCreditState,
    today: chrono::NaiveDate,
    first_unissued: Option<BillingPeriod>,
    maker: &(String, Option<String>),
) -> Result<Decided, Failure> {
    let Some(terms) = &credit.terms else { return Ok(Vec::new()) };
    let effective = today.max(terms.start_date).min(terms.end_date.unwrap_or(today).max(terms.start_date));
    let policies = model.policies(payer, BillingPeriod::containing(effective))?;
    let command = ReviseMemos {
        credit: id.clone(),
        change: change_of(model, payer, id, credit)?,
        effective,
        policy: policies.hash(),
        first_unissued,
    };
    let memos = model.memos(payer, &terms.owner)?;
    let facts = memos.decide_revise(&command).map_err(|refusal| Failure::refused(codes::REVISION_REFUSED, refusal))?;
    let subject = Subject::memos(payer, &terms.owner);
    let moves_a_balance = facts.iter().any(|fact| !matches!(fact, MemoFact::Shortfall(_)));
    if moves_a_balance && policies.four_eyes.contains(&FourEyesAct::Adjust) {
        let proposed = propose_revision(&subject, &memos, command, maker);
        return Ok(vec![(subject, proposed.into_iter().map(Fact::ActProposed).collect())]);
    }
    Ok(vec![(subject, facts.into_iter().map(Fact::from).collect())])
}

/// A later end reaches the memos at once: it moves no balance.
fn extend(
    model: &ReadModel,
    payer: &PayerAccountId,
    id: &UpstreamCreditId,
    credit: &UpstreamCreditState,
    effective: chrono::NaiveDate,
    first_unissued: Option<BillingPeriod>,
) -> Result<Decided, Failure> {
    let has_ended = matches!(credit.status, CreditStatus::Split | CreditStatus::Cancelled);
    let Some((terms, until)) = credit.terms.as_ref().and_then(|terms| Some((terms, terms.end_date?))) else {
        return Ok(Vec::new());
    };
    if has_ended {
        return Ok(Vec::new());
    }
    let command = ExtendMemos { credit: id.clone(), until, effective, first_unissued };
    let facts = model.memos(payer, &terms.owner)?.decide_extend(&command);
    Ok(vec![(Subject::memos(payer, &terms.owner), facts.into_iter().map(Fact::from).collect())])
}

/// A revision that waits for a second person (rule book N5); nothing where it waits already. It takes
/// the place of one that AWS has made out of date.
fn propose_revision(
    subject: &Subject,
    memos: &MemberMemos,
    command: ReviseMemos,
    (by, reason): &(String, Option<String>),
) -> Option<ActProposed> {
    let seed = format!("{subject}\u{0}{}\u{0}{}", command.credit, command.change);
    let proposal = hex::encode(&Sha256::digest(seed.as_bytes())[..6]);
    if memos.proposals.contains_key(&proposal) {
        return None;
    }
    let is_of_credit = |act: &HandAct| matches!(act, HandAct::Revise(other) if other.credit == command.credit);
    let replaces = memos.proposals.values().filter(|other| is_of_credit(&other.act));
    let why = format!("AWS has changed credit {} by {} since it was first seen", command.credit, command.change);
    Some(ActProposed {
        proposal,
        by: by.clone(),
        reason: reason.clone().unwrap_or(why),
        replaces: replaces.map(|other| other.proposal.clone()).collect(),
        act: HandAct::Revise(RevisionAct {
            credit: command.credit,
            change: command.change,
            effective: command.effective,
        }),
    })
}

/// The accounts that hold memos of a credit: its owners', and where those memos went.
fn holders(
    model: &ReadModel,
    payer: &PayerAccountId,
    id: &UpstreamCreditId,
    owners: &BTreeSet<&MemberAccountId>,
) -> Result<Accounts, Failure> {
    let of = |owner: &&MemberAccountId| AppliedUnder {
        payer: payer.clone(),
        owner: (*owner).clone(),
        period: BillingPeriod::containing(chrono::NaiveDate::MIN),
        amount: money::Exact::ZERO,
        delivery: None,
    };
    let mut accounts = Accounts::new();
    places_of(model, id, &owners.iter().map(of).collect::<Vec<_>>(), &mut accounts)?;
    Ok(accounts)
}

fn end_unfunded(
    model: &ReadModel,
    payer: &PayerAccountId,
    owner: &MemberAccountId,
    ending: &EndUnfunded,
) -> Result<(Subject, Vec<Fact>), Failure> {
    let facts = model.memos(payer, owner)?.decide_end_unfunded(ending)?;
    Ok((Subject::memos(payer, owner), facts.into_iter().map(Fact::from).collect()))
}

fn new_owner(
    model: &ReadModel,
    payer: &PayerAccountId,
    credit: &UpstreamCreditState,
    transfer: &UpstreamCreditTransferred,
    first_unissued: Option<BillingPeriod>,
) -> Result<Decided, Failure> {
    let Some(terms) = &credit.terms else { return Ok(Vec::new()) };
    let (id, owner, day) = (&transfer.credit, &transfer.to_owner, transfer.effective);
    let policies = model.policies(payer, BillingPeriod::containing(day))?;
    let face = transfer.amount.round_to_money(terms.currency, Rounding::Down)?;
    if !face.is_positive() {
        return Ok(Vec::new());
    }
    let command = IssueMemo {
        payer: payer.clone(),
        member: owner.clone(),
        credit: Some(id.clone()),
        supplements: None,
        description: terms.description.clone(),
        program: terms.program.clone(),
        currency: terms.currency,
        face,
        start_date: day,
        end_date: terms.end_date.map(|end| end.max(day)),
        terms: terms_of(terms),
        basis: policies.memo_basis,
        policy: policies.hash(),
        first_unissued,
        new_ownership: true,
    };
    let mut facts = model
        .memos(payer, owner)?
        .decide_issue(&command)
        .map_err(|refusal| Failure::refused(codes::ISSUE_REFUSED, format!("credit {id} of {owner}: {refusal}")))?;
    let account = model.member_account(payer, owner)?;
    for fact in &mut facts {
        if let MemoFact::Issued(issued) = fact {
            issued.customer = account.on(day).map(|assigned| assigned.customer.clone());
        }
    }
    Ok(vec![(Subject::memos(payer, owner), facts.into_iter().map(Fact::from).collect())])
}

pub(crate) fn terms_of(terms: &domain::credit::UpstreamCreditTerms) -> MemoTerms {
    MemoTerms {
        services: terms.services.clone(),
        excluded_services: terms.excluded_services.clone(),
        regions: terms.regions.clone(),
        covers_tax: terms.covers_tax,
        monthly_cap: None,
        not_applied: terms.stated.not_applied(),
    }
}
