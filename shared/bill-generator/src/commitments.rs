//! What an account has committed to: reserved instances and a Savings Plan.

use crate::{
    roster::Member,
    ticks::{CENT, UNIT},
};

/// Reserved instances that the account holds.
pub(crate) fn reserved_count(member: &Member) -> i64 {
    1 + (member.usual_spend / UNIT / 2_000).min(40)
}

/// Hourly commitment of the account's Savings Plan in ticks: whole cents.
pub(crate) fn hourly_commitment(member: &Member) -> i64 {
    (member.usual_spend / 730 / 10 / CENT).max(5) * CENT
}
