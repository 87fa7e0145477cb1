//! Ingesting deliveries: read, decide, append.

use std::path::PathBuf;

use bill_formats::{DeliveryReading, Progress, ReadOptions, read_deliveries};
use domain::{
    ids::PayerAccountId,
    period::BillingPeriod,
    policy::ExpiryInsideMonth,
    usage::{BillFormat, ControlTotals, DeliveryCompleted, DeliveryFile, Finality, LeftOut, TypeTotal},
};
use read_model::ReadModel;
use service_kit::{Failure, UnitOfWork, codes};

use crate::{IngestOptions, IngestRow, ingest_row, judge::judge, record::record};

/// What an ingest did.
#[derive(Debug, Clone)]
pub struct Ingested {
    /// One row a payer and period.
    pub rows: Vec<IngestRow>,
    /// What the operator should know.
    pub warnings: Vec<String>,
    /// Payers and periods delivered: what reacts to usage runs for these, for a delivery that was
    /// seen before too, since the process that recorded it may have been killed before it reacted.
    pub periods: Vec<(PayerAccountId, BillingPeriod)>,
}

/// Ingests all deliveries in the paths.
///
/// # Errors
/// [`Failure`]: an input that was refused (nothing is recorded then), or a log that failed.
pub async fn ingest(
    unit: &mut UnitOfWork,
    paths: &[PathBuf],
    options: IngestOptions,
    progress: &dyn Progress,
) -> Result<Ingested, Failure> {
    let keep_days = counts_days(&unit.model)?;
    let read = ReadOptions { keep_days, ..ReadOptions::default() };
    let reading =
        read_deliveries(paths, &read, progress).map_err(|fault| Failure::refused(codes::BILL_REFUSED, fault))?;
    let mut ingested = Ingested {
        rows: Vec::new(),
        warnings: reading.warnings.iter().map(ToString::to_string).collect(),
        periods: Vec::new(),
    };
    // All are judged before any is recorded.
    for delivery in &reading.deliveries {
        let said = |warning: &dyn std::fmt::Display| format!("{} {}: {warning}", delivery.payer, delivery.period);
        ingested.warnings.extend(delivery.warnings.iter().map(|warning| said(warning)));
        if !delivery.unknown_columns.is_empty() {
            let columns = format!(
                "{} columns are not read: {}",
                delivery.unknown_columns.len(),
                shortened(&delivery.unknown_columns)
            );
            tracing::info!(payer = %delivery.payer, period = %delivery.period, "{columns}");
        }
        judge(&unit.model, &completed(delivery, keep_days)?, delivery, options)?;
    }
    for delivery in &reading.deliveries {
        let summary = completed(delivery, keep_days)?;
        let changed = record(unit, delivery, options, &summary).await?;
        ingested.warnings.extend(unclassified_warning(&summary));
        ingested.warnings.extend(unassigned_warning(&unit.model, delivery)?);
        ingested.periods.push((delivery.payer.clone(), delivery.period));
        ingested.rows.push(ingest_row(&summary, changed.unwrap_or(0)));
    }
    Ok(ingested)
}

/// Whether any policy adopted so far counts days: charges are then kept by day.
fn counts_days(model: &ReadModel) -> Result<bool, Failure> {
    let mut histories = vec![model.policy_history(None)?];
    for payer in model.payers()? {
        histories.push(model.policy_history(Some(&payer))?);
    }
    Ok(histories
        .iter()
        .flat_map(|history| history.adoptions())
        .any(|adopted| adopted.policies.expiry_inside_month == ExpiryInsideMonth::DayExact))
}

/// The closing fact of a delivery, as far as its content says.
fn completed(reading: &DeliveryReading, by_day: bool) -> Result<DeliveryCompleted, Failure> {
    let by_type: Vec<TypeTotal> = reading
        .by_type
        .iter()
        .map(|total| TypeTotal { line_type: total.line_type.clone(), rows: total.rows, amount: total.amount })
        .collect();
    let is_final = reading.rows_without_invoice() == 0 && reading.rows_with_invoice() > 0 && !reading.pro_forma;
    let (assembly_id, created) = match &reading.manifest {
        Some(manifest) => (manifest.id.clone(), manifest.created),
        None => (String::new(), None),
    };
    Ok(DeliveryCompleted {
        payer: reading.payer.clone(),
        period: reading.period,
        delivery: reading.delivery.clone(),
        replaces: None,
        format: match reading.format {
            bill_formats::BillFormat::CurLegacy => BillFormat::CurLegacy,
            bill_formats::BillFormat::Cur2 => BillFormat::Cur2,
            bill_formats::BillFormat::Focus => BillFormat::Focus,
        },
        currency: reading.currency,
        files: reading
            .files
            .iter()
            .map(|file| DeliveryFile {
                name: file.name.clone(),
                sha256: file.sha256.clone(),
                bytes: file.bytes,
                rows: file.rows,
            })
            .collect(),
        assembly_id,
        created,
        rows: reading.rows,
        accounts: reading.members.len() as u64,
        changed_accounts: 0,
        totals: ControlTotals::of(&by_type)?,
        by_type,
        finality: if is_final { Finality::Final } else { Finality::Estimated },
        bill_types: reading.bill_types.iter().map(|evidence| evidence.bill_type.clone()).collect(),
        left_out: reading
            .left_out
            .iter()
            .map(|left_out| LeftOut { provider: left_out.provider.clone(), rows: left_out.rows })
            .collect(),
        unknown_columns: reading.unknown_columns.clone(),
        pro_forma: reading.pro_forma,
        by_day,
        digest: reading.digest.clone(),
    })
}

fn unclassified_warning(summary: &DeliveryCompleted) -> Option<String> {
    let unknown: Vec<String> = summary
        .by_type
        .iter()
        .filter(|total| {
            domain::classification::classify_line(&total.line_type) == domain::classification::LineClass::Unclassified
        })
        .map(|total| format!("'{}' ({} rows, {})", total.line_type, total.rows, total.amount))
        .collect();
    (!unknown.is_empty()).then(|| {
        format!(
            "{} {}: line types that no table knows, kept and counted: {}",
            summary.payer,
            summary.period,
            unknown.join(", ")
        )
    })
}

fn unassigned_warning(model: &ReadModel, reading: &DeliveryReading) -> Result<Option<String>, Failure> {
    let mut unassigned = Vec::new();
    for usage in &reading.members {
        if model.member_account(&reading.payer, &usage.member)?.assignments().next().is_none() {
            unassigned.push(usage.member.to_string());
        }
    }
    Ok((!unassigned.is_empty()).then(|| {
        format!(
            "{} {}: {} member accounts are in no accounts import: {}",
            reading.payer,
            reading.period,
            unassigned.len(),
            shortened(&unassigned)
        )
    }))
}

fn shortened(names: &[String]) -> String {
    const SHOWN_MAX: usize = 5;
    let mut text = names.iter().take(SHOWN_MAX).cloned().collect::<Vec<_>>().join(", ");
    if names.len() > SHOWN_MAX {
        text.push_str(", ...");
    }
    text
}
