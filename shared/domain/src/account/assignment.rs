//! Assigning a member account to a customer and PO from a day on (rule book N21, N22, W12).

use std::{collections::BTreeMap, ops::Bound};

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    ids::{CustomerId, MemberAccountId, PayerAccountId, PoNumber},
    period::BillingPeriod,
};

/// Assign a member account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssignMember {
    /// The payer it is linked to.
    pub payer: PayerAccountId,
    /// The account.
    pub member: MemberAccountId,
    /// Its customer.
    pub customer: CustomerId,
    /// The PO number on its documents; may be blank.
    pub po_number: PoNumber,
    /// The first day.
    pub from: NaiveDate,
    /// The day after the last; none while it lasts.
    pub to: Option<NaiveDate>,
}

/// Why an assignment was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AccountRefusal {
    /// The assignment ends before it begins. Fix the dates.
    #[error("the assignment of {member} ends on {to}, not after its first day {from}")]
    EndsBeforeItBegins {
        /// The account.
        member: MemberAccountId,
        /// First day.
        from: NaiveDate,
        /// Day after the last.
        to: NaiveDate,
    },
    /// Nobody is named. Fill in the customer.
    #[error("the assignment of {member} from {from} names no customer")]
    NoCustomer {
        /// The account.
        member: MemberAccountId,
        /// First day.
        from: NaiveDate,
    },
    /// It overlaps a later assignment. End it where the later one begins.
    #[error("the assignment of {member} from {from} overlaps the one from {later}: end it on {later}")]
    Overlaps {
        /// The account.
        member: MemberAccountId,
        /// First day.
        from: NaiveDate,
        /// The first day of the other.
        later: NaiveDate,
    },
}

/// A member account was assigned to a customer and PO from a day on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MemberAssigned {
    /// The payer it is linked to.
    pub payer: PayerAccountId,
    /// The account.
    pub member: MemberAccountId,
    /// Its customer.
    pub customer: CustomerId,
    /// The PO number on its documents; may be blank.
    pub po_number: PoNumber,
    /// The first day.
    pub from: NaiveDate,
    /// The day after the last; none while it lasts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<NaiveDate>,
}

/// An assignment as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assignment {
    /// The customer.
    pub customer: CustomerId,
    /// The PO number.
    pub po_number: PoNumber,
    /// The first day.
    pub from: NaiveDate,
    /// The day after the last.
    pub to: Option<NaiveDate>,
}

/// All assignments of a member account under one payer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberAccountState {
    assignments: BTreeMap<NaiveDate, Assignment>,
}

impl MemberAccountState {
    /// Decides an assignment. One that stands already is not recorded twice.
    ///
    /// # Errors
    /// [`AccountRefusal`].
    pub fn decide(&self, command: &AssignMember) -> Result<Vec<MemberAssigned>, AccountRefusal> {
        let AssignMember { payer, member, customer, po_number, from, to } = command.clone();
        let later = self.assignments.range((Bound::Excluded(from), Bound::Unbounded)).next().map(|(day, _)| *day);
        // An open end means "until the next assignment", so that importing a file twice is nothing new.
        let to = to.or(later);
        if let Some(to) = to
            && to <= from
        {
            return Err(AccountRefusal::EndsBeforeItBegins { member, from, to });
        }
        if customer.is_blank() {
            return Err(AccountRefusal::NoCustomer { member, from });
        }
        if let (Some(later), Some(to)) = (later, to)
            && to > later
        {
            return Err(AccountRefusal::Overlaps { member, from, later });
        }
        let wanted = Assignment { customer: customer.clone(), po_number: po_number.clone(), from, to };
        if self.assignments.get(&from) == Some(&wanted) {
            return Ok(Vec::new());
        }
        Ok(vec![MemberAssigned { payer, member, customer, po_number, from, to }])
    }

    /// What an assignment makes of the account.
    #[must_use]
    pub fn evolve(mut self, fact: &MemberAssigned) -> Self {
        for former in self.assignments.range_mut(..fact.from).map(|(_, former)| former) {
            if former.to.is_none_or(|to| to > fact.from) {
                former.to = Some(fact.from);
            }
        }
        let MemberAssigned { customer, po_number, from, to, .. } = fact.clone();
        self.assignments.insert(from, Assignment { customer, po_number, from, to });
        self
    }

    /// The assignment in force on a day.
    pub fn on(&self, day: NaiveDate) -> Option<&Assignment> {
        self.assignments
            .range(..=day)
            .next_back()
            .map(|(_, found)| found)
            .filter(|found| found.to.is_none_or(|to| day < to))
    }

    /// The assignment that a period's documents go to: that of the processing day, and for an
    /// account that has left by then, the last one that touches the period (W8, W12).
    pub fn for_processing(&self, period: BillingPeriod, processed_on: NaiveDate) -> Option<&Assignment> {
        self.on(processed_on).or_else(|| {
            self.assignments
                .values()
                .rev()
                .find(|found| found.from <= period.last_day())
                .or_else(|| self.assignments.values().next())
        })
    }

    /// Every assignment, earliest first.
    pub fn assignments(&self) -> impl Iterator<Item = &Assignment> {
        self.assignments.values()
    }

    /// The day after the account's last one of a stay that had ended by a day: it left then, whether or not
    /// it has come back since (rule book N23).
    pub fn last_left_by(&self, day: NaiveDate) -> Option<NaiveDate> {
        let mut left = None;
        let mut all = self.assignments.values().peekable();
        while let Some(one) = all.next() {
            let next = all.peek().map(|next| next.from);
            let ended = one.to.filter(|to| next.is_none_or(|next| *to < next));
            left = ended.filter(|to| *to <= day).or(left);
        }
        left
    }

    /// The first day of the stay that a day falls in, or of the next one: a gap between two assignments ends
    /// a stay.
    pub fn start_of_stay(&self, day: NaiveDate) -> Option<NaiveDate> {
        let mut start: Option<NaiveDate> = None;
        let mut ended: Option<NaiveDate> = None;
        for one in self.assignments.values() {
            if start.is_none() || ended.is_some_and(|ended| ended < one.from) {
                start = Some(one.from);
            }
            ended = one.to;
            if ended.is_none_or(|to| to > day) {
                return start;
            }
        }
        None
    }

    /// The day after the account's last one under this payer, where it has left.
    pub fn left_on(&self) -> Option<NaiveDate> {
        self.assignments.values().next_back().and_then(|last| last.to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn assign(po: &str, from: &str, to: Option<&str>) -> AssignMember {
        AssignMember {
            payer: PayerAccountId::parse("999900001111").unwrap(),
            member: MemberAccountId::parse("111122223333").unwrap(),
            customer: "acme".into(),
            po_number: po.into(),
            from: day(from),
            to: to.map(day),
        }
    }

    fn after(commands: &[AssignMember]) -> MemberAccountState {
        commands.iter().fold(MemberAccountState::default(), |state, command| {
            let facts = state.decide(command).unwrap();
            facts.iter().fold(state, MemberAccountState::evolve)
        })
    }

    #[test]
    fn a_new_po_ends_the_one_before_it() {
        let state = after(&[assign("PO-A", "2019-01-01", None), assign("PO-B", "2019-02-10", None)]);
        assert_eq!(state.on(day("2019-02-09")).unwrap().po_number.as_str(), "PO-A");
        assert_eq!(state.on(day("2019-02-10")).unwrap().po_number.as_str(), "PO-B");
        assert_eq!(state.decide(&assign("PO-B", "2019-02-10", None)), Ok(Vec::new()));
        assert_eq!(state.decide(&assign("PO-A", "2019-01-01", None)), Ok(Vec::new()), "the same file again");
        let overlapping = assign("PO-C", "2019-01-20", Some("2019-03-01"));
        assert!(matches!(state.decide(&overlapping), Err(AccountRefusal::Overlaps { .. })));
    }

    #[test]
    fn an_account_that_left_keeps_its_last_po_for_the_month_it_left_in() {
        let state = after(&[assign("PO-A", "2019-01-01", Some("2019-04-16"))]);
        let april = BillingPeriod::parse("2019-04").unwrap();
        assert_eq!(state.on(day("2019-05-05")), None);
        assert_eq!(state.for_processing(april, day("2019-05-05")).unwrap().po_number.as_str(), "PO-A");
        assert_eq!(state.left_on(), Some(day("2019-04-16")));
    }
}
