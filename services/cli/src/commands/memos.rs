//! `memos show`, as of either date or both. The list is in `shown/memos.rs`.

use answers::Books;
use domain::ids::MemoNumber;
use service_kit::{Failure, UnitOfWork, codes};

use crate::{args::DatesArgs, outcome::Outcome, shown::differences::rows_or_differences};

/// Shows a memo with everything that happened to it.
pub(crate) async fn memos_show(unit: &UnitOfWork, number: &MemoNumber, dates: &DatesArgs) -> Result<Outcome, Failure> {
    let books = Books::of(unit);
    let known = answers::memo(&books, number, dates.point()).await?;
    if let Some(at) = dates.before() {
        let before = answers::memo(&books, number, at).await?;
        return rows_or_differences(known.as_slice(), Some(before.as_slice()), "memo_number", &[]);
    }
    match known {
        Some(known) => Outcome::object(&known),
        None => Err(Failure::failed(codes::MEMO_UNKNOWN, format!("no memo {number} is known: see memos list"))),
    }
}
