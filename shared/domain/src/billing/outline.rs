//! A payer's period without its documents: what decisions about other periods ask of it. A period
//! of thousands of documents is then a few hundred bytes to whoever looks at all months.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{BillingRunCompleted, BillingState, LastRun, PeriodActProposed, PeriodStatus, StatementsBefore};
use crate::{ids::DocumentNumber, period::BillingPeriod, policy::DocumentSeries};

/// A payer's period, its documents counted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeriodOutline {
    /// Open or closed.
    pub status: PeriodStatus,
    /// The statements that went out before its own.
    pub follows: Option<StatementsBefore>,
    /// Its last run.
    pub last_run: Option<LastRun>,
    /// How many documents were issued in the payer's series over all periods.
    pub in_payer_series: usize,
    /// Whether statements went out: see [`BillingState::is_issued`].
    pub is_issued: bool,
    /// Documents that were voided, with the period whose statements show it.
    pub voided: BTreeMap<DocumentNumber, BillingPeriod>,
    /// Acts upon the period that wait for a second person, by proposal.
    pub proposals: BTreeMap<String, PeriodActProposed>,
    /// Voids that were approved, with who approved them, by proposal.
    pub approved_voids: BTreeMap<String, (String, PeriodActProposed)>,
}

impl PeriodOutline {
    /// The run that the period is billed by, where it ended.
    pub fn billed(&self) -> Option<&BillingRunCompleted> {
        self.last_run.as_ref().and_then(|run| run.completed.as_ref())
    }
}

impl BillingState {
    /// The period without its documents.
    pub fn outline(&self) -> PeriodOutline {
        PeriodOutline {
            status: self.status,
            follows: self.follows,
            last_run: self.last_run.clone(),
            in_payer_series: self.numbered_in(DocumentSeries::Payer),
            is_issued: self.is_issued(),
            voided: self.voided.clone(),
            proposals: self.proposals.clone(),
            approved_voids: self.approved_voids.clone(),
        }
    }
}
