//! A month's reconciliation: AWS's bill against the memos and documents.

use domain::{ids::PayerAccountId, period::BillingPeriod};
pub use memo_keeper::Reconciliation;
use service_kit::Failure;
use wire::StreamName;

use crate::{books::Books, point_in_time::PointInTime};

/// The reconciliation of a payer's month; none where nothing was delivered. Memos and AWS are compared as of the
/// effective day, or the month's last one.
///
/// # Errors
/// [`Failure`].
pub async fn reconcile(
    books: &Books<'_>,
    payer: &PayerAccountId,
    period: BillingPeriod,
    at: PointInTime,
) -> Result<Option<Reconciliation>, Failure> {
    let model = books.known(at.recorded, &StreamName::ALL).await?;
    let day = at.effective.unwrap_or(period.last_day());
    let Some(mut reconciled) = memo_keeper::reconcile_as_of(&model, payer, period, day)? else { return Ok(None) };
    let known_on = at.recorded.map_or(books.today, |time| time.date_naive());
    reconciled.open_items = memo_keeper::open_items(&model, payer, period, known_on)?;
    Ok(Some(reconciled))
}
