//! Deliveries of a payer's bill for a period: which is the newest, and what its control totals are
//! (rule book N16, N17, N18, N45).

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use money::{Currency, Exact, MoneyError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::LineType;
use crate::{
    classification::{LineClass, classify_line},
    ids::{DeliveryId, PayerAccountId},
    period::BillingPeriod,
};

/// The format of a bill file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum BillFormat {
    /// Cost and Usage Report, as `lineItem/UnblendedCost`.
    CurLegacy,
    /// Cost and Usage Report 2.0, as `line_item_unblended_cost`.
    Cur2,
    /// FOCUS, as `BilledCost`.
    Focus,
}

/// Whether AWS may still change the bill. The sign is the invoice id, blank until it is final.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Finality {
    /// AWS may still change it.
    Estimated,
    /// Each line bears an invoice.
    Final,
}

/// A file of a delivery, by content: anyone with the file can prove the aggregate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DeliveryFile {
    /// Its name, without folders.
    pub name: String,
    /// SHA-256 of its bytes.
    pub sha256: String,
    /// Its length.
    pub bytes: u64,
    /// Its rows.
    pub rows: u64,
}

/// The rows and sum of one line type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TypeTotal {
    /// The line type or charge category, in the bill's words.
    pub line_type: LineType,
    /// How many rows.
    pub rows: u64,
    /// Their exact sum.
    pub amount: Exact,
}

/// Rows of other providers than AWS in the same file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LeftOut {
    /// The provider.
    pub provider: String,
    /// How many rows.
    pub rows: u64,
}

/// The control totals of a delivery; together they are the file's sum.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct ControlTotals {
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
}

impl ControlTotals {
    /// Sums by class.
    ///
    /// # Errors
    /// [`MoneyError`] where a sum cannot be held.
    pub fn of(by_type: &[TypeTotal]) -> Result<Self, MoneyError> {
        let mut totals = Self::default();
        for of_type in by_type {
            let sum = match classify_line(&of_type.line_type) {
                LineClass::Charge | LineClass::UpfrontFee => &mut totals.charges,
                LineClass::CreditLine => &mut totals.credits,
                LineClass::Tax => &mut totals.tax,
                LineClass::Refund => &mut totals.refunds,
                LineClass::Discount | LineClass::Adjustment => &mut totals.other,
                LineClass::Unclassified => &mut totals.unclassified,
            };
            *sum = sum.checked_add(of_type.amount)?;
            totals.total = totals.total.checked_add(of_type.amount)?;
        }
        Ok(totals)
    }
}

/// A delivery was read whole and is the payer's bill for the period from now on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DeliveryCompleted {
    /// The payer.
    pub payer: PayerAccountId,
    /// The month.
    pub period: BillingPeriod,
    /// The delivery.
    pub delivery: DeliveryId,
    /// The one it replaces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces: Option<DeliveryId>,
    /// The format of its files.
    pub format: BillFormat,
    /// The currency of its amounts.
    pub currency: Currency,
    /// Its files.
    pub files: Vec<DeliveryFile>,
    /// AWS's id of the delivery, where a manifest names it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub assembly_id: String,
    /// When AWS made it, where a manifest says so: this orders deliveries, not their arrival.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created: Option<DateTime<Utc>>,
    /// Rows counted.
    pub rows: u64,
    /// Member accounts on it.
    pub accounts: u64,
    /// Members whose record changed.
    pub changed_accounts: u64,
    /// Sums by class.
    pub totals: ControlTotals,
    /// Sums by line type.
    pub by_type: Vec<TypeTotal>,
    /// Whether it is final.
    pub finality: Finality,
    /// Bill types on it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub bill_types: Vec<String>,
    /// Rows of other providers, left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<LeftOut>,
    /// Columns that nothing reads.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unknown_columns: Vec<String>,
    /// A pro-forma export: good for rating only (rule book N42).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub pro_forma: bool,
    /// Charges were kept by day.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub by_day: bool,
    /// SHA-256 over the aggregates.
    pub digest: String,
}

/// Other files with the same content arrived: seen, nothing changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DeliverySeen {
    /// The payer.
    pub payer: PayerAccountId,
    /// The month.
    pub period: BillingPeriod,
    /// The delivery.
    pub delivery: DeliveryId,
    /// The one whose content it has, or that is newer.
    pub compared_with: DeliveryId,
    /// It is older than the one that counts; it was recorded and not applied.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub stale: bool,
    /// Its files.
    pub files: Vec<DeliveryFile>,
}

/// Something that happened to a period's deliveries.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, clippy::large_enum_variant)] // each variant is its fact, documented there
pub enum DeliveryFact {
    Completed(DeliveryCompleted),
    Seen(DeliverySeen),
}

/// Offer a delivery that was read whole.
#[derive(Debug, Clone)]
pub struct OfferDelivery<'a> {
    /// What would be recorded.
    pub delivery: &'a DeliveryCompleted,
    /// Members on the delivery that counts now and not on this one.
    pub dropped_members: usize,
    /// A few of them, for the message.
    pub dropped_example: Option<String>,
    /// The operator says that it replaces all the same.
    pub replace: bool,
}

/// What an offered delivery is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeliveryVerdict {
    /// These very files were here before: nothing to record.
    SeenBefore,
    /// The same content, or an older delivery: to be recorded, changing nothing.
    NoChange(DeliverySeen),
    /// To be applied; the delivery it replaces.
    New {
        /// The one that counted before.
        replaces: Option<DeliveryId>,
    },
}

/// Why a delivery was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DeliveryRefusal {
    /// It lacks members that the former one had: part of the files is missing, or the export was
    /// filtered. Deliver all of it, or say `--replace`.
    #[error(
        "the delivery of {payer} for {period} lacks {members} member accounts that the former one had, {example} among them: deliver all files, or say --replace if AWS really took them off"
    )]
    DropsMembers {
        /// The payer.
        payer: PayerAccountId,
        /// The month.
        period: BillingPeriod,
        /// How many.
        members: usize,
        /// One of them.
        example: String,
    },
    /// It is in another currency than the one that counts, whose place it would take: a payer's month is one
    /// bill here. Say `--replace` only where the former was in a wrong currency.
    #[error(
        "the delivery of {payer} for {period} is in {offered} and the one that counts in {current}, which it would replace: a payer's month is billed in one currency here; say --replace only if the former was wrong"
    )]
    OtherCurrency {
        /// The payer.
        payer: PayerAccountId,
        /// The month.
        period: BillingPeriod,
        /// The currency of the delivery that counts.
        current: Currency,
        /// The currency of the one offered.
        offered: Currency,
    },
    /// It lacks a bill type that the former one had. Deliver all of it, or say `--replace`.
    #[error(
        "the delivery of {payer} for {period} lacks the bill type '{bill_type}' that the former one had: deliver all files, or say --replace if AWS really took it off"
    )]
    DropsBillType {
        /// The payer.
        payer: PayerAccountId,
        /// The month.
        period: BillingPeriod,
        /// The bill type.
        bill_type: String,
    },
}

/// The deliveries of a payer and period.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveryState {
    completed: BTreeMap<DeliveryId, DeliveryCompleted>,
    /// The completed ones in the order in which they were completed.
    order: Vec<DeliveryId>,
    seen: Vec<DeliveryId>,
    current: Option<DeliveryId>,
}

impl DeliveryState {
    /// Decides what an offered delivery is.
    ///
    /// # Errors
    /// [`DeliveryRefusal`].
    pub fn decide(&self, offer: &OfferDelivery<'_>) -> Result<DeliveryVerdict, DeliveryRefusal> {
        let offered = offer.delivery;
        if self.completed.contains_key(&offered.delivery) || self.seen.contains(&offered.delivery) {
            return Ok(DeliveryVerdict::SeenBefore);
        }
        let Some(current) = self.current() else { return Ok(DeliveryVerdict::New { replaces: None }) };
        let seen = |stale| {
            DeliveryVerdict::NoChange(DeliverySeen {
                payer: offered.payer.clone(),
                period: offered.period,
                delivery: offered.delivery.clone(),
                compared_with: current.delivery.clone(),
                stale,
                files: offered.files.clone(),
            })
        };
        if let (Some(created), Some(current_created)) = (offered.created, current.created)
            && created < current_created
        {
            return Ok(seen(true));
        }
        if offered.digest == current.digest && offered.finality == current.finality {
            return Ok(seen(false));
        }
        if !offer.replace {
            self.refuse_drops(offer, current)?;
        }
        Ok(DeliveryVerdict::New { replaces: Some(current.delivery.clone()) })
    }

    fn refuse_drops(&self, offer: &OfferDelivery<'_>, current: &DeliveryCompleted) -> Result<(), DeliveryRefusal> {
        let payer = offer.delivery.payer.clone();
        let period = offer.delivery.period;
        let (current_currency, offered) = (current.currency, offer.delivery.currency);
        if current_currency != offered {
            return Err(DeliveryRefusal::OtherCurrency { payer, period, current: current_currency, offered });
        }
        if offer.dropped_members > 0 {
            return Err(DeliveryRefusal::DropsMembers {
                payer,
                period,
                members: offer.dropped_members,
                example: offer.dropped_example.clone().unwrap_or_default(),
            });
        }
        match current.bill_types.iter().find(|bill_type| !offer.delivery.bill_types.contains(bill_type)) {
            Some(bill_type) => Err(DeliveryRefusal::DropsBillType { payer, period, bill_type: bill_type.clone() }),
            None => Ok(()),
        }
    }

    /// Folds one fact in.
    pub fn evolve(&mut self, fact: &DeliveryFact) {
        match fact {
            DeliveryFact::Completed(completed) => {
                self.current = Some(completed.delivery.clone());
                self.order.retain(|delivery| *delivery != completed.delivery);
                self.order.push(completed.delivery.clone());
                self.completed.insert(completed.delivery.clone(), completed.clone());
            }
            DeliveryFact::Seen(seen) => self.seen.push(seen.delivery.clone()),
        }
    }

    /// The delivery that counts.
    pub fn current(&self) -> Option<&DeliveryCompleted> {
        self.current.as_ref().and_then(|current| self.completed.get(current))
    }

    /// A delivery's place among those completed, the one completed first being 0; none for one that was
    /// not. What was recorded for the one completed last counts, whichever was recorded first.
    pub fn place_of(&self, delivery: &DeliveryId) -> Option<usize> {
        self.order.iter().position(|completed| completed == delivery)
    }
}
