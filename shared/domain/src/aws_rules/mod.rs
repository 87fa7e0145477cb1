//! Where AWS's published rule puts promotional credits within one payer in one month.
//!
//! The product never bills by this rule: it bills by what the delivered lines say. The rule serves
//! two ends. `credits simulate` shows an operator where the published text would have put a credit
//! beside where AWS did put it, and the bill generator writes bills whose scatter is plausible.
//!
//! The rule, as published: credits go earliest expiry first, then fewest eligible services, then
//! oldest. A credit pays the account that owns it first, then the account with the highest spend,
//! and so on until it is used up or nothing eligible is left; within an account the largest service
//! charge goes first. Whether "highest spend" counts only what the credit may pay is not published,
//! so both readings are here ([`HighestSpend`]).
//!
//! Source: <https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/useconsolidatedbilling-credits.html>
//!
//! Invariants: a credit never pays more than it has left, nor a charge more than was charged; the
//! result depends on no order of its inputs (ties go to the smaller id or code). Deliberately
//! absent: which charges are eligible at all and who was a member in time (the caller says), SKU
//! and hour below the service, credits on tax, and the "before or after discounts" stage, which
//! AWS applies but does not publish amounts for.

mod month;
mod simulate;
#[cfg(test)]
mod tests;

pub use month::{CreditSharing, MemberCharge, OfferedCredit, PayerMonth};
pub use simulate::{CreditOutcome, HighestSpend, SimulatedApplication, SimulatedMonth, WhyUntouched, simulate};
