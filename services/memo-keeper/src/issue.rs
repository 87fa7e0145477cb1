//! Issuing memos for the credits of a payer's members.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use domain::{
    credit::{UpstreamCreditState, UpstreamCreditTerms},
    ids::{MemberAccountId, PayerAccountId},
    memo::{IssueMemo, MemoFact, first_full_cycle, still_to_come},
    period::BillingPeriod,
};
use money::Rounding;
use read_model::ReadModel;
use service_kit::{Failure, UnitOfWork, codes};
use wire::{Fact, Subject};

use crate::{moved::is_anothers, upstream::terms_of};

/// Issues the memos of credits that have none yet, in the order of the credits.
///
/// # Errors
/// [`Failure`].
pub async fn issue_for_credits(unit: &mut UnitOfWork, credits: &[UpstreamCreditTerms]) -> Result<(), Failure> {
    let mut first_unissued: BTreeMap<PayerAccountId, Option<BillingPeriod>> = BTreeMap::new();
    for terms in credits {
        if !first_unissued.contains_key(&terms.payer) {
            first_unissued.insert(terms.payer.clone(), unit.first_unissued(&terms.payer)?);
        }
    }
    let today = unit.clock.today();
    unit.decide_many(|model| {
        let mut by_owner: Vec<((PayerAccountId, MemberAccountId), Vec<&UpstreamCreditTerms>)> = Vec::new();
        for terms in credits.iter().filter(|terms| UpstreamCreditState::gets_memo(terms)) {
            let owner = (terms.payer.clone(), terms.owner.clone());
            match by_owner.iter_mut().find(|(of, _)| *of == owner) {
                Some((_, owned)) => owned.push(terms),
                None => by_owner.push((owner, vec![terms])),
            }
        }
        by_owner
            .into_iter()
            .map(|((payer, member), owned)| {
                let unissued = first_unissued.get(&payer).copied().flatten();
                let facts = decide_for_owner(model, &payer, &member, &owned, (unissued, today))?;
                Ok((Subject::memos(&payer, &member), facts))
            })
            .collect()
    })
    .await?;
    Ok(())
}

fn decide_for_owner(
    model: &ReadModel,
    payer: &PayerAccountId,
    member: &MemberAccountId,
    owned: &[&UpstreamCreditTerms],
    (first_unissued, today): (Option<BillingPeriod>, NaiveDate),
) -> Result<Vec<Fact>, Failure> {
    let account = model.member_account(payer, member)?;
    let mut memos = model.memos(payer, member)?;
    let mut facts = Vec::new();
    for terms in owned {
        if memos.of_credit(&terms.credit).is_none() && is_anothers(model, payer, &terms.credit, member)? {
            continue;
        }
        let applied = model.upstream_credit(payer, &terms.credit)?.applied()?;
        let Some(face) = still_to_come(terms, applied, first_unissued, today)? else { continue };
        let start_date = first_full_cycle(terms, &account);
        let enters = BillingPeriod::containing(terms.start_date);
        let enters = first_unissued.map_or(enters, |open| open.max(enters));
        let policies = model.policies(payer, enters)?;
        let command = IssueMemo {
            payer: payer.clone(),
            member: member.clone(),
            credit: Some(terms.credit.clone()),
            supplements: None,
            description: terms.description.clone(),
            program: terms.program.clone(),
            currency: terms.currency,
            // A memo is in minor units; what AWS grants beyond them is never owed.
            face: face.round_to_money(terms.currency, Rounding::Down)?,
            start_date,
            end_date: terms.end_date.map(|end| end.max(start_date)),
            terms: terms_of(terms),
            basis: policies.memo_basis,
            policy: policies.hash(),
            first_unissued,
            new_ownership: false,
        };
        let decided = memos.decide_issue(&command).map_err(|refusal| {
            Failure::refused(codes::ISSUE_REFUSED, format!("credit {} of {member}: {refusal}", terms.credit))
        })?;
        for mut fact in decided {
            if let MemoFact::Issued(issued) = &mut fact {
                issued.customer = account.on(today).map(|assigned| assigned.customer.clone());
            }
            memos.evolve(&fact).map_err(|fault| Failure::check(codes::DECISION_DOES_NOT_FOLLOW, fault))?;
            facts.push(fact.into());
        }
    }
    Ok(facts)
}
