//! The double-entry journal: what the facts are to an accountant. Every fact that moves money makes
//! a transaction of debits and credits that sum to zero (rule book B.3).
//!
//! * [`PostingTemplates`]: which account each class of event debits and credits. They are data with
//!   a default, since whether a reseller is principal or agent, and what its chart of accounts is
//!   called, is not for a program to say.
//! * [`JournalBook`]: the fold of facts that makes the transactions. It keeps only what a split
//!   depends on: the funded part of a memo, what a bill said before, what a statement said before.
//! * [`PostingCalendar`]: the month that something about a closed month is posted in.
//!
//! Deliberately absent: any format of a file, and any rule about what a memo is worth. The journal
//! follows the facts; it decides nothing.

mod book;
mod calendar;
mod parties;
mod templates;
mod transaction;

pub use book::{FactPlace, JournalBook, JournalFault};
pub use calendar::{PeriodLock, PostingCalendar};
pub use templates::{AccountTemplate, BadTemplate, PostingClass, PostingTemplate, PostingTemplates, PostingWords};
pub use transaction::{JournalParty, JournalPosting, JournalTransaction};
