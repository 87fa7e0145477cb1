//! The choices themselves. One field a policy; the defaults are those of DLT's published practice
//! where it has one, and of AWS's own rules where it has not.

use std::{collections::BTreeMap, fmt};

use money::{Exact, Rounding};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{classification::CreditLineTreatment, ids::CustomerId, usage::LineType};

/// What a memo opens at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum MemoBasis {
    /// At the upstream credit's face amount, when the credit is registered for its owner.
    #[default]
    Face,
    /// At nothing; it grows as AWS applies the credit anywhere in the payer.
    Funded,
}

/// How far a draw may go ahead of AWS (rule book N28).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DrawLimit {
    /// The whole open balance.
    #[default]
    Face,
    /// No more than AWS has applied so far.
    Funded,
}

/// What happens to the open balance at the upstream end date (rule book N14, N32).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum MemoExpiry {
    /// The part that AWS never applied lapses; what AWS took off the payer's bill stays owed.
    #[default]
    UnfundedOnly,
    /// All of it lapses.
    Upstream,
    /// Nothing lapses.
    Never,
}

/// Which usage of the end date's month a memo still pays (rule book N32).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ExpiryInsideMonth {
    /// That of the whole month.
    #[default]
    PeriodInclusive,
    /// That up to and including the end date; needs daily data.
    DayExact,
}

/// What a customer is charged for a line (W9).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RatingBasis {
    /// Unblended cost before the discounts that the distributor keeps, and before credits.
    #[default]
    List,
    /// The cost after every upstream discount.
    Net,
}

/// Whether an upstream discount reaches the customer (rule book N15).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DiscountTreatment {
    /// It reduces the customer's charge.
    PassedOn,
    /// It is the distributor's margin.
    Kept,
}

/// What a memo is assigned to (W12).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum AssignmentKey {
    /// The PO number that the member account has when the month is processed.
    #[default]
    PoNumber,
    /// The member account only.
    MemberAccount,
}

/// Where a correction of a closed period is posted (rule book N1, N20).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ClosedPeriodCorrections {
    /// In the open period, referring to the original document.
    #[default]
    OpenPeriod,
    /// Only after the period was reopened by an approved event.
    Reopen,
}

/// What happens to an amount that comes back to a memo past its end date (rule book N4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ReinstatedAfterExpiry {
    /// It lapses at once.
    #[default]
    LapsesAtOnce,
    /// It may be used for so many days more.
    GraceDays(u32),
}

/// What the customer is charged for tax (rule book N35).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CustomerTax {
    /// AWS's tax lines of the member, unchanged.
    #[default]
    PassedOn,
    /// A rate on the member's charges before the memo, for example `0.19`.
    RateBeforeMemo(Exact),
    /// A rate on the member's charges after the memo.
    RateAfterMemo(Exact),
    /// Nothing.
    None,
}

/// Acts that may need a second person (rule book B.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FourEyesAct {
    /// Issue a memo by hand.
    Issue,
    /// Change what a memo is worth.
    Adjust,
    /// Write a memo off.
    WriteOff,
    /// Pay a memo out.
    Refund,
    /// Move a memo.
    Reassign,
    /// Expire a memo by hand.
    Expire,
    /// Bring an expired amount back.
    Reinstate,
    /// Reopen a closed period.
    Reopen,
    /// Void an issued document.
    Void,
    /// Take memos over from another system.
    Import,
}

/// How far a series of document numbers reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DocumentSeries {
    /// One a payer and period: gap-free without a lock over months.
    #[default]
    PayerPeriod,
    /// One a payer.
    Payer,
}

/// One row of the table that says what a credit line is, by its description (rule book N12, N15).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CreditLineRule {
    /// Matches a description that contains this text, in any case.
    pub description_contains: String,
    /// What such a line is.
    pub treatment: CreditLineTreatment,
}

/// Stands for every customer that is not named.
const EVERY_CUSTOMER: &str = "*";

/// All policies in force for a payer and period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Policies {
    /// What a memo opens at.
    pub memo_basis: MemoBasis,
    /// How far a draw may go ahead of AWS.
    pub draw_limit: DrawLimit,
    /// What happens at the upstream end date.
    pub memo_expiry: MemoExpiry,
    /// Which usage of the end date's month counts.
    pub expiry_inside_month: ExpiryInsideMonth,
    /// How documents round.
    pub rounding: Rounding,
    /// What the customer is charged for a line.
    pub rating_basis: RatingBasis,
    /// Discounts by AWS's name; what is not named here is passed on.
    pub discounts: BTreeMap<String, DiscountTreatment>,
    /// What credit lines are, by description, before the built-in table is asked.
    pub credit_lines: Vec<CreditLineRule>,
    /// Further product codes that a memo never pays, on top of AWS's own list.
    pub never_covered: Vec<String>,
    /// What a memo is assigned to.
    pub assignment_key: AssignmentKey,
    /// Suspense that does not block a close, by currency code; none where not named.
    pub suspense_tolerance: BTreeMap<String, Exact>,
    /// Upstream lines beyond a credit's face that go to rounding instead of suspense, by currency.
    pub over_application_tolerance: BTreeMap<String, Exact>,
    /// Where corrections of a closed period go.
    pub closed_period_corrections: ClosedPeriodCorrections,
    /// What happens to an amount that comes back past the end date.
    pub reinstated_after_expiry: ReinstatedAfterExpiry,
    /// What the customer is charged for tax.
    pub customer_tax: CustomerTax,
    /// Acts that need a second person; none by default.
    pub four_eyes: Vec<FourEyesAct>,
    /// How far a series of document numbers reaches.
    pub document_series: DocumentSeries,
    /// The currency of a customer's documents where it is not the bill's, by customer; `*` is every
    /// customer that is not named.
    pub document_currencies: BTreeMap<String, money::Currency>,
}

impl Default for Policies {
    fn default() -> Self {
        use DiscountTreatment::{Kept, PassedOn};
        let discounts = [
            ("EdpDiscount", PassedOn),
            ("PrivateRateDiscount", PassedOn),
            ("BundledDiscount", PassedOn),
            ("RiVolumeDiscount", PassedOn),
            ("Discount", PassedOn),
            ("SppDiscount", Kept),
            ("DistributorDiscount", Kept),
            ("UnspecifiedDiscount", Kept),
        ];
        Self {
            memo_basis: MemoBasis::default(),
            draw_limit: DrawLimit::default(),
            memo_expiry: MemoExpiry::default(),
            expiry_inside_month: ExpiryInsideMonth::default(),
            rounding: Rounding::default(),
            rating_basis: RatingBasis::default(),
            discounts: discounts.into_iter().map(|(name, treatment)| (name.to_owned(), treatment)).collect(),
            credit_lines: Vec::new(),
            never_covered: Vec::new(),
            assignment_key: AssignmentKey::default(),
            suspense_tolerance: BTreeMap::new(),
            over_application_tolerance: BTreeMap::new(),
            closed_period_corrections: ClosedPeriodCorrections::default(),
            reinstated_after_expiry: ReinstatedAfterExpiry::default(),
            customer_tax: CustomerTax::default(),
            four_eyes: Vec::new(),
            document_series: DocumentSeries::default(),
            document_currencies: BTreeMap::new(),
        }
    }
}

/// The hash of a set of policies: what a draw records of them. 16 hexadecimal digits.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct PolicyHash(pub String);

impl fmt::Display for PolicyHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for PolicyHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Policies {
    /// The hash over the canonical form: what differs from the defaults, as JSON with sorted names.
    /// A policy added later, at its default, changes no hash.
    pub fn hash(&self) -> PolicyHash {
        hash_of_chosen(&self.chosen())
    }

    /// What differs from the defaults, by name.
    pub fn chosen(&self) -> BTreeMap<String, serde_json::Value> {
        let fields = |policies: &Self| match serde_json::to_value(policies) {
            Ok(serde_json::Value::Object(fields)) => fields.into_iter().collect(),
            // Policies hold nothing that JSON cannot carry.
            _ => BTreeMap::new(),
        };
        let defaults: BTreeMap<String, serde_json::Value> = fields(&Self::default());
        let mut chosen: BTreeMap<String, serde_json::Value> = fields(self);
        chosen.retain(|name, value| defaults.get(name) != Some(value));
        chosen
    }

    /// The currency of a customer's documents, where the bill's is another (rule book N33).
    pub fn document_currency(&self, customer: &CustomerId, of_bill: money::Currency) -> Option<money::Currency> {
        let named = self.document_currencies.get(customer.as_str());
        let stated = named.or_else(|| self.document_currencies.get(EVERY_CUSTOMER)).copied();
        stated.filter(|stated| *stated != of_bill)
    }

    /// Whether a discount of that name reaches the customer.
    pub fn discount_treatment(&self, discount_type: &LineType) -> DiscountTreatment {
        self.discounts.get(discount_type.as_str()).copied().unwrap_or(DiscountTreatment::PassedOn)
    }
}

/// The hash of policies by what of them differs from the defaults.
pub fn hash_of_chosen(chosen: &BTreeMap<String, serde_json::Value>) -> PolicyHash {
    let canonical = serde_json::to_vec(chosen).unwrap_or_default();
    let digest = Sha256::digest(&canonical);
    PolicyHash(hex::encode(&digest[..8]))
}
