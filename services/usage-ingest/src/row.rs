//! What `ingest` prints of a delivery: control totals, and what changed since the last one.

use domain::usage::{DeliveryCompleted, Finality, TypeTotal};
use money::Exact;
use schemars::JsonSchema;
use serde::Serialize;

/// One row a payer and period. Amounts are exact; together the classes are `total`.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct IngestRow {
    /// The delivery.
    pub delivery_id: String,
    /// The payer.
    pub payer_account_id: String,
    /// The month.
    pub period: String,
    /// The currency of all amounts.
    pub currency: String,
    /// Rows read.
    pub rows: u64,
    /// Member accounts on it.
    pub accounts: u64,
    /// Everything used or bought.
    pub charges: Exact,
    /// Every credit line, signed.
    pub credits: Exact,
    /// Tax.
    pub tax: Exact,
    /// Refunds.
    pub refunds: Exact,
    /// Discounts and adjustments on lines of their own.
    pub other: Exact,
    /// Line types that no table knows.
    pub unclassified: Exact,
    /// The file's sum.
    pub total: Exact,
    /// Whether AWS may still change it.
    pub finality: Finality,
    /// Members whose record changed; 0 for a delivery seen before.
    pub changed_accounts: u64,
    /// SHA-256 over the aggregates.
    pub digest: String,
    /// Sums by line type.
    pub by_type: Vec<TypeTotal>,
}

/// The row of a delivery.
pub fn ingest_row(delivery: &DeliveryCompleted, changed_accounts: u64) -> IngestRow {
    IngestRow {
        delivery_id: delivery.delivery.to_string(),
        payer_account_id: delivery.payer.to_string(),
        period: delivery.period.to_string(),
        currency: delivery.currency.to_string(),
        rows: delivery.rows,
        accounts: delivery.accounts,
        charges: delivery.totals.charges,
        credits: delivery.totals.credits,
        tax: delivery.totals.tax,
        refunds: delivery.totals.refunds,
        other: delivery.totals.other,
        unclassified: delivery.totals.unclassified,
        total: delivery.totals.total,
        finality: delivery.finality,
        changed_accounts,
        digest: delivery.digest.clone(),
        by_type: delivery.by_type.clone(),
    }
}
