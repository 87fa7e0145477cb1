//! Our memos, as they stand or stood.

use chrono::{DateTime, NaiveDate, Utc};
use domain::{
    ids::{MemberAccountId, PayerAccountId},
    memo::{CreditMemo, MemberMemos, expiry_in_words},
    period::BillingPeriod,
};
use projector::row_of;
use read_model::{MemoEntry, ReadModel, as_of};
use service_kit::{Failure, UnitOfWork};
use wire::StreamName;

use crate::{
    args::DatesArgs,
    commands::{
        dates::rows_or_differences,
        rows::{MemoEntryRow, MemoRow},
    },
    outcome::Outcome,
};

/// The streams that tell of memos.
pub(crate) const MEMO_STREAMS: [StreamName; 2] = [StreamName::Accounts, StreamName::Memos];

/// A memo.
pub(crate) fn memo_row(
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
pub(crate) fn memos_on(
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
    unit: &UnitOfWork,
    payer: Option<&PayerAccountId>,
    account: Option<&MemberAccountId>,
    dates: &DatesArgs,
) -> Result<Outcome, Failure> {
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
                rows.push(memo_row(model, &of_payer, &member, &memo, dates.day(recorded, today), Vec::new())?);
            }
        }
        Ok(rows)
    };
    rows_or_differences(dates, unit, &MEMO_STREAMS, "memo_number", &columns, rows).await.map(|(outcome, _)| outcome)
}
