//! A member's usage as delivered: the fact, and which version of it counts.

use money::Currency;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ChargeAggregate, CreditLineAggregate, MemberUsage};
use crate::{
    ids::{DeliveryId, MemberAccountId, PayerAccountId},
    period::BillingPeriod,
};

/// Aggregates in one fact at the most, so that a fact stays well inside a commit.
const AGGREGATES_PER_FACT_MAX: usize = 200;

/// What a delivery says of a member, or part of it where it is long.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MemberUsageDelivered {
    /// The payer billed.
    pub payer: PayerAccountId,
    /// The account.
    pub member: MemberAccountId,
    /// The month of the bill.
    pub period: BillingPeriod,
    /// The delivery.
    pub delivery: DeliveryId,
    /// The delivery whose record of this member it replaces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces: Option<DeliveryId>,
    /// Deliveries that had recorded the member too and were not completed then: they were cut off, or
    /// another process was ingesting them, and may be completed yet.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_completed: Vec<DeliveryId>,
    /// The currency of all amounts.
    pub currency: Currency,
    /// Which part this is, from 1.
    pub part: u32,
    /// How many parts there are.
    pub parts: u32,
    /// Everything but credit lines.
    pub charges: Vec<ChargeAggregate>,
    /// Credit lines.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub credit_lines: Vec<CreditLineAggregate>,
}

/// The versions of a member's usage that may still count.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberUsageState {
    versions: Vec<MemberUsage>,
}

impl MemberUsageState {
    /// The version that counts: that of the delivery completed last among those that recorded one. A
    /// delivery that records none found the one before it saying the same.
    ///
    /// `place` is a delivery's place among those completed ([`super::DeliveryState::place_of`]).
    pub fn effective(&self, place: impl Fn(&DeliveryId) -> Option<usize>) -> Option<&MemberUsage> {
        let completed = self.versions.iter().filter_map(|version| Some((place(&version.delivery)?, version)));
        completed.max_by_key(|(place, _)| *place).map(|(_, version)| version)
    }

    /// The version that will count once a delivery is completed next.
    fn under(&self, delivery: &DeliveryId, place: impl Fn(&DeliveryId) -> Option<usize>) -> Option<&MemberUsage> {
        self.versions.iter().find(|version| version.delivery == *delivery).or_else(|| self.effective(place))
    }

    /// Whether a delivery says something else of the member than the version that counts, whatever a
    /// delivery that was cut off has left behind.
    pub fn changes(&self, offered: &MemberUsage, place: impl Fn(&DeliveryId) -> Option<usize>) -> bool {
        !says(self.effective(place), offered)
    }

    /// Whether the member will stand as its delivery says, once that is completed next.
    pub fn stands(&self, offered: &MemberUsage, place: impl Fn(&DeliveryId) -> Option<usize>) -> bool {
        says(self.under(&offered.delivery, place), offered)
    }

    /// Decides what is new of a member in a delivery. Nothing where it says what the effective
    /// version says, or where a delivery that was cut off has recorded it already.
    pub fn decide(
        &self,
        offered: &MemberUsage,
        place: impl Fn(&DeliveryId) -> Option<usize>,
    ) -> Vec<MemberUsageDelivered> {
        if self.stands(offered, &place) {
            return Vec::new();
        }
        let replaces = self.effective(&place).map(|version| version.delivery.clone());
        let others = self.versions.iter().map(|version| &version.delivery);
        let not_completed: Vec<DeliveryId> =
            others.filter(|one| **one != offered.delivery && place(one).is_none()).cloned().collect();
        let mut charges: Vec<&[ChargeAggregate]> = offered.charges.chunks(AGGREGATES_PER_FACT_MAX).collect();
        let mut credit_lines: Vec<&[CreditLineAggregate]> =
            offered.credit_lines.chunks(AGGREGATES_PER_FACT_MAX).collect();
        let mut parts: Vec<(&[ChargeAggregate], &[CreditLineAggregate])> = Vec::new();
        // Short records, nearly all of them, are one fact.
        if charges.len() <= 1 && offered.charges.len() + offered.credit_lines.len() <= AGGREGATES_PER_FACT_MAX {
            parts.push((&offered.charges, &offered.credit_lines));
        } else {
            parts.extend(charges.drain(..).map(|chunk| (chunk, &[][..])));
            parts.extend(credit_lines.drain(..).map(|chunk| (&[][..], chunk)));
        }
        let count = u32::try_from(parts.len()).unwrap_or(u32::MAX);
        (1..)
            .zip(parts)
            .map(|(part, (charges, credit_lines))| MemberUsageDelivered {
                payer: offered.payer.clone(),
                member: offered.member.clone(),
                period: offered.period,
                delivery: offered.delivery.clone(),
                replaces: replaces.clone(),
                not_completed: not_completed.clone(),
                currency: offered.currency,
                part,
                parts: count,
                charges: charges.to_vec(),
                credit_lines: credit_lines.to_vec(),
            })
            .collect()
    }

    /// Folds one fact in.
    pub fn evolve(&mut self, fact: &MemberUsageDelivered) {
        if fact.part == 1 {
            // What counts, and what may come to count: another process's delivery under way is not dropped.
            self.versions.retain(|version| {
                let may_count =
                    Some(&version.delivery) == fact.replaces.as_ref() || fact.not_completed.contains(&version.delivery);
                may_count && version.delivery != fact.delivery
            });
            self.versions.push(MemberUsage {
                payer: fact.payer.clone(),
                member: fact.member.clone(),
                period: fact.period,
                delivery: fact.delivery.clone(),
                currency: fact.currency,
                charges: fact.charges.clone(),
                credit_lines: fact.credit_lines.clone(),
            });
        } else if let Some(version) = self.versions.last_mut() {
            version.charges.extend(fact.charges.iter().cloned());
            version.credit_lines.extend(fact.credit_lines.iter().cloned());
        }
    }
}

/// Whether a version says of the member what is offered; none says that there is nothing.
fn says(version: Option<&MemberUsage>, offered: &MemberUsage) -> bool {
    match version {
        Some(version) => same(version, offered),
        None => offered.charges.is_empty() && offered.credit_lines.is_empty(),
    }
}

fn same(one: &MemberUsage, other: &MemberUsage) -> bool {
    one.currency == other.currency && one.charges == other.charges && one.credit_lines == other.credit_lines
}
