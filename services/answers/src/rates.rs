//! Conversion rates as they were stated.

use domain::period::BillingPeriod;
use money::Exact;
use schemars::JsonSchema;
use serde::Serialize;
use service_kit::Failure;
use wire::StreamName;

use crate::{books::Books, point_in_time::PointInTime};

/// A conversion rate as it was stated.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct RateRow {
    /// The month it is for.
    pub period: String,
    /// One unit of this currency.
    pub from: String,
    /// Is so many units of that.
    pub to: String,
    /// How many.
    pub rate: Exact,
    /// The rate that it corrected.
    pub replaces: Option<Exact>,
    /// Who publishes it.
    pub source: String,
    /// What proves it.
    pub evidence: String,
    /// When it was recorded.
    pub recorded: chrono::DateTime<chrono::Utc>,
    /// Whether documents made now use it.
    pub in_force: bool,
}

/// Rates of a month or of all, in the order that they were stated in.
///
/// # Errors
/// [`Failure`].
pub async fn rates(books: &Books<'_>, period: Option<BillingPeriod>, at: PointInTime) -> Result<Vec<RateRow>, Failure> {
    let model = books.known(at.recorded, &[StreamName::Accounts]).await?;
    let mut stated = model.stated_rates()?;
    stated.retain(|one| at.counts(one.stated.period.first_day()));
    let of = |at: usize| (stated[at].stated.period, stated[at].stated.from, stated[at].stated.to);
    Ok((0..stated.len())
        .filter(|at| period.is_none_or(|period| stated[*at].stated.period == period))
        .map(|at| {
            let rate = &stated[at].stated;
            RateRow {
                period: rate.period.to_string(),
                from: rate.from.to_string(),
                to: rate.to.to_string(),
                rate: rate.rate,
                replaces: rate.replaces,
                source: rate.source.clone(),
                evidence: rate.evidence.clone(),
                recorded: stated[at].recorded,
                in_force: !(at + 1..stated.len()).any(|later| of(later) == of(at)),
            }
        })
        .collect())
}
