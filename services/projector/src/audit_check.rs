//! What one check of the audit says, and the folded books that checks look over.
//!
//! Absent: the checks themselves; each stands in a file of its own or in [`crate::audit()`].

use std::collections::BTreeMap;

use domain::{
    credit::UpstreamCreditState,
    ids::{MemberAccountId, PayerAccountId, UpstreamCreditId},
    memo::MemberMemos,
};
use schemars::JsonSchema;
use serde::Serialize;

/// One check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct AuditCheck {
    /// Its name.
    pub check: &'static str,
    /// Whether it held.
    pub holds: bool,
    /// How much it looked at.
    pub looked_at: u64,
    /// What it looked at.
    pub of: &'static str,
    /// Where it does not hold; a few places at the most.
    pub findings: Vec<String>,
    /// What came of it, for a check that comes to something: a certificate.
    pub result: Option<String>,
}

impl AuditCheck {
    /// A check that came to something.
    pub(crate) fn with_result(self, result: String) -> Self {
        Self { result: Some(result), ..self }
    }
}

/// The memos of every account.
pub(crate) type AllMemos = BTreeMap<(PayerAccountId, MemberAccountId), MemberMemos>;
/// Every credit of AWS.
pub(crate) type AllCredits = BTreeMap<(PayerAccountId, UpstreamCreditId), UpstreamCreditState>;

/// Places that a failed check names at the most.
pub(crate) const FINDINGS_MAX: usize = 20;

/// A check by what it found.
pub fn check(check: &'static str, looked_at: u64, of: &'static str, mut findings: Vec<String>) -> AuditCheck {
    let holds = findings.is_empty();
    findings.truncate(FINDINGS_MAX);
    AuditCheck { check, holds, looked_at, of, findings, result: None }
}
