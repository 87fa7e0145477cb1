//! `balance`.

use answers::Books;
use service_kit::{Failure, UnitOfWork};

use crate::{args::BalanceArgs, outcome::Outcome, shown::differences::rows_or_differences};

const COLUMNS: [&str; 12] = [
    "member_account_id",
    "customer",
    "po_number",
    "memo_number",
    "currency",
    "face_amount",
    "applied_amount",
    "expired_amount",
    "open_balance",
    "funded_balance",
    "unfunded_balance",
    "status",
];

/// Balances of funds.
pub(crate) async fn balance(unit: &UnitOfWork, args: &BalanceArgs) -> Result<Outcome, Failure> {
    let (books, filter) = (Books::of(unit), args.filter.filter());
    let known = answers::balance(&books, args.dates.point(), &filter).await?;
    let before = match args.dates.before() {
        Some(at) => Some(answers::balance(&books, at, &filter).await?),
        None => None,
    };
    rows_or_differences(&known, before.as_deref(), "memo_number", &COLUMNS)
}
