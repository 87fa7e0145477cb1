//! projector: rebuilds every balance from the log, and checks it.
//!
//! It keeps the read model at the head of the log, replays the log into memory beside it, compares
//! the two to the last digit, and audits what the log itself must hold. It writes no stream.

mod audit;
mod audit_check;
mod canonical;
mod certificate;
mod certificate_sort;
mod control_totals;
mod credit_law_checks;
mod differences;
mod draws_shown;
mod ownership_checks;
mod replay;
mod scope;
mod sealing;
mod snapshots;
mod statement_proof;
mod stream_checks;
mod transfers;
mod watch;
mod whole_ends;

pub use audit::{AuditReport, WHOLE_LOG, audit};
pub use audit_check::{AuditCheck, check};
pub use certificate::{Certificates, Certifier, LastCommit};
pub use differences::{Difference, differences, differences_in};
pub use replay::{ReplayReport, Until, replay, replay_certified};
pub use scope::{Scope, replay_scope};
pub use sealing::{
    HEAD_KIND, LogHead, SEAL_KIND, Seal, SealedPolicy, Sealer, StreamBlocks, StreamHeadSealed, seal_log, verify_seal,
};
pub use snapshots::{replay_comparing, replay_from_snapshots, replay_to_snapshots};
pub use statement_proof::{ProvedStatement, StatementProof, StatementVerified, prove_statement, verify_statement};
pub use watch::{MemoChanged, changes_of};
