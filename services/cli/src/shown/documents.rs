//! Documents as they were issued, with what became of them.

use domain::{
    billing::{BillingState, DocumentHeader, DocumentKind, MemberStatement},
    ids::DocumentNumber,
};
use service_kit::{Failure, UnitOfWork};

use crate::{
    commands::rows::{DocumentRow, IssuedDocumentRow},
    outcome::Outcome,
};

/// The columns of a table of documents.
pub(crate) const DOCUMENT_COLUMNS: [&str; 10] =
    ["document_number", "status", "kind", "period", "customer", "po_number", "currency", "gross", "applied", "due"];

/// A document of a billing run.
pub(crate) fn document_row(header: &DocumentHeader) -> DocumentRow {
    let converted = header.in_document_currency.as_ref();
    DocumentRow {
        document_number: header.document_number.as_ref().map(ToString::to_string),
        kind: match header.kind {
            DocumentKind::Draft => "draft",
            DocumentKind::Invoice => "invoice",
            DocumentKind::Superseding => "superseding",
        }
        .to_owned(),
        supersedes: header.supersedes.as_ref().map(ToString::to_string),
        payer_account_id: header.payer_account_id.to_string(),
        period: header.period.to_string(),
        customer: header.customer.to_string(),
        po_number: header.po_number.to_string(),
        date: header.date,
        currency: header.currency.to_string(),
        members: header.members,
        gross: header.gross,
        applied: header.applied,
        due: header.due,
        document_currency: converted.map(|document| document.currency.to_string()),
        conversion_rate: converted.map(|document| document.rate),
        document_gross: converted.map(|document| document.gross),
        document_applied: converted.map(|document| document.applied),
        document_due: converted.map(|document| document.due),
        digest: header.digest.clone(),
    }
}

/// A document with what became of it.
pub(crate) fn issued_row(
    state: &BillingState,
    header: &DocumentHeader,
    statements: Vec<MemberStatement>,
) -> IssuedDocumentRow {
    let number = header.document_number.as_ref();
    let voided_in = number.and_then(|number| state.voided.get(number));
    let superseded_by = state.documents.values().find(|other| number.is_some() && other.supersedes.as_ref() == number);
    let status = match (number, voided_in, superseded_by) {
        (None, ..) => "draft",
        (_, Some(_), _) => "void",
        (_, None, Some(_)) => "superseded",
        (_, None, None) => "issued",
    };
    IssuedDocumentRow {
        document: document_row(header),
        status: status.to_owned(),
        superseded_by: superseded_by.and_then(|other| other.document_number.as_ref()).map(ToString::to_string),
        voided_in: voided_in.map(ToString::to_string),
        statements,
    }
}

/// One document with its statements.
pub(crate) fn document(unit: &UnitOfWork, number: &DocumentNumber) -> Result<Outcome, Failure> {
    let (payer, period, state, header) = memo_keeper::document_of(&unit.model, number)?;
    let mut statements = Vec::new();
    for member in unit.model.members_stated(&payer, period)? {
        let standing = unit.model.statement(&payer, &member, period)?;
        let all = unit.model.former_statements(&payer, &member, period)?.into_iter().chain(standing);
        // The last that bears the number: a document is one statement a member.
        let of_document = all.filter(|stored| stored.statement.document_number.as_ref() == Some(number)).last();
        statements.extend(of_document.map(|stored| stored.statement));
    }
    Outcome::rows(&[issued_row(&state, &header, statements)], &DOCUMENT_COLUMNS)
}
