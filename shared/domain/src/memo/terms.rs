//! What a memo may pay: the restriction that its upstream credit came with (rule book N30, N35).

use money::Money;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{never_covered::NeverCovered, rating::RatedCharge, services::is_same_service};

/// The restriction of a memo. Never-covered charges are excluded whatever it says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MemoTerms {
    /// Services it pays, by code or name; none named: all of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub services: Vec<String>,
    /// Services it does not pay.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub excluded_services: Vec<String>,
    /// AWS regions it pays in; none named: all of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub regions: Vec<String>,
    /// Whether it pays tax too.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub covers_tax: bool,
    /// The most it pays a month.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub monthly_cap: Option<Money>,
    /// Restrictions that AWS states and nothing here applies: it may pay more than AWS will.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_applied: Vec<String>,
}

impl MemoTerms {
    /// Whether the memo may pay a charge.
    pub fn may_pay(&self, charge: &RatedCharge) -> bool {
        match charge.never_covered {
            None => {}
            // The tax of what it may pay, not of other services or regions.
            Some(NeverCovered::Tax) if self.covers_tax => {}
            Some(_) => return false,
        }
        let (code, name) = charge.service();
        let is = |service: &String| is_same_service(service, code, name);
        let in_services = self.services.is_empty() || self.services.iter().any(is);
        let in_regions = self.regions.is_empty()
            || self.regions.iter().any(|region| region.trim().eq_ignore_ascii_case(&charge.region));
        in_services && in_regions && !self.excluded_services.iter().any(is)
    }

    /// How many services it is restricted to, for AWS's order: a memo without a list counts as the
    /// least restricted.
    pub fn breadth(&self) -> usize {
        if self.services.is_empty() { usize::MAX } else { self.services.len() }
    }
}
