//! The rules of credits and memos, and nothing else.
//!
//! One folder an aggregate, each with its commands, facts, state, `decide` and `evolve`. `decide`
//! says what a command records, or refuses with the numbers that caused it; `evolve` says what a
//! recorded fact makes of a state. Rules that several aggregates share (order, eligibility,
//! classification, policies) have a file each, named after the rule. The rule book that they cite
//! is `shared/domain/README.md`.
//!
//! Invariants: pure. Deliberately absent: I/O, clocks, randomness, async, hash-map order. Time, ids
//! and policies are arguments.

pub mod account;
pub mod aws_rules;
pub mod billing;
pub mod classification;
pub mod credit;
pub mod credit_law;
pub mod day;
pub mod explain;
pub mod ids;
pub mod journal;
pub mod memo;
pub mod never_covered;
pub mod period;
pub mod person;
pub mod policy;
pub mod rates;
pub mod rating;
pub mod reversal;
pub mod services;
pub mod usage;
