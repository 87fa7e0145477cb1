//! Documents as they were issued, with what became of them.

use chrono::NaiveDate;
use domain::{
    billing::{BillingFact, BillingState, DocumentHeader, DocumentKind, MemberStatement},
    ids::{DocumentNumber, PayerAccountId},
    period::BillingPeriod,
};
use money::{Exact, Money};
use read_model::{ReadModel, facts_of_subject};
use schemars::JsonSchema;
use serde::Serialize;
use service_kit::Failure;
use wire::{Fact, StreamName, Subject};

use crate::{
    books::{Books, cut_at},
    filter::Filter,
    point_in_time::PointInTime,
};

/// A document of a billing run.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct DocumentRow {
    /// Its number; none for a draft.
    pub document_number: Option<String>,
    /// `draft`, `invoice` or `superseding`.
    pub kind: String,
    /// The one it replaces.
    pub supersedes: Option<String>,
    /// The payer.
    pub payer_account_id: String,
    /// The month.
    pub period: String,
    /// The customer.
    pub customer: String,
    /// The PO number.
    pub po_number: String,
    /// The date on it.
    pub date: NaiveDate,
    /// The currency.
    pub currency: String,
    /// Member accounts on it.
    pub members: u64,
    /// All charges.
    pub gross: Money,
    /// What memos pay.
    pub applied: Money,
    /// Corrections of closed months, as they change what is due: gross - applied + corrections = due.
    pub corrections: Money,
    /// What the customer pays.
    pub due: Money,
    /// The currency of the customer's document, where it is another.
    pub document_currency: Option<String>,
    /// One unit of the currency is so many of the document's.
    pub conversion_rate: Option<Exact>,
    /// All charges, in the document's currency.
    pub document_gross: Option<Money>,
    /// What memos pay, in the document's currency.
    pub document_applied: Option<Money>,
    /// What the customer pays, in the document's currency.
    pub document_due: Option<Money>,
    /// SHA-256 over what it says.
    pub digest: String,
}

/// A document with what became of it.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct IssuedDocumentRow {
    /// The document.
    #[serde(flatten)]
    pub document: DocumentRow,
    /// `draft`, `issued`, `superseded` or `void`.
    pub status: String,
    /// The one that took its place.
    pub superseded_by: Option<String>,
    /// The month whose statements show that it was voided.
    pub voided_in: Option<String>,
    /// Its statements, where `documents show` asks.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub statements: Vec<MemberStatement>,
}

/// Documents of a month or of all, drafts too, in order of payer, month and number. On a day, those that are
/// dated by then, with what became of them by then.
///
/// # Errors
/// [`Failure`].
pub async fn documents(
    books: &Books<'_>,
    period: Option<BillingPeriod>,
    at: PointInTime,
    filter: &Filter,
) -> Result<Vec<IssuedDocumentRow>, Failure> {
    let model = books.known(at.recorded, &[StreamName::Billing]).await?;
    let mut rows = Vec::new();
    for payer in model.payers()?.into_iter().filter(|payer| filter.takes_payer(payer)) {
        for of in model.periods_of(&payer)?.into_iter().filter(|of| period.is_none_or(|period| period == *of)) {
            let state = state_by(books, &model, &payer, of, at).await?;
            let drafts = state.standing.iter().filter(|header| header.document_number.is_none());
            for header in state.documents.values().chain(drafts) {
                let row = issued_row(&state, header, Vec::new());
                let is_asked = filter.takes_customer(&row.document.customer, &row.document.po_number)
                    && filter.takes_status(&row.status)
                    && filter.account.as_ref().map_or(Ok(true), |account| {
                        statements_of(&model, &payer, of, header)
                            .map(|found| found.iter().any(|statement| statement.member_account_id == *account))
                    })?;
                rows.extend(is_asked.then_some(row));
            }
        }
    }
    Ok(rows)
}

/// One document with its statements.
///
/// # Errors
/// [`Failure`] where no such document was issued.
pub async fn document(
    books: &Books<'_>,
    number: &DocumentNumber,
    at: PointInTime,
) -> Result<IssuedDocumentRow, Failure> {
    let model = books.known(at.recorded, &[StreamName::Billing]).await?;
    let (payer, period, _, header) = memo_keeper::document_of(&model, number)?;
    let state = state_by(books, &model, &payer, period, at).await?;
    let statements = statements_of(&model, &payer, period, &header)?;
    Ok(issued_row(&state, &header, statements))
}

/// A period as it stands, or as of a day: documents that are dated later, and voids that count later, are left out.
async fn state_by(
    books: &Books<'_>,
    model: &ReadModel,
    payer: &PayerAccountId,
    period: BillingPeriod,
    at: PointInTime,
) -> Result<BillingState, Failure> {
    let Some(day) = at.effective else { return Ok(model.billing(payer, period)?) };
    let mut state = BillingState::default();
    for placed in facts_of_subject(books.log.as_ref(), &cut_at(at.recorded), &Subject::billing(payer, period)).await? {
        match placed.fact {
            Fact::DocumentIssued(header) if header.date <= day => state.evolve(&BillingFact::Document(header)),
            Fact::DocumentVoided(voided) if voided.effective <= day => state.evolve(&BillingFact::Voided(voided)),
            _ => {}
        }
    }
    Ok(state)
}

/// The statements of a document, one a member: the last that bears its number.
fn statements_of(
    model: &ReadModel,
    payer: &PayerAccountId,
    period: BillingPeriod,
    header: &DocumentHeader,
) -> Result<Vec<MemberStatement>, Failure> {
    let mut statements = Vec::new();
    for member in model.members_stated(payer, period)? {
        let standing = model.statement(payer, &member, period)?;
        let all = model.former_statements(payer, &member, period)?.into_iter().chain(standing);
        let is_of = |statement: &MemberStatement| {
            statement.document_number == header.document_number
                && (statement.customer == header.customer && statement.po_number == header.po_number)
        };
        let of_document = all.filter(|stored| is_of(&stored.statement)).last();
        statements.extend(of_document.map(|stored| stored.statement));
    }
    Ok(statements)
}

/// A document of a billing run.
pub fn document_row(header: &DocumentHeader) -> DocumentRow {
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
        corrections: header.corrections_due,
        due: header.due,
        document_currency: converted.map(|document| document.currency.to_string()),
        conversion_rate: converted.map(|document| document.rate),
        document_gross: converted.map(|document| document.gross),
        document_applied: converted.map(|document| document.applied),
        document_due: converted.map(|document| document.due),
        digest: header.digest.clone(),
    }
}

fn issued_row(state: &BillingState, header: &DocumentHeader, statements: Vec<MemberStatement>) -> IssuedDocumentRow {
    let number = header.document_number.as_ref();
    let standing = state.document_standing(number);
    let superseded_by = number.and_then(|number| state.superseding(number));
    IssuedDocumentRow {
        document: document_row(header),
        status: standing.word().to_owned(),
        superseded_by: superseded_by.and_then(|other| other.document_number.as_ref()).map(ToString::to_string),
        voided_in: standing.voided_in().map(|month| month.to_string()),
        statements,
    }
}
