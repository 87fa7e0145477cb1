//! A credit whose amount AWS changed (rule book N5, N6, N8, N25): more is a supplementary memo,
//! less a write-down as far as the memo is open. The face of a memo is a document and stays.

use chrono::NaiveDate;
use money::{Exact, Money, MoneyError, Rounding};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    CreditMemo, HandRefusal, IssueMemo, MemberMemos, MemoFact, MemoReinstated, MemoWrittenOff, UpstreamShortfallStated,
    WriteOffCause,
};
use crate::{
    credit_law::followed,
    ids::UpstreamCreditId,
    period::BillingPeriod,
    policy::{MemoBasis, PolicyHash},
};

/// Bring the memos of a credit to what AWS states now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReviseMemos {
    /// The credit.
    pub credit: UpstreamCreditId,
    /// What its face has changed by since its owner has it.
    pub change: Exact,
    /// The day it counts from.
    pub effective: NaiveDate,
    /// The policies in force.
    pub policy: PolicyHash,
    /// The first period of the payer whose statements are not issued.
    pub first_unissued: Option<BillingPeriod>,
}

/// Let the memos of a credit be used until the end that AWS states now.
#[derive(Debug, Clone)]
pub struct ExtendMemos {
    /// The credit.
    pub credit: UpstreamCreditId,
    /// Its last day.
    pub until: NaiveDate,
    /// The day it counts from.
    pub effective: NaiveDate,
    /// The first period of the payer whose statements are not issued.
    pub first_unissued: Option<BillingPeriod>,
}

/// End what AWS will no longer apply of a credit: cancelled, or given to another account.
#[derive(Debug, Clone)]
pub struct EndUnfunded {
    /// The credit.
    pub credit: UpstreamCreditId,
    /// Why.
    pub cause: WriteOffCause,
    /// The day it counts from.
    pub effective: NaiveDate,
    /// The period whose statement shows it.
    pub posting: BillingPeriod,
    /// The day the account got the credit again, where it did: memos from then on stay.
    pub until: Option<NaiveDate>,
    /// Nothing else ends these memos later: what was given beyond AWS is stated as a shortfall.
    pub states_shortfall: bool,
}

impl MemberMemos {
    /// Decides what a revision records; nothing where the memos follow it already. The write-down stops
    /// at the open balance, the rest is stated as a shortfall.
    ///
    /// # Errors
    /// [`HandRefusal`].
    pub fn decide_revise(&self, command: &ReviseMemos) -> Result<Vec<MemoFact>, HandRefusal> {
        let Some(memo) = self.of_credit(&command.credit) else { return Ok(Vec::new()) };
        if memo.basis == MemoBasis::Funded {
            return Ok(Vec::new());
        }
        let so_far = self.revised.get(&command.credit).copied().unwrap_or(memo.face.zeroed());
        let stated = command.change.round_to_money(memo.currency, Rounding::Down)?;
        let nothing = Vec::new();
        let by_hand = self.written_off_by_hand.get(&command.credit).unwrap_or(&nothing);
        let change = followed(stated, by_hand) - so_far;
        let of_ownership: Vec<&CreditMemo> = self.of_aws(memo);
        let sum = |of: fn(&CreditMemo) -> Money| Money::sum(memo.currency, of_ownership.iter().map(|one| of(one)));
        // What AWS's credit has promised, and what of it the customer had: neither may be more than AWS states.
        let (used, open) = (sum(|one| one.applied + one.refunded), sum(|one| one.open));
        let moved = sum(|one| one.reassigned_out);
        let beyond = used + open + moved - memo.face - stated;
        let posting = command.first_unissued.unwrap_or(BillingPeriod::containing(command.effective));
        let mut facts = Vec::new();
        let mut written_down = memo.face.zeroed();
        if change.is_positive() {
            // Of a credit that has ended AWS applies no more: what it raised is what it has applied beyond.
            let ended = memo.last_period().zip(command.first_unissued).is_some_and(|(last, open)| last < open);
            let surplus = Exact::checked_sum(of_ownership.iter().flat_map(|one| one.surplus.values().copied()))?;
            let surplus = surplus.round_to_money(memo.currency, Rounding::Down)?;
            let unfunded = sum(CreditMemo::unfunded_balance);
            let more = if ended { change.min(surplus - unfunded) } else { change };
            if more.is_positive() {
                facts.extend(self.supplement(memo, more, command)?);
            }
        } else {
            // What AWS granted last goes first: the memos that supplement the credit's own, then that one.
            let supplements = self.in_order_of_issue().into_iter().rev();
            let supplements =
                supplements.filter(|one| one.by_revision && one.supplements.as_ref() == Some(&memo.number));
            for one in supplements.chain([memo]) {
                let amount = (beyond - written_down).at_least_zero().min(one.open);
                if amount.is_positive() {
                    let cause = WriteOffCause::UpstreamRevised;
                    facts.push(write_down(one, amount, cause, command.effective, posting));
                }
                written_down += amount;
            }
        }
        // What the customer had beyond it is the distributor's shortfall (rule book N6).
        let shortfall =
            if change.is_positive() { memo.face.zeroed() } else { (used - memo.face - stated).at_least_zero() };
        facts.extend(self.shortfall(memo, &command.credit, shortfall, &facts, command.effective, posting));
        Ok(facts)
    }

    /// Decides what a later end of a credit means for its memos (rule book N5): they may be used until
    /// then. What lapsed before AWS said so stays lapsed, and an earlier end changes nothing: the end that
    /// stands on the memo was promised.
    pub fn decide_extend(&self, command: &ExtendMemos) -> Vec<MemoFact> {
        let of_credit =
            self.in_order_of_issue().into_iter().filter(|memo| memo.credit.as_ref() == Some(&command.credit));
        let ends_before =
            |memo: &&CreditMemo| memo.usable_until.max(memo.end_date).is_some_and(|end| end < command.until);
        of_credit
            .filter(ends_before)
            .map(|memo| {
                MemoFact::Reinstated(MemoReinstated {
                    memo: memo.number.clone(),
                    amount: memo.open.zeroed(),
                    usable_until: Some(command.until),
                    returned: None,
                    effective: command.effective,
                    posting: command.first_unissued.unwrap_or(BillingPeriod::containing(command.effective)),
                    balance_before: memo.open,
                    balance_after: memo.open,
                })
            })
            .collect()
    }

    /// The memos that AWS's credit promises in one ownership, and that lie in this account.
    fn of_aws(&self, memo: &CreditMemo) -> Vec<&CreditMemo> {
        let supplements = |one: &&CreditMemo| one.by_revision && one.supplements.as_ref() == Some(&memo.number);
        self.memos.values().filter(|one| one.number == memo.number || supplements(one)).collect()
    }

    fn supplement(&self, memo: &CreditMemo, face: Money, command: &ReviseMemos) -> Result<Vec<MemoFact>, HandRefusal> {
        let Some((payer, member)) = self.owner.clone() else { return Ok(Vec::new()) };
        let mut issued = self.issued(&IssueMemo {
            payer,
            member,
            credit: memo.credit.clone(),
            supplements: Some(memo.number.clone()),
            description: memo.description.clone(),
            program: memo.program.clone(),
            currency: memo.currency,
            face,
            start_date: command.effective,
            end_date: memo.usable_until.max(memo.end_date).map(|end| end.max(command.effective)),
            terms: memo.terms.clone(),
            basis: MemoBasis::Face,
            policy: command.policy.clone(),
            first_unissued: command.first_unissued,
            new_ownership: false,
        })?;
        issued.by_revision = true;
        Ok(vec![MemoFact::Issued(issued)])
    }

    /// Decides the end of the unfunded part of a credit's memos: what AWS has taken off the payer's
    /// bill stays owed, and what the customer had of it ahead of AWS is the distributor's shortfall, less
    /// once AWS applies more of the months before (rule book N8, N25).
    ///
    /// # Errors
    /// [`MoneyError`] where a sum cannot be held.
    pub fn decide_end_unfunded(&self, command: &EndUnfunded) -> Result<Vec<MemoFact>, MoneyError> {
        let of_credit =
            self.in_order_of_issue().into_iter().filter(|memo| memo.credit.as_ref() == Some(&command.credit));
        let again = |memo: &CreditMemo| memo.is_the_credits() && command.until == Some(memo.start_date);
        // A person's own promise stays: AWS's end has nothing to say of it (rule book N8).
        let ended: Vec<&CreditMemo> =
            of_credit.take_while(|memo| !again(memo)).filter(|memo| !memo.after_upstream_end).collect();
        let mut facts: Vec<MemoFact> = ended
            .iter()
            .filter(|memo| memo.unfunded_balance().is_positive())
            .map(|memo| write_down(memo, memo.unfunded_balance(), command.cause, command.effective, command.posting))
            .collect();
        if command.states_shortfall
            && let Some(memo) = ended.iter().rev().find(|memo| memo.is_the_credits())
        {
            let shortfall = Money::sum(memo.currency, ended.iter().map(|memo| memo.exposure()));
            let (effective, posting) = (command.effective, command.posting);
            facts.extend(self.shortfall(memo, &command.credit, shortfall, &facts, effective, posting));
        }
        Ok(facts)
    }

    /// States a shortfall of a credit after other facts of its memos; none where it stands so.
    fn shortfall(
        &self,
        memo: &CreditMemo,
        credit: &UpstreamCreditId,
        shortfall: Money,
        after: &[MemoFact],
        effective: NaiveDate,
        posting: BillingPeriod,
    ) -> Option<MemoFact> {
        let shortfall_before = self.shortfalls.get(credit).copied().unwrap_or(memo.face.zeroed());
        let of_memo = |fact: &MemoFact| (fact.memo() == &memo.number).then(|| fact.balances().1);
        let balance = after.iter().rev().find_map(of_memo).unwrap_or(memo.open);
        (shortfall != shortfall_before).then(|| {
            MemoFact::Shortfall(UpstreamShortfallStated {
                memo: memo.number.clone(),
                credit: credit.clone(),
                shortfall_before,
                shortfall,
                effective,
                posting,
                balance_before: balance,
                balance_after: balance,
            })
        })
    }
}

fn write_down(
    memo: &CreditMemo,
    amount: Money,
    cause: WriteOffCause,
    effective: NaiveDate,
    posting: BillingPeriod,
) -> MemoFact {
    MemoFact::WrittenOff(MemoWrittenOff {
        memo: memo.number.clone(),
        amount,
        cause,
        // What ends before its first day was never there: it counts from that day, as the memo does.
        effective: effective.max(memo.start_date),
        posting,
        balance_before: memo.open,
        balance_after: memo.open - amount,
    })
}
