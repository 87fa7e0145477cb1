//! Random months of a back office, driven through the program and kept a second time by a naive
//! bookkeeper; after every step both must say the same of every memo (rule book B.1, B.3).
//!
//! `story.rs` makes the steps, `driver*.rs` take them, `program.rs` runs them as command lines in one
//! process over a log in memory that can be cut off (`cut_off.rs`); `bookkeeper.rs`, `memo.rs`,
//! `credit.rs`, `paying.rs`, `attribution.rs`, `upstream_books.rs`, `funding.rs` and `month_books.rs` are the second
//! books, `compare.rs` holds one against the other. `approvals.rs` cuts approvals off at every append,
//! `competing.rs` lets two processes ingest one month, `power.rs` runs whole months on files that lose power.
//!
//! Deliberately absent from the second books: everything of the domain crate. What they know of
//! drawing, correcting, lapsing and attributing is written here once more, in whole numbers, from
//! the rule book.
//!
//! `PROPTEST_CASES` asks for more than the gate runs; a failure prints its smallest story.

#![allow(clippy::unwrap_used)] // a test stops where a sample cannot be made

mod approvals;
mod attribution;
mod bookkeeper;
mod compare;
mod competing;
mod credit;
mod cut_off;
mod driver;
mod driver_bills;
mod driver_by_hand;
mod driver_credits;
mod funding;
mod memo;
mod month_books;
mod months;
mod paper;
mod paying;
mod power;
mod program;
mod steps;
mod upstream_books;
