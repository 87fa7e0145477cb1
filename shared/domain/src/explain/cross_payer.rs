//! What memos of other payers of ours paid of an account's charges (rule book N21): the facts stand with those
//! memos, and statements of this payer say what they show of it.

use money::{Money, MoneyError};

use super::{
    Derivation, EventPosition, Placed, Rule,
    memo::{leaf_of, payment},
};
use crate::{
    billing::PaidAcrossPayers,
    ids::{MemoNumber, PayerAccountId},
    memo::MemoFact,
    period::BillingPeriod,
};

/// Memos of another payer with what happened to them.
#[derive(Debug, Clone)]
pub struct OtherPayersMemos {
    /// The payer.
    pub payer: PayerAccountId,
    /// What happened to the account's memos there, oldest first.
    pub facts: Vec<Placed<MemoFact>>,
}

/// What a statement before said that a memo of another payer paid of a month.
#[derive(Debug, Clone)]
pub struct SaidPaid {
    /// The statement's month.
    pub by: BillingPeriod,
    /// What it said.
    pub paid: PaidAcrossPayers,
    /// Where it was recorded.
    pub at: EventPosition,
}

/// What a memo of another payer pays, as a statement states it.
pub(super) struct PaidByOther<'a> {
    pub(super) payer: &'a PayerAccountId,
    pub(super) memo: &'a MemoNumber,
    pub(super) period: BillingPeriod,
    /// As the statement states it.
    pub(super) amount: Money,
    /// Where that is recorded.
    pub(super) at: &'a EventPosition,
}

impl PaidByOther<'_> {
    /// Explains it: what the memo was drawn for these charges, less what statements before showed of it, less
    /// what the charges hold no more.
    pub(super) fn explained(
        &self,
        charging: &PayerAccountId,
        others: &[OtherPayersMemos],
        said_before: &[SaidPaid],
    ) -> Result<Derivation, MoneyError> {
        let mut parts = self.facts(charging, others).map(leaf_of).collect::<Result<Vec<_>, _>>()?;
        let key = (self.payer, self.memo, self.period);
        let of_memo = |said: &&SaidPaid| (&said.paid.payer_account_id, &said.paid.memo_number, said.paid.period) == key;
        for said in said_before.iter().filter(of_memo) {
            let what = format!("settled by the statement of {}", said.by);
            parts.push(Derivation::leaf(what, said.paid.applied).by(Rule::BroughtForward).at(&said.at));
        }
        let what = format!("memo {} of payer {}", self.memo, self.payer);
        let left = (-self.amount.to_exact()).checked_sub(super::node::sum_of(&parts)?)?;
        // The memo's own payer takes it back when it is billed next.
        if left.is_positive() {
            let held = "more than the charges hold by now";
            parts.push(Derivation::leaf(held, left).by(Rule::AcrossPayers).at(self.at));
        }
        Ok(Derivation::of_parts(what, -self.amount, parts)?.by(Rule::AcrossPayers))
    }

    /// The facts that it rests on.
    pub(super) fn facts<'f>(
        &'f self,
        charging: &'f PayerAccountId,
        others: &'f [OtherPayersMemos],
    ) -> impl Iterator<Item = &'f Placed<MemoFact>> {
        let of_payer = others.iter().filter(|other| other.payer == *self.payer).flat_map(|other| &other.facts);
        of_payer.filter(|placed| {
            placed.said.memo() == self.memo
                && payment(&placed.said)
                    .is_some_and(|(period, _, under)| (period, under) == (self.period, Some(charging)))
        })
    }
}
