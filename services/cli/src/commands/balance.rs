//! `balance`.

use chrono::{DateTime, Utc};
use projector::{AsOf, balance_rows};
use read_model::ReadModel;
use service_kit::{Failure, UnitOfWork};
use wire::StreamName;

use super::dates::rows_or_differences;
use crate::{args::BalanceArgs, outcome::Outcome};

/// Prints balances of funds.
pub(crate) async fn balance(unit: &UnitOfWork, args: &BalanceArgs) -> Result<Outcome, Failure> {
    let today = unit.clock.today();
    let columns = [
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
    let rows = |model: &ReadModel, recorded: Option<DateTime<Utc>>| {
        let at = AsOf { effective: args.dates.effective, recorded };
        balance_rows(model, args.payer.as_ref(), args.account.as_ref(), at, today)
    };
    let streams = [StreamName::Accounts, StreamName::Memos];
    rows_or_differences(&args.dates, unit, &streams, "memo_number", &columns, rows).await.map(|(outcome, _)| outcome)
}
