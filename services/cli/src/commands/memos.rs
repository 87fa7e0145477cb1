//! `memos list` and `memos show`, as of either date or both.

use chrono::{DateTime, NaiveDate, Utc};
use domain::{
    ids::{MemberAccountId, MemoNumber, PayerAccountId},
    memo::{CreditMemo, MemberMemos, expiry_in_words},
    period::BillingPeriod,
};
use projector::row_of;
use read_model::{MemoEntry, ReadModel, as_of};
use service_kit::{Failure, UnitOfWork};
use wire::StreamName;

use super::{
    dates::{DatesArgs, as_known, print_differences},
    rows::{MemoEntryRow, MemoRow},
};
use crate::{args::Global, output};

const STREAMS: [StreamName; 2] = [StreamName::Accounts, StreamName::Memos];

fn row(
    model: &ReadModel,
    payer: &PayerAccountId,
    member: &MemberAccountId,
    memo: &CreditMemo,
    day: NaiveDate,
    entries: Vec<MemoEntryRow>,
) -> Result<MemoRow, Failure> {
    let account = model.member_account(payer, member)?;
    Ok(MemoRow {
        balance: row_of(payer, member, &account, memo, day),
        description: memo.description.clone(),
        program: memo.program.clone(),
        start_date: memo.start_date,
        services: memo.terms.services.clone(),
        excluded_services: memo.terms.excluded_services.clone(),
        regions: memo.terms.regions.clone(),
        covers_tax: memo.terms.covers_tax,
        monthly_cap: memo.terms.monthly_cap,
        expiry_rule: expiry_rule(model, payer, memo)?,
        funded_amount: memo.funded,
        exposure: memo.exposure(),
        entries,
    })
}

/// By the policies of the month that it ends in.
fn expiry_rule(model: &ReadModel, payer: &PayerAccountId, memo: &CreditMemo) -> Result<String, Failure> {
    let end = memo.usable_until.max(memo.end_date);
    let Some(ends_in) = end.map(BillingPeriod::containing) else { return Ok(String::new()) };
    Ok(expiry_in_words(&model.policies(payer, ends_in)?, end))
}

/// The memos as they stand, or as of a day.
fn memos_on(
    memos: &MemberMemos,
    entries: &[MemoEntry],
    effective: Option<NaiveDate>,
) -> Result<Vec<CreditMemo>, Failure> {
    Ok(match effective {
        None => memos.in_order_of_issue().into_iter().cloned().collect(),
        Some(_) => as_of(&memos.memos, entries, effective, None)?,
    })
}

/// Lists memos.
pub(crate) async fn memos_list(
    global: &Global,
    unit: &UnitOfWork,
    payer: Option<&PayerAccountId>,
    account: Option<&MemberAccountId>,
    dates: &DatesArgs,
) -> Result<(), Failure> {
    let today = unit.clock.today();
    let columns = [
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
    let rows = |model: &ReadModel, recorded: Option<DateTime<Utc>>| {
        let mut rows = Vec::new();
        for ((of_payer, member), memos) in model.memos_of(payer)? {
            if account.is_some_and(|account| *account != member) {
                continue;
            }
            let entries = model.memo_entries(&of_payer, &member)?;
            for memo in memos_on(&memos, &entries, dates.effective)? {
                rows.push(row(model, &of_payer, &member, &memo, dates.day(recorded, today), Vec::new())?);
            }
        }
        Ok(rows)
    };
    dates.print(global, unit, &STREAMS, "memo_number", &columns, rows).await?;
    Ok(())
}

/// Shows a memo with everything that happened to it.
pub(crate) async fn memos_show(
    global: &Global,
    unit: &UnitOfWork,
    number: &MemoNumber,
    dates: &DatesArgs,
) -> Result<(), Failure> {
    let today = unit.clock.today();
    let known = match dates.recorded {
        None => shown(&unit.model, number, dates, dates.day(None, today))?,
        Some(time) => {
            let model = as_known(unit, time, &STREAMS).await?;
            shown(&model, number, dates, dates.day(Some(time), today))?
        }
    };
    if let Some(since) = dates.since {
        let model = as_known(unit, since, &STREAMS).await?;
        let before = shown(&model, number, dates, dates.day(Some(since), today))?;
        return print_differences(global, before.as_slice(), known.as_slice(), "memo_number");
    }
    match known {
        Some(known) => output::print_object(global.output, &known),
        None => Err(Failure::failed("CM0121", format!("no memo {number} is known: see memos list"))),
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
        return row(model, &payer, &member, &memo, day, entries).map(Some);
    }
    Ok(None)
}
