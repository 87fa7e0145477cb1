//! A payer's billing periods: with their documents, or in outline.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    billing::{BillingState, PeriodOutline},
    ids::PayerAccountId,
    period::BillingPeriod,
};
use wire::{AggregateKey, StreamName, Subject};

use super::state_of;
use crate::{ReadModel, ReadModelFault, StoreFault};

impl ReadModel {
    /// A payer's period.
    ///
    /// # Errors
    /// [`StoreFault`].
    pub fn billing(&self, payer: &PayerAccountId, period: BillingPeriod) -> Result<BillingState, StoreFault> {
        Ok(*state_of!(self, &Subject::billing(payer, period), Billing))
    }

    /// All periods of a payer that were billed, waived or closed, in outline: their documents are
    /// counted and not read.
    ///
    /// # Errors
    /// [`ReadModelFault`].
    pub fn billing_periods(
        &self,
        payer: &PayerAccountId,
    ) -> Result<BTreeMap<BillingPeriod, PeriodOutline>, ReadModelFault> {
        let mut found = BTreeMap::new();
        for period in self.periods_of(payer)? {
            found.insert(period, self.period_outline(&Subject::billing(payer, period))?);
        }
        Ok(found)
    }

    /// The first period of a payer whose statements are not issued; none where none ever were.
    ///
    /// # Errors
    /// [`ReadModelFault`].
    pub fn first_unissued(&self, payer: &PayerAccountId) -> Result<Option<BillingPeriod>, ReadModelFault> {
        let periods = self.billing_periods(payer)?;
        Ok(periods.iter().rev().find(|(_, outline)| outline.is_issued).map(|(period, _)| period.next()))
    }

    /// A payer's period without its documents.
    ///
    /// # Errors
    /// [`StoreFault`].
    pub fn billing_outline(&self, payer: &PayerAccountId, period: BillingPeriod) -> Result<PeriodOutline, StoreFault> {
        self.period_outline(&Subject::billing(payer, period))
    }

    /// The periods of a payer that were billed, waived or closed.
    ///
    /// # Errors
    /// [`ReadModelFault`].
    pub fn periods_of(&self, payer: &PayerAccountId) -> Result<BTreeSet<BillingPeriod>, ReadModelFault> {
        let mut found = BTreeSet::new();
        for subject in self.billing_subjects(&Subject::prefix(StreamName::Billing, Some(payer))) {
            if let AggregateKey::Billing { period, .. } = AggregateKey::of(subject)? {
                found.insert(period);
            }
        }
        Ok(found)
    }
}
