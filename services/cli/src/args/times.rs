//! Times as they are written on the command line.

use chrono::{DateTime, NaiveDate, Utc};

/// A time, or a day for all of it.
pub(crate) fn time_or_day(text: &str) -> Result<DateTime<Utc>, String> {
    if let Ok(time) = DateTime::parse_from_rfc3339(text) {
        return Ok(time.with_timezone(&Utc));
    }
    let day: NaiveDate = text.parse().map_err(|_| format!("'{text}' is neither a time (RFC 3339) nor a date"))?;
    let last = day.and_hms_micro_opt(23, 59, 59, 999_999).ok_or_else(|| format!("'{text}' is out of range"))?;
    Ok(last.and_utc())
}
