//! AWS's credits, as they stand or stood, and its credit lines without a known owner.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use domain::{
    credit::{CreditStatus, UpstreamCreditState},
    ids::{PayerAccountId, UpstreamCreditId},
    period::BillingPeriod,
};
use money::Exact;
use read_model::{KnowledgeCut, ReadModel, facts_of_subject};
use service_kit::{Failure, UnitOfWork};
use wire::{StreamName, Subject};

use crate::{
    args::DatesArgs,
    commands::{
        dates::{Knowledge, difference_rows},
        rows::{CreditApplicationRow, CreditRow, SuspenseRow},
    },
    outcome::Outcome,
};

/// The streams that tell of credits.
pub(crate) const CREDIT_STREAMS: [StreamName; 2] = [StreamName::Credits, StreamName::Memos];

/// The columns of a table of credits.
pub(crate) const CREDIT_COLUMNS: [&str; 10] = [
    "credit_id",
    "owner_account_id",
    "description",
    "currency",
    "face_amount",
    "upstream_applied",
    "remaining",
    "start_date",
    "end_date",
    "memo_number",
];

/// A credit; none where no import names it.
pub(crate) fn credit_row(
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
            matched_by: serde_json::to_value(line.matched_by)
                .ok()
                .and_then(|word| word.as_str().map(str::to_owned))
                .unwrap_or_default(),
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
        memo_number: memos.of_credit(credit).map(|memo| memo.number.to_string()),
        applications: applications.collect(),
    }))
}

/// Lists upstream credits.
pub(crate) async fn credits_list(
    unit: &UnitOfWork,
    payer: Option<&PayerAccountId>,
    dates: &DatesArgs,
) -> Result<Outcome, Failure> {
    let (known, before) = dates.asked(unit, &CREDIT_STREAMS).await?;
    let rows = rows_known(unit, &known, payer, None, dates.effective).await?;
    let Some(before) = before else { return Outcome::rows(&rows, &CREDIT_COLUMNS) };
    let before = rows_known(unit, &before, payer, None, dates.effective).await?;
    difference_rows(&before, &rows, "credit_id")
}

/// All credits as they were known; with what AWS applied of it, one.
pub(crate) async fn rows_known(
    unit: &UnitOfWork,
    known: &Knowledge,
    payer: Option<&PayerAccountId>,
    one: Option<&UpstreamCreditId>,
    effective: Option<NaiveDate>,
) -> Result<Vec<CreditRow>, Failure> {
    let model = known.model(unit);
    let mut rows = Vec::new();
    for ((of, credit), state) in credits_on(unit, model, payer, effective, known.recorded).await? {
        if one.is_none_or(|one| *one == credit) {
            rows.extend(credit_row(model, &of, &credit, &state, one.is_some())?);
        }
    }
    Ok(rows)
}

/// Credits as they stand in a model, or as of a day: what counts later is left out.
async fn credits_on(
    unit: &UnitOfWork,
    model: &ReadModel,
    payer: Option<&PayerAccountId>,
    effective: Option<NaiveDate>,
    recorded: Option<DateTime<Utc>>,
) -> Result<BTreeMap<(PayerAccountId, UpstreamCreditId), UpstreamCreditState>, Failure> {
    let mut credits = model.upstream_credits(payer)?;
    let Some(day) = effective else { return Ok(credits) };
    let known = KnowledgeCut::At(recorded.unwrap_or(DateTime::<Utc>::MAX_UTC));
    let log = unit.log();
    for ((of, credit), state) in &mut credits {
        *state = UpstreamCreditState::default();
        for placed in facts_of_subject(log.as_ref(), &known, &Subject::credit(of, credit)).await? {
            if let Some(fact) = placed.fact.as_credit_fact().filter(|fact| fact.counts_by(day)) {
                state.evolve(&fact);
            }
        }
    }
    Ok(credits)
}

/// Lists credit lines without a known owner.
pub(crate) fn credits_suspense(
    unit: &UnitOfWork,
    payer: Option<&PayerAccountId>,
    period: Option<BillingPeriod>,
) -> Result<Outcome, Failure> {
    let today = unit.clock.today();
    let mut rows = Vec::new();
    for ((of_payer, of_period), state) in unit.model.all_suspense(None)? {
        if payer.is_some_and(|payer| *payer != of_payer) || period.is_some_and(|period| period != of_period) {
            continue;
        }
        for item in state.items.values() {
            rows.push(SuspenseRow {
                item: item.item.clone(),
                payer_account_id: of_payer.to_string(),
                period: of_period.to_string(),
                member_account_id: item.member.to_string(),
                description: item.description.clone(),
                amount: item.amount,
                reason: item.reason,
                age_days: (today - of_period.last_day()).num_days().max(0),
            });
        }
    }
    Outcome::rows(&rows, &["item", "period", "member_account_id", "description", "amount", "reason", "age_days"])
}
