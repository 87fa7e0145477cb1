//! Memo-changed events for subscribers: one JSON line a fact, with its cause, both balances, both
//! dates and the position to resume from.

use chrono::{DateTime, NaiveDate, Utc};
use domain::{
    ids::{MemberAccountId, MemoNumber, PayerAccountId},
    memo::MemoFact,
};
use money::Money;
use read_model::DecodedCommit;
use schemars::JsonSchema;
use serde::Serialize;
use wire::{AggregateKey, Fact};

/// Something happened to a memo.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct MemoChanged {
    /// Its place in the memo stream: resume from the one after the last you saw whole.
    pub position: u64,
    /// Its place in its commit, from 0.
    pub index: usize,
    /// The payer.
    pub payer_account_id: PayerAccountId,
    /// The owner.
    pub member_account_id: MemberAccountId,
    /// The memo.
    pub memo_number: MemoNumber,
    /// What happened: the type of the fact.
    pub cause: &'static str,
    /// Open balance before.
    pub balance_before: Money,
    /// Open balance after.
    pub balance_after: Money,
    /// When it counts.
    pub effective: NaiveDate,
    /// When it was recorded.
    pub recorded: DateTime<Utc>,
    /// The command that decided it.
    pub command: String,
    /// Who.
    pub by: String,
    /// Why, where a reason was given.
    pub reason: Option<String>,
    /// The fact itself.
    pub fact: Fact,
}

/// The memo changes of a commit; none where it is not of the memo stream.
pub fn changes_of(commit: &DecodedCommit) -> Vec<MemoChanged> {
    let Ok(AggregateKey::Memos { payer, member }) = AggregateKey::of(&commit.subject) else { return Vec::new() };
    let body = &commit.body;
    body.facts
        .iter()
        .enumerate()
        .filter_map(|(index, fact)| {
            let memo_fact: MemoFact = fact.as_memo_fact()?;
            let (balance_before, balance_after) = memo_fact.balances();
            Some(MemoChanged {
                position: commit.sequence,
                index,
                payer_account_id: payer.clone(),
                member_account_id: member.clone(),
                memo_number: memo_fact.memo().clone(),
                cause: fact.type_name(),
                balance_before,
                balance_after,
                effective: memo_fact.effective(),
                recorded: body.recorded,
                command: body.command.clone(),
                by: body.by.clone(),
                reason: body.reason.clone(),
                fact: fact.clone(),
            })
        })
        .collect()
}
