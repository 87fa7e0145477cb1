//! Upstream credits, and one credit with what AWS applied of it.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use domain::{
    credit::{CreditStatus, StatedByAws, UpstreamCreditState},
    ids::{PayerAccountId, UpstreamCreditId},
};
use money::Exact;
use read_model::{ReadModel, facts_of_subject};
use schemars::JsonSchema;
use serde::Serialize;
use service_kit::Failure;
use wire::{StreamName, Subject};

use crate::{
    books::{Books, cut_at},
    customers::takes_member,
    filter::Filter,
    point_in_time::PointInTime,
    words::word_of,
};

const STREAMS: [StreamName; 3] = [StreamName::Accounts, StreamName::Credits, StreamName::Memos];

/// An upstream credit.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct CreditRow {
    /// AWS's id.
    pub credit_id: String,
    /// The payer.
    pub payer_account_id: String,
    /// The owner.
    pub owner_account_id: String,
    /// AWS's description.
    pub description: String,
    /// The programme.
    pub program: String,
    /// AWS's credit type.
    pub credit_type: String,
    /// The currency.
    pub currency: String,
    /// What AWS will use under the payer.
    pub face_amount: Exact,
    /// What AWS has applied.
    pub upstream_applied: Exact,
    /// The part of that on the owner.
    pub on_owner: Exact,
    /// The part on others.
    pub scattered: Exact,
    /// What AWS has not applied.
    pub remaining: Exact,
    /// First day.
    pub start_date: NaiveDate,
    /// Last day.
    pub end_date: Option<NaiveDate>,
    /// Services it pays; none: all.
    pub services: Vec<String>,
    /// Services it does not pay.
    pub excluded_services: Vec<String>,
    /// Regions it pays in; none: all.
    pub regions: Vec<String>,
    /// Whether it pays tax.
    pub covers_tax: bool,
    /// Where it stands upstream.
    pub status: CreditStatus,
    /// What AWS granted, where the API states it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub initial_amount: Option<Exact>,
    /// What was left at the last import, where the API states it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remaining_amount: Option<Exact>,
    /// What else the billing API says of it.
    #[serde(skip_serializing_if = "StatedByAws::is_blank")]
    pub stated: StatedByAws,
    /// Restrictions that AWS states and nothing here applies.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub not_applied: Vec<String>,
    /// Its memo.
    pub memo_number: Option<String>,
    /// By month, where `credits show` asks.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub applications: Vec<CreditApplicationRow>,
}

/// What AWS applied of a credit, a month, account and description.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct CreditApplicationRow {
    /// The month.
    pub period: String,
    /// The account that AWS let benefit.
    pub beneficiary_account_id: String,
    /// The description on the lines.
    pub description: String,
    /// How much.
    pub amount: Exact,
    /// How it was matched.
    pub matched_by: String,
    /// Whether the match is an estimate.
    pub provisional: bool,
}

/// Credits, in order of payer and id. The account is the owner's.
///
/// # Errors
/// [`Failure`].
pub async fn credits(books: &Books<'_>, at: PointInTime, filter: &Filter) -> Result<Vec<CreditRow>, Failure> {
    rows(books, at, filter, None).await
}

/// Credits of an id, each with what AWS applied of it: one a payer.
///
/// # Errors
/// [`Failure`].
pub async fn credit(
    books: &Books<'_>,
    id: &UpstreamCreditId,
    at: PointInTime,
    filter: &Filter,
) -> Result<Vec<CreditRow>, Failure> {
    rows(books, at, filter, Some(id)).await
}

async fn rows(
    books: &Books<'_>,
    at: PointInTime,
    filter: &Filter,
    one: Option<&UpstreamCreditId>,
) -> Result<Vec<CreditRow>, Failure> {
    let model = books.known(at.recorded, &STREAMS).await?;
    let mut credits = model.upstream_credits(filter.payer.as_ref())?;
    credits.retain(|(_, credit), _| one.is_none_or(|one| one == credit));
    if at.effective.is_some() {
        count_by(books, at, &mut credits).await?;
    }
    let mut rows = Vec::new();
    for ((payer, credit), state) in credits {
        let Some(terms) = &state.terms else { continue };
        if takes_member(&model, filter, &payer, &terms.owner, at.day(books.today))?
            && filter.takes_status(&word_of(&state.status))
        {
            rows.extend(credit_of(&model, &payer, &credit, &state, one.is_some())?);
        }
    }
    Ok(rows)
}

/// Credits as of a day: what counts later is left out.
async fn count_by(
    books: &Books<'_>,
    at: PointInTime,
    credits: &mut BTreeMap<(PayerAccountId, UpstreamCreditId), UpstreamCreditState>,
) -> Result<(), Failure> {
    let day = at.effective.unwrap_or(NaiveDate::MAX);
    for ((payer, credit), state) in credits {
        *state = UpstreamCreditState::default();
        let subject = Subject::credit(payer, credit);
        for placed in facts_of_subject(books.log.as_ref(), &cut_at(at.recorded), &subject).await? {
            if let Some(fact) = placed.fact.as_credit_fact().filter(|fact| fact.counts_by(day)) {
                state.evolve(&fact);
            }
        }
    }
    Ok(())
}

/// The row of a credit; none where its terms are not known.
///
/// # Errors
/// [`Failure`].
pub fn credit_of(
    model: &ReadModel,
    payer: &PayerAccountId,
    credit: &UpstreamCreditId,
    state: &UpstreamCreditState,
    with_applications: bool,
) -> Result<Option<CreditRow>, Failure> {
    let Some(terms) = &state.terms else { return Ok(None) };
    let applied = state.applied()?;
    let on_owner = Exact::checked_sum(state.applications.values().map(|applied| applied.on_owner))?;
    let memos = model.memos(payer, &terms.owner)?;
    let applications = state.applications.iter().filter(|_| with_applications).flat_map(|(period, applied)| {
        applied.lines.iter().map(|line| CreditApplicationRow {
            period: period.to_string(),
            beneficiary_account_id: line.beneficiary.to_string(),
            description: line.description.clone(),
            amount: line.amount,
            matched_by: word_of(&line.matched_by),
            provisional: line.matched_by.is_provisional(),
        })
    });
    Ok(Some(CreditRow {
        credit_id: credit.to_string(),
        payer_account_id: payer.to_string(),
        owner_account_id: terms.owner.to_string(),
        description: terms.description.clone(),
        program: terms.program.clone(),
        credit_type: terms.credit_type.clone(),
        currency: terms.currency.to_string(),
        face_amount: terms.face_amount,
        upstream_applied: applied,
        on_owner,
        scattered: applied.checked_sub(on_owner)?,
        remaining: match state.status {
            CreditStatus::Cancelled => Exact::ZERO,
            _ => terms.face_amount.checked_sub(applied)?,
        },
        start_date: terms.start_date,
        end_date: terms.end_date,
        services: terms.services.clone(),
        excluded_services: terms.excluded_services.clone(),
        regions: terms.regions.clone(),
        covers_tax: terms.covers_tax,
        status: state.status,
        initial_amount: terms.initial_amount,
        remaining_amount: terms.remaining_amount,
        not_applied: terms.stated.not_applied(),
        stated: terms.stated.clone(),
        memo_number: memos.of_credit(credit).map(|memo| memo.number.to_string()),
        applications: applications.collect(),
    }))
}
