//! Member accounts.

use answers::Books;
use service_kit::{Failure, UnitOfWork};

use super::differences::rows_or_differences;
use crate::{
    args::{DatesArgs, FilterArgs},
    outcome::Outcome,
};

const COLUMNS: [&str; 7] = ["payer_account_id", "member_account_id", "customer", "po_number", "from", "to", "assigned"];

/// Lists member accounts.
pub(crate) async fn accounts_list(
    unit: &UnitOfWork,
    filter: &FilterArgs,
    dates: &DatesArgs,
) -> Result<Outcome, Failure> {
    let (books, filter) = (Books::of(unit), filter.filter());
    let known = answers::accounts(&books, dates.point(), &filter).await?;
    let before = match dates.before() {
        Some(at) => Some(answers::accounts(&books, at, &filter).await?),
        None => None,
    };
    rows_or_differences(&known, before.as_deref(), "member_account_id", &COLUMNS)
}
