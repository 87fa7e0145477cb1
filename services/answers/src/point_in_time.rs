//! The point in time that a question is asked of: both of its dates.

use chrono::{DateTime, NaiveDate, Utc};

/// What counts, and what was known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PointInTime {
    /// What counts by the end of this day; all of it where none is named.
    pub effective: Option<NaiveDate>,
    /// What was recorded at or before this time; all of it where none is named.
    pub recorded: Option<DateTime<Utc>>,
}

impl PointInTime {
    /// The same day, as known at another time.
    pub fn known_at(self, recorded: DateTime<Utc>) -> Self {
        Self { recorded: Some(recorded), ..self }
    }

    /// The day that rows are of, where it matters which: the effective day, else the recorded one.
    pub(crate) fn day(self, today: NaiveDate) -> NaiveDate {
        self.effective.or(self.recorded.map(|time| time.date_naive())).unwrap_or(today)
    }

    /// Whether something of a day counts by now.
    pub(crate) fn counts(self, day: NaiveDate) -> bool {
        self.effective.is_none_or(|last| day <= last)
    }
}
