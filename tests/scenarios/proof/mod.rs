//! Proof: certificates, replays in part, sealed heads, statements that prove themselves, and a log
//! in which someone changed something.

mod certificates;
mod replaying;
mod seals;
mod tampering;
