//! What a credit enters our books with where AWS lists it late: after its account joined in the middle of a
//! month, or after its end (rule book N24, W8, N14).

use chrono::NaiveDate;
use money::{Exact, MoneyError};

use crate::{account::MemberAccountState, credit::UpstreamCreditTerms, period::BillingPeriod};

/// The day from which a memo pays. An account that joined in the middle of a month brings a credit of which
/// part was used: what AWS says is left is what it will use from the first full month on, and of the month of
/// the joining it uses nothing under us. So the memo begins with that month, whatever the credit's own start.
/// A credit of which nothing was used, or of which AWS states no two amounts, begins on its own day.
pub fn first_full_cycle(terms: &UpstreamCreditTerms, account: &MemberAccountState) -> NaiveDate {
    let is_part_used =
        terms.initial_amount.zip(terms.remaining_amount).is_some_and(|(initial, remaining)| remaining < initial);
    let Some(joined) = account.assignments().next().map(|first| first.from).filter(|_| is_part_used) else {
        return terms.start_date;
    };
    let month = BillingPeriod::containing(joined);
    let full = month.next().first_day();
    if joined == month.first_day() || terms.start_date >= full { terms.start_date } else { full }
}

/// What of a credit a memo is issued for: nothing where AWS will apply no more of it under us, because it had
/// ended before it was listed. Then only what AWS has applied under us is owed.
///
/// # Errors
/// [`MoneyError`] where an amount cannot be held.
pub fn still_to_come(
    terms: &UpstreamCreditTerms,
    applied: Exact,
    first_unissued: Option<BillingPeriod>,
    today: NaiveDate,
) -> Result<Option<Exact>, MoneyError> {
    let Some(end) = terms.end_date else { return Ok(Some(terms.face_amount)) };
    // The bill of the month before today's may still be to come.
    let open = first_unissued.unwrap_or(BillingPeriod::containing(today).previous());
    let has_ended = terms.remaining_amount.is_some() && end < today && BillingPeriod::containing(end) < open;
    if !has_ended {
        return Ok(Some(terms.face_amount));
    }
    Ok(Some(applied.min(terms.face_amount)).filter(|owed| owed.is_positive()))
}
