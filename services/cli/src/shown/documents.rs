//! Documents as they were issued, with what became of them.

use answers::{Books, DocumentRow, IssuedDocumentRow};
use domain::{ids::DocumentNumber, period::BillingPeriod};
use service_kit::{Failure, UnitOfWork};

use super::differences::rows_or_differences;
use crate::{
    args::{DatesArgs, FilterArgs},
    outcome::Outcome,
};

/// The columns of a table of documents; corrections where any document has some.
fn columns(rows: &[IssuedDocumentRow]) -> Vec<&'static str> {
    let mut columns = vec!["document_number", "status", "kind", "period", "customer", "po_number", "currency"];
    columns.extend(amounts(rows.iter().map(|row| &row.document)));
    columns
}

/// The columns of what a document comes to, which foot.
pub(crate) fn amounts<'a>(mut rows: impl Iterator<Item = &'a DocumentRow>) -> Vec<&'static str> {
    if rows.any(|row| !row.corrections.is_zero()) {
        vec!["gross", "applied", "corrections", "due"]
    } else {
        vec!["gross", "applied", "due"]
    }
}

/// Lists documents.
pub(crate) async fn documents_list(
    unit: &UnitOfWork,
    period: Option<BillingPeriod>,
    filter: &FilterArgs,
    dates: &DatesArgs,
) -> Result<Outcome, Failure> {
    let (books, filter) = (Books::of(unit), filter.filter());
    let known = answers::documents(&books, period, dates.point(), &filter).await?;
    let before = match dates.before() {
        Some(at) => Some(answers::documents(&books, period, at, &filter).await?),
        None => None,
    };
    rows_or_differences(&known, before.as_deref(), "document_number", &columns(&known))
}

/// One document with its statements.
pub(crate) async fn document(
    unit: &UnitOfWork,
    number: &DocumentNumber,
    dates: &DatesArgs,
) -> Result<Outcome, Failure> {
    let books = Books::of(unit);
    let known = [answers::document(&books, number, dates.point()).await?];
    let before = match dates.before() {
        Some(at) => Some([answers::document(&books, number, at).await?]),
        None => None,
    };
    rows_or_differences(&known, before.as_ref().map(|before| before.as_slice()), "document_number", &columns(&known))
}
