//! The hours of a billing month, as text and as instants.

use chrono::{Duration, NaiveDate, NaiveTime};
use domain::period::BillingPeriod;

/// Every hour of a month and the two days after it (tax and fees end there), written once.
#[derive(Debug, Clone)]
pub(crate) struct MonthClock {
    pub(crate) period: BillingPeriod,
    /// Hours in the month; also the hour at which it ends.
    pub(crate) hours: u32,
    first_millis: i64,
    /// `2025-01-01T05`, by hour.
    texts: Vec<[u8; 13]>,
}

const HOURS_AFTER: u32 = 48;

impl MonthClock {
    pub(crate) fn of(period: BillingPeriod) -> Self {
        let start = period.first_day().and_time(NaiveTime::MIN);
        let hours = hours_between(period.first_day(), period.next().first_day());
        let texts = (0..=hours + HOURS_AFTER)
            .map(|hour| {
                let mut text = [b'0'; 13];
                let written = (start + Duration::hours(i64::from(hour))).format("%Y-%m-%dT%H").to_string();
                for (to, from) in text.iter_mut().zip(written.bytes()) {
                    *to = from;
                }
                text
            })
            .collect();
        Self { period, hours, first_millis: start.and_utc().timestamp_millis(), texts }
    }

    /// `2025-01-01T05`.
    pub(crate) fn text(&self, hour: u32) -> &[u8] {
        &self.texts[(hour as usize).min(self.texts.len() - 1)]
    }

    pub(crate) fn millis(&self, hour: u32) -> i64 {
        self.first_millis + i64::from(hour) * 3_600_000
    }

    /// The hour of the month at which a day begins, kept inside the month.
    pub(crate) fn hour_of(&self, day: NaiveDate) -> u32 {
        if day <= self.period.first_day() { 0 } else { hours_between(self.period.first_day(), day).min(self.hours) }
    }
}

fn hours_between(from: NaiveDate, to: NaiveDate) -> u32 {
    u32::try_from((to - from).num_hours()).unwrap_or(0)
}
