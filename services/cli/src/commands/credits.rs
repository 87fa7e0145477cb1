//! `credits import`, `list`, `show`, `suspense`, `attribute`.

use std::path::Path;

use domain::{
    credit::{AttributeByHand, UpstreamCreditState},
    ids::{PayerAccountId, UpstreamCreditId},
    period::BillingPeriod,
};
use money::Exact;
use service_kit::{BackOffice, Failure};

use super::rows::{CreditApplicationRow, CreditRow, SuspenseRow};
use crate::{args::Global, output, react};

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
    office: &mut BackOffice,
    file: &Path,
    payer: Option<&PayerAccountId>,
) -> Result<(), Failure> {
    let credits = upstream_credits::read_credits_file(office, file, payer)?;
    let imported = upstream_credits::observe(office, credits).await?;
    react::after_credits(office, &imported.credits).await?;
    for warning in &imported.warnings {
        output::warn(warning);
    }
    output::say(format_args!("{} credits read, {} new or revised", imported.credits.len(), imported.changed));
    let mut rows = Vec::new();
    for terms in &imported.credits {
        let state = office.model.upstream_credit(&terms.payer, &terms.credit)?;
        rows.extend(row(office, &terms.payer, &terms.credit, &state, false)?);
    }
    output::print_rows(global.output, &rows, &COLUMNS)
}

fn row(
    office: &BackOffice,
    payer: &PayerAccountId,
    credit: &UpstreamCreditId,
    state: &UpstreamCreditState,
    with_applications: bool,
) -> Result<Option<CreditRow>, Failure> {
    let Some(terms) = &state.terms else { return Ok(None) };
    let applied = state.applied()?;
    let on_owner = Exact::checked_sum(state.applications.values().map(|applied| applied.on_owner))?;
    let memos = office.model.memos(payer, &terms.owner)?;
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
        remaining: terms.face_amount.checked_sub(applied)?,
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
pub(crate) fn credits_list(
    global: &Global,
    office: &BackOffice,
    payer: Option<&PayerAccountId>,
) -> Result<(), Failure> {
    let mut rows = Vec::new();
    for ((of, credit), state) in office.model.upstream_credits(payer)? {
        rows.extend(row(office, &of, &credit, &state, false)?);
    }
    output::print_rows(global.output, &rows, &COLUMNS)
}

/// Shows an upstream credit with what AWS applied of it.
pub(crate) fn credits_show(
    global: &Global,
    office: &BackOffice,
    id: &UpstreamCreditId,
    payer: Option<&PayerAccountId>,
) -> Result<(), Failure> {
    let mut found = Vec::new();
    for ((of, credit), state) in office.model.upstream_credits(payer)? {
        if credit == *id {
            found.extend(row(office, &of, &credit, &state, true)?);
        }
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
    office: &BackOffice,
    payer: Option<&PayerAccountId>,
    period: Option<BillingPeriod>,
) -> Result<(), Failure> {
    let today = office.clock.today();
    let mut rows = Vec::new();
    for ((of_payer, of_period), state) in office.model.all_suspense()? {
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

/// Gives a suspense item an owner.
pub(crate) async fn credits_attribute(
    global: &Global,
    office: &mut BackOffice,
    item: String,
    credit: UpstreamCreditId,
    payer: PayerAccountId,
    period: BillingPeriod,
) -> Result<(), Failure> {
    let command = AttributeByHand { payer: payer.clone(), period, item, credit };
    if !office.was_done() {
        upstream_credits::attribute_by_hand(office, &command).await?;
    }
    memo_keeper::fund_payer(office, &payer).await?;
    credits_suspense(global, office, Some(&payer), Some(period))
}
