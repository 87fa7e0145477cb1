//! What became of a document after it was issued (rule book N39). A document never changes:
//! another one supersedes it, or it is voided, and whoever reads it later must see that.

use super::{BillingState, DocumentHeader};
use crate::{ids::DocumentNumber, period::BillingPeriod};

/// Where a document stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DocumentStanding {
    /// Not issued: it has no number.
    Draft,
    /// Issued, and it counts.
    Issued,
    /// Another document took its place.
    Superseded {
        /// That document.
        by: DocumentNumber,
    },
    /// Nothing is owed by it.
    Void {
        /// The month whose statements show that it was voided.
        shown_in: BillingPeriod,
    },
}

impl DocumentStanding {
    /// `draft`, `issued`, `superseded` or `void`.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Issued => "issued",
            Self::Superseded { .. } => "superseded",
            Self::Void { .. } => "void",
        }
    }

    /// The document that took its place.
    pub fn superseded_by(&self) -> Option<&DocumentNumber> {
        match self {
            Self::Superseded { by } => Some(by),
            Self::Draft | Self::Issued | Self::Void { .. } => None,
        }
    }

    /// The month whose statements show that it was voided.
    pub fn voided_in(&self) -> Option<BillingPeriod> {
        match self {
            Self::Void { shown_in } => Some(*shown_in),
            Self::Draft | Self::Issued | Self::Superseded { .. } => None,
        }
    }
}

impl BillingState {
    /// Where a document of the period stands; a statement without a number is a draft.
    pub fn document_standing(&self, number: Option<&DocumentNumber>) -> DocumentStanding {
        let Some(number) = number else { return DocumentStanding::Draft };
        if let Some(shown_in) = self.voided.get(number) {
            return DocumentStanding::Void { shown_in: *shown_in };
        }
        match self.superseding(number).and_then(|other| other.document_number.clone()) {
            Some(by) => DocumentStanding::Superseded { by },
            None => DocumentStanding::Issued,
        }
    }

    /// The document that took another's place, void or not.
    pub fn superseding(&self, number: &DocumentNumber) -> Option<&DocumentHeader> {
        self.documents.values().find(|other| other.supersedes.as_ref() == Some(number))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::billing::{BillingFact, DocumentVoided};

    fn number(text: &str) -> DocumentNumber {
        DocumentNumber::parse(text).unwrap()
    }

    fn issued(of: &str, supersedes: Option<&str>) -> BillingFact {
        let header = serde_json::json!({
            "document_number": of, "kind": if supersedes.is_some() { "superseding" } else { "invoice" },
            "supersedes": supersedes, "payer_account_id": "999900001111", "period": "2019-01",
            "customer": "acme", "po_number": "PO-1", "date": "2019-02-05", "currency": "USD", "members": 1,
            "gross": "1.00", "applied": "0.00", "corrections_due": "0.00", "due": "1.00", "rounding": "half-even",
            "policy": "0123456789abcdef", "run": "run-1", "digest": "x", "renderer": 1,
        });
        BillingFact::Document(serde_json::from_value(header).unwrap())
    }

    #[test]
    fn each_standing_is_told_by_what_was_recorded_since() {
        let (first, second) = ("INV-999900001111-2019-01-00001", "INV-999900001111-2019-01-00002");
        let mut state = BillingState::default();
        assert_eq!(state.document_standing(None), DocumentStanding::Draft);
        state.evolve(&issued(first, None));
        assert_eq!(state.document_standing(Some(&number(first))), DocumentStanding::Issued);
        state.evolve(&issued(second, Some(first)));
        let superseded = state.document_standing(Some(&number(first)));
        assert_eq!((superseded.word(), superseded.superseded_by()), ("superseded", Some(&number(second))));
        let voided: DocumentVoided = serde_json::from_value(serde_json::json!({
            "document_number": second, "payer": "999900001111", "period": "2019-01",
            "effective": "2019-03-05", "posting": "2019-02",
        }))
        .unwrap();
        state.evolve(&BillingFact::Voided(voided));
        let void = state.document_standing(Some(&number(second)));
        assert_eq!((void.word(), void.voided_in().map(|month| month.to_string())), ("void", Some("2019-02".into())));
    }
}
