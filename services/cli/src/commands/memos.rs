//! `memos show`, as of either date or both. The list is in `shown/memos.rs`.

use chrono::NaiveDate;
use domain::ids::MemoNumber;
use read_model::ReadModel;
use service_kit::{Failure, UnitOfWork, codes};

use super::{
    dates::{as_known, difference_rows},
    rows::{MemoEntryRow, MemoRow},
};
use crate::{
    args::DatesArgs,
    outcome::Outcome,
    shown::memos::{MEMO_STREAMS, memo_row, memos_on},
};

/// Shows a memo with everything that happened to it.
pub(crate) async fn memos_show(unit: &UnitOfWork, number: &MemoNumber, dates: &DatesArgs) -> Result<Outcome, Failure> {
    let today = unit.clock.today();
    let known = match dates.recorded {
        None => shown(&unit.model, number, dates, dates.day(None, today))?,
        Some(time) => {
            let model = as_known(unit, time, &MEMO_STREAMS).await?;
            shown(&model, number, dates, dates.day(Some(time), today))?
        }
    };
    if let Some(since) = dates.since {
        let model = as_known(unit, since, &MEMO_STREAMS).await?;
        let before = shown(&model, number, dates, dates.day(Some(since), today))?;
        return difference_rows(before.as_slice(), known.as_slice(), "memo_number");
    }
    match known {
        Some(known) => Outcome::object(&known),
        None => Err(Failure::failed(codes::MEMO_UNKNOWN, format!("no memo {number} is known: see memos list"))),
    }
}

fn shown(
    model: &ReadModel,
    number: &MemoNumber,
    dates: &DatesArgs,
    day: NaiveDate,
) -> Result<Option<MemoRow>, Failure> {
    for ((payer, member), memos) in model.all_memos()? {
        if !memos.memos.contains_key(number) {
            continue;
        }
        let entries = model.memo_entries(&payer, &member)?;
        let Some(memo) = memos_on(&memos, &entries, dates.effective)?.into_iter().find(|memo| memo.number == *number)
        else {
            return Ok(None);
        };
        let entries = entries
            .into_iter()
            .filter(|entry| entry.memo == *number && dates.effective.is_none_or(|last| entry.effective <= last))
            .map(|entry| MemoEntryRow {
                position: entry.sequence,
                effective: entry.effective,
                recorded: entry.recorded,
                issued: entry.face,
                applied: entry.applied,
                expired: entry.expired,
                other: -(entry.written_off + entry.refunded + entry.reassigned_out),
                funded: entry.funded,
            })
            .collect();
        return memo_row(model, &payer, &member, &memo, day, entries).map(Some);
    }
    Ok(None)
}
