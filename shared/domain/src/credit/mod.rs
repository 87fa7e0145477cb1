//! An upstream credit: what AWS granted, to whom, and what AWS has applied of it, where.
//!
//! Nothing here is what the distributor owes (that is a memo). An application is recorded a credit
//! and period, as AWS's lines were attributed; lines that cannot be attributed are in suspense,
//! with their amount and age, and never disappear.

mod attribution;
mod facts;
mod history;
mod known;
mod life;
mod returned;
mod state;
mod stated;
mod suspense;

pub use attribution::{AttributableCredit, Attribution, MatchedBy, PromotionalLine, attribute, split_owner_suffix};
pub use facts::{
    ApplicationsAttributed, AttributedLine, CreditFact, UpstreamCreditCancelled, UpstreamCreditObserved,
    UpstreamCreditPaused, UpstreamCreditRevised, UpstreamCreditSplit, UpstreamCreditTerms, UpstreamCreditTransferred,
    UpstreamPortion,
};
pub use history::{AllocatedAmount, CreditAllocationObserved};
pub use known::KnownCredits;
pub use life::{CreditLife, LifeRefusal};
pub use state::{CreditStatus, ObserveCredit, ObserveRefusal, UpstreamCreditState};
pub use stated::StatedByAws;
pub use suspense::{
    AttributeByHand, SuspenseAttributed, SuspenseAttributionWithdrawn, SuspenseCleared, SuspenseClearing, SuspenseFact,
    SuspenseItem, SuspenseOpened, SuspenseReason, SuspenseState,
};
