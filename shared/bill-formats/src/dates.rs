//! Dates as bills write them, read to the day in UTC (rule book N44).
//!
//! CUR writes `2026-04-01T00:00:00.000Z`, FOCUS exports `2024-09-01 00:00:00` or with an offset,
//! manifests `20180101T000000.000Z`. A time without a zone is UTC, as FOCUS asks for.

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use domain::{day::has_year_of_four_digits, period::BillingPeriod};

/// The month that begins here: the first of it, at 00:00 UTC. Nothing where the text is another moment,
/// such as a local midnight, which is of the month before.
pub(crate) fn billing_period(text: &str) -> Option<BillingPeriod> {
    let text = text.trim();
    if text.len() == MONTH_LENGTH {
        return BillingPeriod::parse(text).ok();
    }
    let day = match utc_day(text) {
        Some(day) => {
            let time = text.as_bytes().get(DAY_LENGTH..).unwrap_or_default();
            time.iter().all(|byte| !matches!(byte, b'1'..=b'9')).then_some(day)
        }
        None => instant(text).filter(|at| at.time() == NaiveTime::MIN).map(|at| at.date_naive()),
    };
    day.filter(|day| day.day() == 1 && has_year_of_four_digits(*day)).map(BillingPeriod::containing)
}

/// The day in UTC; the first of the month where the text names a month only.
pub(crate) fn day(text: &str) -> Option<NaiveDate> {
    let text = text.trim();
    if text.len() == 7 {
        return BillingPeriod::parse(text).ok().map(BillingPeriod::first_day);
    }
    utc_day(text).or_else(|| instant(text).map(|at| at.date_naive())).filter(|day| has_year_of_four_digits(*day))
}

/// Whether the text is a moment of a year that is not written with four digits: a mistake, never a date.
pub(crate) fn has_other_year(text: &str) -> bool {
    instant(text).is_some_and(|at| !has_year_of_four_digits(at.date_naive()))
}

/// The day of `2026-04-01`, alone or before a time that is UTC: what nearly all bills write.
fn utc_day(text: &str) -> Option<NaiveDate> {
    let bytes = text.as_bytes();
    let is_time = |byte: &u8| byte.is_ascii_digit() || matches!(byte, b':' | b'.');
    let is_utc = match bytes.get(DAY_LENGTH..)? {
        [] => true,
        [b'T' | b' ', time @ ..] => {
            let time = time.strip_suffix(b"Z").unwrap_or(time);
            time.len() >= "00:00".len() && time.iter().all(is_time)
        }
        _ => false,
    };
    if !is_utc || bytes[4] != b'-' || bytes[7] != b'-' {
        return None;
    }
    let number =
        |range: std::ops::Range<usize>| text.get(range).filter(|part| part.bytes().all(|byte| byte.is_ascii_digit()));
    let (year, month, day) = (number(0..4)?, number(5..7)?, number(8..10)?);
    NaiveDate::from_ymd_opt(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
}

/// The moment in UTC.
pub(crate) fn instant(text: &str) -> Option<DateTime<Utc>> {
    let text = text.trim();
    let text = text.strip_suffix(" UTC").unwrap_or(text);
    for format in ["%Y-%m-%dT%H:%M:%S%.f%#z", "%Y-%m-%d %H:%M:%S%.f%#z", "%Y-%m-%dT%H:%M%#z", "%Y%m%dT%H%M%S%.f%#z"] {
        if let Ok(at) = DateTime::parse_from_str(text, format) {
            return Some(at.to_utc());
        }
    }
    let text = text.strip_suffix(['Z', 'z']).unwrap_or(text);
    for format in ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M", "%Y%m%dT%H%M%S%.f"] {
        if let Ok(at) = NaiveDateTime::parse_from_str(text, format) {
            return Some(at.and_utc());
        }
    }
    None
}

const MONTH_LENGTH: usize = "2026-04".len();
const DAY_LENGTH: usize = "2026-04-01".len();

/// The part of a charge date that an aggregate is keyed by: the month, or the day where days are
/// kept. A text whose zone could move it to another day is returned whole, to be read in full.
#[inline]
pub(crate) fn key_part(text: &[u8], keep_days: bool) -> &[u8] {
    let length = if keep_days { DAY_LENGTH } else { MONTH_LENGTH };
    let is_iso = text.len() >= DAY_LENGTH && text[4] == b'-' && text[7] == b'-';
    let is_utc = || text.last() == Some(&b'Z') || !text[DAY_LENGTH..].iter().any(|byte| matches!(byte, b'+' | b'-'));
    if is_iso && is_utc() { &text[..length] } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_the_first_of_april_is_april() {
        for text in [
            "2026-04-01T00:00:00.000Z",
            "2026-04-01T00:00:00Z",
            "2026-04-01 00:00:00",
            "2026-04-01 00:00:00.000 UTC",
            "2026-04-01 00:00:00+00",
            "2026-04-01T00:00Z",
            "2026-04-01",
            "2026-04",
            "20260401T000000.000Z",
            "2026-04-01T00:00:00+00:00",
            "2026-03-31T17:00:00-07:00",
        ] {
            assert_eq!(billing_period(text).map(|at| at.to_string()).as_deref(), Some("2026-04"), "{text}");
        }
        for text in [
            "",
            "April",
            "04/01/2026",
            "2026-04-01T",
            "2026-04-01T00:00:00X",
            "2026-+4-01",
            "2026-13-01",
            "2026-04-31",
            "46113",
            "2026-04-02",
            "2026-04-01T00:00:01Z",
            "2026-04-01 00:00:00.5",
            "2026-04-01 00:00:00+02:00",
            "2026-03-31T18:00:00-07:00",
            "+12026-04-01T00:00:00Z",
            "0026-04-01",
        ] {
            assert_eq!(billing_period(text), None, "{text}");
        }
    }

    #[test]
    fn a_date_is_cut_only_where_no_zone_can_move_it() {
        assert_eq!(key_part(b"2026-04-01T23:30:00Z", false), b"2026-04");
        assert_eq!(key_part(b"2026-04-01 23:30:00", true), b"2026-04-01");
        assert_eq!(key_part(b"2026-03-31T17:00:00-07:00", false), b"2026-03-31T17:00:00-07:00");
    }
}
