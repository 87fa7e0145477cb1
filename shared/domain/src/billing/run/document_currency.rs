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
    let is_charged =
        has_charges(of.period) || corrected.iter().any(|month| month.is_changed() && has_charges(month.month.period));
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

#[cfg(test)]
mod tests {
    use super::{
        super::sample::{bill, charge, delivered_anew, exact, member, month, payer_month, statement},
        *,
    };
    use crate::{memo::MemberMemos, rates::ConversionRateStated};

    /// Documents in euro: whether a rate is stated, what is charged, and the rate that is missing.
    #[test]
    fn n33_a_rate_is_needed_for_what_is_charged() {
        let euro = Currency::parse("EUR").unwrap();
        let cases: [(&str, bool, bool, &[u32], bool); 5] = [
            ("February is charged", true, false, &[2], true),
            ("a corrected January is charged", true, false, &[1], true),
            ("nothing is charged", true, false, &[], false),
            ("the rate is stated", true, true, &[2], false),
            ("documents are in the bill's currency", false, false, &[2], false),
        ];
        for (what, in_euro, is_stated, charged, expected) in cases {
            let mut february = payer_month(month(2));
            if in_euro {
                february.policies.document_currencies.insert("acme".to_owned(), euro);
            }
            let mut rates = ConversionRates::default();
            if is_stated {
                rates.evolve(&ConversionRateStated {
                    period: month(2),
                    from: Currency::USD,
                    to: euro,
                    rate: exact("0.5"),
                    replaces: None,
                    source: String::new(),
                    evidence: String::new(),
                });
            }
            let bills = charged.iter().map(|at| bill(month(*at), &[charge("10", None)])).collect();
            let account = member(MemberMemos::default(), bills, Vec::new());
            let on = month(3).first_day();
            let missing = missing_rate(&february, &[delivered_anew(month(1))], &account, &rates, on);
            assert_eq!(missing, expected.then_some(euro), "{what}");
            let stated = in_document_currency(&february, &rates, statement(month(2), "10.00", "0.00")).unwrap();
            let without_rate = in_euro && !is_stated;
            assert_eq!(stated.as_ref().err(), without_rate.then_some(&euro), "{what}");
            if is_stated {
                assert!(stated.unwrap().in_document_currency.is_some(), "{what}");
            }
        }
    }
}
