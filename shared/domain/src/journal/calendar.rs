//! The month that a late event is posted in: its own while that is open, else the first open one
//! after it (rule book N1, B.2). What was closed when the event was recorded counts, not what is
//! closed now, so that a journal made later says of earlier months what it said then.

use std::collections::{BTreeMap, BTreeSet};

use crate::{ids::PayerAccountId, period::BillingPeriod};

/// A month was closed, or reopened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PeriodLock {
    /// Later events post to the next open month.
    Closed,
    /// It takes events again.
    Reopened,
}

/// Which months of a payer were closed, by position in the billing stream.
#[derive(Debug, Clone, Default)]
pub struct PostingCalendar {
    locks: BTreeMap<PayerAccountId, Vec<(u64, BillingPeriod, PeriodLock)>>,
}

impl PostingCalendar {
    /// Notes a lock with its position; positions come in order.
    pub fn note(&mut self, payer: &PayerAccountId, position: u64, period: BillingPeriod, lock: PeriodLock) {
        self.locks.entry(payer.clone()).or_default().push((position, period, lock));
    }

    /// The month that an event about `period` is posted in, where it was recorded after the
    /// billing stream's commit at `position`.
    pub fn posting(&self, payer: &PayerAccountId, period: BillingPeriod, position: u64) -> BillingPeriod {
        let mut closed = BTreeSet::new();
        for (at, of, lock) in self.locks.get(payer).into_iter().flatten() {
            if *at > position {
                break;
            }
            match lock {
                PeriodLock::Closed => closed.insert(*of),
                PeriodLock::Reopened => closed.remove(of),
            };
        }
        let mut open = period;
        while closed.contains(&open) {
            open = open.next();
        }
        open
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn late_events_go_to_the_first_month_that_was_open_then() {
        let payer = PayerAccountId::parse("999900001111").unwrap();
        let month = |text| BillingPeriod::parse(text).unwrap();
        let mut calendar = PostingCalendar::default();
        for (position, period, lock) in [
            (3, "2019-01", PeriodLock::Closed),
            (7, "2019-02", PeriodLock::Closed),
            (9, "2019-01", PeriodLock::Reopened),
        ] {
            calendar.note(&payer, position, month(period), lock);
        }
        for (position, of, posted) in [
            (2, "2019-01", "2019-01"),
            (3, "2019-01", "2019-02"),
            (7, "2019-01", "2019-03"),
            (8, "2019-02", "2019-03"),
            (9, "2019-01", "2019-01"),
            (9, "2019-04", "2019-04"),
        ] {
            assert_eq!(calendar.posting(&payer, month(of), position), month(posted), "{of} at {position}");
        }
    }
}
