//! Our memos, as they stand or stood.

use answers::Books;
use service_kit::{Failure, UnitOfWork};

use super::differences::rows_or_differences;
use crate::{
    args::{DatesArgs, FilterArgs},
    outcome::Outcome,
};

const COLUMNS: [&str; 11] = [
    "memo_number",
    "customer",
    "description",
    "currency",
    "face_amount",
    "applied_amount",
    "expired_amount",
    "open_balance",
    "funded_balance",
    "end_date",
    "status",
];

/// Lists memos.
pub(crate) async fn memos_list(unit: &UnitOfWork, filter: &FilterArgs, dates: &DatesArgs) -> Result<Outcome, Failure> {
    let (books, filter) = (Books::of(unit), filter.filter());
    let known = answers::memos(&books, dates.point(), &filter).await?;
    let before = match dates.before() {
        Some(at) => Some(answers::memos(&books, at, &filter).await?),
        None => None,
    };
    rows_or_differences(&known, before.as_deref(), "memo_number", &COLUMNS)
}
