//! The JSON rows that commands print beside those of the services: a stable contract, with schemas
//! in `schemas/cli`.

pub use super::{
    log::{LogCompareRow, LogCopyRow},
    streams::StreamChangeRow,
};
use chrono::NaiveDate;
use domain::credit::{CreditStatus, StatedByAws, SuspenseReason};
use money::{Exact, Money};
use schemars::JsonSchema;
use serde::Serialize;

pub use super::{dates::KnowledgeDifference, explain::Explanation, statement::PrintedStatement};

/// A member account's assignment.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct AccountRow {
    /// The payer.
    pub payer_account_id: String,
    /// The account.
    pub member_account_id: String,
    /// Its customer; blank for an account that only a bill or a credit names.
    pub customer: String,
    /// The PO number on its documents.
    pub po_number: String,
    /// The first day.
    pub from: Option<NaiveDate>,
    /// The day after the last.
    pub to: Option<NaiveDate>,
    /// Whether an import names it.
    pub assigned: bool,
}

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

/// Credit lines in suspense.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct SuspenseRow {
    /// The item.
    pub item: String,
    /// The payer.
    pub payer_account_id: String,
    /// The month.
    pub period: String,
    /// The account that AWS let benefit.
    pub member_account_id: String,
    /// The description.
    pub description: String,
    /// How much.
    pub amount: Exact,
    /// Why it is here.
    pub reason: SuspenseReason,
    /// Days since the end of the month.
    pub age_days: i64,
}

/// What was said of a suspense item by hand.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct AttributionRow {
    /// The item.
    pub item: String,
    /// The payer.
    pub payer_account_id: String,
    /// The month.
    pub period: String,
    /// The account that AWS let benefit.
    pub member_account_id: String,
    /// The description.
    pub description: String,
    /// The credit that was said.
    pub credit_id: String,
}

/// A conversion rate as it was stated.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct RateRow {
    /// The month it is for.
    pub period: String,
    /// One unit of this currency.
    pub from: String,
    /// Is so many units of that.
    pub to: String,
    /// How many.
    pub rate: Exact,
    /// The rate that it corrected.
    pub replaces: Option<Exact>,
    /// Who publishes it.
    pub source: String,
    /// What proves it.
    pub evidence: String,
    /// When it was recorded.
    pub recorded: chrono::DateTime<chrono::Utc>,
    /// Whether documents made now use it.
    pub in_force: bool,
}

/// A document of a billing run.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct DocumentRow {
    /// Its number; none for a draft.
    pub document_number: Option<String>,
    /// `draft`, `invoice` or `superseding`.
    pub kind: String,
    /// The one it replaces.
    pub supersedes: Option<String>,
    /// The payer.
    pub payer_account_id: String,
    /// The month.
    pub period: String,
    /// The customer.
    pub customer: String,
    /// The PO number.
    pub po_number: String,
    /// The date on it.
    pub date: NaiveDate,
    /// The currency.
    pub currency: String,
    /// Member accounts on it.
    pub members: u64,
    /// All charges.
    pub gross: Money,
    /// What memos pay.
    pub applied: Money,
    /// What the customer pays.
    pub due: Money,
    /// The currency of the customer's document, where it is another.
    pub document_currency: Option<String>,
    /// One unit of the currency is so many of the document's.
    pub conversion_rate: Option<Exact>,
    /// All charges, in the document's currency.
    pub document_gross: Option<Money>,
    /// What memos pay, in the document's currency.
    pub document_applied: Option<Money>,
    /// What the customer pays, in the document's currency.
    pub document_due: Option<Money>,
    /// SHA-256 over what it says.
    pub digest: String,
}

/// A document with what became of it.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct IssuedDocumentRow {
    /// The document.
    #[serde(flatten)]
    pub document: DocumentRow,
    /// `draft`, `issued`, `superseded` or `void`.
    pub status: String,
    /// The one that took its place.
    pub superseded_by: Option<String>,
    /// The month whose statements show that it was voided.
    pub voided_in: Option<String>,
    /// Its statements, where `documents show` asks.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub statements: Vec<domain::billing::MemberStatement>,
}

/// A period's status after `close`, `reopen` or a blocked `bill`.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct PeriodRow {
    /// The payer.
    pub payer_account_id: String,
    /// The month.
    pub period: String,
    /// `open`, `waived`, `closed` or `blocked`.
    pub status: String,
    /// What was waived.
    pub waived: Vec<BlockerRow>,
    /// What blocks it.
    pub blockers: Vec<BlockerRow>,
    /// The file of the close pack, where one is filed.
    pub pack: Option<String>,
}

/// Something that blocks a period.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct BlockerRow {
    /// What it is and what to do.
    pub message: String,
    /// The same for programs.
    #[serde(flatten)]
    pub blocker: domain::billing::Blocker,
}

/// What happened to a memo.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct MemoEntryRow {
    /// Its place in the memo stream.
    pub position: u64,
    /// When it counts.
    pub effective: NaiveDate,
    /// When it was recorded.
    pub recorded: chrono::DateTime<chrono::Utc>,
    /// Change of the face.
    pub issued: Money,
    /// Change of what stands applied.
    pub applied: Money,
    /// Change of what lapsed and expired.
    pub expired: Money,
    /// Other changes of the balance.
    pub other: Money,
    /// Change of what AWS funded.
    pub funded: Exact,
}

/// A memo with everything that happened to it.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct MemoRow {
    /// Its balance.
    #[serde(flatten)]
    pub balance: projector::BalanceRow,
    /// The credit's description.
    pub description: String,
    /// The credit's programme.
    pub program: String,
    /// First day.
    pub start_date: NaiveDate,
    /// Services it pays; none: all.
    pub services: Vec<String>,
    /// Services it does not pay.
    pub excluded_services: Vec<String>,
    /// Regions it pays in; none: all.
    pub regions: Vec<String>,
    /// Whether it pays tax.
    pub covers_tax: bool,
    /// The most it pays a month.
    pub monthly_cap: Option<Money>,
    /// What becomes of it at its end; blank without an end.
    pub expiry_rule: String,
    /// What AWS has applied of its credit.
    pub funded_amount: Exact,
    /// Applied ahead of AWS.
    pub exposure: Money,
    /// What happened to it, where `memos show` asks.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub entries: Vec<MemoEntryRow>,
}

/// What the memos of one programme come to on a statement.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ProgramRow {
    /// The programme; blank where none was stated.
    pub program: String,
    /// How many memos.
    pub memos: u64,
    /// Brought forward.
    pub prior_balance: Money,
    /// Entered with this statement.
    pub issued: Money,
    /// Other changes, signed as they change the balance.
    pub corrections: Money,
    /// Paid of this period.
    pub applied: Money,
    /// Lapsed and expired.
    pub expired: Money,
    /// What is left.
    pub balance_of_funds: Money,
}

/// A statement with its memos summed by programme.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct StatementByProgram {
    /// The statement.
    #[serde(flatten)]
    pub statement: domain::billing::MemberStatement,
    /// The sums.
    pub programs: Vec<ProgramRow>,
}

/// What a replay found.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ReplayRow {
    /// Commits folded.
    pub commits: u64,
    /// Facts folded.
    pub facts: u64,
    /// Memos rebuilt.
    pub memos: u64,
    /// Open balances by currency.
    pub open_balance: Vec<CurrencyAmount>,
    /// Seconds it took, to the millisecond.
    pub seconds: String,
    /// Facts a second.
    pub facts_per_second: u64,
    /// Whether it was compared with the live read model.
    pub verified: bool,
    /// Where they differ.
    pub differences: Vec<projector::Difference>,
    /// The certificate of the state, where everything was replayed: the same for whatever ways led
    /// to the same balances, documents and policies.
    pub state_certificate: Option<String>,
    /// The certificate of the log itself, for copies.
    pub log_certificate: Option<String>,
    /// The balances that were rebuilt, where one payer, account or memo was asked for.
    pub balances: Vec<projector::BalanceRow>,
    /// The snapshots that were written, where they were asked for.
    pub snapshots: Vec<String>,
}

/// An amount in its currency.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct CurrencyAmount {
    /// The currency.
    pub currency: String,
    /// How much.
    pub amount: Money,
}
