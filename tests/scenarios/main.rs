//! Scenarios: the worked examples and the life of a back office, through the command line.
//!
//! Each runs the binary in a data folder of its own, on real files, and reads what an operator
//! would read: exit codes, JSON, messages. Nothing here looks inside, but for the scenarios that
//! damage a log on purpose.
#![allow(clippy::unwrap_used, clippy::expect_used)] // a test that cannot go on has failed

mod support;

mod cases;
mod changing;
mod life;
mod on_jetstream;
mod proof;
mod real;
mod refused;
mod worked;
