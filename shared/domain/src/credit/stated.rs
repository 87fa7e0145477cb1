//! What AWS's billing API says of a credit beside its amounts and dates: whether it is paused, whom it is
//! shared with, what it may pay (rule book N27, N30).
//!
//! Every field that is read is recorded. What the program can apply is obeyed where it belongs; what it
//! cannot apply is named by [`StatedByAws::not_applied`]. Source:
//! <https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_billing_GetCredits.html>

use chrono::NaiveDate;
use money::Exact;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{aws_rules::CreditSharing, ids::MemberAccountId};

/// What `GetCredits` says of a credit, in its own words. Blank where it says nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StatedByAws {
    /// `ENABLED` or `DISABLED`: whether AWS applies it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub credit_status: String,
    /// `DEFAULT`, `DISABLED`, `CUSTOM` or `COST_CATEGORY_RULE`: whom it is shared with.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub credit_sharing_type: String,
    /// Whether its account takes part in sharing at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account_has_credit_sharing_enabled: Option<bool>,
    /// The accounts it is shared with, where they are named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shareable_accounts: Vec<MemberAccountId>,
    /// The cost category whose rule names the accounts.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub cost_category_arn: String,
    /// That rule.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub rule_name: String,
    /// Kinds of purchase that it may pay; none: all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub purchase_type_applications: Vec<String>,
    /// `BEFORE_CROSS_SERVICE_DISCOUNTS` or `AFTER_DISCOUNTS`: the stage it is applied at.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub application_type: String,
    /// What will be left after the open bills.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub estimated_amount: Option<Exact>,
    /// The day it was used up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exhaust_date: Option<NaiveDate>,
}

impl StatedByAws {
    /// Whether nothing was said.
    pub fn is_blank(&self) -> bool {
        *self == Self::default()
    }

    /// Whether AWS has paused it; none where it does not say.
    pub fn is_paused(&self) -> Option<bool> {
        let says = |word: &str| self.credit_status.eq_ignore_ascii_case(word);
        match () {
            () if says("DISABLED") || says("PAUSED") => Some(true),
            () if says("ENABLED") || says("ACTIVE") => Some(false),
            () => None,
        }
    }

    /// Whom AWS shares it with.
    pub fn sharing(&self) -> CreditSharing {
        let says = |word: &str| self.credit_sharing_type.eq_ignore_ascii_case(word);
        if says("DISABLED") || self.account_has_credit_sharing_enabled == Some(false) {
            return CreditSharing::Off;
        }
        let is_limited = says("CUSTOM") || says("COST_CATEGORY_RULE");
        if is_limited && !(self.shareable_accounts.is_empty() && says("COST_CATEGORY_RULE")) {
            return CreditSharing::Among(self.shareable_accounts.iter().cloned().collect());
        }
        CreditSharing::On
    }

    /// Restrictions of the credit that no rule here applies: the memo may promise more than AWS gives.
    pub fn not_applied(&self) -> Vec<String> {
        let mut restrictions = Vec::new();
        if !self.purchase_type_applications.is_empty() {
            restrictions.push(format!("purchaseTypeApplications: {}", self.purchase_type_applications.join(", ")));
        }
        restrictions
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn aws_words_say_who_benefits_and_whether_it_is_paused() {
        let account = MemberAccountId::parse("391835788720").unwrap();
        let of = |sharing: &str, enabled: Option<bool>, accounts: &[MemberAccountId]| {
            let stated = StatedByAws {
                credit_sharing_type: sharing.into(),
                account_has_credit_sharing_enabled: enabled,
                shareable_accounts: accounts.to_vec(),
                ..StatedByAws::default()
            };
            stated.sharing()
        };
        let among = |accounts: &[MemberAccountId]| CreditSharing::Among(accounts.iter().cloned().collect());
        assert_eq!(of("", None, &[]), CreditSharing::On);
        assert_eq!(of("DEFAULT", Some(true), &[]), CreditSharing::On);
        assert_eq!(of("DEFAULT", Some(false), &[]), CreditSharing::Off);
        assert_eq!(of("disabled", Some(true), &[]), CreditSharing::Off);
        assert_eq!(of("CUSTOM", Some(true), std::slice::from_ref(&account)), among(std::slice::from_ref(&account)));
        assert_eq!(of("CUSTOM", None, &[]), among(&[]), "nobody is named");
        assert_eq!(of("COST_CATEGORY_RULE", None, &[]), CreditSharing::On, "the rule is not known here");
        let paused = |word: &str| StatedByAws { credit_status: word.into(), ..StatedByAws::default() }.is_paused();
        assert_eq!([paused("DISABLED"), paused("ENABLED"), paused("EXPIRED")], [Some(true), Some(false), None]);
    }
}
