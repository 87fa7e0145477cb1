//! The end of a memo (rule book N4, N14, N32, W6): what lapses at the upstream end date, decided
//! when the period of that date is closed, dated at the end date.

use chrono::NaiveDate;
use money::Money;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{CreditMemo, HandRefusal, MemberMemos, MemoExpired, MemoFact, MemoWrittenOff, WriteOffCause};
use crate::{
    ids::MemoNumber,
    period::BillingPeriod,
    policy::{ExpiryInsideMonth, MemoExpiry, Policies, PolicyHash},
};

/// Let lapse what the closing of a period ends.
#[derive(Debug, Clone)]
pub struct LapseAtClose<'a> {
    /// The period being closed.
    pub closing: BillingPeriod,
    /// What the policies of that period let end.
    pub expiry: MemoExpiry,
    /// The policies' hash.
    pub policy: &'a PolicyHash,
    /// The first period of the payer whose statements are not issued.
    pub first_unissued: BillingPeriod,
}

/// Expire a memo by hand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ExpireMemo {
    /// The memo.
    pub memo: MemoNumber,
    /// How much; all that is open where none is named.
    pub amount: Option<Money>,
    /// The day it counts from.
    pub effective: NaiveDate,
    /// The period whose statement shows it.
    pub posting: BillingPeriod,
    /// The policies in force.
    pub policy: PolicyHash,
}

/// What becomes of a memo at its end, as it is printed on the memo and its statements (rule book
/// N32); blank without an end.
pub fn expiry_in_words(policies: &Policies, end: Option<NaiveDate>) -> String {
    let Some(end) = end else { return String::new() };
    let lapsing = match policies.memo_expiry {
        MemoExpiry::Never => return "it does not end with AWS's credit".to_owned(),
        MemoExpiry::UnfundedOnly => "what AWS has not applied by then lapses, the rest stays",
        MemoExpiry::Upstream => "all that is left by then lapses",
    };
    let paid = match policies.expiry_inside_month {
        ExpiryInsideMonth::PeriodInclusive => {
            format!("usage of the whole of {} is paid", BillingPeriod::containing(end))
        }
        ExpiryInsideMonth::DayExact => format!("usage up to and including {end} is paid"),
    };
    format!("{lapsing}; {paid}")
}

impl MemberMemos {
    /// Decides what lapses and expires when a period is closed. A memo is settled once; an amount
    /// that came back later lapses at the next close.
    pub fn decide_lapse(&self, command: &LapseAtClose<'_>) -> Vec<MemoFact> {
        let mut facts = Vec::new();
        for memo in self.in_order_of_issue() {
            let Some((last, end_date)) = memo.last_period().zip(memo.usable_until.max(memo.end_date)) else { continue };
            if last > command.closing || memo.open.is_zero() {
                continue;
            }
            let (lapsing, expiring) = match command.expiry {
                MemoExpiry::Never => continue,
                MemoExpiry::UnfundedOnly => (memo.unfunded_balance(), Money::zero(memo.currency)),
                MemoExpiry::Upstream => (memo.unfunded_balance(), memo.funded_balance()),
            };
            let fact = |amount: Money, open: Money| MemoExpired {
                memo: memo.number.clone(),
                amount,
                effective: end_date,
                posting: command.first_unissued.max(last),
                policy: command.policy.clone(),
                by_hand: false,
                balance_before: open,
                balance_after: open - amount,
            };
            if lapsing.is_positive() {
                facts.push(MemoFact::Lapsed(fact(lapsing, memo.open)));
            }
            if expiring.is_positive() {
                facts.push(MemoFact::Expired(fact(expiring, memo.open - lapsing)));
            }
        }
        facts
    }

    /// Decides what a memo loses when its account leaves the payer: the part that AWS has not
    /// applied goes with the account, what AWS took off the payer's bill stays owed (rule book N23, W8).
    pub fn decide_account_left(&self, left_on: NaiveDate, posting: BillingPeriod) -> Vec<MemoFact> {
        let leaving = self.in_order_of_issue().into_iter().filter(|memo| memo.unfunded_balance().is_positive());
        leaving
            .map(|memo| {
                let amount = memo.unfunded_balance();
                MemoFact::WrittenOff(MemoWrittenOff {
                    memo: memo.number.clone(),
                    amount,
                    cause: WriteOffCause::AccountLeft,
                    effective: left_on,
                    posting,
                    balance_before: memo.open,
                    balance_after: memo.open - amount,
                })
            })
            .collect()
    }

    /// Decides an expiry by hand: the unfunded part lapses first.
    ///
    /// # Errors
    /// [`HandRefusal`].
    pub fn decide_expire(&self, command: &ExpireMemo) -> Result<Vec<MemoFact>, HandRefusal> {
        let memo = self.known(&command.memo)?;
        let amount = command.amount.unwrap_or(memo.open);
        memo.can_give(amount)?;
        let lapsing = amount.min(memo.unfunded_balance());
        let expiring = amount - lapsing;
        let fact = |amount: Money, open: Money| expired_by_hand(memo, command, amount, open);
        let mut facts = Vec::new();
        if lapsing.is_positive() {
            facts.push(MemoFact::Lapsed(fact(lapsing, memo.open)));
        }
        if expiring.is_positive() {
            facts.push(MemoFact::Expired(fact(expiring, memo.open - lapsing)));
        }
        Ok(facts)
    }
}

fn expired_by_hand(memo: &CreditMemo, command: &ExpireMemo, amount: Money, open: Money) -> MemoExpired {
    MemoExpired {
        memo: memo.number.clone(),
        amount,
        effective: command.effective,
        posting: command.posting,
        policy: command.policy.clone(),
        by_hand: true,
        balance_before: open,
        balance_after: open - amount,
    }
}
