//! An amount that comes back to a memo (rule book N4): by hand, by a correction, or because a
//! document was voided. Past the memo's end it lapses at once or gets days of grace, as the policy
//! says; both facts are recorded, so that no balance appears from nowhere.

use std::collections::BTreeSet;

use chrono::{Days, NaiveDate};
use money::Money;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{FoldFault, HandRefusal, LapseAtClose, MemberMemos, MemoFact, MemoReinstated};
use crate::{
    ids::MemoNumber,
    period::BillingPeriod,
    policy::{MemoExpiry, Policies, PolicyHash, ReinstatedAfterExpiry},
};

/// What the policies say of an amount that comes back past the end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PastEnd {
    /// Lapse at once, or days of grace.
    pub rule: ReinstatedAfterExpiry,
    /// What ends with the end date.
    pub expiry: MemoExpiry,
    /// The policies' hash.
    pub policy: PolicyHash,
}

impl PastEnd {
    /// What these policies say.
    pub fn of(policies: &Policies) -> Self {
        Self { rule: policies.reinstated_after_expiry, expiry: policies.memo_expiry, policy: policies.hash() }
    }
}

/// Bring an expired amount back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReinstateMemo {
    /// The memo.
    pub memo: MemoNumber,
    /// How much; all that expired where none is named.
    pub amount: Option<Money>,
    /// Until when it may be used; as the policy has it where no day is named.
    pub usable_until: Option<NaiveDate>,
    /// The day it counts from.
    pub effective: NaiveDate,
    /// The period whose statement shows it.
    pub posting: BillingPeriod,
    /// What the policies say, should the memo be past its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub past_end: Option<PastEnd>,
}

impl MemberMemos {
    /// Decides a reinstatement by hand. Past the end, and without a day until which the amount may be
    /// used, the policy decides what follows.
    ///
    /// # Errors
    /// [`HandRefusal`].
    pub fn decide_reinstate(&self, command: &ReinstateMemo) -> Result<Vec<MemoFact>, HandRefusal> {
        let memo = self.known(&command.memo)?;
        let amount = command.amount.unwrap_or(memo.expired);
        if !amount.is_positive() {
            return Err(HandRefusal::NotAnAmount(amount));
        }
        if amount > memo.expired {
            return Err(HandRefusal::BeyondExpired { memo: memo.number.clone(), expired: memo.expired, asked: amount });
        }
        let back = MemoFact::Reinstated(MemoReinstated {
            memo: memo.number.clone(),
            amount,
            usable_until: command.usable_until,
            returned: None,
            effective: command.effective,
            posting: command.posting,
            balance_before: memo.open,
            balance_after: memo.open + amount,
        });
        let mut facts = vec![back];
        if let (Some(past_end), None) = (&command.past_end, command.usable_until) {
            let what_came = BTreeSet::from([memo.number.clone()]);
            let after = self.after(&facts)?;
            facts.extend(after.decide_past_end(&what_came, past_end, command.effective, command.posting));
        }
        Ok(facts)
    }

    /// Decides what becomes of amounts that came back to memos: nothing before their end; past it they
    /// lapse as at a close, or may be used for the days of grace.
    pub fn decide_past_end(
        &self,
        came_back_to: &BTreeSet<MemoNumber>,
        past_end: &PastEnd,
        on: NaiveDate,
        posting: BillingPeriod,
    ) -> Vec<MemoFact> {
        let mut ended = self.clone();
        ended.memos.retain(|number, memo| {
            came_back_to.contains(number) && memo.last_period().is_some_and(|last| last < posting)
        });
        match past_end.rule {
            ReinstatedAfterExpiry::LapsesAtOnce => ended.decide_lapse(&LapseAtClose {
                closing: posting.previous(),
                expiry: past_end.expiry,
                policy: &past_end.policy,
                first_unissued: posting,
            }),
            ReinstatedAfterExpiry::GraceDays(days) => {
                let until = on.checked_add_days(Days::new(u64::from(days)));
                ended.memos.keys().flat_map(|number| ended.decide_grace(number, until, on, posting)).collect()
            }
        }
    }

    /// The memos with facts folded in that were decided on them.
    ///
    /// # Errors
    /// [`FoldFault`] where they do not follow: a defect.
    pub fn after(&self, facts: &[MemoFact]) -> Result<Self, FoldFault> {
        let mut after = self.clone();
        for fact in facts {
            after.evolve(fact)?;
        }
        Ok(after)
    }

    /// Days of grace for a memo past its end: nothing comes back, it may be used longer.
    fn decide_grace(
        &self,
        number: &MemoNumber,
        until: Option<NaiveDate>,
        on: NaiveDate,
        posting: BillingPeriod,
    ) -> Option<MemoFact> {
        let memo = self.memos.get(number)?;
        if until <= memo.usable_until {
            return None;
        }
        Some(MemoFact::Reinstated(MemoReinstated {
            memo: memo.number.clone(),
            amount: memo.open.zeroed(),
            usable_until: until,
            returned: None,
            effective: on,
            posting,
            balance_before: memo.open,
            balance_after: memo.open,
        }))
    }
}
