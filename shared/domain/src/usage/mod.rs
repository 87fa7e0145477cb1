//! What a bill says of one member account in one period: aggregates, not lines.
//!
//! A delivery of 10^8 lines becomes one record a member and period. The record carries all that a
//! later rule may ask, since raw lines never come back. A later delivery replaces an earlier one
//! as a whole; only members whose record changed get a new fact, and those facts count from the
//! moment the delivery is completed: a delivery that was cut off counts for nothing.

mod charge;
mod control;
mod delivery;
mod line_type;
mod member;

pub use charge::{ChargeAggregate, ChargeKey, CreditLineAggregate, CreditLineKey, DiscountAmount, MemberUsage};
pub use control::{ControlDifference, MembersTogether};
pub use delivery::{
    BillFormat, ControlTotals, DeliveryCompleted, DeliveryFact, DeliveryFile, DeliveryRefusal, DeliverySeen,
    DeliveryState, DeliveryVerdict, Finality, LeftOut, OfferDelivery, TypeTotal,
};
pub use line_type::LineType;
pub use member::{MemberUsageDelivered, MemberUsageState};
