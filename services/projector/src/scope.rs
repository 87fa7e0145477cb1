//! Replaying one payer, one account or one memo: from the commits of those accounts alone.

use std::time::Instant;

use domain::{
    ids::{MemberAccountId, MemoNumber, PayerAccountId},
    memo::CreditMemo,
};
use event_log::{EventLog, ReadLimits};
use read_model::{ReadModel, WhatToFold, decode_all};
use service_kit::Failure;
use wire::{AggregateKey, StoredCommit, StreamName, Subject};

use crate::replay::{ReplayReport, Until};

/// What to replay; without any of these, everything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scope {
    /// Of this payer.
    pub payer: Option<PayerAccountId>,
    /// Of this account.
    pub member: Option<MemberAccountId>,
    /// This memo.
    pub memo: Option<MemoNumber>,
}

impl Scope {
    /// Whether it is everything.
    pub fn is_all(&self) -> bool {
        *self == Self::default()
    }

    /// Whether the memos of an account are in it.
    pub fn has_account(&self, payer: &PayerAccountId, member: &MemberAccountId) -> bool {
        self.payer.as_ref().is_none_or(|of| of == payer) && self.member.as_ref().is_none_or(|of| of == member)
    }

    /// Whether a memo is in it, of an account that is.
    pub fn has_memo(&self, memo: &MemoNumber) -> bool {
        self.memo.as_ref().is_none_or(|of| of == memo)
    }

    fn has_subject(&self, subject: &Subject) -> bool {
        matches!(AggregateKey::of(subject), Ok(AggregateKey::Memos { payer, member }) if self.has_account(&payer, &member))
    }

    /// Its memos in a model, in order of payer and account.
    ///
    /// # Errors
    /// [`Failure`] where the model cannot be read.
    pub fn memos(&self, model: &ReadModel) -> Result<Vec<(PayerAccountId, MemberAccountId, CreditMemo)>, Failure> {
        let mut found = Vec::new();
        for ((payer, member), memos) in model.all_memos()? {
            if !self.has_account(&payer, &member) {
                continue;
            }
            let memos = memos.in_order_of_issue().into_iter().filter(|memo| self.has_memo(&memo.number));
            found.extend(memos.map(|memo| (payer.clone(), member.clone(), memo.clone())));
        }
        Ok(found)
    }
}

/// Replays the memos of a scope. Where it names payer and account, their commits alone are read;
/// else the memo stream is gone through.
///
/// # Errors
/// [`Failure`] with the place where the log does not hold.
pub async fn replay_scope(log: &dyn EventLog, until: Until, scope: &Scope) -> Result<ReplayReport, Failure> {
    let started = Instant::now();
    let mut model = ReadModel::in_memory(WhatToFold::Balances);
    let mut commits = 0;
    let mut fold = |batch: &[StoredCommit]| -> Result<(), Failure> {
        for commit in decode_all(batch)? {
            if !until.is_before(&commit) {
                model.apply_alone(&commit)?;
                commits += 1;
            }
        }
        Ok(())
    };
    if let (Some(payer), Some(member)) = (&scope.payer, &scope.member) {
        fold(&log.read_subject(&Subject::memos(payer, member)).await?)?;
    } else {
        let mut from = 1;
        loop {
            let mut batch = log.read(StreamName::Memos, from, ReadLimits::default()).await?;
            let Some(last) = batch.last() else { break };
            from = last.sequence + 1;
            batch.retain(|stored| scope.has_subject(&stored.commit.subject));
            fold(&batch)?;
        }
    }
    let facts = model.facts_folded();
    Ok(ReplayReport { model, commits, facts, certifier: None, ends: Default::default(), took: started.elapsed() })
}
