//! The facts of a stream, in order, as far as they count: a large decision whose last part was not
//! recorded counts for nothing.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use event_log::{EventLog, ReadLimits};
use read_model::{HeldBack, decode_all, facts_that_count};
use service_kit::Failure;
use wire::{AggregateKey, Fact, StreamName, Subject};

/// A fact with its place.
pub(crate) struct PlacedFact<'a> {
    /// The stream.
    pub(crate) stream: StreamName,
    /// The sequence of its commit, or of the one that made it count.
    pub(crate) sequence: u64,
    /// What its subject is of.
    pub(crate) key: &'a AggregateKey,
    /// How far the billing stream had been read when it was decided.
    pub(crate) billing_position: u64,
    /// The same of the accounts stream.
    pub(crate) accounts_position: u64,
    /// The fact.
    pub(crate) fact: &'a Fact,
}

/// Hands on every fact of a stream that was recorded by a time.
pub(crate) async fn for_each_fact(
    log: &dyn EventLog,
    stream: StreamName,
    recorded: Option<DateTime<Utc>>,
    mut take: impl FnMut(PlacedFact<'_>) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let mut held: BTreeMap<Subject, HeldBack> = BTreeMap::new();
    let mut from = 1;
    loop {
        let batch = log.read(stream, from, ReadLimits::default()).await?;
        let Some(last) = batch.last() else { return Ok(()) };
        from = last.sequence + 1;
        for commit in decode_all(&batch)? {
            if recorded.is_some_and(|time| commit.body.recorded > time) {
                continue;
            }
            let key = AggregateKey::of(&commit.subject).map_err(read_model::ReadModelFault::Subject)?;
            let position = |of: StreamName| commit.body.basis.get(of.as_str()).copied().unwrap_or(0);
            let (billing_position, accounts_position) = (position(StreamName::Billing), position(StreamName::Accounts));
            let held_back = held.entry(commit.subject.clone()).or_default();
            let facts = facts_that_count(held_back, &commit.body);
            for fact in facts.iter() {
                let sequence = commit.sequence;
                take(PlacedFact { stream, sequence, key: &key, billing_position, accounts_position, fact })?;
            }
            if held_back.is_none() {
                held.remove(&commit.subject);
            }
        }
    }
}
