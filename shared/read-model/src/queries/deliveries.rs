//! What AWS delivered: the deliveries of a period, and the usage of a member in it.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    ids::{MemberAccountId, PayerAccountId},
    period::BillingPeriod,
    usage::{DeliveryState, MemberUsage, MemberUsageState},
};
use wire::{AggregateKey, Subject};

use super::{period_member_key, state_of};
use crate::{Aggregate, ReadModel, ReadModelFault, StoreFault, Tree};

impl ReadModel {
    /// The deliveries of a payer and period.
    ///
    /// # Errors
    /// [`StoreFault`].
    pub fn deliveries(&self, payer: &PayerAccountId, period: BillingPeriod) -> Result<DeliveryState, StoreFault> {
        Ok(*state_of!(self, &Subject::delivery(payer, period), Delivery))
    }

    /// All periods of a payer that a delivery was completed for.
    ///
    /// # Errors
    /// [`ReadModelFault`].
    pub fn delivered_periods(
        &self,
        payer: &PayerAccountId,
    ) -> Result<BTreeMap<BillingPeriod, DeliveryState>, ReadModelFault> {
        let mut found = BTreeMap::new();
        let prefix = Subject::delivery(payer, BillingPeriod::containing(chrono::NaiveDate::MIN)).to_string();
        let prefix = prefix.rsplit_once('.').map_or(prefix.as_str(), |(head, _)| head).to_owned() + ".";
        for (subject, record) in self.records(&prefix)? {
            if let (AggregateKey::Delivery { period, .. }, Aggregate::Delivery(state)) =
                (AggregateKey::of(&subject)?, record.state)
                && state.current().is_some()
            {
                found.insert(period, *state);
            }
        }
        Ok(found)
    }

    /// A member's usage of a period, all versions that may count.
    ///
    /// # Errors
    /// [`StoreFault`].
    pub fn member_usage_versions(
        &self,
        payer: &PayerAccountId,
        member: &MemberAccountId,
        period: BillingPeriod,
    ) -> Result<MemberUsageState, StoreFault> {
        Ok(state_of!(self, &Subject::member_usage(payer, member, period), MemberUsage))
    }

    /// A member's usage of a period as it counts.
    ///
    /// # Errors
    /// [`StoreFault`].
    pub fn member_usage(
        &self,
        payer: &PayerAccountId,
        member: &MemberAccountId,
        period: BillingPeriod,
        deliveries: &DeliveryState,
    ) -> Result<Option<MemberUsage>, StoreFault> {
        let versions = self.member_usage_versions(payer, member, period)?;
        Ok(versions.effective(|delivery| deliveries.place_of(delivery)).cloned())
    }

    /// Members that any delivery of a payer and period named.
    ///
    /// # Errors
    /// [`StoreFault`].
    pub fn members_of_period(
        &self,
        payer: &PayerAccountId,
        period: BillingPeriod,
    ) -> Result<Vec<MemberAccountId>, StoreFault> {
        let prefix = period_member_key(payer, period, None);
        let keys = self.keys(Tree::PeriodMembers, prefix.as_bytes())?;
        Ok(keys
            .into_iter()
            .filter_map(|key| MemberAccountId::parse(&String::from_utf8_lossy(key.get(prefix.len()..)?)).ok())
            .collect())
    }

    /// Members that any delivery named, of all payers and periods.
    ///
    /// # Errors
    /// [`StoreFault`].
    pub fn members_billed(&self) -> Result<BTreeSet<(PayerAccountId, MemberAccountId)>, StoreFault> {
        let keys = self.keys(Tree::PeriodMembers, b"")?;
        Ok(keys
            .into_iter()
            .filter_map(|key| {
                let key = String::from_utf8_lossy(&key).into_owned();
                let mut parts = key.split('/');
                let (payer, _, member) = (parts.next()?, parts.next()?, parts.next()?);
                Some((PayerAccountId::parse(payer).ok()?, MemberAccountId::parse(member).ok()?))
            })
            .collect())
    }
}
