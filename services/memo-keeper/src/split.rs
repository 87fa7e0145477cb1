//! A credit that AWS split into portions: the memo of the parent gives each child its own (rule book
//! N26). What AWS says of credits is not read here, only what they have become.

use domain::{
    credit::{UpstreamCreditState, UpstreamPortion},
    ids::{MemberAccountId, PayerAccountId, UpstreamCreditId},
    memo::{CreditMemo, IssueMemo},
    period::BillingPeriod,
    policy::MemoBasis,
};
use money::Rounding;
use read_model::ReadModel;
use service_kit::{Failure, UnitOfWork, codes};
use wire::{Fact, Subject};

use crate::{in_transit::split_id, transfer::Transfer, upstream::Decided};

/// A parent's memo gives each child its portion: out of one, into the other, with one transfer id.
pub(crate) async fn split(
    unit: &mut UnitOfWork,
    payer: &PayerAccountId,
    id: &UpstreamCreditId,
    credit: &UpstreamCreditState,
    first_unissued: Option<BillingPeriod>,
) -> Result<(), Failure> {
    let (Some(terms), Some(effective)) = (&credit.terms, credit.ended_on) else { return Ok(()) };
    let posting = first_unissued.unwrap_or(BillingPeriod::containing(effective));
    for portion in &credit.portions {
        let child_owner = portion.owner.as_ref().unwrap_or(&terms.owner);
        let Some(parent) = unit.model.memos(payer, &terms.owner)?.of_credit(id).cloned() else { continue };
        if parent.basis == MemoBasis::Funded {
            let of = (payer, child_owner);
            unit.decide_many(|model| unfunded_child(model, of, &parent, portion, effective, first_unissued)).await?;
            continue;
        }
        let parent = parent.number;
        let transfer = Transfer {
            payer,
            from_member: &terms.owner,
            memo: &parent,
            to_payer: payer,
            to_member: child_owner,
            id: split_id(id, &portion.credit),
            amount: Some(portion.amount.round_to_money(terms.currency, Rounding::Down)?),
            effective,
            posting,
            credit: Some(&portion.credit),
            up_to_open: true,
        };
        transfer.record(unit).await?;
    }
    Ok(())
}

/// The memo of a portion where memos grow with what AWS applies: nothing of the portion was applied, so
/// nothing moves. It opens at nothing, and what AWS applies of the child from now on makes it grow, as
/// it would have made the parent's (rule book N26).
fn unfunded_child(
    model: &ReadModel,
    (payer, owner): (&PayerAccountId, &MemberAccountId),
    parent: &CreditMemo,
    portion: &UpstreamPortion,
    effective: chrono::NaiveDate,
    first_unissued: Option<BillingPeriod>,
) -> Result<Decided, Failure> {
    let Some(terms) = model.upstream_credit(payer, &portion.credit)?.terms else { return Ok(Vec::new()) };
    let command = IssueMemo {
        payer: payer.clone(),
        member: owner.clone(),
        credit: Some(portion.credit.clone()),
        supplements: None,
        description: terms.description,
        program: parent.program.clone(),
        currency: parent.currency,
        face: portion.amount.round_to_money(parent.currency, Rounding::Down)?,
        start_date: effective,
        end_date: parent.end_date.map(|end| end.max(effective)),
        terms: parent.terms.clone(),
        basis: MemoBasis::Funded,
        policy: model.policies(payer, BillingPeriod::containing(effective))?.hash(),
        first_unissued,
        new_ownership: false,
    };
    let facts = model.memos(payer, owner)?.decide_issue(&command).map_err(|refusal| {
        Failure::refused(codes::ISSUE_REFUSED, format!("credit {} of {owner}: {refusal}", portion.credit))
    })?;
    Ok(vec![(Subject::memos(payer, owner), facts.into_iter().map(Fact::from).collect())])
}
