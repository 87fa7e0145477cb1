//! A credit that two payers of ours have: its account moved from the one to the other, and AWS lists what is
//! left of it there. It is the same credit, and one promise (rule book N21, N40, D4).

use domain::{
    credit::{CreditStatus, UpstreamCreditState},
    ids::{MemberAccountId, MemoNumber, PayerAccountId, UpstreamCreditId},
    memo::memo_customer,
    period::BillingPeriod,
};
use money::Exact;
use read_model::ReadModel;
use service_kit::{Failure, UnitOfWork};

use crate::transfer::Transfer;

/// Brings the memos of accounts that moved to this payer along, once AWS lists their credits here; says
/// whether any came.
pub(crate) async fn follow_moves(unit: &mut UnitOfWork, payer: &PayerAccountId) -> Result<bool, Failure> {
    let payers = unit.model.payers()?;
    if payers.len() < 2 {
        return Ok(false);
    }
    let mut has_moved = false;
    for ((_, id), credit) in unit.model.upstream_credits(Some(payer))? {
        let Some(terms) = &credit.terms else { continue };
        for from in payers.iter().filter(|from| *from != payer) {
            for (memo, left_on) in to_bring(&unit.model, (from, payer), &id, &terms.owner)? {
                let posting = unit.first_unissued(from)?.unwrap_or(BillingPeriod::containing(left_on));
                let transfer = Transfer {
                    payer: from,
                    from_member: &terms.owner,
                    memo: &memo,
                    to_payer: payer,
                    to_member: &terms.owner,
                    id: format!("moved-{id}-{memo}"),
                    amount: None,
                    effective: left_on,
                    posting,
                    credit: None,
                    up_to_open: true,
                };
                transfer.record(unit).await?;
                has_moved = true;
            }
        }
    }
    Ok(has_moved)
}

/// The memos of a credit that the account's move brings along, with the day of the move: those of the same
/// customer only (rule book D5).
fn to_bring(
    model: &ReadModel,
    (from, to): (&PayerAccountId, &PayerAccountId),
    id: &UpstreamCreditId,
    owner: &MemberAccountId,
) -> Result<Vec<(MemoNumber, chrono::NaiveDate)>, Failure> {
    let memos = model.memos(from, owner)?;
    let carried = memos.in_order_of_issue().into_iter().filter(|memo| memo.credit.as_ref() == Some(id));
    let carried: Vec<_> = carried.filter(|memo| memo.open.is_positive()).collect();
    if carried.is_empty() {
        return Ok(Vec::new());
    }
    let (here, there) = (model.member_account(from, owner)?, model.member_account(to, owner)?);
    let Some(left_on) = here.left_on() else { return Ok(Vec::new()) };
    let Some(stay) = there.assignments().find(|one| one.to.is_none_or(|to| to > left_on)) else {
        return Ok(Vec::new());
    };
    let is_theirs =
        |memo: &&&domain::memo::CreditMemo| memo_customer(memo, &here).is_none_or(|customer| customer == stay.customer);
    let theirs = carried.iter().filter(is_theirs);
    Ok(theirs.map(|memo| (memo.number.clone(), left_on)).collect())
}

/// Whether another payer of ours has the memo of a credit of this account and customer: then none is issued
/// here, and that one comes along once the account has moved.
pub(crate) fn is_anothers(
    model: &ReadModel,
    payer: &PayerAccountId,
    id: &UpstreamCreditId,
    owner: &MemberAccountId,
) -> Result<bool, Failure> {
    for other in model.payers()?.iter().filter(|other| *other != payer) {
        let memos = model.memos(other, owner)?;
        let Some(memo) = memos.of_credit(id).filter(|memo| memo.open.is_positive()) else { continue };
        let (there, here) = (model.member_account(other, owner)?, model.member_account(payer, owner)?);
        let present = here.assignments().last().map(|one| one.customer.clone());
        let owned_by = memo_customer(memo, &there);
        if present.is_none() || owned_by.is_none() || present == owned_by {
            return Ok(true);
        }
    }
    Ok(false)
}

/// What AWS's statement of a credit has changed by since its owner has it under this payer: where the credit
/// came from another payer of ours, also by how much less was listed here than was left there.
pub(crate) fn change_of(
    model: &ReadModel,
    payer: &PayerAccountId,
    id: &UpstreamCreditId,
    credit: &UpstreamCreditState,
) -> Result<Exact, Failure> {
    let change = credit.face_change_of_owner()?;
    let Some(terms) = credit.terms.as_ref().filter(|_| credit.status != CreditStatus::Split) else { return Ok(change) };
    if let Some(given) = credit.transferred.last() {
        // What the owners before had of it is known better since: so much less, or more, was left to give.
        let left = credit.remaining_on(given.effective)?.checked_sub(credit.face_change_of_owner()?)?;
        return Ok(change.checked_add(left.checked_sub(given.amount)?)?);
    }
    let memos = model.memos(payer, &terms.owner)?;
    let Some(memo) = memos.of_credit(id).filter(|memo| memo.came_from.is_some()) else { return Ok(change) };
    let Some((member, from)) = &memo.came_from else { return Ok(change) };
    for other in model.payers()?.iter().filter(|other| *other != payer) {
        if !model.memos(other, member)?.memos.contains_key(from) {
            continue;
        }
        let there = model.upstream_credit(other, id)?;
        let Some(stated) = &there.terms else { continue };
        let first_listed = terms.face_amount.checked_sub(credit.face_change)?;
        let left = first_listed.checked_add(there.applied()?)?.checked_sub(stated.face_amount)?;
        return Ok(change.checked_add(left.min(Exact::ZERO))?);
    }
    Ok(change)
}
