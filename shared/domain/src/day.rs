//! A day as people and files write it: `YYYY-MM-DD`, of a year of four digits. A year beyond 9999 or before 0
//! is a mistake of whoever wrote it (milliseconds for seconds, a key pressed twice), and would be written
//! into the log in a form that no reader takes.

use chrono::{Datelike, NaiveDate};

/// Why a text is no day.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not a date of the form YYYY-MM-DD, with a year of four digits")]
pub struct BadDay(pub String);

/// A day whose year has not four digits. Correct it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: the year of {day} has not four digits: write a date as YYYY-MM-DD")]
pub struct YearOutOfRange {
    /// What was to be that day.
    pub field: &'static str,
    /// The day.
    pub day: NaiveDate,
}

/// A day, refused where its year has not four digits.
///
/// # Errors
/// [`YearOutOfRange`].
pub fn check_year(field: &'static str, day: NaiveDate) -> Result<NaiveDate, YearOutOfRange> {
    if has_year_of_four_digits(day) { Ok(day) } else { Err(YearOutOfRange { field, day }) }
}

/// Whether the year of a day has four digits.
pub fn has_year_of_four_digits(day: NaiveDate) -> bool {
    (1000..=9999).contains(&day.year())
}

/// Reads a day.
///
/// # Errors
/// [`BadDay`].
pub fn parse_day(text: &str) -> Result<NaiveDate, BadDay> {
    let bad = || BadDay(text.to_owned());
    let bytes = text.as_bytes();
    let is_digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let has_form = bytes.len() == 10
        && bytes.get(4) == Some(&b'-')
        && bytes.get(7) == Some(&b'-')
        && [0, 1, 2, 3, 5, 6, 8, 9].into_iter().all(is_digit);
    if !has_form {
        return Err(bad());
    }
    let day: NaiveDate = text.parse().map_err(|_| bad())?;
    if has_year_of_four_digits(day) { Ok(day) } else { Err(bad()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_has_a_year_of_four_digits() {
        for text in ["2019-01-31", "1999-12-31", "9999-12-31", "1000-01-01"] {
            assert_eq!(parse_day(text).unwrap().to_string(), text);
        }
        for text in [
            "+12025-01-01",
            "12025-01-01",
            "0999-01-01",
            "-2025-01-01",
            "2019-1-1",
            "2019-02-29",
            "20190131",
            " 2019-01-31",
            "",
        ] {
            assert_eq!(parse_day(text), Err(BadDay(text.to_owned())), "{text}");
        }
    }
}
