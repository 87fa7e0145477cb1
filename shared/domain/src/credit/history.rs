//! AWS's own account of where it applied a credit (`GetCreditAllocationHistory`), as an observation
//! beside the bill (rule book N18): it moves nothing, and a difference from the bill is an open item.

use money::{Currency, Exact};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{CreditFact, UpstreamCreditState};
use crate::{
    ids::{MemberAccountId, PayerAccountId, UpstreamCreditId},
    period::BillingPeriod,
};

/// What AWS says it applied to one account and service.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct AllocatedAmount {
    /// The account it was applied to.
    pub beneficiary: MemberAccountId,
    /// The service, by the name that the API has.
    pub service: String,
    /// How much: positive, or negative where AWS took back. The API signs it the other way.
    pub amount: Exact,
    /// The bill may still change.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub estimated: bool,
}

/// What AWS says it applied of a credit in a month. It replaces what AWS said of that month before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CreditAllocationObserved {
    /// The credit.
    pub credit: UpstreamCreditId,
    /// The payer.
    pub payer: PayerAccountId,
    /// The month of AWS's bill.
    pub period: BillingPeriod,
    /// The currency.
    pub currency: Currency,
    /// The sum.
    pub amount: Exact,
    /// By account and service, sorted.
    pub allocated: Vec<AllocatedAmount>,
}

impl CreditAllocationObserved {
    /// Whether the bill it is of may still change.
    pub fn is_estimated(&self) -> bool {
        self.allocated.iter().any(|one| one.estimated)
    }
}

impl UpstreamCreditState {
    /// Decides an observation of a month's allocation: nothing where AWS says what it said before.
    pub fn decide_history(&self, observed: &CreditAllocationObserved) -> Vec<CreditFact> {
        if self.history.get(&observed.period) == Some(observed) {
            return Vec::new();
        }
        vec![CreditFact::AllocationObserved(observed.clone())]
    }
}
