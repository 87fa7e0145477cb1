//! Upstream credits, and the suspense that holds what could not be attributed to one.

use std::collections::BTreeMap;

use domain::{
    credit::{SuspenseState, UpstreamCreditState},
    ids::{PayerAccountId, UpstreamCreditId},
    period::BillingPeriod,
};
use wire::{AggregateKey, StreamName, Subject};

use super::state_of;
use crate::{Aggregate, ReadModel, ReadModelFault, StoreFault};

impl ReadModel {
    /// An upstream credit.
    ///
    /// # Errors
    /// [`StoreFault`].
    pub fn upstream_credit(
        &self,
        payer: &PayerAccountId,
        credit: &UpstreamCreditId,
    ) -> Result<UpstreamCreditState, StoreFault> {
        Ok(*state_of!(self, &Subject::credit(payer, credit), UpstreamCredit))
    }

    /// All upstream credits, of one payer or of all, in order of payer and id.
    ///
    /// # Errors
    /// [`ReadModelFault`].
    pub fn upstream_credits(
        &self,
        payer: Option<&PayerAccountId>,
    ) -> Result<BTreeMap<(PayerAccountId, UpstreamCreditId), UpstreamCreditState>, ReadModelFault> {
        let mut found = BTreeMap::new();
        for (subject, record) in self.records(&Subject::prefix(StreamName::Credits, payer))? {
            if let (AggregateKey::UpstreamCredit { payer: of, credit }, Aggregate::UpstreamCredit(state)) =
                (AggregateKey::of(&subject)?, record.state)
            {
                found.insert((of, credit), *state);
            }
        }
        Ok(found)
    }

    /// The upstream credits of a payer in the order in which they were first observed, which is that
    /// of the rows of an import.
    ///
    /// # Errors
    /// [`ReadModelFault`].
    pub fn upstream_credits_as_observed(
        &self,
        payer: &PayerAccountId,
    ) -> Result<Vec<UpstreamCreditState>, ReadModelFault> {
        let mut found = Vec::new();
        for (subject, record) in self.records(&Subject::prefix(StreamName::Credits, Some(payer)))? {
            if let (AggregateKey::UpstreamCredit { .. }, Aggregate::UpstreamCredit(state)) =
                (AggregateKey::of(&subject)?, record.state)
            {
                found.push((record.first_sequence, *state));
            }
        }
        found.sort_by_key(|(sequence, _)| *sequence);
        Ok(found.into_iter().map(|(_, state)| state).collect())
    }

    /// The suspense of a payer and period.
    ///
    /// # Errors
    /// [`StoreFault`].
    pub fn suspense(&self, payer: &PayerAccountId, period: BillingPeriod) -> Result<SuspenseState, StoreFault> {
        Ok(state_of!(self, &Subject::suspense(payer, period), Suspense))
    }

    /// The suspense of a payer, or of all, by payer and period.
    ///
    /// # Errors
    /// [`ReadModelFault`].
    pub fn all_suspense(
        &self,
        payer: Option<&PayerAccountId>,
    ) -> Result<BTreeMap<(PayerAccountId, BillingPeriod), SuspenseState>, ReadModelFault> {
        let mut found = BTreeMap::new();
        for subject in self.subjects(&Subject::prefix(StreamName::Credits, payer))? {
            if let AggregateKey::Suspense { payer, period } = AggregateKey::of(&subject)? {
                let state = self.suspense(&payer, period)?;
                found.insert((payer, period), state);
            }
        }
        Ok(found)
    }
}
