//! Voiding an issued document (rule book N39). The document stays as it was issued, its number is
//! never used again, and nothing is owed by it. In a month that is still open the next run issues a
//! new document; after the close nothing more is billed for the month, and the open month's
//! statement credits what the document charged. What memos paid of it is unapplied beside this, in
//! the memos.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::{BillingFact, BillingState, DocumentVoided, PeriodStatus};
use crate::{
    ids::{DocumentNumber, PayerAccountId},
    period::BillingPeriod,
};

/// Void a document.
#[derive(Debug, Clone)]
pub struct VoidDocument {
    /// The document.
    pub document: DocumentNumber,
    /// The payer.
    pub payer: PayerAccountId,
    /// The document's period.
    pub period: BillingPeriod,
    /// The day it counts from.
    pub effective: NaiveDate,
    /// The first period of the payer whose statements may still be made: the first that are not issued, or the
    /// last that are, as long as their month is open and nothing was built on them.
    pub first_open: Option<BillingPeriod>,
}

/// Why a document was not voided.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VoidRefusal {
    /// There is no such document. See `documents list`.
    #[error("document {0} was never issued")]
    Unknown(DocumentNumber),
    /// Another document took its place. Void that one.
    #[error("document {document} was superseded by {by}: void that one")]
    Superseded {
        /// The document.
        document: DocumentNumber,
        /// What took its place.
        by: DocumentNumber,
    },
}

impl BillingState {
    /// Decides a voiding; nothing where the document is void already.
    ///
    /// # Errors
    /// [`VoidRefusal`].
    pub fn decide_void(&self, command: &VoidDocument) -> Result<Vec<BillingFact>, VoidRefusal> {
        let number = &command.document;
        let header = self.documents.get(number).ok_or_else(|| VoidRefusal::Unknown(number.clone()))?;
        if self.voided.contains_key(number) {
            return Ok(Vec::new());
        }
        let last = self.issued_for(&header.customer, &header.po_number).and_then(|last| last.document_number.clone());
        if let Some(by) = last.filter(|last| last != number) {
            return Err(VoidRefusal::Superseded { document: number.clone(), by });
        }
        // Later statements brought forward what this month's said: the change is theirs to show.
        let followed = command.first_open.filter(|open| *open > command.period.next());
        let posting = match (self.status, command.first_open) {
            (PeriodStatus::Closed, Some(open)) => open.max(command.period.next()),
            (PeriodStatus::Closed, None) => command.period.next(),
            (PeriodStatus::Open | PeriodStatus::Waived, _) => followed.unwrap_or(command.period),
        };
        Ok(vec![BillingFact::Voided(DocumentVoided {
            document_number: number.clone(),
            payer: command.payer.clone(),
            period: command.period,
            effective: command.effective,
            posting,
        })])
    }

    /// Folds a voiding in.
    pub(super) fn void(&mut self, number: &DocumentNumber, period: BillingPeriod, posting: BillingPeriod) {
        self.voided.insert(number.clone(), posting);
        self.standing.retain(|header| header.document_number.as_ref() != Some(number));
        // A month that is still open is to be billed anew before it can be closed.
        if posting == period
            && let Some(run) = &mut self.last_run
        {
            run.completed = None;
        }
    }
}

/// Those of a period's voided documents that were voided for good: after its statements were out.
pub fn voided_for_good(
    voided: &BTreeMap<DocumentNumber, BillingPeriod>,
    period: BillingPeriod,
) -> impl Iterator<Item = &DocumentNumber> {
    voided.iter().filter(move |(_, posting)| **posting > period).map(|(number, _)| number)
}
