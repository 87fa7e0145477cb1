//! Billing periods: calendar months in UTC (rule book N44). A month starts at 00:00 UTC on day 1.
//!
//! Source: <https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/useconsolidatedbilling-credits.html>

use std::{fmt, str::FromStr};

use chrono::{Datelike, Days, Months, NaiveDate};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The last year that a month is written with four digits.
const YEAR_MAX: i32 = 9999;

/// A calendar month, written `2019-01`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String", extend("pattern" = "^[0-9]{4}-[0-9]{2}$"))]
pub struct BillingPeriod {
    first_day: NaiveDate,
}

/// The text is no month. Write it as `2019-01`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not a billing period: write it as YYYY-MM, for example 2019-01")]
pub struct NotAPeriod(pub String);

impl BillingPeriod {
    /// Reads `2019-01`.
    ///
    /// # Errors
    /// [`NotAPeriod`].
    pub fn parse(text: &str) -> Result<Self, NotAPeriod> {
        let refuse = || NotAPeriod(text.to_owned());
        let (year, month) = text.trim().split_once('-').ok_or_else(refuse)?;
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if year.len() != 4 || month.len() != 2 || !digits(year) || !digits(month) {
            return Err(refuse());
        }
        let year = year.parse().map_err(|_| refuse())?;
        let month = month.parse().map_err(|_| refuse())?;
        let first_day = NaiveDate::from_ymd_opt(year, month, 1).ok_or_else(refuse)?;
        Ok(Self { first_day })
    }

    /// The month that a day lies in.
    pub fn containing(day: NaiveDate) -> Self {
        Self { first_day: day.with_day(1).unwrap_or(day) }
    }

    /// The first day.
    pub fn first_day(self) -> NaiveDate {
        self.first_day
    }

    /// The last day: the effective date of a draw.
    pub fn last_day(self) -> NaiveDate {
        let following = self.first_day.checked_add_months(Months::new(1));
        following.and_then(|day| day.checked_sub_days(Days::new(1))).unwrap_or(self.first_day)
    }

    /// The month after; the last month that can be written, `9999-12`, has none and stays.
    #[must_use]
    pub fn next(self) -> Self {
        let following = self.first_day.checked_add_months(Months::new(1));
        Self { first_day: following.filter(|day| day.year() <= YEAR_MAX).unwrap_or(self.first_day) }
    }

    /// The month before; the first that can be written, `0000-01`, has none and stays.
    #[must_use]
    pub fn previous(self) -> Self {
        let former = self.first_day.checked_sub_months(Months::new(1));
        Self { first_day: former.filter(|day| day.year() >= 0).unwrap_or(self.first_day) }
    }

    /// Whether the day lies in this month.
    pub fn contains(self, day: NaiveDate) -> bool {
        Self::containing(day) == self
    }
}

impl fmt::Display for BillingPeriod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{:04}-{:02}", self.first_day.year(), self.first_day.month()))
    }
}

impl fmt::Debug for BillingPeriod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl FromStr for BillingPeriod {
    type Err = NotAPeriod;

    fn from_str(text: &str) -> Result<Self, NotAPeriod> {
        Self::parse(text)
    }
}

impl TryFrom<String> for BillingPeriod {
    type Error = NotAPeriod;

    fn try_from(text: String) -> Result<Self, NotAPeriod> {
        Self::parse(&text)
    }
}

impl From<BillingPeriod> for String {
    fn from(period: BillingPeriod) -> Self {
        period.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_month_that_can_be_written_stays_and_ends() {
        let last = BillingPeriod::parse("9999-12").unwrap();
        assert_eq!(last.next(), last);
        assert_eq!(last.last_day().to_string(), "9999-12-31");
        assert_eq!(BillingPeriod::parse(&last.next().to_string()), Ok(last), "it is read as it is written");
        let first = BillingPeriod::parse("0000-01").unwrap();
        assert_eq!(first.previous(), first);
    }

    #[test]
    fn months_begin_and_end_on_utc_days() {
        let february = BillingPeriod::parse("2020-02").unwrap();
        assert_eq!(february.last_day().to_string(), "2020-02-29");
        assert_eq!(february.next().to_string(), "2020-03");
        assert_eq!(BillingPeriod::parse("2019-12").unwrap().next().to_string(), "2020-01");
        for text in ["2019-13", "2019-1", "201901", "", "19-01", "2019-+1", "+201-01"] {
            assert!(BillingPeriod::parse(text).is_err(), "{text}");
        }
    }
}
