//! Whether the amounts of statements and documents are written with the digits of their currency, before they
//! are folded: what is summed later must be of one currency.

use super::BillingFact;
use crate::memo::{FoldFault, digits_fit};

/// Checks the amounts of a fact against the currency that it states.
///
/// # Errors
/// [`FoldFault::Digits`].
pub fn check_digits(fact: &BillingFact) -> Result<(), FoldFault> {
    match fact {
        BillingFact::Statement(one) => {
            let whose = format!("the statement of {} for {}", one.member_account_id, one.period);
            let totals = [one.prior_balance, one.issued, one.corrections, one.utilisation, one.applied, one.expired];
            let lines = one.lines.iter().flat_map(|line| [line.gross, line.eligible, line.applied, line.due]);
            let totals = totals.into_iter().chain([one.balance_of_funds, one.gross, one.due]);
            digits_fit(&whose, one.currency, totals.chain(lines))
        }
        BillingFact::Document(header) => {
            let number = header.document_number.as_ref().map_or("a draft", |number| number.as_str());
            digits_fit(number, header.currency, [header.gross, header.applied, header.corrections_due, header.due])
        }
        _ => Ok(()),
    }
}
