//! Memo entries with both dates: what each fact changed, so that a balance can be asked as of an
//! effective date and as known at a recorded time.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use domain::{
    ids::{CustomerId, MemoNumber, PoNumber},
    memo::{CreditMemo, MemoFact, Returned},
};
use money::{Exact, Money, MoneyError};
use serde::{Deserialize, Serialize};

/// What one fact changed of a memo.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemoEntry {
    /// The memo.
    pub memo: MemoNumber,
    /// When it counts.
    pub effective: NaiveDate,
    /// When it was recorded.
    pub recorded: DateTime<Utc>,
    /// Its sequence in the memo stream.
    pub sequence: u64,
    /// Change of the face: issued, grown.
    pub face: Money,
    /// Change of what stands applied.
    pub applied: Money,
    /// Change of what lapsed and expired.
    pub expired: Money,
    /// Change of what was written off.
    pub written_off: Money,
    /// Change of what was paid out.
    pub refunded: Money,
    /// Change of what left for other memos.
    pub reassigned_out: Money,
    /// Change of what AWS funded.
    pub funded: Exact,
    /// Where it went, for a move to another customer or PO number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assigned_to: Option<(CustomerId, PoNumber)>,
}

impl MemoEntry {
    /// What a fact changes.
    pub fn of(fact: &MemoFact, recorded: DateTime<Utc>, sequence: u64) -> Self {
        let (before, after) = fact.balances();
        let zero = before.zeroed();
        let mut entry = Self {
            memo: fact.memo().clone(),
            effective: fact.effective(),
            recorded,
            sequence,
            face: zero,
            applied: zero,
            expired: zero,
            written_off: zero,
            refunded: zero,
            reassigned_out: zero,
            funded: Exact::ZERO,
            assigned_to: None,
        };
        match fact {
            MemoFact::Issued(issued) => entry.face = issued.face,
            MemoFact::Opened(opened) => {
                entry.face = opened.issued.face;
                entry.applied = opened.applied_before;
                entry.funded = opened.funded_before;
            }
            MemoFact::ReassignedIn(came) => {
                entry.face = came.issued.face;
                entry.funded = came.funded_moved;
            }
            MemoFact::Funded(funded) => {
                entry.funded = funded.amount;
                entry.face = funded.grown;
            }
            MemoFact::Applied(_) | MemoFact::Unapplied(_) => entry.applied = before - after,
            MemoFact::Reinstated(back) if back.returned == Some(Returned::WriteDown) => {
                entry.written_off = before - after;
            }
            MemoFact::Lapsed(_) | MemoFact::Expired(_) | MemoFact::Reinstated(_) => entry.expired = before - after,
            MemoFact::WrittenOff(_) => entry.written_off = before - after,
            MemoFact::Refunded(_) => entry.refunded = before - after,
            MemoFact::ReassignedOut(out) => {
                entry.reassigned_out = before - after;
                entry.funded = -out.funded_moved;
            }
            MemoFact::Shortfall(_) | MemoFact::Surplus(_) => {}
            MemoFact::PoReassigned(moved) => entry.assigned_to = Some((moved.to_customer.clone(), moved.to_po.clone())),
        }
        entry
    }
}

/// The memos as of an effective date and as known at a recorded time. `now` are the memos as they
/// stand, for what does not change; a memo without entries by then is left out.
///
/// # Errors
/// [`MoneyError`] where what a memo was funded with then cannot be held.
pub fn as_of(
    now: &BTreeMap<MemoNumber, CreditMemo>,
    entries: &[MemoEntry],
    effective: Option<NaiveDate>,
    recorded: Option<DateTime<Utc>>,
) -> Result<Vec<CreditMemo>, MoneyError> {
    let mut then: BTreeMap<&MemoNumber, CreditMemo> = BTreeMap::new();
    for entry in entries {
        if effective.is_some_and(|day| entry.effective > day) || recorded.is_some_and(|time| entry.recorded > time) {
            continue;
        }
        let Some(memo) = now.get(&entry.memo) else { continue };
        let zero = memo.face.zeroed();
        let known = then.entry(&entry.memo).or_insert_with(|| CreditMemo {
            face: zero,
            open: zero,
            applied: zero,
            expired: zero,
            written_off: zero,
            refunded: zero,
            reassigned_out: zero,
            funded: Exact::ZERO,
            assigned_to: None,
            ..memo.clone()
        });
        if entry.assigned_to.is_some() {
            known.assigned_to.clone_from(&entry.assigned_to);
        }
        known.face += entry.face;
        known.applied += entry.applied;
        known.expired += entry.expired;
        known.written_off += entry.written_off;
        known.refunded += entry.refunded;
        known.reassigned_out += entry.reassigned_out;
        known.funded = known.funded.checked_add(entry.funded)?;
    }
    let mut memos: Vec<CreditMemo> = then.into_values().collect();
    for memo in &mut memos {
        memo.open = memo.face - memo.applied - memo.expired - memo.written_off - memo.refunded - memo.reassigned_out;
    }
    memos.sort_by_key(|memo| memo.ordinal);
    Ok(memos)
}
