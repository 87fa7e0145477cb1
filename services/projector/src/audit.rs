//! The audit: a family of named checks over the whole log. Each says how much it looked at; a check
//! that fails says where.
//!
//! What the fold itself checks (gaps, chain, the balances that facts state, conservation of each
//! memo after each fact) holds or the replay stops; the other checks compare what was folded.

use domain::{
    billing::{BillingState, PeriodStatus},
    ids::DocumentNumber,
    period::BillingPeriod,
};
use event_log::EventLog;
use read_model::{Compared, ReadModel, RecordDifference, SnapshotFolder, WhatToFold};
use schemars::JsonSchema;
use serde::Serialize;
use service_kit::Failure;
use wire::StreamName;

use crate::{
    audit_check::{AllCredits, AllMemos, AuditCheck, check},
    control_totals::usage_ties,
    credit_law_checks::law_of_a_credit,
    differences::differences,
    ownership_checks::memos_paid_their_customers,
    replay::{Until, replay_watched},
    snapshots::ToCompare,
    stream_checks::StreamChecks,
    transfers::transfers_arrive,
    whole_ends::whole_ends,
};

/// What an audit found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct AuditReport {
    /// Every check.
    pub checks: Vec<AuditCheck>,
    /// Whether all of them held.
    pub holds: bool,
}

/// Audits a log, and against it the live read model, as far as that one has read, and the snapshots.
///
/// The log is folded beside the live model ([`ReadModel::overlay`]), so what is held grows with accounts and
/// memos and, by some bytes a record, with months; only with snapshots to compare the place of every subject
/// is held too.
///
/// # Errors
/// [`Failure`] where the log cannot be read at all; what is wrong with it is in the report.
pub async fn audit(
    log: &dyn EventLog,
    live: &ReadModel,
    snapshots: Option<&SnapshotFolder>,
) -> Result<AuditReport, Failure> {
    let until = Until::as_far_as(live);
    let mut checks = Vec::new();
    let to_compare = ToCompare::of(log, snapshots).await?;
    let (mut model, overlay) = ReadModel::overlay(live)?;
    if !to_compare.is_empty() {
        model.keep_places();
    }
    match replay_watched(log, until, WhatToFold::Everything, model, StreamChecks::new(to_compare)).await {
        Err(broken) => checks.push(check(WHOLE_LOG, 0, "commits", vec![broken.message])),
        Ok((report, checks_of_streams)) => {
            let mut model = report.model;
            model.flush()?;
            let memos = model.all_memos()?;
            checks.push(check(WHOLE_LOG, report.commits, "commits", Vec::new()));
            if let Some(found) = report.certifier.map(|certifier| certifier.certificates()).transpose()? {
                let certificate = |name, of| check(name, report.commits, "commits", Vec::new()).with_result(of);
                checks.push(certificate("state certificate", found.state));
                checks.push(certificate("log certificate", found.log));
            }
            checks.push(whole_ends(log).await?);
            checks.push(conservation(&memos));
            checks.push(transfers_arrive(&memos));
            checks.push(usage_ties(&model)?);
            checks.push(applications(&memos, &checks_of_streams));
            let credits = model.upstream_credits(None)?;
            checks.push(upstream_within_face(&credits)?);
            checks.extend(documents(&model)?);
            checks.extend(law_of_a_credit(&memos, &credits)?);
            checks.push(memos_paid_their_customers(&model, &memos)?);
            let mut ends = [0; StreamName::ALL.len()];
            for (stream, end) in StreamName::ALL.into_iter().zip(&mut ends) {
                *end = log.head(stream).await?.last_sequence;
            }
            checks.extend(checks_of_streams.into_checks(ends)?);
            let statements = as_check("live statements equal the log's", "statements", overlay.statements()?);
            checks.extend(Some(statements).filter(|check| check.looked_at > 0 || !check.holds));
            checks.push(live_balances(&model, live)?);
            // Everything else that answers are made of: assignments, policies, deliveries, usage, credits,
            // suspense, documents, entries.
            checks.push(as_check("live records equal the log's", "records", overlay.records()?));
        }
    }
    let holds = checks.iter().all(|check| check.holds);
    Ok(AuditReport { checks, holds })
}

/// The check that the fold itself is.
pub const WHOLE_LOG: &str = "log: sequences, numbers, chain, stated balances";

fn live_balances(model: &ReadModel, live: &ReadModel) -> Result<AuditCheck, Failure> {
    let looked_at = model.all_memos()?.values().map(|memos| memos.memos.len() as u64).sum();
    let findings = differences(model, live)?
        .into_iter()
        .map(|one| {
            format!(
                "{} {}: {} is {} by the log and {} live",
                one.member_account_id, one.memo_number, one.what, one.replayed, one.live
            )
        })
        .collect();
    Ok(check("live balances equal the log's", looked_at, "memos", findings))
}

fn as_check(name: &'static str, of: &'static str, compared: Compared) -> AuditCheck {
    let place =
        |one: RecordDifference| format!("{} sequence {}, {}: {}", one.stream, one.sequence, one.subject, one.what);
    check(name, compared.looked_at, of, compared.differences.into_iter().map(place).collect())
}

/// face = open + applied + expired + written off + refunded + reassigned out; 0 <= open <= face.
fn conservation(memos: &AllMemos) -> AuditCheck {
    let mut findings = Vec::new();
    let mut looked_at = 0;
    for memo in memos.values().flat_map(|memos| memos.memos.values()) {
        looked_at += 1;
        if !memo.conserves() {
            findings.push(format!("{}: its parts do not add up to {}", memo.number, memo.face));
        }
        let by_movement = memo.movements.values().map(domain::memo::Movement::net).reduce(|a, b| a + b);
        if by_movement.is_some_and(|sum| sum != memo.open) {
            findings.push(format!("{}: its statements' movements do not add up to {}", memo.number, memo.open));
        }
    }
    check("conservation of each memo", looked_at, "memos", findings)
}

/// The sum of what a memo paid by period is what stands applied.
fn applications(memos: &AllMemos, checks_of_streams: &StreamChecks) -> AuditCheck {
    let mut findings = Vec::new();
    let mut looked_at = 0;
    for memo in memos.values().flat_map(|memos| memos.memos.values()) {
        looked_at += memo.applications.len() as u64;
        let taken_over = checks_of_streams.taken_over(&memo.number).unwrap_or(memo.applied.zeroed());
        if !memo.applications_tie(taken_over) {
            findings.push(format!("{}: its applications by period do not add up to {}", memo.number, memo.applied));
        }
    }
    check("applications by period add up", looked_at, "applications", findings)
}

/// What AWS applied of a credit is at most its face.
fn upstream_within_face(credits: &AllCredits) -> Result<AuditCheck, Failure> {
    let mut findings = Vec::new();
    for ((_, id), credit) in credits {
        let Some(terms) = &credit.terms else { continue };
        let applied = credit.applied()?;
        if applied > terms.face_amount {
            findings.push(format!("credit {id}: AWS applied {applied} of {}", terms.face_amount));
        }
    }
    Ok(check("no credit is applied beyond its face", credits.len() as u64, "credits", findings))
}

/// Document numbers have no gaps within their series, and a document's totals are the sums of its
/// statements: one period after the other, so that of those with their documents one is held at a time.
fn documents(model: &ReadModel) -> Result<[AuditCheck; 2], Failure> {
    let (mut numbers, mut sums) = (Found::default(), Found::default());
    for payer in model.payers()? {
        let mut over_periods: Vec<DocumentNumber> = Vec::new();
        for period in model.periods_of(&payer)? {
            let state = model.billing(&payer, period)?;
            numbers.looked_at += state.documents.len() as u64;
            let prefix = format!("INV-{payer}-{period}-");
            let of_period = state.documents.keys().filter_map(|number| number.as_str().strip_prefix(&prefix));
            let gap = first_gap(of_period);
            numbers.findings.extend(gap.map(|missing| format!("{prefix}{missing:05} is missing")));
            over_periods.extend(state.documents.keys().filter(|number| !number.as_str().starts_with(&prefix)).cloned());
            document_sums(period, &state, &mut sums);
        }
        let prefix = format!("INV-{payer}-");
        if !over_periods.is_empty() {
            let gap = first_gap(over_periods.iter().filter_map(|number| number.as_str().strip_prefix(&prefix)));
            numbers.findings.extend(gap.map(|missing| format!("{prefix}{missing:07} is missing")));
        }
    }
    Ok([
        check("document numbers without gaps", numbers.looked_at, "documents", numbers.findings),
        check("documents foot", sums.looked_at, "documents", sums.findings),
    ])
}

#[derive(Default)]
struct Found {
    looked_at: u64,
    findings: Vec<String>,
}

fn first_gap<'a>(numbers: impl Iterator<Item = &'a str>) -> Option<u64> {
    // By number, not by text: 100000 follows 99999. What is no number stays at its place, as a finding.
    let mut numbers: Vec<&str> = numbers.collect();
    numbers.sort_by_key(|number| number.parse::<u64>().unwrap_or(0));
    numbers
        .into_iter()
        .zip(1..)
        .find(|(number, expected)| number.parse() != Ok(*expected))
        .map(|(_, expected)| expected)
}

fn document_sums(period: BillingPeriod, state: &BillingState, sums: &mut Found) {
    if state.status == PeriodStatus::Open && state.billed().is_none() {
        return;
    }
    for header in &state.standing {
        sums.looked_at += 1;
        let converted_foots = header
            .in_document_currency
            .as_ref()
            .is_none_or(|one| one.gross - one.applied + one.corrections_due == one.due);
        if header.gross - header.applied + header.corrections_due != header.due || !converted_foots {
            let number = header.document_number.as_ref().map_or_else(|| "a draft".to_owned(), ToString::to_string);
            let finding = format!("{number} of {period}: gross less applied with corrections is not {}", header.due);
            sums.findings.push(finding);
        }
    }
}
