//! What holds for any life of a memo, any month and any bill: the rule book as properties.
//!
//! One file a subject. A property that fails prints its smallest input and its seed; the same seed
//! replays it. `builders.rs` makes the parts, so that a new field is filled in at one place.
//!
//! Deliberately absent: files, services, the log. Those have scenarios of their own.

#![allow(clippy::unwrap_used)] // a test stops where a sample cannot be made

mod attribution;
mod books;
mod builders;
mod closed_months;
mod credit_law;
mod deliveries;
mod draw_order;
mod draws;
mod explained;
mod independence;
mod lives;
mod moves;
mod odd_inputs;
mod policies;
mod reversals;
mod worked_examples;
