//! What left a memo and has not arrived at another yet: a process was killed between the two sides of a
//! move. The outgoing side is a promise that whatever comes next keeps before it does anything new. That
//! a move may be made at all is not decided here.

use domain::{
    ids::{MemberAccountId, MemoNumber, PayerAccountId, UpstreamCreditId},
    memo::{CreditMemo, IssueMemo, MemberMemos, TransferAct, TransferOut},
};
use read_model::ReadModel;
use service_kit::{Failure, UnitOfWork, codes};
use wire::{Fact, StreamName, Subject};

use crate::by_hand::Owner;

/// A move of which only the outgoing side stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InTransit {
    /// The payer it left.
    pub payer: PayerAccountId,
    /// The account it left.
    pub member: MemberAccountId,
    /// The memo it left, as it stands.
    pub memo: CreditMemo,
    /// Pairs the sides.
    pub transfer: String,
    /// What left, and where to.
    pub left: TransferOut,
}

impl InTransit {
    /// Whether it is what a command asks for.
    pub(crate) fn is_asked_again(&self, (payer, member): &Owner, act: &TransferAct) -> bool {
        let same_memo = self.payer == *payer && self.member == *member && self.memo.number == act.memo;
        same_memo && self.memo.is_asked_again(&self.left, payer, act)
    }
}

/// The moves of one account's memos that have not arrived.
pub(crate) fn in_transit_of(
    model: &ReadModel,
    payer: &PayerAccountId,
    member: &MemberAccountId,
    memos: &MemberMemos,
) -> Result<Vec<InTransit>, Failure> {
    let mut found = Vec::new();
    for memo in memos.in_order_of_issue() {
        for (transfer, left) in &memo.transfers_out {
            if model.memos(&left.to_payer, &left.to_member)?.transfers_in.contains_key(transfer) {
                continue;
            }
            found.push(InTransit {
                payer: payer.clone(),
                member: member.clone(),
                memo: memo.clone(),
                transfer: transfer.clone(),
                left: left.clone(),
            });
        }
    }
    Ok(found)
}

/// The moves from or to memos of a payer, or of all, that have not arrived.
fn in_transit(model: &ReadModel, payer: Option<&PayerAccountId>) -> Result<Vec<InTransit>, Failure> {
    let mut found = Vec::new();
    for (from_payer, member) in model.movers(payer)? {
        let memos = model.memos(&from_payer, &member)?;
        found.extend(in_transit_of(model, &from_payer, &member, &memos)?);
    }
    if let Some(payer) = payer {
        found.retain(|one| one.payer == *payer || one.left.to_payer == *payer);
    }
    Ok(found)
}

/// One move, where it has not arrived.
pub(crate) fn one_in_transit(
    model: &ReadModel,
    payer: &PayerAccountId,
    member: &MemberAccountId,
    memo: &MemoNumber,
    transfer: &str,
) -> Result<Option<InTransit>, Failure> {
    let found = in_transit_of(model, payer, member, &model.memos(payer, member)?)?;
    Ok(found.into_iter().find(|one| one.memo.number == *memo && one.transfer == transfer))
}

/// Completes the moves from or to memos of a payer, or of all, that were cut off; answers with them. An
/// unit whose streams MEMOS is not leaves them to the one whose it is.
///
/// # Errors
/// [`Failure`].
pub async fn complete_transfers(
    unit: &mut UnitOfWork,
    payer: Option<&PayerAccountId>,
) -> Result<Vec<InTransit>, Failure> {
    if !unit.may_write(StreamName::Memos) {
        return Ok(Vec::new());
    }
    let cut_off = in_transit(&unit.model, payer)?;
    if cut_off.is_empty() {
        return Ok(cut_off);
    }
    // It is no part of the act under way: an act that is looked for by its key is not found by this.
    let key = unit.act.idempotency.take();
    let outcome = complete(unit, &cut_off).await;
    unit.act.idempotency = key;
    outcome.map(|()| cut_off)
}

async fn complete(unit: &mut UnitOfWork, cut_off: &[InTransit]) -> Result<(), Failure> {
    for left in cut_off {
        tracing::warn!(
            transfer = left.transfer, memo = %left.memo.number, amount = %left.left.amount, to = %left.left.to_member,
            "a move that was cut off is completed"
        );
        arrive(unit, left).await?;
    }
    Ok(())
}

/// Records the incoming side of a move; nothing where it has arrived meanwhile.
pub(crate) async fn arrive(unit: &mut UnitOfWork, one: &InTransit) -> Result<(), Failure> {
    let to = Subject::memos(&one.left.to_payer, &one.left.to_member);
    unit.decide(&to, |model| incoming(model, one)).await?;
    Ok(())
}

fn incoming(model: &ReadModel, one: &InTransit) -> Result<Vec<Fact>, Failure> {
    let (memo, left) = (&one.memo, &one.left);
    let target = model.memos(&left.to_payer, &left.to_member)?;
    if target.transfers_in.contains_key(&one.transfer) {
        return Ok(Vec::new());
    }
    let portion = portion_of(model, one)?;
    let child = match &portion {
        Some(credit) => model.upstream_credit(&left.to_payer, credit)?.terms,
        None => None,
    };
    let issue = IssueMemo {
        payer: left.to_payer.clone(),
        member: left.to_member.clone(),
        credit: portion.clone().or_else(|| memo.credit.clone()),
        supplements: None,
        description: child.map_or_else(|| memo.description.clone(), |terms| terms.description),
        program: memo.program.clone(),
        currency: memo.currency,
        face: left.amount,
        start_date: left.effective,
        end_date: memo.end_date.map(|end| end.max(left.effective)),
        terms: memo.terms.clone(),
        basis: memo.basis,
        policy: model.policies(&left.to_payer, left.posting)?.hash(),
        first_unissued: model.first_unissued(&left.to_payer)?,
        new_ownership: true,
    };
    let from = (memo.number.clone(), one.member.clone());
    let facts = target
        .decide_transfer_in(&issue, &one.transfer, from, left.funded_moved, portion.is_some())
        .map_err(|refusal| Failure::refused(codes::HAND_ACT_REFUSED, refusal))?;
    Ok(facts.into_iter().map(Fact::from).collect())
}

/// The portion that a move is for, where the memo's credit was split: the move is named after it.
fn portion_of(model: &ReadModel, one: &InTransit) -> Result<Option<UpstreamCreditId>, Failure> {
    let Some(parent) = &one.memo.credit else { return Ok(None) };
    let portions = model.upstream_credit(&one.payer, parent)?.portions;
    let children = portions.into_iter().map(|portion| portion.credit);
    Ok(children.into_iter().find(|child| split_id(parent, child) == one.transfer))
}

/// The id of the move that gives a portion of a split credit its own memo.
pub(crate) fn split_id(parent: &UpstreamCreditId, child: &UpstreamCreditId) -> String {
    format!("split-{parent}-{child}")
}
