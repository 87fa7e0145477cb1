//! The back office as a system: a real server, services as processes of their own, and what happens
//! to them.
//!
//! Whatever is killed, the books end as those of one process that nothing disturbed. A failure prints
//! its seed; `CREDITMEMO_FAULTS_SEED` runs it again.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod answers;
mod competing;
mod killed;
mod system;
mod year;
