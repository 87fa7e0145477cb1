//! What the rule is applied to: one payer's charges and the credits on offer in one month.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use money::{Currency, Exact};

use crate::{
    ids::{MemberAccountId, ProductCode, UpstreamCreditId},
    period::BillingPeriod,
};

/// Who may benefit from a credit besides its owner. The preference in force on the last day of
/// the month decides, so one value a month is enough.
///
/// Source: <https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/useconsolidatedbilling-credits.html>
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum CreditSharing {
    /// Every account of the payer: AWS's default.
    #[default]
    On,
    /// The owner alone.
    Off,
    /// The owner and these accounts.
    Among(BTreeSet<MemberAccountId>),
}

impl CreditSharing {
    /// Whether an account other than the owner may benefit.
    pub fn reaches(&self, account: &MemberAccountId) -> bool {
        match self {
            Self::On => true,
            Self::Off => false,
            Self::Among(accounts) => accounts.contains(account),
        }
    }
}

/// An upstream credit as it stands before the month is billed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfferedCredit {
    /// AWS's id; the last tie-break.
    pub id: UpstreamCreditId,
    /// The account it was granted to.
    pub owner: MemberAccountId,
    /// What AWS may still apply.
    pub remaining: Exact,
    /// Its currency. It pays charges of this currency only.
    pub currency: Currency,
    /// It applies from the month of this day on.
    pub start_date: NaiveDate,
    /// It applies up to the month of this day; AWS's text works by whole billing months.
    pub end_date: NaiveDate,
    /// The services it may pay; empty means every eligible one.
    pub services: BTreeSet<ProductCode>,
    /// Services it may not pay, taken off `services`.
    pub excluded_services: BTreeSet<ProductCode>,
    /// Who else may benefit.
    pub sharing: CreditSharing,
}

impl OfferedCredit {
    /// Whether the credit may pay charges of this service.
    pub fn covers(&self, product: &ProductCode) -> bool {
        (self.services.is_empty() || self.services.contains(product)) && !self.excluded_services.contains(product)
    }

    /// How restricted it is: a credit without a list is the least restricted of all.
    pub(super) fn eligible_service_count(&self) -> usize {
        if self.services.is_empty() { usize::MAX } else { self.services.len() }
    }
}

/// A sum of charges of one service on one member account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberCharge {
    /// Who used.
    pub member: MemberAccountId,
    /// The service.
    pub product: ProductCode,
    /// The charge before credits; a refund or discount may make it negative.
    pub amount: Exact,
    /// Whether promotional credits may pay such charges at all (Marketplace, tax, upfront fees and
    /// others they may not). Such charges still count as spend.
    pub eligible: bool,
}

/// One payer's month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PayerMonth {
    /// The billing month.
    pub period: BillingPeriod,
    /// The currency of all charges.
    pub currency: Currency,
    /// Charges of every member; several of one member and service are added.
    pub charges: Vec<MemberCharge>,
    /// Credits of accounts that belonged to the payer from the first day of the month on.
    pub credits: Vec<OfferedCredit>,
}
