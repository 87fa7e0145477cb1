//! Close packs: what a month was closed on and what it left, in one document that an auditor files.
//!
//! A pack is made of what had been read of the log when it was made, and of nothing else, so that it
//! is made again from any copy of the log, byte for byte. Its form is version 1 and stays as it is: it
//! holds types of its own, so that an answer of a command may grow without changing packs that are
//! filed. [`ClosePack::checks`] adds up what it says by itself. Making one is the memo-keeper's;
//! signatures are not here.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use money::{Currency, Exact, Money};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Blocker, DocumentKind};
use crate::{
    credit::SuspenseItem,
    ids::{
        CustomerId, DeliveryId, DocumentNumber, MemberAccountId, MemoNumber, PayerAccountId, PoNumber, RunId,
        UpstreamCreditId,
    },
    memo::MemoStatus,
    period::BillingPeriod,
    policy::PolicyHash,
    usage::{BillFormat, ControlTotals, DeliveryFile, Finality, TypeTotal},
};

/// What a close pack says it is.
pub const CLOSE_PACK_KIND: &str = "creditmemo.close-pack.v1";

/// The close pack of a period was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ClosePackMade {
    /// The payer.
    pub payer: PayerAccountId,
    /// The period.
    pub period: BillingPeriod,
    /// The close it is of: 1 for the first.
    pub version: u32,
    /// The form of the pack: `creditmemo.close-pack.v1`.
    pub kind: String,
    /// The last sequence of each stream that it was made of.
    pub through: BTreeMap<String, u64>,
    /// SHA-256 of its text, without a signature.
    pub digest: String,
}

/// Everything that a month was closed on, and what it left.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ClosePack {
    /// `creditmemo.close-pack.v1`.
    pub kind: String,
    /// The payer.
    pub payer_account_id: PayerAccountId,
    /// The period.
    pub period: BillingPeriod,
    /// How often it had been closed, this time included.
    pub version: u32,
    /// The currency of the bill.
    pub currency: Currency,
    /// The last sequence of each stream that it is made of.
    pub through: BTreeMap<String, u64>,
    /// The commits upon the period itself, up to the close.
    pub closed_at: PackedPlace,
    /// AWS's bill.
    pub input: PackedInput,
    /// The policies.
    pub policy: PackedPolicy,
    /// What blocked the close and was waived.
    pub waived: Vec<Blocker>,
    /// The billing run and its totals.
    pub run: PackedRun,
    /// AWS's bill against memos and documents.
    pub ties: PackedTies,
    /// What AWS applied of each credit in the month.
    pub credits: Vec<PackedCredit>,
    /// The documents issued for the month, by number.
    pub documents: Vec<PackedDocument>,
    /// Every memo of the payer.
    pub balances: Vec<PackedBalance>,
    /// Their sums, a currency each.
    pub balance_totals: Vec<PackedBalanceTotal>,
    /// Upstream credit lines of the month without a known owner.
    pub suspense: Vec<SuspenseItem>,
    /// What is open and wants a person's eye, on the day after the month.
    pub exceptions: Vec<PackedException>,
}

/// A place in the log with the chain up to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PackedPlace {
    /// The subject.
    pub subject: String,
    /// The sequence of its last commit, in its stream.
    pub sequence: u64,
    /// The commits upon it.
    pub n: u64,
    /// The chain over them.
    pub chain: String,
    /// When the last was recorded.
    pub recorded: Option<DateTime<Utc>>,
}

/// The delivery of AWS's bill that the month was closed on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PackedInput {
    /// The delivery.
    pub delivery: DeliveryId,
    /// The one it replaced.
    pub replaces: Option<DeliveryId>,
    /// Its format.
    pub format: BillFormat,
    /// Whether it was final.
    pub finality: Finality,
    /// AWS's id of it, where a manifest named it.
    pub assembly_id: String,
    /// When AWS made it, where a manifest said so.
    pub created: Option<DateTime<Utc>>,
    /// Its files, by content.
    pub files: Vec<DeliveryFile>,
    /// Its rows.
    pub rows: u64,
    /// Member accounts on it.
    pub accounts: u64,
    /// SHA-256 over its aggregates.
    pub digest: String,
    /// Its control totals.
    pub totals: ControlTotals,
    /// The same by line type.
    pub by_type: Vec<TypeTotal>,
    /// The deliveries of other payers of ours whose charges the memos could pay.
    pub other_payers: BTreeMap<PayerAccountId, DeliveryId>,
}

/// The policies of the month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PackedPolicy {
    /// Their hash, as every draw cites it.
    pub hash: PolicyHash,
    /// What differs from the defaults; the hash is over this.
    pub chosen: BTreeMap<String, serde_json::Value>,
}

/// The billing run that the month was closed on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PackedRun {
    /// The run.
    pub run: RunId,
    /// Member accounts with a statement.
    pub members: u64,
    /// Of them without an assigned customer.
    pub unassigned: u64,
    /// Documents that stood after it.
    pub documents: u64,
    /// All charges.
    pub gross: Money,
    /// What memos paid.
    pub applied: Money,
    /// What customers pay.
    pub due: Money,
    /// The exact charges less their rounded sum.
    pub rounding_difference: Exact,
    /// What the distributor keeps.
    pub kept: Exact,
}

/// The month's reconciliation (rule book B.3).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[allow(missing_docs)] // each as `reconcile` prints it
pub struct PackedTies {
    pub upstream_credits: Exact,
    pub attributed: Exact,
    pub on_owner: Exact,
    pub scattered: Exact,
    pub retained: Exact,
    pub suspense: Exact,
    pub beyond_face: Exact,
    pub gross: Exact,
    pub payable: Exact,
    pub billed: Money,
    pub memo_applied: Money,
    pub memo_movement: Exact,
    pub kept: Exact,
    pub voided: Exact,
    pub rounding: Exact,
    pub refunded_later: Exact,
    pub exposure: Money,
    pub owed: Money,
    pub upstream_residual: Exact,
    pub customer_residual: Exact,
    pub residual: Exact,
}

/// What AWS applied of a credit in the month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PackedCredit {
    /// The credit.
    pub credit_id: UpstreamCreditId,
    /// Its owner.
    pub owner_account_id: String,
    /// On the owner.
    pub on_owner: Exact,
    /// Stripped from others.
    pub scattered: Exact,
    /// The memo it funds.
    pub memo_number: Option<String>,
    /// What of it the memo was not funded with.
    pub not_funded: Exact,
}

/// A document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PackedDocument {
    /// Its number.
    pub document_number: DocumentNumber,
    /// What kind it is.
    pub kind: DocumentKind,
    /// The one it replaced.
    pub supersedes: Option<DocumentNumber>,
    /// It was voided.
    pub voided: bool,
    /// The customer.
    pub customer: CustomerId,
    /// The PO number.
    pub po_number: PoNumber,
    /// The currency.
    pub currency: Currency,
    /// All charges.
    pub gross: Money,
    /// What memos pay.
    pub applied: Money,
    /// Corrections of closed months.
    pub corrections_due: Money,
    /// What the customer pays.
    pub due: Money,
    /// SHA-256 over what it says.
    pub digest: String,
}

/// A memo as it stood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PackedBalance {
    /// Its account.
    pub member_account_id: MemberAccountId,
    /// The memo.
    pub memo_number: MemoNumber,
    /// The upstream credit.
    pub credit_id: Option<UpstreamCreditId>,
    /// The currency.
    pub currency: Currency,
    /// What it was issued at, with what it grew by.
    pub face_amount: Money,
    /// Applied.
    pub applied_amount: Money,
    /// Lapsed and expired.
    pub expired_amount: Money,
    /// Written off.
    pub written_off_amount: Money,
    /// Paid out.
    pub refunded_amount: Money,
    /// Gone to other memos.
    pub reassigned_amount: Money,
    /// What is left.
    pub open_balance: Money,
    /// The part of it that AWS has paid for.
    pub funded_balance: Money,
    /// The balance of funds that the month's statement ends with.
    pub balance_of_funds: Money,
    /// Where it stood.
    pub status: MemoStatus,
    /// The last sequence upon its account, in the memo stream.
    pub sequence: u64,
    /// The chain over its account's commits.
    pub chain: String,
}

/// The memos of a currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[allow(missing_docs)] // the sums of the fields of the same names
pub struct PackedBalanceTotal {
    pub currency: Currency,
    pub memos: u64,
    pub face_amount: Exact,
    pub applied_amount: Exact,
    pub expired_amount: Exact,
    pub written_off_amount: Exact,
    pub refunded_amount: Exact,
    pub reassigned_amount: Exact,
    pub open_balance: Exact,
    pub balance_of_funds: Exact,
}

/// What is open and wants a person's eye.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PackedException {
    /// What kind, as `credits exceptions` names it.
    pub exception: String,
    /// The month it is of; none for what stands.
    pub period: Option<BillingPeriod>,
    /// The account.
    pub member_account_id: Option<MemberAccountId>,
    /// The memo.
    pub memo_number: Option<MemoNumber>,
    /// The upstream credit.
    pub credit_id: Option<UpstreamCreditId>,
    /// The currency.
    pub currency: String,
    /// How much.
    pub amount: Exact,
}
