//! The law of a credit (rule book D1, D2, D4): where every cent of AWS's has its place.
//!
//! ```text
//! applied by AWS = funded and drawn + funded and refunded + funded and expired + funded and open + surplus
//! ```
//!
//! over all memos that carry the credit and all payers of ours. Nothing here is a difference of two lists or
//! depends on what arrived first: targets are laid out from all that is known, and facts are what differs.
//! `shares.rs` says what a memo may have, `layout.rs` who gets what, `ownerships.rs` which memos are of one
//! ownership, `funding.rs` what is recorded of it, `revision.rs` what AWS's statements change.
//!
//! Deliberately absent: draws, documents, and which line is of which credit.

mod funding;
mod layout;
mod ownerships;
mod revision;
mod shares;

pub use funding::{FundCredit, LawFault, decide_funding};
pub use layout::{Laid, Share, lay_out};
pub use ownerships::{Accounts, AppliedUnder, CreditOwnership, Place, ownerships};
pub use revision::{WrittenOffByHand, followed};
