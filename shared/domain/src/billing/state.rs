//! A payer's period as it stands: its last run, its documents, open or closed.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    BillingFact, BillingRunCompleted, Blocker, ClosePackMade, DocumentHeader, DocumentKind, PeriodAct,
    PeriodActProposed, StatementsBefore,
};
use crate::{
    ids::{CustomerId, DeliveryId, DocumentNumber, PoNumber, RunId},
    period::BillingPeriod,
};

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
    /// Documents that were voided, with the period whose statements show it.
    #[serde(default)]
    pub voided: BTreeMap<DocumentNumber, BillingPeriod>,
    /// Acts upon the period that wait for a second person, by proposal.
    #[serde(default)]
    pub proposals: BTreeMap<String, PeriodActProposed>,
    /// Voids that were approved, with who approved them, by proposal: what they give back is recorded
    /// after them, and an approval that was cut off is completed by repeating it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub approved_voids: BTreeMap<String, (String, PeriodActProposed)>,
    /// How many runs ended that were no drafts.
    #[serde(default)]
    pub runs_issued: u32,
    /// What blocked its last close and was waived.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waived: Vec<Blocker>,
    /// Its close packs, by the close they are of.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub packs: BTreeMap<u32, ClosePackMade>,
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
                self.runs_issued += u32::from(!completed.draft);
                self.last_run = Some(LastRun {
                    run: completed.run.clone(),
                    delivery: completed.delivery.clone(),
                    completed: Some(completed.clone()),
                });
            }
            BillingFact::Closed(closed) => {
                self.status = PeriodStatus::Closed;
                self.closes = closed.version;
                self.waived.clone_from(&closed.waived);
            }
            BillingFact::Reopened(_) => self.status = PeriodStatus::Open,
            BillingFact::Waived(_) => self.status = PeriodStatus::Waived,
            BillingFact::Voided(voided) => self.void(&voided.document_number, voided.period, voided.posting),
            BillingFact::ActProposed(proposed) => {
                self.proposals.insert(proposed.proposal.clone(), proposed.clone());
            }
            BillingFact::ActApproved(approved) => {
                if let Some(proposed) = self.proposals.remove(&approved.proposal)
                    && matches!(proposed.act, PeriodAct::Void { .. })
                {
                    self.approved_voids.insert(approved.proposal.clone(), (approved.by.clone(), proposed));
                }
            }
            BillingFact::ActRejected(rejected) => {
                self.proposals.remove(&rejected.proposal);
            }
            BillingFact::Packed(made) => {
                self.packs.insert(made.version, made.clone());
            }
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
        let of_customer =
            || self.documents.values().filter(|header| header.customer == *customer && header.po_number == *po_number);
        // The one that no other took the place of: numbers sort as text, where 100000 is before 99999.
        of_customer()
            .filter(|header| header.kind != DocumentKind::Draft)
            .filter(|header| header.document_number.as_ref().is_none_or(|number| !self.voided.contains_key(number)))
            .find(|header| !of_customer().any(|other| other.supersedes == header.document_number))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(number: &str, supersedes: Option<&str>) -> DocumentHeader {
        let number_of = |text: &str| DocumentNumber::parse(text).unwrap();
        let text = serde_json::json!({
            "document_number": number, "kind": if supersedes.is_some() { "superseding" } else { "invoice" },
            "supersedes": supersedes.map(number_of), "payer_account_id": "999900001111", "period": "2019-01",
            "customer": "acme", "po_number": "PO-1", "date": "2019-02-05", "currency": "USD", "members": 1,
            "gross": "1.00", "applied": "0.00", "corrections_due": "0.00", "due": "1.00", "rounding": "half-even",
            "policy": "0123456789abcdef", "run": "run-1", "digest": "x", "renderer": 1,
        });
        serde_json::from_value(text).unwrap()
    }

    #[test]
    fn the_last_document_is_the_one_that_nothing_took_the_place_of() {
        let mut state = BillingState::default();
        let (former, last) = ("INV-999900001111-2019-01-99999", "INV-999900001111-2019-01-100000");
        state.evolve(&BillingFact::Document(document(former, None)));
        state.evolve(&BillingFact::Document(document(last, Some(former))));
        let issued = state.issued_for(&"acme".into(), &"PO-1".into()).unwrap();
        assert_eq!(issued.document_number.as_ref().unwrap().as_str(), last);
    }
}
