//! How facts travel: subjects, commits, the chain, and the schemas of it all.
//!
//! A commit is everything one decision produced, on one subject. Its body is frozen bytes: the
//! chain is hashed over them, so structs may evolve while old commits stay verifiable.
//!
//! Invariants: only this crate names subjects and headers; a change of meaning is a new version
//! with an upcaster, never an edit; every payload ever written stays readable (`tests/golden`).
//! Deliberately absent: any log, any rule of the business.

mod aggregate_key;
mod body;
mod body_text;
mod chain;
mod command_done;
mod commit;
mod fact;
mod headers;
mod json_text;
mod service;
mod stream;
mod subject;

pub use aggregate_key::AggregateKey;
pub use body::{BODY_BYTES_MAX, CommitBody, PartOfSet, UnreadableBody, known_version};
pub use body_text::{BodyText, FactText, envelope_and_facts, facts_about, facts_of_any_form, fields_of};
pub use chain::{ChainHash, Fingerprint};
pub use command_done::{CommandDone, IdempotencyKey};
pub use commit::{CommitId, SealedCommit, StoredCommit};
pub use fact::Fact;
pub use headers::{BadHeaders, COMMIT_SOURCE, COMMIT_TYPE, commit_of, headers_of};
pub use service::{ServiceName, UnknownService};
pub use stream::StreamName;
pub use subject::{BadSubject, Subject};
