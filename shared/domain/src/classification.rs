//! What a line of a bill is: the tables that give AWS's open set of words a meaning (rule book
//! N12, N15, N45).
//!
//! The tables are data. A word that no table knows is kept, counted, reported and blocks the
//! close; it is never dropped and never fatal. Sources:
//! <https://docs.aws.amazon.com/cur/latest/userguide/table-dictionary-cur2.html>,
//! <https://focus.finops.org/focus-specification/>

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{credit::split_owner_suffix, policy::Policies, usage::LineType};

/// What a line type means to a distributor. Together the classes cover a bill: each line is in
/// exactly one, so their sums are the bill's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum LineClass {
    /// Something used or bought, recurring or by use.
    Charge,
    /// Something paid ahead: credits never pay it.
    UpfrontFee,
    /// A credit line, promotional or not.
    CreditLine,
    /// Tax.
    Tax,
    /// Money given back on past charges.
    Refund,
    /// A discount that stands on a line of its own.
    Discount,
    /// An adjustment of older FOCUS converters.
    Adjustment,
    /// No table knows the word.
    Unclassified,
}

/// AWS's words and FOCUS's. The second spelling of the flat-rate subscription is AWS's own.
const LINE_TYPES: &[(&str, LineClass)] = &[
    ("Usage", LineClass::Charge),
    ("DiscountedUsage", LineClass::Charge),
    ("SavingsPlanCoveredUsage", LineClass::Charge),
    ("SavingsPlanNegation", LineClass::Charge),
    ("SavingsPlanRecurringFee", LineClass::Charge),
    ("SavingsPlanUpfrontFee", LineClass::UpfrontFee),
    ("RIFee", LineClass::Charge),
    ("Fee", LineClass::UpfrontFee),
    ("FlatRateSubscription", LineClass::Charge),
    ("FlateRateSubscription", LineClass::Charge),
    ("Purchase", LineClass::Charge),
    ("Proforma_Fee", LineClass::Charge),
    ("Credit", LineClass::CreditLine),
    ("Proforma_Credit", LineClass::CreditLine),
    ("Tax", LineClass::Tax),
    ("Refund", LineClass::Refund),
    ("Adjustment", LineClass::Adjustment),
];

/// The class of a line type. A type that AWS names `...Discount` is a discount: the dictionary
/// says that the name varies.
pub fn classify_line(line_type: &LineType) -> LineClass {
    let word = line_type.as_str();
    LINE_TYPES
        .iter()
        .find(|(known, _)| *known == word)
        .map(|(_, class)| *class)
        .unwrap_or(if word.ends_with("Discount") { LineClass::Discount } else { LineClass::Unclassified })
}

/// What is bought, ahead or month by month, and not metered: what FOCUS calls a purchase,
/// <https://focus.finops.org/focus-specification/v1-2/#chargecategory>.
const PURCHASES: &[&str] = &[
    "Fee",
    "FlatRateSubscription",
    "FlateRateSubscription",
    "Proforma_Fee",
    "Purchase",
    "RIFee",
    "SavingsPlanRecurringFee",
    "SavingsPlanUpfrontFee",
];

/// Whether a line type is a purchase and not usage.
pub fn is_purchase(line_type: &LineType) -> bool {
    PURCHASES.contains(&line_type.as_str())
}

/// What becomes of a credit line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CreditLineTreatment {
    /// A promotional credit: stripped from whom AWS let benefit, and given to its owner's memo.
    Promotional,
    /// Left where AWS put it: it reduces that member's charges. No memo comes of it.
    Retained,
    /// Stripped and kept by the distributor as margin.
    Kept,
    /// No credit but money given back on past charges: judged as a refund is (law D6).
    GivesBack,
}

/// Descriptions that are not promotional credits, by a text they contain. Free Tier comes first:
/// it is nobody's to re-attribute, whatever else the description says.
const NOT_PROMOTIONAL: &[&str] = &[
    "enterprise discount program",
    "solution provider program",
    "distributor discount",
    "spp discount",
    "bundled discount",
    "private rate",
    "contractual credit",
    "t&c",
    "apn ",
    "service credit",
];

const FREE_TIER: &str = "free tier";

/// AWS's FOCUS export and older converters write a refund as a credit, and say so in its words.
const REFUND: &str = "refund";

/// Whether a credit line's own words say that it is no promotional credit: it then belongs to charges,
/// and where and when it is of is kept with it.
pub fn belongs_to_charges(description: &str) -> bool {
    let lower = description.to_lowercase();
    lower.contains(FREE_TIER) || is_refund(&lower) || NOT_PROMOTIONAL.iter().any(|text| lower.contains(text))
}

/// A line that names an owner is that owner's credit, whatever else its words are.
fn is_refund(lower: &str) -> bool {
    let is_word = |part: &str| part == REFUND || part == "refunds" || part == "refunded";
    split_owner_suffix(lower).1.is_none() && lower.split(|c: char| !c.is_alphanumeric()).any(is_word)
}

/// What becomes of a credit line with this description. A description that an imported credit
/// bears is promotional, save for the Free Tier; one that no table knows counts as promotional and
/// goes to suspense.
pub fn treat_credit_line(description: &str, names_known_credit: bool, policies: &Policies) -> CreditLineTreatment {
    let lower = description.to_lowercase();
    if let Some(rule) =
        policies.credit_lines.iter().find(|rule| lower.contains(&rule.description_contains.to_lowercase()))
    {
        return rule.treatment;
    }
    if lower.contains(FREE_TIER) {
        return CreditLineTreatment::Retained;
    }
    if !names_known_credit && is_refund(&lower) {
        return CreditLineTreatment::GivesBack;
    }
    if !names_known_credit && NOT_PROMOTIONAL.iter().any(|text| lower.contains(text)) {
        return CreditLineTreatment::Retained;
    }
    CreditLineTreatment::Promotional
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::CreditLineRule;

    #[test]
    fn line_types_are_an_open_set() {
        for (word, class) in [
            ("Usage", LineClass::Charge),
            ("FlateRateSubscription", LineClass::Charge),
            ("EdpDiscount", LineClass::Discount),
            ("SomeNewDiscount", LineClass::Discount),
            ("Tax", LineClass::Tax),
            ("SomethingNew", LineClass::Unclassified),
            ("", LineClass::Unclassified),
        ] {
            assert_eq!(classify_line(&word.into()), class, "{word}");
        }
    }

    #[test]
    fn free_tier_and_contractual_lines_are_not_promotional() {
        let policies = Policies::default();
        for (description, known, treatment) in [
            ("AWS Free Tier", false, CreditLineTreatment::Retained),
            ("AWS Free Tier", true, CreditLineTreatment::Retained),
            ("Contractual Credit - Credits", false, CreditLineTreatment::Retained),
            ("Contractual Credit - Credits", true, CreditLineTreatment::Promotional),
            ("AWS Activate", false, CreditLineTreatment::Promotional),
            ("Refund for EC2 usage", false, CreditLineTreatment::GivesBack),
            ("Refund for EC2 usage", true, CreditLineTreatment::Promotional),
            ("Refund for EC2, credit from account: 391835788720", false, CreditLineTreatment::Promotional),
            ("Refundable deposit promotion", false, CreditLineTreatment::Promotional),
            ("never heard of", false, CreditLineTreatment::Promotional),
        ] {
            assert_eq!(treat_credit_line(description, known, &policies), treatment, "{description}");
        }
    }

    #[test]
    fn the_distributors_own_table_comes_first() {
        let rule = CreditLineRule { description_contains: "activate".into(), treatment: CreditLineTreatment::Kept };
        let policies = Policies { credit_lines: vec![rule], ..Policies::default() };
        assert_eq!(treat_credit_line("AWS Activate", true, &policies), CreditLineTreatment::Kept);
    }
}
