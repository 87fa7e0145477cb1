//! Documents in another currency than the bill's (rule book N33): which need a rate that nobody has
//! stated, and a statement with both amounts.

use chrono::NaiveDate;
use money::{Currency, MoneyError};

use super::{MemberInputs, MonthToCorrect, PayerMonth};
use crate::{billing::MemberStatement, period::BillingPeriod, rates::ConversionRates};

/// The currency that a member's document needs a rate for, where none is stated.
pub(super) fn missing_rate(
    of: &PayerMonth,
    corrected: &[MonthToCorrect],
    member: &MemberInputs,
    rates: &ConversionRates,
    processed_on: NaiveDate,
) -> Option<Currency> {
    if of.policies.document_currencies.is_empty() {
        return None;
    }
    let assigned = member.own.account.for_processing(of.period, processed_on)?;
    let to = of.policies.document_currency(&assigned.customer, of.currency())?;
    let has_charges =
        |period: BillingPeriod| member.own.usage.get(&period).is_some_and(|usage| !usage.charges.is_empty());
    let is_charged = has_charges(of.period)
        || corrected.iter().any(|month| month.is_changed() && has_charges(month.month.period));
    (is_charged && rates.in_force(of.period, of.currency(), to).is_none()).then_some(to)
}

/// States a statement in the currency of its customer's documents too, where that is another. One
/// without charges is on no document, and needs no rate. The currency is answered where a rate is
/// needed and not stated.
///
/// # Errors
/// [`MoneyError`] where an amount cannot be held.
pub(super) fn in_document_currency(
    of: &PayerMonth,
    rates: &ConversionRates,
    statement: MemberStatement,
) -> Result<Result<MemberStatement, Currency>, MoneyError> {
    let is_on_document = !statement.lines.is_empty() || !statement.earlier_periods.is_empty();
    let wanted = of.policies.document_currency(&statement.customer, of.currency());
    let Some(to) = wanted.filter(|_| is_on_document && !statement.customer.is_blank()) else {
        return Ok(Ok(statement));
    };
    match rates.in_force(of.period, of.currency(), to) {
        Some(stated) => statement.in_document_currency(stated).map(Ok),
        None => Ok(Err(to)),
    }
}
