//! A voided document gives back what memos paid of it (rule book N39): nothing was sold.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::{FoldFault, MemberMemos, MemoFact, MemoUnapplied, PastEnd, UnapplyCause};
use crate::{
    ids::{DocumentNumber, MemoNumber, RunId},
    period::BillingPeriod,
};

/// Take back what an account's memos paid of a voided document.
#[derive(Debug, Clone)]
pub struct UnapplyVoided<'a> {
    /// The document.
    pub document: &'a DocumentNumber,
    /// The period of its charges.
    pub period: BillingPeriod,
    /// The run that it was issued by.
    pub run: &'a RunId,
    /// The period whose statement shows it.
    pub posting: BillingPeriod,
    /// What the policies say of memos past their end.
    pub past_end: &'a PastEnd,
    /// The day that days of grace are counted from.
    pub on: NaiveDate,
}

impl MemberMemos {
    /// Decides what a voided document gives back: all that stands applied for its period, and what
    /// becomes of it past a memo's end. Nothing where nothing stands.
    ///
    /// # Errors
    /// [`FoldFault`] where the facts do not follow: a defect.
    pub fn decide_unapply_voided(&self, command: &UnapplyVoided<'_>) -> Result<Vec<MemoFact>, FoldFault> {
        let mut facts = Vec::new();
        let mut back: BTreeSet<MemoNumber> = BTreeSet::new();
        for memo in self.in_order_of_issue() {
            let amount = memo.applied_for(command.period);
            if !amount.is_positive() {
                continue;
            }
            back.insert(memo.number.clone());
            facts.push(MemoFact::Unapplied(MemoUnapplied {
                memo: memo.number.clone(),
                period: command.period,
                paid_under: None,
                amount,
                cause: UnapplyCause::DocumentVoided,
                run: command.run.clone(),
                effective: command.period.last_day(),
                posting: command.posting,
                corrects: Some(command.document.clone()),
                charges: None,
                balance_before: memo.open,
                balance_after: memo.open + amount,
            }));
        }
        if facts.is_empty() {
            return Ok(facts);
        }
        let after = self.after(&facts)?;
        facts.extend(after.decide_past_end(&back, command.past_end, command.on, command.posting));
        Ok(facts)
    }
}
