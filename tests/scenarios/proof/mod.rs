//! Proof: certificates, replays in part, close packs, sealed heads, statements that prove themselves, and a log
//! in which someone changed something.

mod certificates;
mod close_packs;
mod forged;
mod golden_logs;
mod replaying;
mod seals;
mod snapshots;
mod tampering;
