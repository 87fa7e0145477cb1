//! What an AWS promotional credit never pays: AWS's list, versioned by date (rule book N30, N36).
//!
//! Source: AWS Promotional Credit Terms & Conditions, <https://aws.amazon.com/awscredits/>, in the
//! versions of 2018 and of 16 December 2024. The list is data: a new version is a new row, and a
//! month is judged by the version in force on its first day.

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    classification::{LineClass, classify_line},
    period::BillingPeriod,
    services::is_same_service,
    usage::ChargeKey,
};

/// Why no memo pays a charge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum NeverCovered {
    /// Sold by or through AWS Marketplace, third-party models included.
    Marketplace,
    /// A fee paid ahead: reservation, Savings Plan or other one-off fee.
    UpfrontFee,
    /// A service on AWS's list.
    ListedService,
    /// A reservation, which the list of 2018 excluded wholly.
    Reservation,
    /// Tax, unless the credit covers tax.
    Tax,
    /// Tax on what is left after the memo, which no memo pays.
    TaxAfterMemo,
    /// Tax on what no memo pays.
    TaxOfNeverCovered,
    /// Money given back of which nothing tells which charge it is of: in cash, and an exception.
    CannotBeTold,
    /// More was given back than was charged of that service in the month: in cash, and an exception.
    BeyondCharge,
    /// Money given back of a month before the first statement here: no memo paid it.
    BeforeStatements,
    /// An adjustment: not usage.
    Adjustment,
    /// A line whose type no table knows.
    Unclassified,
    /// The distributor's own list.
    DistributorsList,
}

impl NeverCovered {
    /// The rule in words, for documents and explanations.
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Marketplace => "sold through AWS Marketplace",
            Self::UpfrontFee => "a fee paid ahead",
            Self::ListedService => "a service that AWS credits never pay",
            Self::Reservation => "a reservation under the terms of 2018",
            Self::Tax => "tax",
            Self::TaxAfterMemo => "tax on what is left after the memo",
            Self::TaxOfNeverCovered => "tax on what no memo pays",
            Self::CannotBeTold => "money given back, and nothing tells of which charge",
            Self::BeyondCharge => "more given back than was charged of the service in the month",
            Self::BeforeStatements => "money given back of a month before the first statement",
            Self::Adjustment => "an adjustment",
            Self::Unclassified => "a line type that no table knows",
            Self::DistributorsList => "a service on the distributor's own list",
        }
    }
}

struct ListVersion {
    from: (i32, u32, u32),
    services: &'static [&'static str],
    reservations: bool,
}

const ALWAYS: [&str; 7] = [
    "mturk",
    "AWSManagedServices",
    "AWSSupportEnterprise",
    "OCBPremiumSupport",
    "AWSProfessionalServices",
    "AWSTraining",
    "AWSCertification",
];

const VERSIONS: &[ListVersion] = &[
    ListVersion {
        from: (1970, 1, 1),
        services: &["AmazonRegistrar", "AWSSupportBusiness", "AWSSupportDeveloper"],
        reservations: true,
    },
    ListVersion { from: (2024, 12, 16), services: &["AmazonRegistrar"], reservations: false },
];

fn version_in_force(day: NaiveDate) -> Option<&'static ListVersion> {
    VERSIONS.iter().rev().find(|version| {
        let (year, month, first) = version.from;
        NaiveDate::from_ymd_opt(year, month, first).is_some_and(|from| from <= day)
    })
}

/// Why no memo may pay this charge, or `None` where one may. `further` are the distributor's own
/// exclusions.
pub fn never_covered(charge: &ChargeKey, period: BillingPeriod, further: &[String]) -> Option<NeverCovered> {
    let is = |service: &&str| is_same_service(service, charge.product_code.as_str(), &charge.service_name);
    match classify_line(&charge.line_type) {
        LineClass::Tax => return Some(NeverCovered::Tax),
        LineClass::UpfrontFee => return Some(NeverCovered::UpfrontFee),
        LineClass::Adjustment => return Some(NeverCovered::Adjustment),
        LineClass::Unclassified => return Some(NeverCovered::Unclassified),
        LineClass::Charge | LineClass::CreditLine | LineClass::Refund | LineClass::Discount => {}
    }
    if charge.billing_entity.to_lowercase().contains("marketplace") {
        return Some(NeverCovered::Marketplace);
    }
    // FOCUS: a purchase that is paid once is paid ahead.
    if charge.line_type.as_str() == "Purchase" && charge.purchase_type.eq_ignore_ascii_case("One-Time") {
        return Some(NeverCovered::UpfrontFee);
    }
    if further.iter().any(|service| is(&service.as_str())) {
        return Some(NeverCovered::DistributorsList);
    }
    let version = version_in_force(period.first_day())?;
    if ALWAYS.iter().chain(version.services).any(is) {
        return Some(NeverCovered::ListedService);
    }
    if version.reservations && charge.line_type.as_str() == "RIFee" {
        return Some(NeverCovered::Reservation);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(line_type: &str, product_code: &str) -> ChargeKey {
        ChargeKey {
            line_type: line_type.into(),
            product_code: product_code.into(),
            service_name: String::new(),
            purchase_type: String::new(),
            region: String::new(),
            billing_entity: String::new(),
            legal_entity: String::new(),
            invoice_id: String::new(),
            bill_type: String::new(),
            billing_view: String::new(),
            charge_month: None,
            charge_day: None,
            undated: false,
            description: String::new(),
        }
    }

    fn in_month(key: &ChargeKey, month: &str) -> Option<NeverCovered> {
        never_covered(key, BillingPeriod::parse(month).unwrap(), &[])
    }

    #[test]
    fn the_list_is_versioned_by_date() {
        assert_eq!(in_month(&key("RIFee", "AmazonEC2"), "2019-01"), Some(NeverCovered::Reservation));
        assert_eq!(in_month(&key("RIFee", "AmazonEC2"), "2025-01"), None);
        assert_eq!(in_month(&key("Usage", "AWSSupportBusiness"), "2019-01"), Some(NeverCovered::ListedService));
        assert_eq!(in_month(&key("Usage", "AWSSupportBusiness"), "2025-01"), None);
        assert_eq!(in_month(&key("Usage", "AWSSupportEnterprise"), "2025-01"), Some(NeverCovered::ListedService));
    }

    #[test]
    fn marketplace_upfront_and_tax_are_never_covered() {
        let marketplace = ChargeKey { billing_entity: "AWS Marketplace".into(), ..key("Usage", "abc123") };
        assert_eq!(in_month(&marketplace, "2025-01"), Some(NeverCovered::Marketplace));
        assert_eq!(in_month(&key("Fee", "AmazonEC2"), "2025-01"), Some(NeverCovered::UpfrontFee));
        assert_eq!(
            in_month(&key("SavingsPlanUpfrontFee", "ComputeSavingsPlans"), "2025-01"),
            Some(NeverCovered::UpfrontFee)
        );
        assert_eq!(in_month(&key("SavingsPlanRecurringFee", "ComputeSavingsPlans"), "2025-01"), None);
        assert_eq!(in_month(&key("Tax", "AmazonEC2"), "2025-01"), Some(NeverCovered::Tax));
    }
}
