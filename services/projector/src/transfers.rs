//! The audit of moves between memos: what left one has arrived at another, whole, and nothing arrived that
//! left none.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    ids::{MemberAccountId, PayerAccountId},
    memo::MemberMemos,
};

use crate::audit_check::{AuditCheck, check};

/// Every transfer that left a memo has arrived.
pub(crate) fn transfers_arrive(all: &BTreeMap<(PayerAccountId, MemberAccountId), MemberMemos>) -> AuditCheck {
    let mut findings = Vec::new();
    let mut left = BTreeSet::new();
    for memo in all.values().flat_map(MemberMemos::in_order_of_issue) {
        for (transfer, gone) in &memo.transfers_out {
            let to = (gone.to_payer.clone(), gone.to_member.clone());
            let arrived = all.get(&to).and_then(|memos| memos.memos.get(memos.transfers_in.get(transfer)?));
            let (number, amount, member) = (&memo.number, gone.amount, &gone.to_member);
            match arrived {
                None => findings.push(format!(
                    "{amount} left {number} for account {member} of payer {} and has not arrived ({transfer}): the \
                     next bill, close or act by hand completes it",
                    gone.to_payer
                )),
                Some(came) if came.face != amount => findings.push(format!(
                    "{amount} left {number} for account {member}, and {} opened with {}",
                    came.number, came.face
                )),
                Some(_) => {}
            }
            left.insert((to, transfer));
        }
    }
    for (owner, memos) in all {
        for (transfer, number) in &memos.transfers_in {
            if !left.contains(&(owner.clone(), transfer)) {
                findings.push(format!("{number} was opened by {transfer}, which left no memo"));
            }
        }
    }
    let looked_at = all.values().map(|memos| memos.memos.len() as u64).sum();
    check("every transfer that left a memo has arrived", looked_at, "memos", findings)
}
