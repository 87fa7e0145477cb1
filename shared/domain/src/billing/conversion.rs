//! A statement and a document in the customer's currency (rule book N33, W10).
//!
//! The memo, the charges and the draw stay in the credit's currency. What was rounded to that
//! currency for the account is converted once, at the rate that is stated on the document, and
//! lines are shared by largest remainder. A charge that a memo pays in full is thereby due 0 in
//! both currencies. Deliberately absent: revaluing a balance, exchange gains.

use money::{Currency, Exact, Money, MoneyError, Rounding, share_by_largest_remainder};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{MemberStatement, PaidAcrossPayers, StatementLine};
use crate::{ids::MemoNumber, period::BillingPeriod, rates::ConversionRateStated};

/// What a memo pays, in the document's currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ConvertedMemo {
    /// The memo.
    pub memo_number: MemoNumber,
    /// What it pays of this period.
    pub applied: Money,
}

/// One service and charge kind, in the document's currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ConvertedLine {
    /// Product code.
    pub service: String,
    /// The line type, in the bill's words.
    pub charge_kind: String,
    /// What the customer is charged.
    pub gross: Money,
    /// What memos pay.
    pub applied: Money,
    /// What is left to pay.
    pub due: Money,
}

/// A correction of a closed month, in the document's currency and at the rate of the document that
/// it corrects.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ConvertedCorrection {
    /// The document's currency.
    pub currency: Currency,
    /// The rate of the document corrected.
    pub rate: Exact,
    /// The change of the charges.
    pub gross: Money,
    /// The change of what memos pay.
    pub applied: Money,
    /// The change of what is due.
    pub due: Money,
}

/// What a statement says in the currency of its customer's document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ConvertedStatement {
    /// The document's currency.
    pub currency: Currency,
    /// One unit of the statement's currency is so many of the document's.
    pub rate: Exact,
    /// The month that the rate was stated for.
    pub rate_period: BillingPeriod,
    /// Who publishes the rate.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub rate_source: String,
    /// All charges.
    pub gross: Money,
    /// What memos pay of this period.
    pub applied: Money,
    /// What the customer pays, corrections included.
    pub due: Money,
    /// What each memo pays.
    pub memos: Vec<ConvertedMemo>,
    /// Each service and charge kind.
    pub lines: Vec<ConvertedLine>,
}

/// A document's totals in the customer's currency: the sums of its statements.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ConvertedDocument {
    /// The document's currency.
    pub currency: Currency,
    /// One unit of the credit's currency is so many of the document's.
    pub rate: Exact,
    /// The month that the rate was stated for.
    pub rate_period: BillingPeriod,
    /// Who publishes the rate.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub rate_source: String,
    /// All charges.
    pub gross: Money,
    /// What memos pay.
    pub applied: Money,
    /// Corrections of closed months.
    pub corrections_due: Money,
    /// What the customer pays.
    pub due: Money,
}

/// An amount of a document at a stated rate.
///
/// # Errors
/// [`MoneyError`] where the product cannot be held exactly.
pub fn convert(amount: Money, rate: Exact, to: Currency, rounding: Rounding) -> Result<Money, MoneyError> {
    amount.to_exact().checked_mul(rate)?.round_to_money(to, rounding)
}

/// Shares a converted total over parts in the credit's currency.
fn shared(total: Money, parts: &[Money], rate: Exact, to: Currency) -> Result<Vec<Money>, MoneyError> {
    let moved: Vec<usize> = (0..parts.len()).filter(|at| !parts[*at].is_zero()).collect();
    let exact: Vec<Exact> =
        moved.iter().map(|at| parts[*at].to_exact().checked_mul(rate)).collect::<Result<_, MoneyError>>()?;
    let mut shares = vec![Money::zero(to); parts.len()];
    for (at, share) in moved.into_iter().zip(share_by_largest_remainder(total, &exact, to)?) {
        shares[at] = share;
    }
    Ok(shares)
}

impl MemberStatement {
    /// States the statement in the currency of its customer's document too.
    ///
    /// # Errors
    /// [`MoneyError`] where an amount cannot be held exactly.
    pub fn in_document_currency(mut self, stated: &ConversionRateStated) -> Result<Self, MoneyError> {
        let (rate, to) = (stated.rate, stated.to);
        let applied = Money::sum(self.currency, self.lines.iter().map(|line| line.applied));
        let gross_converted = convert(self.gross, rate, to, self.rounding)?;
        let applied_converted = convert(applied, rate, to, self.rounding)?;
        let column = |of: fn(&StatementLine) -> Money, total: Money| {
            let parts: Vec<Money> = self.lines.iter().map(of).collect();
            shared(total, &parts, rate, to)
        };
        // What is paid and what is due are shared, so that a line paid in full is due nothing.
        let paid = column(|line| line.applied, applied_converted)?;
        let left = column(|line| line.due, gross_converted - applied_converted)?;
        let lines: Vec<ConvertedLine> = self
            .lines
            .iter()
            .zip(paid)
            .zip(left)
            .map(|((line, applied), due)| ConvertedLine {
                service: line.service.clone(),
                charge_kind: line.charge_kind.clone(),
                gross: applied + due,
                applied,
                due,
            })
            .collect();
        let paid_here = self.paid_here_by_memo();
        let by_memo: Vec<Money> = paid_here.iter().map(|(_, applied)| *applied).collect();
        let memos = paid_here.into_iter().zip(shared(applied_converted, &by_memo, rate, to)?);
        let mut corrections = Money::zero(to);
        for correction in &self.earlier_periods {
            corrections += match &correction.in_document_currency {
                Some(converted) if converted.currency == to => converted.due,
                _ => convert(correction.due, rate, to, self.rounding)?,
            };
        }
        let gross: Money = Money::sum(to, lines.iter().map(|line| line.gross));
        let applied: Money = Money::sum(to, lines.iter().map(|line| line.applied));
        self.in_document_currency = Some(ConvertedStatement {
            currency: to,
            rate,
            rate_period: stated.period,
            rate_source: stated.source.clone(),
            gross,
            applied,
            due: gross - applied + corrections,
            memos: memos
                .filter(|((_, here), _)| !here.is_zero())
                .map(|((memo_number, _), applied)| ConvertedMemo { memo_number, applied })
                .collect(),
            lines,
        });
        Ok(self)
    }

    /// What each memo pays of this statement's lines, memos of other payers of ours among them.
    pub fn paid_here_by_memo(&self) -> Vec<(MemoNumber, Money)> {
        let of_month = |paid: &&PaidAcrossPayers| paid.period == self.period;
        let own = self.memos.iter().map(|memo| {
            let elsewhere = self.paid_under_other_payers.iter().filter(of_month);
            let elsewhere = elsewhere.filter(|paid| paid.memo_number == memo.memo_number).map(|paid| paid.applied);
            (memo.memo_number.clone(), memo.applied - Money::sum(self.currency, elsewhere))
        });
        let others = self.paid_by_other_payers.iter().filter(of_month);
        own.chain(others.map(|paid| (paid.memo_number.clone(), paid.applied))).collect()
    }
}

/// A document's totals in the customer's currency, where its statements state one.
pub(super) fn converted_document(statements: &[MemberStatement]) -> Option<ConvertedDocument> {
    let converted: Vec<&ConvertedStatement> =
        statements.iter().filter_map(|statement| statement.in_document_currency.as_ref()).collect();
    let first = *converted.first()?;
    let sum = |of: fn(&ConvertedStatement) -> Money| Money::sum(first.currency, converted.iter().copied().map(of));
    let (gross, applied, due) = (sum(|one| one.gross), sum(|one| one.applied), sum(|one| one.due));
    Some(ConvertedDocument {
        currency: first.currency,
        rate: first.rate,
        rate_period: first.rate_period,
        rate_source: first.rate_source.clone(),
        gross,
        applied,
        corrections_due: due - (gross - applied),
        due,
    })
}
