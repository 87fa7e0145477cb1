//! Memos with their terms, and one memo with everything that happened to it.

use chrono::NaiveDate;
use domain::{
    ids::{MemberAccountId, MemoNumber, PayerAccountId},
    memo::{CreditMemo, MemberMemos, expiry_in_words},
    period::BillingPeriod,
};
use money::{Exact, Money};
use read_model::{MemoEntry, ReadModel, as_of};
use schemars::JsonSchema;
use serde::Serialize;
use service_kit::Failure;
use wire::StreamName;

use crate::{
    balance::{BalanceRow, balance_of},
    books::Books,
    filter::Filter,
    point_in_time::PointInTime,
};

const STREAMS: [StreamName; 2] = [StreamName::Accounts, StreamName::Memos];

/// What happened to a memo.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct MemoEntryRow {
    /// Its place in the memo stream.
    pub position: u64,
    /// When it counts.
    pub effective: NaiveDate,
    /// When it was recorded.
    pub recorded: chrono::DateTime<chrono::Utc>,
    /// Change of the face.
    pub issued: Money,
    /// Change of what stands applied.
    pub applied: Money,
    /// Change of what lapsed and expired.
    pub expired: Money,
    /// Other changes of the balance.
    pub other: Money,
    /// Change of what AWS funded.
    pub funded: Exact,
}

/// A memo with everything that happened to it.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct MemoRow {
    /// Its balance.
    #[serde(flatten)]
    pub balance: BalanceRow,
    /// The credit's description.
    pub description: String,
    /// The credit's programme.
    pub program: String,
    /// First day.
    pub start_date: NaiveDate,
    /// Services it pays; none: all.
    pub services: Vec<String>,
    /// Services it does not pay.
    pub excluded_services: Vec<String>,
    /// Regions it pays in; none: all.
    pub regions: Vec<String>,
    /// Whether it pays tax.
    pub covers_tax: bool,
    /// The most it pays a month.
    pub monthly_cap: Option<Money>,
    /// What becomes of it at its end; blank without an end.
    pub expiry_rule: String,
    /// What AWS has applied of its credit.
    pub funded_amount: Exact,
    /// Applied ahead of AWS.
    pub exposure: Money,
    /// What happened to it, where `memos show` asks.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub entries: Vec<MemoEntryRow>,
}

/// Memos, in order of payer, account and issue.
///
/// # Errors
/// [`Failure`].
pub async fn memos(books: &Books<'_>, at: PointInTime, filter: &Filter) -> Result<Vec<MemoRow>, Failure> {
    let model = books.known(at.recorded, &STREAMS).await?;
    let mut rows = Vec::new();
    for ((payer, member), memos) in model.memos_of(filter.payer.as_ref())? {
        if !filter.takes_account(&payer, &member) {
            continue;
        }
        let entries = model.memo_entries(&payer, &member)?;
        for memo in memos_on(&memos, &entries, at.effective)? {
            let row = row(&model, &payer, &member, &memo, at.day(books.today), Vec::new())?;
            rows.extend(row.balance.is_asked(filter).then_some(row));
        }
    }
    Ok(rows)
}

/// A memo with everything that happened to it; none where it was not known.
///
/// # Errors
/// [`Failure`].
pub async fn memo(books: &Books<'_>, number: &MemoNumber, at: PointInTime) -> Result<Option<MemoRow>, Failure> {
    let model = books.known(at.recorded, &STREAMS).await?;
    for ((payer, member), memos) in model.all_memos()? {
        if !memos.memos.contains_key(number) {
            continue;
        }
        let entries = model.memo_entries(&payer, &member)?;
        let Some(memo) = memos_on(&memos, &entries, at.effective)?.into_iter().find(|memo| memo.number == *number)
        else {
            return Ok(None);
        };
        let entries = entries
            .into_iter()
            .filter(|entry| entry.memo == *number && at.counts(entry.effective))
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
        return row(&model, &payer, &member, &memo, at.day(books.today), entries).map(Some);
    }
    Ok(None)
}

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
        balance: balance_of(payer, member, &account, memo, day),
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
