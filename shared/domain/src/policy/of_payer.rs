//! Which policies are in force for a payer: its own where any were adopted for the period, else the general
//! ones, else the defaults (rule book A).

use super::{Policies, PolicyHistory};
use crate::period::BillingPeriod;

/// The policies adopted for a payer, and those for all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PoliciesOfPayer {
    /// Its own.
    pub own: PolicyHistory,
    /// Those of all payers.
    pub general: PolicyHistory,
}

impl PoliciesOfPayer {
    /// The policies in force for a period.
    pub fn in_force(&self, period: BillingPeriod) -> Policies {
        self.own.in_force(period).or_else(|| self.general.in_force(period)).cloned().unwrap_or_default()
    }
}
