//! What stands, is right by the rules, and still wants a person's eye.

use domain::period::BillingPeriod;
pub use memo_keeper::Exception;
use service_kit::Failure;
use wire::StreamName;

use crate::{books::Books, customers::takes_member, filter::Filter, point_in_time::PointInTime, words::word_of};

/// Exceptions of a month with what stands by now, or all of them, in order of kind, payer and memo. The
/// status is the kind.
///
/// # Errors
/// [`Failure`].
pub async fn exceptions(
    books: &Books<'_>,
    period: Option<BillingPeriod>,
    at: PointInTime,
    filter: &Filter,
) -> Result<Vec<Exception>, Failure> {
    let model = books.known(at.recorded, &StreamName::ALL).await?;
    let day = at.day(books.today);
    let mut rows = Vec::new();
    for found in memo_keeper::exceptions(&model, filter.payer.as_ref(), day)? {
        let of_month = period.is_none_or(|period| found.period.is_none_or(|of| of == period));
        let of_account = match &found.member_account_id {
            Some(member) => takes_member(&model, filter, &found.payer_account_id, member, day)?,
            None => filter.account.is_none() && !filter.asks_customer(),
        };
        if of_month && of_account && filter.takes_status(&word_of(&found.exception)) {
            rows.push(found);
        }
    }
    Ok(rows)
}
