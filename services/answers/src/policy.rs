//! The policies in force.

use domain::{ids::PayerAccountId, period::BillingPeriod, policy::Policies};
use service_kit::Failure;
use wire::StreamName;

use crate::{books::Books, point_in_time::PointInTime};

/// The policies of a payer in a month, or those of payers that have none of their own.
///
/// # Errors
/// [`Failure`].
pub async fn policy(
    books: &Books<'_>,
    payer: Option<&PayerAccountId>,
    period: BillingPeriod,
    at: PointInTime,
) -> Result<Policies, Failure> {
    let model = books.known(at.recorded, &[StreamName::Accounts]).await?;
    match payer {
        Some(payer) => Ok(model.policies(payer, period)?),
        None => Ok(model.policy_history(None)?.in_force(period).cloned().unwrap_or_default()),
    }
}
