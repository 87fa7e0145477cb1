//! AWS's credits, as they stand or stood, and its credit lines without a known owner.

use answers::Books;
use domain::period::BillingPeriod;
use service_kit::{Failure, UnitOfWork};

use super::differences::rows_or_differences;
use crate::{
    args::{DatesArgs, FilterArgs},
    outcome::Outcome,
};

/// The columns of a table of credits.
pub(crate) const CREDIT_COLUMNS: [&str; 10] = [
    "credit_id",
    "owner_account_id",
    "description",
    "currency",
    "face_amount",
    "upstream_applied",
    "remaining",
    "start_date",
    "end_date",
    "memo_number",
];

const SUSPENSE_COLUMNS: [&str; 7] =
    ["item", "period", "member_account_id", "description", "amount", "reason", "age_days"];

/// Lists upstream credits.
pub(crate) async fn credits_list(
    unit: &UnitOfWork,
    filter: &FilterArgs,
    dates: &DatesArgs,
) -> Result<Outcome, Failure> {
    let (books, filter) = (Books::of(unit), filter.filter());
    let known = answers::credits(&books, dates.point(), &filter).await?;
    let before = match dates.before() {
        Some(at) => Some(answers::credits(&books, at, &filter).await?),
        None => None,
    };
    rows_or_differences(&known, before.as_deref(), "credit_id", &CREDIT_COLUMNS)
}

/// Lists credit lines without a known owner.
pub(crate) async fn credits_suspense(
    unit: &UnitOfWork,
    period: Option<BillingPeriod>,
    filter: &FilterArgs,
    dates: &DatesArgs,
) -> Result<Outcome, Failure> {
    let (books, filter) = (Books::of(unit), filter.filter());
    let known = answers::suspense(&books, period, dates.point(), &filter).await?;
    let before = match dates.before() {
        Some(at) => Some(answers::suspense(&books, period, at, &filter).await?),
        None => None,
    };
    rows_or_differences(&known, before.as_deref(), "item", &SUSPENSE_COLUMNS)
}

/// Lists what was said of suspense items by hand.
pub(crate) async fn credits_attributions(unit: &UnitOfWork, filter: &FilterArgs) -> Result<Outcome, Failure> {
    let rows = answers::attributions(&Books::of(unit), &filter.filter()).await?;
    Outcome::rows(&rows, &["item", "period", "member_account_id", "description", "credit_id"])
}
