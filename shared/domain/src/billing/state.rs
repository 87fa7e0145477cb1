//! A payer's period as it stands: its last run, its documents, open or closed.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{BillingFact, BillingRunCompleted, DocumentHeader, DocumentKind, StatementsBefore};
use crate::ids::{CustomerId, DeliveryId, DocumentNumber, PoNumber, RunId};

/// Whether a period is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PeriodStatus {
    /// It may be billed and billed again.
    #[default]
    Open,
    /// Open, and it does not hold the next one.
    Waived,
    /// Later changes post to the open period.
    Closed,
}

/// The last run of a period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastRun {
    /// The run.
    pub run: RunId,
    /// The delivery it bills.
    pub delivery: DeliveryId,
    /// Its outcome; none while it is under way, or was cut off.
    pub completed: Option<BillingRunCompleted>,
}

/// A payer's period.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BillingState {
    /// Open or closed.
    pub status: PeriodStatus,
    /// How often it was closed.
    pub closes: u32,
    /// The statements that went out before its own, from its first run on.
    pub follows: Option<StatementsBefore>,
    /// Its last run.
    pub last_run: Option<LastRun>,
    /// Issued documents, as they were issued.
    pub documents: BTreeMap<DocumentNumber, DocumentHeader>,
    /// The document that stands for each customer and PO number, issued or draft; a draft hides
    /// no issued one.
    pub standing: Vec<DocumentHeader>,
}

impl BillingState {
    /// Folds one fact in.
    pub fn evolve(&mut self, fact: &BillingFact) {
        match fact {
            BillingFact::RunStarted(started) => {
                // Once its statements are out, what they brought forward stays.
                if !self.is_issued() {
                    self.follows = Some(started.follows);
                }
                self.last_run =
                    Some(LastRun { run: started.run.clone(), delivery: started.delivery.clone(), completed: None });
            }
            BillingFact::Statement(_) => {}
            BillingFact::Document(header) => {
                if let Some(number) = &header.document_number {
                    self.documents.insert(number.clone(), header.clone());
                }
                self.standing.retain(|other| other.customer != header.customer || other.po_number != header.po_number);
                self.standing.push(header.clone());
            }
            BillingFact::RunCompleted(completed) => {
                self.last_run = Some(LastRun {
                    run: completed.run.clone(),
                    delivery: completed.delivery.clone(),
                    completed: Some(completed.clone()),
                });
            }
            BillingFact::Closed(closed) => {
                self.status = PeriodStatus::Closed;
                self.closes = closed.version;
            }
            BillingFact::Reopened(_) => self.status = PeriodStatus::Open,
            BillingFact::Waived(_) => self.status = PeriodStatus::Waived,
        }
    }

    /// The run that the period is billed by, where it ended.
    pub fn billed(&self) -> Option<&BillingRunCompleted> {
        self.last_run.as_ref().and_then(|run| run.completed.as_ref())
    }

    /// Whether statements went out: a run ended that was no draft.
    pub fn is_issued(&self) -> bool {
        self.status == PeriodStatus::Closed
            || self.documents.values().next().is_some()
            || self.billed().is_some_and(|run| !run.draft)
    }

    /// Whether it holds the next period.
    pub fn holds_next(&self) -> bool {
        self.status == PeriodStatus::Open
    }

    /// The document that stands for a customer and PO number.
    pub fn standing_for(&self, customer: &CustomerId, po_number: &PoNumber) -> Option<&DocumentHeader> {
        self.standing.iter().find(|header| header.customer == *customer && header.po_number == *po_number)
    }

    /// The last document issued for a customer and PO number.
    pub fn issued_for(&self, customer: &CustomerId, po_number: &PoNumber) -> Option<&DocumentHeader> {
        self.documents
            .values()
            .filter(|header| header.customer == *customer && header.po_number == *po_number)
            .filter(|header| header.kind != DocumentKind::Draft)
            .max_by_key(|header| header.document_number.clone())
    }
}
