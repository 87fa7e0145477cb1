//! What can happen to an upstream credit.

use chrono::NaiveDate;
use money::{Currency, Exact};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{CreditAllocationObserved, MatchedBy, StatedByAws};
use crate::{
    ids::{DeliveryId, MemberAccountId, PayerAccountId, UpstreamCreditId},
    period::BillingPeriod,
};

/// A credit as AWS states it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct UpstreamCreditTerms {
    /// AWS's id.
    pub credit: UpstreamCreditId,
    /// The payer that it is used under.
    pub payer: PayerAccountId,
    /// The account that AWS granted it to.
    pub owner: MemberAccountId,
    /// AWS's description, the only trace of it on bill lines.
    pub description: String,
    /// The programme: an open set of words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub program: String,
    /// AWS's credit type (`Promotion`, `Refund`, `TrueUp`), where the API states it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub credit_type: String,
    /// The currency.
    pub currency: Currency,
    /// What AWS will still use under the payer: the memo's face.
    pub face_amount: Exact,
    /// What AWS granted, where the API states it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub initial_amount: Option<Exact>,
    /// What was left at the observation, where the API states it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remaining_amount: Option<Exact>,
    /// First day.
    pub start_date: NaiveDate,
    /// Last day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_date: Option<NaiveDate>,
    /// Services it pays, by code or name; none: all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub services: Vec<String>,
    /// Services it does not pay.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub excluded_services: Vec<String>,
    /// Regions it pays in; none: all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub regions: Vec<String>,
    /// Whether it pays tax.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub covers_tax: bool,
    /// What else the billing API says of it.
    #[serde(default, skip_serializing_if = "StatedByAws::is_blank")]
    pub stated: StatedByAws,
}

/// A credit was seen for the first time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct UpstreamCreditObserved {
    /// What AWS states.
    pub terms: UpstreamCreditTerms,
    /// The credit that it is a portion of: its memo then comes out of that one's, and none is issued.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub split_from: Option<UpstreamCreditId>,
}

/// AWS states something else of a credit than before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct UpstreamCreditRevised {
    /// What it stated before.
    pub before: UpstreamCreditTerms,
    /// What it states now.
    pub after: UpstreamCreditTerms,
}

/// AWS gave a credit to another account of the family: the id stays (rule book N25).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct UpstreamCreditTransferred {
    /// The credit.
    pub credit: UpstreamCreditId,
    /// The owner before.
    pub from_owner: MemberAccountId,
    /// The owner after.
    pub to_owner: MemberAccountId,
    /// What went with it.
    pub amount: Exact,
    /// The day it counts from.
    pub effective: NaiveDate,
}

/// A portion of a split credit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct UpstreamPortion {
    /// The child's id.
    pub credit: UpstreamCreditId,
    /// Its amount.
    pub amount: Exact,
    /// Its owner, where it is another than the parent's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<MemberAccountId>,
}

/// AWS split a credit: the parent keeps what is reserved for open bills (rule book N26).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct UpstreamCreditSplit {
    /// The parent.
    pub credit: UpstreamCreditId,
    /// What it keeps.
    pub reserved: Exact,
    /// The children.
    pub portions: Vec<UpstreamPortion>,
    /// The day it counts from.
    pub effective: NaiveDate,
}

/// A credit was paused, or resumed (rule book N27).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct UpstreamCreditPaused {
    /// The credit.
    pub credit: UpstreamCreditId,
    /// Whether it is paused from now on.
    pub paused: bool,
    /// The day it counts from.
    pub effective: NaiveDate,
}

/// AWS cancelled a credit (rule book N8).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct UpstreamCreditCancelled {
    /// The credit.
    pub credit: UpstreamCreditId,
    /// The day it counts from.
    pub effective: NaiveDate,
}

/// Lines of AWS's bill that were attributed to a credit.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct AttributedLine {
    /// The account that AWS let benefit.
    pub beneficiary: MemberAccountId,
    /// The description on the lines.
    pub description: String,
    /// What AWS applied; negative where it took back.
    pub amount: Exact,
    /// How it was matched.
    pub matched_by: MatchedBy,
}

/// What AWS applied of a credit in a period, as a delivery has it: replaces what was attributed of
/// that period before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ApplicationsAttributed {
    /// The credit.
    pub credit: UpstreamCreditId,
    /// The period of AWS's bill.
    pub period: BillingPeriod,
    /// The delivery.
    pub delivery: DeliveryId,
    /// The sum before.
    pub amount_before: Exact,
    /// The sum now.
    pub amount: Exact,
    /// The part of it on the owner.
    pub on_owner: Exact,
    /// The part of it on other accounts, stripped from them.
    pub scattered: Exact,
    /// The lines, by beneficiary and description.
    pub lines: Vec<AttributedLine>,
    /// What AWS applied beyond the face, within the tolerance: on the rounding account, in none of
    /// the amounts above (rule book N13).
    #[serde(default, skip_serializing_if = "is_nothing")]
    pub beyond_face: Exact,
}

#[allow(clippy::trivially_copy_pass_by_ref)] // serde's signature
fn is_nothing(amount: &Exact) -> bool {
    amount.is_zero()
}

impl CreditFact {
    /// Whether it counts by a day. A credit counts from its first day; what AWS applied in a month,
    /// from the month's last day. A revision says what was so all along: AWS names no day for it.
    pub fn counts_by(&self, day: NaiveDate) -> bool {
        match self {
            Self::Observed(fact) => fact.terms.start_date <= day,
            Self::Revised(fact) => fact.before.start_date <= day || fact.after.start_date <= day,
            Self::Transferred(fact) => fact.effective <= day,
            Self::Split(fact) => fact.effective <= day,
            Self::Paused(fact) => fact.effective <= day,
            Self::Cancelled(fact) => fact.effective <= day,
            Self::Attributed(fact) => fact.period.last_day() <= day,
            Self::AllocationObserved(fact) => fact.period.last_day() <= day,
        }
    }
}

/// Something that happened to an upstream credit.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, clippy::large_enum_variant)] // each variant is its fact, documented there
pub enum CreditFact {
    Observed(UpstreamCreditObserved),
    Revised(UpstreamCreditRevised),
    Transferred(UpstreamCreditTransferred),
    Split(UpstreamCreditSplit),
    Paused(UpstreamCreditPaused),
    Cancelled(UpstreamCreditCancelled),
    Attributed(ApplicationsAttributed),
    AllocationObserved(CreditAllocationObserved),
}
