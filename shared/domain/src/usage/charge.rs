//! The aggregates of a member's bill: charges and credit lines, each with the key it was summed by.

use chrono::NaiveDate;
use money::{Currency, Exact};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::LineType;
use crate::{
    ids::{DeliveryId, MemberAccountId, PayerAccountId, ProductCode},
    period::BillingPeriod,
};

/// What charges are summed by: everything that a later rule may ask of them. Blank text means
/// that the bill does not say.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct ChargeKey {
    /// The line type or charge category, in the bill's own words.
    pub line_type: LineType,
    /// The service.
    pub product_code: ProductCode,
    /// The service's name where the bill states one beside the code.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub service_name: String,
    /// `One-Time`, `Recurring` or `Usage-Based` (FOCUS charge frequency), or the purchase option.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub purchase_type: String,
    /// AWS region code.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub region: String,
    /// `AWS` or `AWS Marketplace` (CUR billing entity); for FOCUS the publisher where it is not AWS.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub billing_entity: String,
    /// The seller of record.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub legal_entity: String,
    /// AWS's invoice; blank until the bill is final.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub invoice_id: String,
    /// `Anniversary`, `Purchase` or `Refund`; for FOCUS the charge class (`Correction`).
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub bill_type: String,
    /// The billing view of a pro-forma export.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub billing_view: String,
    /// The month the charge was incurred in, where it is not the billing period.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub charge_month: Option<BillingPeriod>,
    /// The day the charge was incurred, kept only where the ingest was asked to keep days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub charge_day: Option<NaiveDate>,
    /// The line gives money back and bears no date: which month it is of is not stated.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub undated: bool,
    /// What the bill says of a line that gives money back; blank for others.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
}

/// A discount that the bill states beside the charge (`EdpDiscount`, `SppDiscount`, ...).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
pub struct DiscountAmount {
    /// AWS's name of the discount, as for a discount line.
    pub discount_type: LineType,
    /// Signed as AWS states it: a discount is negative.
    pub amount: Exact,
}

/// A sum of charge lines with one key.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct ChargeAggregate {
    /// What they have in common.
    #[serde(flatten)]
    pub key: ChargeKey,
    /// How many lines.
    pub rows: u64,
    /// Unblended cost (CUR) or billed cost (FOCUS), exact.
    pub amount: Exact,
    /// Net unblended cost where the bill has it and it differs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub net_amount: Option<Exact>,
    /// Discounts stated in columns beside the charges, by type, sorted by type.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub discounts: Vec<DiscountAmount>,
}

/// What credit lines are summed by.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct CreditLineKey {
    /// AWS's description, the only trace of the credit on the line.
    pub description: String,
    /// The line type or charge category, in the bill's own words.
    pub line_type: LineType,
    /// The service the credit was applied to.
    pub product_code: ProductCode,
    /// AWS's invoice; blank until the bill is final.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub invoice_id: String,
    /// `AWS` or `AWS Marketplace`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub billing_entity: String,
    /// `Anniversary`, `Purchase` or `Refund`; for FOCUS the charge class.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub bill_type: String,
    /// The credit's id where the bill states it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub credit_id: String,
    /// AWS region code, kept where the line is no promotional credit: it belongs to charges there.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub region: String,
    /// The month the line is dated in, where it is not the billing period; kept as the region is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub charge_month: Option<BillingPeriod>,
    /// The day the line is dated on, kept as the region is where the ingest was asked to keep days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub charge_day: Option<NaiveDate>,
    /// It gives money back and bears no date.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub undated: bool,
}

/// A sum of credit lines with one key, on the account that AWS let benefit.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct CreditLineAggregate {
    /// What they have in common.
    #[serde(flatten)]
    pub key: CreditLineKey,
    /// How many lines.
    pub rows: u64,
    /// Signed as AWS states it: an applied credit is negative, a take-back positive.
    pub amount: Exact,
}

/// What one delivery says of one member account in one period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MemberUsage {
    /// The payer billed.
    pub payer: PayerAccountId,
    /// The account that used, or benefited.
    pub member: MemberAccountId,
    /// The month of the bill.
    pub period: BillingPeriod,
    /// The delivery it comes from.
    pub delivery: DeliveryId,
    /// The currency of all its amounts.
    pub currency: Currency,
    /// Everything but credit lines, sorted by key.
    pub charges: Vec<ChargeAggregate>,
    /// Credit lines, sorted by key.
    pub credit_lines: Vec<CreditLineAggregate>,
}
