//! What AWS's own allocation history says of its credits, beside its bill.

use domain::credit::CreditAllocationObserved;
use money::Exact;
use read_model::ReadModel;
use schemars::JsonSchema;
use serde::Serialize;
use service_kit::Failure;
use wire::StreamName;

use crate::{books::Books, customers::takes_member, filter::Filter, point_in_time::PointInTime, words::word_of};

const STREAMS: [StreamName; 2] = [StreamName::Accounts, StreamName::Credits];

/// What AWS's allocation history says it applied of a credit, a month, account and service.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct CreditHistoryRow {
    /// The payer.
    pub payer_account_id: String,
    /// The credit.
    pub credit_id: String,
    /// The month.
    pub period: String,
    /// The account that AWS let benefit.
    pub beneficiary_account_id: String,
    /// The service, by the name that the API has.
    pub service: String,
    /// The currency.
    pub currency: String,
    /// How much: positive, negative where AWS took back.
    pub amount: Exact,
    /// Whether the bill it is of may still change.
    pub estimated: bool,
    /// What the bill's lines have of the credit on that account, all services.
    pub on_bill: Exact,
}

/// What is known of the history, in order of payer, credit and month. The account is the one that AWS let
/// benefit, the status the credit's; a month counts from its last day on.
///
/// # Errors
/// [`Failure`].
pub async fn credit_history(
    books: &Books<'_>,
    at: PointInTime,
    filter: &Filter,
) -> Result<Vec<CreditHistoryRow>, Failure> {
    let model = books.known(at.recorded, &STREAMS).await?;
    let mut rows = Vec::new();
    for (_, state) in model.upstream_credits(filter.payer.as_ref())? {
        if !filter.takes_status(&word_of(&state.status)) {
            continue;
        }
        for observed in state.history.values().filter(|observed| at.counts(observed.period.last_day())) {
            for (allocated, row) in observed.allocated.iter().zip(history_of(&model, observed)?) {
                let (payer, day) = (&observed.payer, at.day(books.today));
                rows.extend(takes_member(&model, filter, payer, &allocated.beneficiary, day)?.then_some(row));
            }
        }
    }
    Ok(rows)
}

/// The rows of one month of a credit.
///
/// # Errors
/// [`Failure`].
pub fn history_of(model: &ReadModel, observed: &CreditAllocationObserved) -> Result<Vec<CreditHistoryRow>, Failure> {
    let state = model.upstream_credit(&observed.payer, &observed.credit)?;
    let lines = state.applications.get(&observed.period).map_or(&[][..], |applied| &applied.lines);
    let mut rows = Vec::new();
    for one in &observed.allocated {
        let of_account = lines.iter().filter(|line| line.beneficiary == one.beneficiary).map(|line| line.amount);
        rows.push(CreditHistoryRow {
            payer_account_id: observed.payer.to_string(),
            credit_id: observed.credit.to_string(),
            period: observed.period.to_string(),
            beneficiary_account_id: one.beneficiary.to_string(),
            service: one.service.clone(),
            currency: observed.currency.to_string(),
            amount: one.amount,
            estimated: one.estimated,
            on_bill: Exact::checked_sum(of_account)?,
        });
    }
    Ok(rows)
}
