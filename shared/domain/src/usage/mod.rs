//! What a bill says of one member account in one period: aggregates, not lines.
//!
//! A delivery of 10^8 lines becomes one record a member and period. The record carries all that a
//! later rule may ask, since raw lines never come back. A later delivery replaces an earlier one
//! as a whole; only members whose record changed get a new fact.

mod charge;
mod line_type;

pub use charge::{ChargeAggregate, ChargeKey, CreditLineAggregate, CreditLineKey, DiscountAmount, MemberUsage};
pub use line_type::LineType;
