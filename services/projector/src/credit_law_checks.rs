//! The audit of the law of a credit (rule book D1, D2): what AWS applied has its place, no memo has more of it
//! than it may, nothing lapsed that AWS has paid for, and no more is promised than AWS states.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    credit::{CreditStatus, UpstreamCreditState},
    ids::{PayerAccountId, UpstreamCreditId},
    memo::{CreditMemo, HandAct, MemberMemos},
    period::BillingPeriod,
    policy::MemoBasis,
};
use money::{Exact, Money};
use service_kit::Failure;

use crate::audit_check::{AllCredits, AllMemos, AuditCheck, check};

/// All checks of it.
pub(crate) fn law_of_a_credit(memos: &AllMemos, credits: &AllCredits) -> Result<[AuditCheck; 4], Failure> {
    Ok([funding_ties(memos, credits)?, no_receivable_below_zero(memos), lapses(memos), promises(memos, credits)?])
}

/// What funds a credit's memos, wherever they lie, and what is stated as a surplus, is what was attributed to
/// it, month by month over all payers.
fn funding_ties(memos: &AllMemos, credits: &AllCredits) -> Result<AuditCheck, Failure> {
    let mut placed: BTreeMap<(UpstreamCreditId, BillingPeriod), (Exact, BTreeSet<String>)> = BTreeMap::new();
    for memo in memos.values().flat_map(|memos| memos.memos.values()) {
        let Some(id) = &memo.credit else { continue };
        for (period, amount) in memo.funding.iter().chain(&memo.surplus).filter(|(_, amount)| !amount.is_zero()) {
            let (sum, numbers) = placed.entry((id.clone(), *period)).or_default();
            *sum = sum.checked_add(*amount)?;
            numbers.insert(memo.number.to_string());
        }
    }
    let mut attributed: BTreeMap<(UpstreamCreditId, BillingPeriod), Exact> = BTreeMap::new();
    for ((payer, id), credit) in credits {
        for (period, applied) in &credit.applications {
            let sum = attributed.entry((id.clone(), *period)).or_default();
            *sum = sum.checked_add(applied.amount)?;
            // What was attributed to a credit with a memo and funded nothing must be seen too.
            if let Some(memo) = memo_of(memos, payer, id, credit, *period).filter(|_| !applied.amount.is_zero()) {
                placed.entry((id.clone(), *period)).or_default().1.insert(memo.number.to_string());
            }
        }
    }
    let mut findings = Vec::new();
    let looked_at = placed.len() as u64;
    for ((id, period), (sum, numbers)) in placed {
        let numbers = numbers.into_iter().collect::<Vec<_>>().join(", ");
        if !credits.keys().any(|(_, known)| *known == id) {
            findings.push(format!("{numbers} {period}: funded with {sum} by credit {id}, which is unknown"));
            continue;
        }
        let attributed = attributed.get(&(id.clone(), period)).copied().unwrap_or_default();
        if sum != attributed {
            findings
                .push(format!("{numbers} {period}: funded with {sum}, and {attributed} was attributed to credit {id}"));
        }
    }
    Ok(check("funding equals what was attributed", looked_at, "periods of memos", findings))
}

fn memo_of<'a>(
    memos: &'a AllMemos,
    payer: &PayerAccountId,
    id: &UpstreamCreditId,
    credit: &UpstreamCreditState,
    period: BillingPeriod,
) -> Option<&'a CreditMemo> {
    let owner = credit.owner_in(period).or(credit.terms.as_ref().map(|terms| &terms.owner))?;
    memos.get(&(payer.clone(), owner.clone()))?.of_credit_in(id, period)
}

/// A memo is funded with no more than it may have: what is beyond is a surplus, an exception and an account of
/// its own, and never a receivable below zero.
fn no_receivable_below_zero(memos: &AllMemos) -> AuditCheck {
    let (mut findings, mut looked_at) = (Vec::new(), 0);
    let of_aws = memos.values().flat_map(|memos| memos.memos.values());
    for memo in of_aws.filter(|memo| memo.credit.is_some() && memo.basis == MemoBasis::Face) {
        looked_at += 1;
        let may_have = memo.had() + memo.open;
        if memo.funded_units() > may_have {
            findings.push(format!(
                "{}: funded with {}, and it may have {may_have}: no surplus says where the rest is",
                memo.number, memo.funded
            ));
        }
    }
    check("no receivable is below zero without an exception", looked_at, "memos", findings)
}

/// What lapsed at an end date is at most what AWS had left unapplied of the memo.
fn lapses(memos: &AllMemos) -> AuditCheck {
    let (mut findings, mut looked_at) = (Vec::new(), 0);
    let all = memos.values().flat_map(|memos| memos.memos.values());
    for memo in all.filter(|memo| memo.credit.is_some()) {
        looked_at += 1;
        let unapplied = (memo.face - memo.reassigned_out - memo.funded_units()).at_least_zero();
        if memo.lapsed.is_positive() && memo.lapsed > unapplied {
            findings.push(format!("{}: {} lapsed, and AWS left {unapplied} of it unapplied", memo.number, memo.lapsed));
        }
    }
    check("nothing lapsed that AWS has applied", looked_at, "memos", findings)
}

/// What memos promise of a credit is at most what AWS states of it; nothing unfunded stays open of one that
/// was cancelled. A person's own grant is beside it, and a revision that waits for a second person is not yet
/// followed.
fn promises(memos: &AllMemos, credits: &AllCredits) -> Result<AuditCheck, Failure> {
    let mut findings = Vec::new();
    for ((payer, id), credit) in credits {
        let Some(terms) = &credit.terms else { continue };
        // Who owned it before has part of it still; of a split, its portions.
        if !credit.transferred.is_empty() || credit.status == CreditStatus::Split {
            continue;
        }
        let Some(account) = memos.get(&(payer.clone(), terms.owner.clone())) else { continue };
        let of_aws = of_aws(account, id);
        if of_aws.is_empty() || waits(account, id) {
            continue;
        }
        let sum = |of: fn(&CreditMemo) -> Money| Money::sum(terms.currency, of_aws.iter().map(|memo| of(memo)));
        let (open, unfunded) = (sum(|memo| memo.open), sum(CreditMemo::unfunded_balance));
        if credit.status == CreditStatus::Cancelled {
            if unfunded.is_positive() {
                findings.push(format!("credit {id}: it was cancelled, and {unfunded} that AWS never applied is open"));
            }
            continue;
        }
        let promised = open + sum(|memo| memo.applied + memo.refunded + memo.reassigned_out);
        if open.is_positive() && promised.to_exact() > terms.face_amount && terms.remaining_amount.is_none() {
            findings.push(format!("credit {id}: {promised} is promised, and AWS states {}", terms.face_amount));
        }
    }
    Ok(check("no promise is beyond what AWS states", credits.len() as u64, "credits", findings))
}

/// The memos that AWS's credit promises, and that another system or payer had no part in.
fn of_aws<'a>(account: &'a MemberMemos, id: &UpstreamCreditId) -> Vec<&'a CreditMemo> {
    let of_credit: Vec<&CreditMemo> = account.memos.values().filter(|memo| memo.credit.as_ref() == Some(id)).collect();
    if of_credit.iter().any(|memo| memo.taken_over.is_some() || memo.came_from.is_some() || memo.usable_until.is_some())
    {
        return Vec::new();
    }
    of_credit.into_iter().filter(|memo| memo.basis == MemoBasis::Face && memo.is_of_aws()).collect()
}

fn waits(account: &MemberMemos, id: &UpstreamCreditId) -> bool {
    account.proposals.values().any(|one| matches!(&one.act, HandAct::Revise(command) if command.credit == *id))
}
