//! Adopting policies from a period on, and finding those in force for a period.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Policies, PoliciesProposed, PolicyHash};
use crate::period::BillingPeriod;

/// Adopt policies from a period on.
#[derive(Debug, Clone)]
pub struct AdoptPolicies {
    /// The first period they hold for; `None` from the beginning.
    pub from: Option<BillingPeriod>,
    /// All of them.
    pub policies: Policies,
    /// The last period that is closed, for the payers concerned.
    pub last_closed: Option<BillingPeriod>,
}

/// Why policies were not adopted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PolicyRefusal {
    /// A closed month keeps the policies it was decided under. Adopt from a later period.
    #[error("{from} is not after the closed period {last_closed}: a closed month keeps its policies, adopt from {} on", last_closed.next())]
    PeriodClosed {
        /// Asked for.
        from: String,
        /// The last one closed.
        last_closed: BillingPeriod,
    },
}

/// Policies were adopted from a period on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PolicyAdopted {
    /// The first period they hold for; none: from the beginning.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<BillingPeriod>,
    /// Their hash.
    pub hash: PolicyHash,
    /// All of them.
    pub policies: Policies,
}

/// The adoptions on one subject: of all payers, or of one.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyHistory {
    adopted: Vec<PolicyAdopted>,
    /// Adoptions that wait for a second person, by proposal.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) proposals: BTreeMap<String, PoliciesProposed>,
}

impl PolicyHistory {
    /// Decides an adoption. Policies already in force from that period on are not adopted twice.
    ///
    /// # Errors
    /// [`PolicyRefusal`].
    pub fn decide(&self, command: AdoptPolicies) -> Result<Vec<PolicyAdopted>, PolicyRefusal> {
        if let Some(last_closed) = command.last_closed
            && command.from.is_none_or(|from| from <= last_closed)
        {
            let from = command.from.map_or_else(|| "the beginning".to_owned(), |from| from.to_string());
            return Err(PolicyRefusal::PeriodClosed { from, last_closed });
        }
        let hash = command.policies.hash();
        let in_force_already =
            self.timeline().range(..=command.from).next_back().is_some_and(|(_, adopted)| adopted.hash == hash);
        if in_force_already && self.timeline().range(command.from..).all(|(_, later)| later.hash == hash) {
            return Ok(Vec::new());
        }
        Ok(vec![PolicyAdopted { from: command.from, hash, policies: command.policies }])
    }

    /// What an adoption makes of the history.
    #[must_use]
    pub fn evolve(mut self, fact: &PolicyAdopted) -> Self {
        self.adopted.push(fact.clone());
        self
    }

    /// The latest adoption for each first period. A later adoption ends what an earlier one had
    /// foreseen from that period on.
    fn timeline(&self) -> BTreeMap<Option<BillingPeriod>, &PolicyAdopted> {
        let mut timeline = BTreeMap::new();
        for adopted in &self.adopted {
            timeline.retain(|from, _| *from < adopted.from);
            timeline.insert(adopted.from, adopted);
        }
        timeline
    }

    /// The policies in force for a period, if any were adopted.
    pub fn in_force(&self, period: BillingPeriod) -> Option<&Policies> {
        self.timeline().range(..=Some(period)).next_back().map(|(_, adopted)| &adopted.policies)
    }

    /// The policies in force for some period from one on, in order.
    pub fn from_on(&self, from: Option<BillingPeriod>) -> Vec<&Policies> {
        let timeline = self.timeline();
        let standing = timeline.range(..=from).next_back().into_iter();
        let later = timeline.range((std::ops::Bound::Excluded(from), std::ops::Bound::Unbounded));
        standing.chain(later).map(|(_, adopted)| &adopted.policies).collect()
    }

    /// Every adoption, oldest first.
    pub fn adoptions(&self) -> &[PolicyAdopted] {
        &self.adopted
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::MemoExpiry;

    fn period(text: &str) -> BillingPeriod {
        BillingPeriod::parse(text).unwrap()
    }

    #[test]
    fn an_old_month_keeps_the_policies_it_had() {
        let upstream = Policies { memo_expiry: MemoExpiry::Upstream, ..Policies::default() };
        let command = AdoptPolicies {
            from: Some(period("2019-03")),
            policies: upstream.clone(),
            last_closed: Some(period("2019-02")),
        };
        let history = PolicyHistory::default();
        let facts = history.decide(command.clone()).unwrap();
        let history = facts.iter().fold(history, PolicyHistory::evolve);
        assert_eq!(history.in_force(period("2019-02")), None);
        assert_eq!(history.in_force(period("2019-04")), Some(&upstream));
        assert_eq!(history.decide(command.clone()), Ok(Vec::new()), "adopting again records nothing");
        let closed = AdoptPolicies { from: Some(period("2019-02")), ..command };
        assert!(matches!(history.decide(closed), Err(PolicyRefusal::PeriodClosed { .. })));
    }
}
