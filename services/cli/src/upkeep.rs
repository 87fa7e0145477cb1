//! What is brought up to date before a month is billed or closed.

use domain::{ids::PayerAccountId, period::BillingPeriod};
use service_kit::{Failure, UnitOfWork};

use crate::process_manager;

/// Lets the services do what they have left to do. It is none of the act that follows: where that is blocked, it has
/// not taken the operator's key.
pub(crate) async fn bring_up_to_date(
    unit: &mut UnitOfWork,
    payer: &PayerAccountId,
    period: BillingPeriod,
) -> Result<(), Failure> {
    let key = unit.act.idempotency.take();
    let brought = process_manager::before_billing(unit, payer, period).await;
    unit.act.idempotency = key;
    brought
}
