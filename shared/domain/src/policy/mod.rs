//! The policies of a distributor: everything about memos that is a choice, as data with defaults.
//!
//! A policy is adopted by an event from a period on, for all payers or for one; a draw records the
//! hash of the policies it was decided under, so that an old month replays under its own. Part A
//! of the rule book gives each choice its reason.

mod adoption;
mod choices;
mod four_eyes;
mod of_payer;
mod stated;

pub use adoption::{AdoptPolicies, PolicyAdopted, PolicyHistory, PolicyRefusal};
pub use choices::{
    AssignmentKey, ClosedPeriodCorrections, CreditLineRule, CustomerTax, DiscountTreatment, DocumentSeries, DrawLimit,
    ExpiryInsideMonth, FourEyesAct, MemoBasis, MemoExpiry, Policies, PolicyHash, RatingBasis, ReinstatedAfterExpiry,
    hash_of_chosen,
};
pub use four_eyes::{
    AdoptionContext, PoliciesApproved, PoliciesProposed, PoliciesRejected, PolicyActRefusal, acts_of_two,
};
pub use of_payer::PoliciesOfPayer;
pub use stated::{BadPolicy, StatedPolicies};
