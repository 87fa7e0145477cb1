//! The whole log under another policy.

use domain::{ids::PayerAccountId, period::BillingPeriod, policy::Policies};
use futures_util::future::BoxFuture;
pub use memo_keeper::{WhatIfOutcome, WhatIfRow};
use service_kit::{Failure, UnitOfWork};

/// Every figure that would differ, had the policies been changed by `other` from a month on.
///
/// # Errors
/// [`Failure`].
pub async fn what_if(
    unit: &UnitOfWork,
    other: &(dyn Fn(&Policies) -> Result<Policies, Failure> + Sync),
    from: Option<BillingPeriod>,
) -> Result<WhatIfOutcome, Failure> {
    memo_keeper::what_if(unit, other, from, attribute).await
}

/// Services do not know each other: whose credit a line is, is decided by another one than memos are.
fn attribute<'a>(
    unit: &'a mut UnitOfWork,
    payer: &'a PayerAccountId,
    period: Option<BillingPeriod>,
) -> BoxFuture<'a, Result<(), Failure>> {
    Box::pin(async move {
        match period {
            Some(period) => upstream_credits::attribute_period(unit, payer, period).await,
            None => upstream_credits::attribute_payer(unit, payer).await,
        }
    })
}
