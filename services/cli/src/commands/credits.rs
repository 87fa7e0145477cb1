//! `credits import`, `list`, `show`, `suspense`, `attribute`.

use std::{collections::BTreeMap, path::Path};

use chrono::{DateTime, NaiveDate, Utc};
use domain::{
    credit::{AttributeByHand, CreditStatus, UpstreamCreditState},
    ids::{PayerAccountId, UpstreamCreditId},
    period::BillingPeriod,
};
use money::Exact;
use read_model::{KnowledgeCut, ReadModel, facts_of_subject};
use service_kit::{Failure, UnitOfWork};
use wire::{StreamName, Subject};

use super::{
    dates::{DatesArgs, Knowledge, print_differences},
    rows::{AttributionRow, CreditApplicationRow, CreditRow, SuspenseRow},
};
use crate::{args::Global, output, process_manager};

const STREAMS: [StreamName; 2] = [StreamName::Credits, StreamName::Memos];

const COLUMNS: [&str; 10] = [
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

/// Imports upstream credits and issues their memos.
pub(crate) async fn credits_import(
    global: &Global,
    unit: &mut UnitOfWork,
    file: &Path,
    payer: Option<&PayerAccountId>,
) -> Result<(), Failure> {
    let credits = upstream_credits::read_credits_file(unit, file, payer)?;
    let imported = upstream_credits::observe(unit, credits).await?;
    process_manager::after_credits(unit, &imported.credits).await?;
    for warning in &imported.warnings {
        output::warn(warning);
    }
    output::say(format_args!("{} credits read, {} new or revised", imported.credits.len(), imported.changed));
    let mut rows = Vec::new();
    for terms in &imported.credits {
        let state = unit.model.upstream_credit(&terms.payer, &terms.credit)?;
        rows.extend(row(&unit.model, &terms.payer, &terms.credit, &state, false)?);
    }
    output::print_rows(global.output, &rows, &COLUMNS)
}

fn row(
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
        initial_amount: terms.initial_amount,
        remaining_amount: terms.remaining_amount,
        not_applied: terms.stated.not_applied(),
        stated: terms.stated.clone(),
        memo_number: memos.of_credit(credit).map(|memo| memo.number.to_string()),
        applications: applications.collect(),
    }))
}

/// Lists upstream credits.
pub(crate) async fn credits_list(
    global: &Global,
    unit: &UnitOfWork,
    payer: Option<&PayerAccountId>,
    dates: &DatesArgs,
) -> Result<(), Failure> {
    let (known, before) = dates.asked(unit, &STREAMS).await?;
    let rows = rows_known(unit, &known, payer, None, dates.effective).await?;
    let Some(before) = before else { return output::print_rows(global.output, &rows, &COLUMNS) };
    let before = rows_known(unit, &before, payer, None, dates.effective).await?;
    print_differences(global, &before, &rows, "credit_id")
}

/// All credits as they were known; with what AWS applied of it, one.
async fn rows_known(
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
            rows.extend(row(model, &of, &credit, &state, one.is_some())?);
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

/// Shows an upstream credit with what AWS applied of it.
pub(crate) async fn credits_show(
    global: &Global,
    unit: &UnitOfWork,
    id: &UpstreamCreditId,
    payer: Option<&PayerAccountId>,
    dates: &DatesArgs,
) -> Result<(), Failure> {
    let (known, before) = dates.asked(unit, &STREAMS).await?;
    let found = rows_known(unit, &known, payer, Some(id), dates.effective).await?;
    if let Some(before) = before {
        let before = rows_known(unit, &before, payer, Some(id), dates.effective).await?;
        return print_differences(global, &before, &found, "credit_id");
    }
    match found.as_slice() {
        [one] => output::print_object(global.output, one),
        [] => Err(Failure::failed("CM0120", format!("no credit {id} is known: see credits list"))),
        _ => Err(Failure::usage("CM0204", format!("several payers have a credit {id}: say --payer"))),
    }
}

/// Lists credit lines without a known owner.
pub(crate) fn credits_suspense(
    global: &Global,
    unit: &UnitOfWork,
    payer: Option<&PayerAccountId>,
    period: Option<BillingPeriod>,
) -> Result<(), Failure> {
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
    output::print_rows(
        global.output,
        &rows,
        &["item", "period", "member_account_id", "description", "amount", "reason", "age_days"],
    )
}

/// Lists what was said of suspense items by hand.
pub(crate) fn credits_attributions(
    global: &Global,
    unit: &UnitOfWork,
    payer: Option<&PayerAccountId>,
) -> Result<(), Failure> {
    let mut rows = Vec::new();
    for (_, state) in unit.model.all_suspense(payer)? {
        rows.extend(state.by_operator.iter().map(|said| AttributionRow {
            item: said.item.clone(),
            payer_account_id: said.payer.to_string(),
            period: said.period.to_string(),
            member_account_id: said.member.to_string(),
            description: said.description.clone(),
            credit_id: said.credit.to_string(),
        }));
    }
    output::print_rows(global.output, &rows, &["item", "period", "member_account_id", "description", "credit_id"])
}

/// Gives a suspense item an owner, or takes back what was said of it where no credit is named.
pub(crate) async fn credits_attribute(
    global: &Global,
    unit: &mut UnitOfWork,
    item: String,
    credit: Option<UpstreamCreditId>,
    payer: PayerAccountId,
    period: BillingPeriod,
) -> Result<(), Failure> {
    match credit {
        _ if unit.was_done() => {}
        Some(credit) => {
            let command = AttributeByHand { payer: payer.clone(), period, item, credit };
            upstream_credits::attribute_by_hand(unit, &command).await?;
        }
        None => upstream_credits::withdraw_attribution(unit, &payer, period, &item).await?,
    }
    memo_keeper::fund_payer(unit, &payer).await?;
    credits_suspense(global, unit, Some(&payer), Some(period))
}
