//! projector: rebuilds every balance from the log, and checks it.
//!
//! It keeps the read model at the head of the log, replays the log into memory beside it, compares
//! the two to the last digit, and audits what the log itself must hold. It writes no stream.

mod audit;
mod balance;
mod canonical;
mod certificate;
mod replay;
mod scope;
mod watch;

pub use audit::{AuditCheck, AuditReport, audit};
pub use balance::{AsOf, BalanceRow, balance_rows, row_of};
pub use certificate::{Certificates, Certifier, LastCommit};
pub use replay::{Difference, ReplayReport, Until, differences, differences_in, replay, replay_certified};
pub use scope::{Scope, replay_scope};
pub use watch::{MemoChanged, changes_of};
