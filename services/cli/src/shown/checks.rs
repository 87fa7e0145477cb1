//! Checks that hold or do not.

use projector::AuditCheck;
use service_kit::{Failure, error_codes::Code};

use crate::outcome::Outcome;

const COLUMNS: [&str; 6] = ["check", "holds", "looked_at", "of", "findings", "result"];

/// Checks as rows.
pub(crate) fn check_rows(checks: &[AuditCheck]) -> Result<Outcome, Failure> {
    Outcome::rows(checks, &COLUMNS)
}

/// Checks as rows; a failure where one does not hold.
pub(crate) fn checks_hold(checks: &[AuditCheck], code: Code<5>, what: &str) -> Result<Outcome, Failure> {
    let outcome = check_rows(checks)?;
    let failed: Vec<&str> = checks.iter().filter(|check| !check.holds).map(|check| check.check).collect();
    if failed.is_empty() {
        return Ok(outcome);
    }
    Ok(outcome.failing(Failure::check(code, format!("{what}: {}", failed.join(", ")))))
}
