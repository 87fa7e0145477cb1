//! The committer's clock. `CREDITMEMO_CLOCK` sets it by hand, on the embedded log only, and what is
//! recorded then says so.

use chrono::{DateTime, NaiveDate, SubsecRound, Utc};

/// Where recorded times come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clock {
    /// The machine's clock.
    System,
    /// Set by hand.
    Injected(DateTime<Utc>),
}

/// The variable that sets the clock is not a time. Write it as RFC 3339.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("CREDITMEMO_CLOCK is '{0}': write it as RFC 3339, for example 2019-02-05T09:00:00Z")]
pub struct ClockFault(pub String);

impl Clock {
    /// The clock that the environment asks for.
    ///
    /// # Errors
    /// [`ClockFault`].
    pub fn from_environment() -> Result<Self, ClockFault> {
        match std::env::var("CREDITMEMO_CLOCK") {
            Ok(text) if !text.trim().is_empty() => DateTime::parse_from_rfc3339(text.trim())
                .map(|time| Self::Injected(time.with_timezone(&Utc)))
                .map_err(|_| ClockFault(text)),
            _ => Ok(Self::System),
        }
    }

    /// Now, to the microsecond: what a JSON time keeps everywhere.
    pub fn now(self) -> DateTime<Utc> {
        match self {
            Self::System => Utc::now().trunc_subsecs(6),
            Self::Injected(time) => time,
        }
    }

    /// Today in UTC (rule book N44).
    pub fn today(self) -> NaiveDate {
        self.now().date_naive()
    }

    /// Whether it was set by hand.
    pub fn is_injected(self) -> bool {
        matches!(self, Self::Injected(_))
    }
}
