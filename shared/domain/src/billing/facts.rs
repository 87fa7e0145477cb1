//! What can happen to a payer's period.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use money::{Currency, Money, Rounding};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    Blocker, ClosePackMade, ConvertedDocument, MemberStatement, PeriodActApproved, PeriodActProposed,
    PeriodActRejected, StatementsBefore,
};
use crate::{
    ids::{CustomerId, DeliveryId, DocumentNumber, PayerAccountId, PoNumber, RunId},
    period::BillingPeriod,
    policy::PolicyHash,
};

/// A billing run began.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BillingRunStarted {
    /// The run.
    pub run: RunId,
    /// The payer.
    pub payer: PayerAccountId,
    /// The period.
    pub period: BillingPeriod,
    /// The delivery it bills.
    pub delivery: DeliveryId,
    /// The policies it decides under.
    pub policy: PolicyHash,
    /// It makes drafts: the delivery is estimated.
    pub draft: bool,
    /// The statements that went out before: what this month's bring forward.
    #[serde(default)]
    pub follows: StatementsBefore,
}

/// What kind of document it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DocumentKind {
    /// Without a number, made anew by the next run.
    Draft,
    /// The first of a customer and PO number in the period.
    Invoice,
    /// It replaces one that was issued before the period was closed.
    Superseding,
}

/// A document's head; its members' statements carry the rest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DocumentHeader {
    /// Its number; none for a draft.
    #[serde(default)]
    pub document_number: Option<DocumentNumber>,
    /// What kind it is.
    pub kind: DocumentKind,
    /// The one it replaces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supersedes: Option<DocumentNumber>,
    /// The payer.
    pub payer_account_id: PayerAccountId,
    /// The period.
    pub period: BillingPeriod,
    /// The customer.
    pub customer: CustomerId,
    /// The PO number.
    pub po_number: PoNumber,
    /// The date on it.
    pub date: NaiveDate,
    /// The currency.
    pub currency: Currency,
    /// How many member accounts it is for.
    pub members: u64,
    /// All charges.
    pub gross: Money,
    /// What memos pay.
    pub applied: Money,
    /// Corrections of closed months.
    pub corrections_due: Money,
    /// What the customer pays: the sum of its accounts' rounded dues.
    pub due: Money,
    /// The same in the customer's currency, where that is another, with the rate it was issued at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_document_currency: Option<ConvertedDocument>,
    /// How its accounts were rounded.
    pub rounding: Rounding,
    /// The policies.
    pub policy: PolicyHash,
    /// The run.
    pub run: RunId,
    /// SHA-256 over what it says: the same content, the same digest.
    pub digest: String,
    /// The version of the renderer whose bytes it was sent as.
    pub renderer: u32,
}

/// The totals of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RunTotals {
    /// The currency.
    pub currency: Currency,
    /// Member accounts with a statement.
    pub members: u64,
    /// Of them without an assigned customer.
    pub unassigned: u64,
    /// Documents that stand after the run.
    pub documents: u64,
    /// All charges.
    pub gross: Money,
    /// What memos pay.
    pub applied: Money,
    /// What customers pay.
    pub due: Money,
    /// The exact charges less their rounded sum: the rounding account.
    pub rounding_difference: money::Exact,
    /// What the distributor keeps: kept discounts and credit lines, as AWS signs them.
    pub kept: money::Exact,
}

/// A billing run ended: the period is billed as this run says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BillingRunCompleted {
    /// The run.
    pub run: RunId,
    /// The delivery it billed.
    pub delivery: DeliveryId,
    /// It made drafts.
    pub draft: bool,
    /// Its totals.
    pub totals: RunTotals,
    /// The deliveries of other payers of ours whose charges its memos could pay (rule book N21).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub other_payers: BTreeMap<PayerAccountId, DeliveryId>,
}

/// The period was closed: later changes post to the open one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PeriodClosed {
    /// The payer.
    pub payer: PayerAccountId,
    /// The period.
    pub period: BillingPeriod,
    /// The delivery it was closed on.
    pub delivery: DeliveryId,
    /// The run it was billed by.
    pub run: RunId,
    /// Its policies.
    pub policy: PolicyHash,
    /// How often it was closed, this time included.
    pub version: u32,
    /// What blocked it and was waived.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waived: Vec<Blocker>,
}

/// The period was reopened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PeriodReopened {
    /// The payer.
    pub payer: PayerAccountId,
    /// The period.
    pub period: BillingPeriod,
}

/// The period does not hold the next one, though it is not closed: it has no delivery yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PeriodWaived {
    /// The payer.
    pub payer: PayerAccountId,
    /// The period.
    pub period: BillingPeriod,
    /// What blocked it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub blockers: Vec<Blocker>,
}

/// An issued document was voided (rule book N39): its number stays, nothing is owed by it, and what
/// memos paid of it went back to them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DocumentVoided {
    /// The document.
    pub document_number: DocumentNumber,
    /// The payer.
    pub payer: PayerAccountId,
    /// Its period.
    pub period: BillingPeriod,
    /// The day it counts from.
    pub effective: NaiveDate,
    /// The period whose statements show it: its own, where that is billed anew; a later one where
    /// its own is closed.
    pub posting: BillingPeriod,
}

/// Something that happened to a payer's period.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, clippy::large_enum_variant)] // each variant is its fact, documented there
pub enum BillingFact {
    RunStarted(BillingRunStarted),
    Statement(MemberStatement),
    Document(DocumentHeader),
    RunCompleted(BillingRunCompleted),
    Closed(PeriodClosed),
    Reopened(PeriodReopened),
    Waived(PeriodWaived),
    Voided(DocumentVoided),
    ActProposed(PeriodActProposed),
    ActApproved(PeriodActApproved),
    ActRejected(PeriodActRejected),
    Packed(ClosePackMade),
}
