//! Rows, or with `--since` what changed of them between two times.

use answers::differences;
use schemars::JsonSchema;
use serde::Serialize;
use service_kit::Failure;

use crate::outcome::Outcome;

/// The rows that are known; or, where those known before are given, each field that differs.
pub(crate) fn rows_or_differences<Row: Serialize + JsonSchema>(
    known: &[Row],
    before: Option<&[Row]>,
    key: &str,
    columns: &[&str],
) -> Result<Outcome, Failure> {
    match before {
        None => Outcome::rows(known, columns),
        Some(before) => Outcome::rows(&differences(before, known, key)?, &["of", "field", "before", "after", "change"]),
    }
}
