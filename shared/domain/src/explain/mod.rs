//! Why an amount is what it is, as data: a tree whose amounts add up by themselves.
//!
//! A [`Derivation`] is an amount with the amounts it is the sum of, down to facts of the log. The
//! one law is that the parts of a node add up to it, as they stand, with their signs: whoever reads
//! the JSON can check it with a loop and needs no rule of this program. A rounding is a part like
//! any other, whose amount is what the rounding added; it states the exact amount, the mode and the
//! result. What a memo paid is also the smallest of the *bounds* beside it, never below nothing.
//!
//! What is explained is what was recorded. Where a figure has to be derived again (which charge each
//! memo paid is not recorded), it is compared with the record: a [`Check`] says what was recorded
//! and what was derived, and a difference stands in the tree as a part of its own.
//!
//! Invariants: pure; the facts with their positions are arguments. Deliberately absent: reading the
//! log, decisions.

mod charges;
mod cross_payer;
mod document;
mod memo;
mod node;
mod rules;
mod suspense;

pub use charges::{BilledCharge, BilledCreditLine};
pub use cross_payer::{OtherPayersMemos, SaidPaid};
pub use document::{
    CorrectionBasis, DocumentBasis, DocumentExplanation, LineExplanation, SellerExplanation, SettledBefore,
    explain_document,
};
pub use memo::{AppliedUpstream, MemoBasisOfExplanation, MemoExplanation, explain_memo};
pub use node::{AmountText, Bound, Check, Derivation, EventPosition, Placed, RoundingStep};
pub use rules::{Rule, RuleCited};
pub use suspense::{SuspenseBasis, SuspenseExplanation, explain_suspense};
