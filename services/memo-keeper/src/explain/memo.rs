//! A memo with everything that happened to it and to its credit, as known at a recorded time.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use domain::{
    credit_law::Accounts,
    explain::{AppliedUpstream, MemoBasisOfExplanation, MemoExplanation, explain_memo},
    ids::{MemberAccountId, MemoNumber, PayerAccountId},
    memo::CreditMemo,
};
use event_log::EventLog;
use money::Exact;
use read_model::{KnowledgeCut, facts_of_subject, model_of_subjects};
use service_kit::{Failure, UnitOfWork};
use wire::{Fact, StreamName, Subject};

use super::{document::memo_facts, position};
use crate::{
    by_hand::owner_of,
    fund::{applied_of, places_of},
};

/// Explains a memo as it stood at a recorded time; none where it was not issued by then.
///
/// # Errors
/// [`Failure`]; refused where no such memo was ever issued.
pub async fn explain_one_memo(
    unit: &UnitOfWork,
    number: &MemoNumber,
    recorded: DateTime<Utc>,
) -> Result<Option<MemoExplanation>, Failure> {
    let (payer, member) = owner_of(&unit.model, number)?;
    let log = unit.log();
    let log = log.as_ref();
    let known = KnowledgeCut::At(recorded);
    let mut subjects = vec![Subject::memos(&payer, &member)];
    let live = unit.model.memos(&payer, &member)?;
    let credit = live.memos.get(number).and_then(|memo| memo.credit.clone());
    subjects.extend(credit.iter().map(|credit| Subject::credit(&payer, credit)));
    // A credit's months fund all memos that carry it, wherever they lie (rule book D1).
    let mut places = BTreeSet::new();
    if let Some(credit) = &credit {
        let applied = applied_of(&unit.model, credit, &unit.model.payers()?)?;
        places = places_of(&unit.model, credit, &applied, &mut Accounts::new())?;
    }
    let elsewhere = places.iter().filter(|(of, holder)| *of != payer || *holder != member);
    subjects.extend(elsewhere.map(|(of, holder)| Subject::memos(of, holder)));
    let past = model_of_subjects(log, &known, subjects).await?;
    let memos = past.memos(&payer, &member)?;
    let Some(memo) = memos.memos.get(number) else { return Ok(None) };
    let mut facts = memo_facts(log, &known, &payer, &member).await?;
    facts.retain(|fact| fact.said.memo() == number);
    let mut upstream = upstream_of(log, &known, &payer, memo).await?;
    // A month's funding goes to the memo of the ownership then, and beyond its face to those that
    // supplement it.
    let credit_state = match &memo.credit {
        Some(credit) => Some(past.upstream_credit(&payer, credit)?),
        None => None,
    };
    upstream.retain(|applied| {
        let is_owner = |owner: &MemberAccountId| *owner == member;
        let owned = credit_state.as_ref().and_then(|credit| credit.owner_in(applied.period)).is_some_and(is_owner);
        let of_month = memo.credit.as_ref().and_then(|credit| memos.of_credit_in(credit, applied.period));
        let is_own = of_month.is_some_and(|of_month| of_month.number == *number);
        let has_part = memo.funding.get(&applied.period).is_some_and(|amount| !amount.is_zero());
        has_part || (owned && is_own)
    });
    for applied in &mut upstream {
        let mut others = Exact::ZERO;
        for (of, holder) in &places {
            let held = past.memos(of, holder)?;
            let carry = held.memos.values().filter(|one| one.credit == memo.credit);
            for one in carry {
                let part = (one.number != *number).then(|| one.funding.get(&applied.period)).flatten();
                for amount in part.into_iter().chain(one.surplus.get(&applied.period)) {
                    others = others.checked_add(*amount)?;
                }
            }
        }
        applied.funds_others = others;
    }
    Ok(Some(explain_memo(MemoBasisOfExplanation { memo, facts: &facts, upstream: &upstream })?))
}

/// What was attributed to the memo's credit, a month, as it stands last.
async fn upstream_of(
    log: &dyn EventLog,
    known: &KnowledgeCut,
    payer: &PayerAccountId,
    memo: &CreditMemo,
) -> Result<Vec<AppliedUpstream>, Failure> {
    let Some(credit) = &memo.credit else { return Ok(Vec::new()) };
    let mut by_period = BTreeMap::new();
    for placed in facts_of_subject(log, known, &Subject::credit(payer, credit)).await? {
        let at = position(StreamName::Credits, &placed);
        if let Fact::ApplicationsAttributed(fact) = placed.fact {
            by_period.insert(
                fact.period,
                AppliedUpstream { period: fact.period, lines: fact.lines, funds_others: Exact::ZERO, at },
            );
        }
    }
    Ok(by_period.into_values().collect())
}
