//! Credit lines without a known owner.

use domain::{credit::SuspenseReason, period::BillingPeriod};
use money::Exact;
use schemars::JsonSchema;
use serde::Serialize;
use service_kit::Failure;
use wire::StreamName;

use crate::{books::Books, customers::takes_member, filter::Filter, point_in_time::PointInTime, words::word_of};

const STREAMS: [StreamName; 2] = [StreamName::Accounts, StreamName::Credits];

/// Credit lines in suspense.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct SuspenseRow {
    /// The item.
    pub item: String,
    /// The payer.
    pub payer_account_id: String,
    /// The month.
    pub period: String,
    /// The account that AWS let benefit.
    pub member_account_id: String,
    /// The description.
    pub description: String,
    /// How much.
    pub amount: Exact,
    /// Why it is here.
    pub reason: SuspenseReason,
    /// Days since the end of the month.
    pub age_days: i64,
}

/// What is in suspense, of a month or of all, in order of payer, month and item. The account is the one that
/// AWS let benefit; the status is the reason; lines count from the last day of their month on.
///
/// # Errors
/// [`Failure`].
pub async fn suspense(
    books: &Books<'_>,
    period: Option<BillingPeriod>,
    at: PointInTime,
    filter: &Filter,
) -> Result<Vec<SuspenseRow>, Failure> {
    let model = books.known(at.recorded, &STREAMS).await?;
    let day = at.day(books.today);
    let mut rows = Vec::new();
    for ((payer, of), state) in model.all_suspense(filter.payer.as_ref())? {
        if period.is_some_and(|period| period != of) || !at.counts(of.last_day()) {
            continue;
        }
        for item in state.items.values() {
            if !takes_member(&model, filter, &payer, &item.member, day)? || !filter.takes_status(&word_of(&item.reason))
            {
                continue;
            }
            rows.push(SuspenseRow {
                item: item.item.clone(),
                payer_account_id: payer.to_string(),
                period: of.to_string(),
                member_account_id: item.member.to_string(),
                description: item.description.clone(),
                amount: item.amount,
                reason: item.reason,
                age_days: (day - of.last_day()).num_days().max(0),
            });
        }
    }
    Ok(rows)
}
