//! Refunds on later bills (rule book N9): a refund line that names the month of the usage it gives
//! back corrects that month, once that month has a statement. What a memo paid of the usage goes back
//! to the memo and not to cash.

use super::AccountInputs;
use crate::{
    classification::{LineClass, classify_line},
    period::BillingPeriod,
    usage::ChargeAggregate,
};

/// The month before that a refund line gives money back for, where it names one.
pub fn refunds_month(charge: &ChargeAggregate, billed_in: BillingPeriod) -> Option<BillingPeriod> {
    let is_refund = classify_line(&charge.key.line_type) == LineClass::Refund;
    charge.key.charge_month.filter(|month| is_refund && *month < billed_in)
}

impl AccountInputs {
    /// The refunds of a month on the bills after it, up to and including one.
    pub fn refunds_of(&self, month: BillingPeriod, through: BillingPeriod) -> Vec<ChargeAggregate> {
        let later = month.next();
        if later > through {
            return Vec::new();
        }
        let charges = self.usage.range(later..=through).flat_map(|(on, usage)| {
            usage.charges.iter().filter(move |charge| refunds_month(charge, *on) == Some(month))
        });
        charges.cloned().collect()
    }
}
