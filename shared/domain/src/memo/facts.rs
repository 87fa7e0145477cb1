//! What can happen to a memo. Every fact that moves the open balance states it before and after,
//! and the fold asserts both again.
//!
//! `effective` is when the thing counts; `posting` is the period whose statement shows it. The
//! recorded time is on the commit.

use chrono::NaiveDate;
use money::{Currency, Exact, Money, Rounding};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::MemoTerms;
use crate::{
    ids::{
        CustomerId, DeliveryId, DocumentNumber, MemberAccountId, MemoNumber, PayerAccountId, PoNumber, RunId,
        UpstreamCreditId,
    },
    period::BillingPeriod,
    policy::{MemoBasis, PolicyHash},
};

/// Something that happened to a memo.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)] // each variant is its fact, documented there
pub enum MemoFact {
    Issued(MemoIssued),
    Opened(MemoOpened),
    Funded(MemoFunded),
    Applied(MemoApplied),
    Unapplied(MemoUnapplied),
    Lapsed(MemoExpired),
    Expired(MemoExpired),
    WrittenOff(MemoWrittenOff),
    Refunded(MemoRefunded),
    ReassignedOut(MemoReassignedOut),
    ReassignedIn(MemoReassignedIn),
    PoReassigned(MemoPoReassigned),
    Reinstated(MemoReinstated),
    Shortfall(UpstreamShortfallStated),
    Surplus(UpstreamSurplusStated),
}

/// A memo was issued for an upstream credit of the account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MemoIssued {
    /// Its number.
    pub memo: MemoNumber,
    /// The payer.
    pub payer: PayerAccountId,
    /// The owner.
    pub member: MemberAccountId,
    /// The upstream credit; none for a memo issued by hand without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credit: Option<UpstreamCreditId>,
    /// The memo this one supplements, where AWS raised the credit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supplements: Option<MemoNumber>,
    /// It supplements another because AWS raised the credit.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub by_revision: bool,
    /// A person granted it beside a credit that AWS had cancelled, or given to another account: it does not
    /// end with that.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub after_upstream_end: bool,
    /// Whose memo it is: the account's customer when it was issued (rule book D5). Logs before this was
    /// recorded have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer: Option<CustomerId>,
    /// The credit's description.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// The credit's programme.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub program: String,
    /// The currency of all its amounts.
    pub currency: Currency,
    /// Face or funded.
    pub basis: MemoBasis,
    /// What it was issued at; nothing on the funded basis.
    pub face: Money,
    /// First day; also the effective date.
    pub start_date: NaiveDate,
    /// Last day; none for a memo without end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_date: Option<NaiveDate>,
    /// What it may pay.
    #[serde(default)]
    pub terms: MemoTerms,
    /// The policies it was issued under.
    pub policy: PolicyHash,
    /// The period whose statement it enters with.
    pub posting: BillingPeriod,
    /// Open balance of the memo before.
    pub balance_before: Money,
    /// Open balance after.
    pub balance_after: Money,
}

/// A memo was taken over from another system at cut-over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MemoOpened {
    /// As for an issued memo; its face is the original one.
    #[serde(flatten)]
    pub issued: MemoIssued,
    /// What the other system had applied.
    pub applied_before: Money,
    /// What AWS had applied upstream.
    pub funded_before: Exact,
    /// The day the figures are of.
    pub as_of: NaiveDate,
    /// The memo's number in the other system.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub former_number: String,
    /// What proves the figures.
    pub evidence: String,
}

/// AWS's application of the credit in a period changed what the memo is funded with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MemoFunded {
    /// The memo.
    pub memo: MemoNumber,
    /// The period of AWS's bill.
    pub period: BillingPeriod,
    /// The change; negative where AWS took credit back or restated.
    pub amount: Exact,
    /// All funding before.
    pub funded_before: Exact,
    /// All funding after.
    pub funded_after: Exact,
    /// What the memo grew by: nothing on the face basis.
    pub grown: Money,
    /// The delivery it comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivery: Option<DeliveryId>,
    /// The date it counts from: the last day of the period.
    pub effective: NaiveDate,
    /// The period whose statement shows the growth.
    pub posting: BillingPeriod,
    /// Open balance before.
    pub balance_before: Money,
    /// Open balance after.
    pub balance_after: Money,
}

/// An amount of one service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ServiceAmount {
    /// Product code.
    pub service: String,
    /// How much.
    pub amount: Money,
}

/// A memo paid charges of its account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MemoApplied {
    /// The memo.
    pub memo: MemoNumber,
    /// The period of the charges.
    pub period: BillingPeriod,
    /// The payer whose charges it paid, where that is another of ours than the memo's (rule book N21).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paid_under: Option<PayerAccountId>,
    /// How much.
    pub amount: Money,
    /// The charges it might have paid, rounded once.
    pub eligible: Money,
    /// What it paid, by service.
    pub by_service: Vec<ServiceAmount>,
    /// The run that decided it.
    pub run: RunId,
    /// The policies it was decided under.
    pub policy: PolicyHash,
    /// How it was rounded.
    pub rounding: Rounding,
    /// Last day of the period.
    pub effective: NaiveDate,
    /// The period whose statement shows it; another than `period` for a correction.
    pub posting: BillingPeriod,
    /// The document it corrects, for a correction.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub corrects: Option<DocumentNumber>,
    /// The digest of the charges that a correction was decided upon: the same charges are not
    /// corrected twice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub charges: Option<String>,
    /// Open balance before.
    pub balance_before: Money,
    /// Open balance after.
    pub balance_after: Money,
}

/// Why an application was taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum UnapplyCause {
    /// The open period was drawn anew.
    Redrawn,
    /// The period's usage was restated downwards after it was closed.
    Restated,
    /// AWS refunded the usage.
    Refunded,
    /// The document was voided.
    DocumentVoided,
}

/// An application, or part of one, was taken back to the memo.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MemoUnapplied {
    /// The memo.
    pub memo: MemoNumber,
    /// The period of the charges.
    pub period: BillingPeriod,
    /// The payer whose charges it paid, where that is another of ours than the memo's (rule book N21).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paid_under: Option<PayerAccountId>,
    /// How much.
    pub amount: Money,
    /// Why.
    pub cause: UnapplyCause,
    /// The run that decided it.
    pub run: RunId,
    /// Last day of the period.
    pub effective: NaiveDate,
    /// The period whose statement shows it.
    pub posting: BillingPeriod,
    /// The document it corrects, for a correction.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub corrects: Option<DocumentNumber>,
    /// The digest of the charges that a correction was decided upon: the same charges are not
    /// corrected twice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub charges: Option<String>,
    /// Open balance before.
    pub balance_before: Money,
    /// Open balance after.
    pub balance_after: Money,
}

/// Part of a memo lapsed (the part AWS never funded) or expired (the part AWS did).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MemoExpired {
    /// The memo.
    pub memo: MemoNumber,
    /// How much.
    pub amount: Money,
    /// The end date.
    pub effective: NaiveDate,
    /// The period whose statement shows it.
    pub posting: BillingPeriod,
    /// The policies it was decided under.
    pub policy: PolicyHash,
    /// A person ended it: it does not come back by itself should AWS apply more (rule book D1).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub by_hand: bool,
    /// Open balance before.
    pub balance_before: Money,
    /// Open balance after.
    pub balance_after: Money,
}

/// Why a memo was written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum WriteOffCause {
    /// By hand.
    ByHand,
    /// By hand, a smaller worth (an adjustment downwards).
    Adjusted,
    /// AWS revised the credit downwards.
    UpstreamRevised,
    /// AWS cancelled the credit.
    UpstreamCancelled,
    /// The account left the payer with the part AWS had not applied.
    AccountLeft,
    /// AWS gave the credit to another account.
    UpstreamTransferred,
}

/// Part of a memo was written off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MemoWrittenOff {
    /// The memo.
    pub memo: MemoNumber,
    /// How much.
    pub amount: Money,
    /// Why.
    pub cause: WriteOffCause,
    /// The day it counts from.
    pub effective: NaiveDate,
    /// The period whose statement shows it.
    pub posting: BillingPeriod,
    /// Open balance before.
    pub balance_before: Money,
    /// Open balance after.
    pub balance_after: Money,
}

/// Part of a memo was paid out to the customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MemoRefunded {
    /// The memo.
    pub memo: MemoNumber,
    /// How much.
    pub amount: Money,
    /// The day it counts from.
    pub effective: NaiveDate,
    /// The period whose statement shows it.
    pub posting: BillingPeriod,
    /// Open balance before.
    pub balance_before: Money,
    /// Open balance after.
    pub balance_after: Money,
}

/// Part of a memo left for another memo.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MemoReassignedOut {
    /// The memo.
    pub memo: MemoNumber,
    /// Pairs it with the other side.
    pub transfer: String,
    /// The account it went to.
    pub to_member: MemberAccountId,
    /// The payer it went to.
    pub to_payer: PayerAccountId,
    /// How much.
    pub amount: Money,
    /// What of AWS's funding went with it.
    pub funded_moved: Exact,
    /// The day it counts from.
    pub effective: NaiveDate,
    /// The period whose statement shows it.
    pub posting: BillingPeriod,
    /// Open balance before.
    pub balance_before: Money,
    /// Open balance after.
    pub balance_after: Money,
}

/// A memo was issued with what left another memo.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MemoReassignedIn {
    /// As for an issued memo; its face is what came.
    #[serde(flatten)]
    pub issued: MemoIssued,
    /// Pairs it with the other side.
    pub transfer: String,
    /// The memo it came from.
    pub from_memo: MemoNumber,
    /// The account it came from.
    pub from_member: MemberAccountId,
    /// What of AWS's funding came with it.
    pub funded_moved: Exact,
    /// It is what a split gave the credit named: that credit's own memo from now on. What a person
    /// moved is no credit's own, and AWS's further applications are not funding of it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub portion: bool,
}

/// The open balance moved from one PO number or customer to another; the memo stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MemoPoReassigned {
    /// The memo.
    pub memo: MemoNumber,
    /// The customer before.
    pub from_customer: CustomerId,
    /// The PO number before, which closes at nothing.
    pub from_po: PoNumber,
    /// The customer after.
    pub to_customer: CustomerId,
    /// The PO number after, which opens at the amount.
    pub to_po: PoNumber,
    /// The open balance that moved.
    pub amount: Money,
    /// The day it counts from.
    pub effective: NaiveDate,
    /// The period whose statement shows it.
    pub posting: BillingPeriod,
    /// Open balance before.
    pub balance_before: Money,
    /// Open balance after: the same.
    pub balance_after: Money,
}

/// What comes back by itself because AWS turned out to have applied more (rule book D1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Returned {
    /// What had lapsed at the end date.
    Lapse,
    /// What had been written down because AWS would apply no more.
    WriteDown,
}

/// An expired amount came back to the memo.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MemoReinstated {
    /// The memo.
    pub memo: MemoNumber,
    /// How much.
    pub amount: Money,
    /// Until when it may be used, where the end date was moved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usable_until: Option<NaiveDate>,
    /// What came back, where AWS's applications brought it back; none where a person or a policy did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub returned: Option<Returned>,
    /// The day it counts from.
    pub effective: NaiveDate,
    /// The period whose statement shows it.
    pub posting: BillingPeriod,
    /// Open balance before.
    pub balance_before: Money,
    /// Open balance after.
    pub balance_after: Money,
}

/// AWS lowered a credit below what its customer was given, as far as no write-down makes up for it
/// (rule book N6): the distributor's shortfall, a claim or an expense. The memo does not move.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct UpstreamShortfallStated {
    /// The memo.
    pub memo: MemoNumber,
    /// The credit.
    pub credit: UpstreamCreditId,
    /// The shortfall before.
    pub shortfall_before: Money,
    /// The shortfall now: nothing once AWS made up for it, or a write-down did.
    pub shortfall: Money,
    /// The day it counts from.
    pub effective: NaiveDate,
    /// The period it is posted in.
    pub posting: BillingPeriod,
    /// Open balance before.
    pub balance_before: Money,
    /// Open balance after: the same.
    pub balance_after: Money,
}

/// AWS applied more of a credit in a month than any of its memos may still have (rule book D1): money of
/// AWS's that is no customer's until a person decides. No memo moves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct UpstreamSurplusStated {
    /// The memo of the credit.
    pub memo: MemoNumber,
    /// The credit.
    pub credit: UpstreamCreditId,
    /// The period of AWS's bill.
    pub period: BillingPeriod,
    /// The surplus of that period before.
    pub surplus_before: Exact,
    /// The surplus of that period now.
    pub surplus: Exact,
    /// The last day of the period.
    pub effective: NaiveDate,
    /// The period it is posted in.
    pub posting: BillingPeriod,
    /// Open balance before.
    pub balance_before: Money,
    /// Open balance after: the same.
    pub balance_after: Money,
}

impl MemoFact {
    /// The memo it happened to.
    pub fn memo(&self) -> &MemoNumber {
        match self {
            Self::Issued(fact) => &fact.memo,
            Self::Opened(fact) => &fact.issued.memo,
            Self::Funded(fact) => &fact.memo,
            Self::Applied(fact) => &fact.memo,
            Self::Unapplied(fact) => &fact.memo,
            Self::Lapsed(fact) | Self::Expired(fact) => &fact.memo,
            Self::WrittenOff(fact) => &fact.memo,
            Self::Refunded(fact) => &fact.memo,
            Self::ReassignedOut(fact) => &fact.memo,
            Self::ReassignedIn(fact) => &fact.issued.memo,
            Self::PoReassigned(fact) => &fact.memo,
            Self::Reinstated(fact) => &fact.memo,
            Self::Shortfall(fact) => &fact.memo,
            Self::Surplus(fact) => &fact.memo,
        }
    }

    /// When it counts.
    pub fn effective(&self) -> NaiveDate {
        match self {
            Self::Issued(fact) => fact.start_date,
            Self::Opened(fact) => fact.as_of,
            Self::Funded(fact) => fact.effective,
            Self::Applied(fact) => fact.effective,
            Self::Unapplied(fact) => fact.effective,
            Self::Lapsed(fact) | Self::Expired(fact) => fact.effective,
            Self::WrittenOff(fact) => fact.effective,
            Self::Refunded(fact) => fact.effective,
            Self::ReassignedOut(fact) => fact.effective,
            Self::ReassignedIn(fact) => fact.issued.start_date,
            Self::PoReassigned(fact) => fact.effective,
            Self::Reinstated(fact) => fact.effective,
            Self::Shortfall(fact) => fact.effective,
            Self::Surplus(fact) => fact.effective,
        }
    }

    /// The open balance before and after.
    pub fn balances(&self) -> (Money, Money) {
        match self {
            Self::Issued(fact) => (fact.balance_before, fact.balance_after),
            Self::Opened(fact) => (fact.issued.balance_before, fact.issued.balance_after),
            Self::Funded(fact) => (fact.balance_before, fact.balance_after),
            Self::Applied(fact) => (fact.balance_before, fact.balance_after),
            Self::Unapplied(fact) => (fact.balance_before, fact.balance_after),
            Self::Lapsed(fact) | Self::Expired(fact) => (fact.balance_before, fact.balance_after),
            Self::WrittenOff(fact) => (fact.balance_before, fact.balance_after),
            Self::Refunded(fact) => (fact.balance_before, fact.balance_after),
            Self::ReassignedOut(fact) => (fact.balance_before, fact.balance_after),
            Self::ReassignedIn(fact) => (fact.issued.balance_before, fact.issued.balance_after),
            Self::PoReassigned(fact) => (fact.balance_before, fact.balance_after),
            Self::Reinstated(fact) => (fact.balance_before, fact.balance_after),
            Self::Shortfall(fact) => (fact.balance_before, fact.balance_after),
            Self::Surplus(fact) => (fact.balance_before, fact.balance_after),
        }
    }
}
