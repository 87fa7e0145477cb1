//! The fold of the whole log: aggregates by subject, with what subscribers and queries need beside
//! them. How what is kept is found again is `kept.rs`.

mod kept;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use chrono::{DateTime, Utc};
use domain::ids::PayerAccountId;
use rayon::prelude::*;
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};
use wire::{AggregateKey, ChainHash, Fact, StreamName, Subject};

use self::kept::{encode, place, stored_billing, stored_positions};
use crate::{
    Aggregate, Batch, DecodedCommit, DecodedPart, MemoEntry, ReadModelFault, Store, StoreFault, SubjectPlace,
    SubjectRecord, Tree, aggregate::NotFolded, facts_that_count, snapshot::is_kept_whole,
};

/// How far a stream was folded.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct StreamPosition {
    /// The last sequence folded.
    pub sequence: u64,
    /// The stream's incarnation; a checkpoint of another one is worthless.
    pub incarnation: String,
    /// How far the stream reached when any commit of the log was decided upon: a log that ends before has
    /// lost commits.
    pub was_read_to: u64,
    /// The latest recorded time of its commits.
    pub last_recorded: Option<DateTime<Utc>>,
}

/// What is worth folding: a replay of balances needs neither usage nor statements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhatToFold {
    /// All of it.
    Everything,
    /// Balances and what they depend on; usage, statements and documents are checked and not kept.
    Balances,
    /// Those, and the entries and rates that a snapshot has beside them.
    Snapshots,
}

impl WhatToFold {
    /// Whether the facts of a stream are folded, or only placed: sequence, number and chain.
    pub(crate) fn needs(self, stream: StreamName) -> bool {
        match self {
            Self::Everything => true,
            Self::Balances | Self::Snapshots => !matches!(stream, StreamName::Usage | StreamName::Billing),
        }
    }
}

/// The read model.
pub struct ReadModel {
    store: Option<Arc<dyn Store>>,
    what: WhatToFold,
    cached: FxHashMap<Subject, SubjectRecord>,
    /// Where the subjects stand whose states are not kept.
    placed: FxHashMap<Subject, SubjectPlace>,
    /// Whether the places of subjects are kept whose states are too.
    keeps_places: bool,
    dirty: BTreeSet<Subject>,
    pending: Batch,
    /// The subjects of all payers' periods, in order.
    billing: BTreeSet<Subject>,
    /// The payers of the subjects that began here; those of others are in the store.
    payers_begun: BTreeSet<PayerAccountId>,
    positions: BTreeMap<StreamName, StreamPosition>,
    /// Whether changes may be written to the store; a dry run never does.
    writes_through: bool,
    facts_folded: u64,
}

/// Subjects kept in memory that are written already.
const CACHED_SUBJECTS_MAX: usize = 50_000;

/// Changed subjects kept before they are written: a member's usage of a month is some kilobytes.
const DIRTY_SUBJECTS_MAX: usize = 20_000;

/// Values kept beside the aggregates before they are written: some tens of megabytes of statements.
const PENDING_VALUES_MAX: usize = 20_000;

/// Below this many subjects the threads cost more than they bring.
const PARALLEL_SUBJECTS_MIN: usize = 64;

/// A value with its place in the store.
type Written = ((Tree, Vec<u8>), Vec<u8>);

const CHECKPOINT_KEY: &[u8] = b"positions";

impl ReadModel {
    /// A model in memory, without a store.
    pub fn in_memory(what: WhatToFold) -> Self {
        Self {
            store: None,
            what,
            cached: FxHashMap::default(),
            placed: FxHashMap::default(),
            keeps_places: false,
            dirty: BTreeSet::new(),
            pending: Batch::new(),
            billing: BTreeSet::new(),
            payers_begun: BTreeSet::new(),
            positions: BTreeMap::new(),
            writes_through: false,
            facts_folded: 0,
        }
    }

    /// A model over a store, from its checkpoint on.
    ///
    /// # Errors
    /// [`StoreFault`] where the checkpoint cannot be read.
    pub fn over(store: Box<dyn Store>) -> Result<Self, StoreFault> {
        Self::over_shared(Arc::from(store))
    }

    pub(crate) fn over_shared(store: Arc<dyn Store>) -> Result<Self, StoreFault> {
        let positions = stored_positions(store.as_ref())?;
        let billing = stored_billing(store.as_ref())?;
        Ok(Self {
            store: Some(store),
            positions,
            billing,
            writes_through: true,
            ..Self::in_memory(WhatToFold::Everything)
        })
    }

    /// Keeps all further changes in memory, as a dry run needs.
    pub fn stop_writing(&mut self) {
        self.writes_through = false;
    }

    /// Forgets what was folded and not written since writing was stopped, and writes again: a model
    /// that lives on after a dry run.
    ///
    /// # Errors
    /// [`StoreFault`] where the store cannot be read.
    pub fn forget_unwritten(&mut self) -> Result<(), StoreFault> {
        self.cached.clear();
        self.dirty.clear();
        self.pending.clear();
        self.payers_begun.clear();
        (self.positions, self.billing) = match &self.store {
            Some(store) => (stored_positions(store.as_ref())?, stored_billing(store.as_ref())?),
            None => (BTreeMap::new(), BTreeSet::new()),
        };
        self.writes_through = self.store.is_some();
        Ok(())
    }

    /// How far a stream was folded.
    pub fn position(&self, stream: StreamName) -> StreamPosition {
        self.positions.get(&stream).cloned().unwrap_or_default()
    }

    /// How far every stream was folded: the basis of a decision.
    pub fn positions(&self) -> BTreeMap<StreamName, StreamPosition> {
        self.positions.clone()
    }

    /// Facts folded since it was opened.
    pub fn facts_folded(&self) -> u64 {
        self.facts_folded
    }

    /// The latest recorded time of any commit; none where nothing was recorded.
    pub fn last_recorded(&self) -> Option<DateTime<Utc>> {
        self.positions.values().filter_map(|position| position.last_recorded).max()
    }

    /// Notes when a commit was recorded, and how far its writer had read each stream.
    fn note_basis(&mut self, commit: &DecodedCommit) {
        let position = self.positions.entry(commit.subject.stream()).or_default();
        position.last_recorded = position.last_recorded.max(Some(commit.body.recorded));
        for (stream, read_to) in &commit.body.basis {
            let Some(stream) = StreamName::parse(stream) else { continue };
            let position = self.positions.entry(stream).or_default();
            position.was_read_to = position.was_read_to.max(*read_to);
        }
    }

    pub(crate) fn set_incarnation(&mut self, stream: StreamName, incarnation: &str) {
        self.positions.entry(stream).or_default().incarnation = incarnation.to_owned();
    }

    /// Forgets everything, the store's content too.
    ///
    /// # Errors
    /// [`StoreFault`].
    pub fn reset(&mut self) -> Result<(), StoreFault> {
        if let (Some(store), true) = (&self.store, self.writes_through) {
            store.clear()?;
        } else {
            self.store = None;
        }
        self.cached.clear();
        self.placed.clear();
        self.dirty.clear();
        self.pending.clear();
        self.billing.clear();
        self.payers_begun.clear();
        self.positions.clear();
        Ok(())
    }

    /// Folds one commit: the next of its stream. Answers with where its subject stood before it.
    ///
    /// # Errors
    /// [`ReadModelFault`]: a gap, a broken chain, a fact that does not follow. The model is then
    /// worthless until it is reset.
    pub fn apply(&mut self, commit: &DecodedCommit) -> Result<SubjectPlace, ReadModelFault> {
        self.pass_over(commit.subject.stream(), commit.sequence)?;
        self.apply_alone(commit)
    }

    /// Passes over the next commit of a stream: it does not count here.
    ///
    /// # Errors
    /// [`ReadModelFault::Gap`].
    pub fn pass_over(&mut self, stream: StreamName, sequence: u64) -> Result<(), ReadModelFault> {
        let position = self.positions.entry(stream).or_default();
        if sequence != position.sequence + 1 {
            return Err(ReadModelFault::Gap { stream, expected: position.sequence + 1, found: sequence });
        }
        position.sequence = sequence;
        Ok(())
    }

    /// Folds one commit: the next of its subject, whatever of other subjects lies between. For a
    /// replay of some subjects alone.
    ///
    /// # Errors
    /// As [`Self::apply`], except for gaps of the stream.
    pub fn apply_alone(&mut self, commit: &DecodedCommit) -> Result<SubjectPlace, ReadModelFault> {
        let stream = commit.subject.stream();
        self.positions.entry(stream).or_default().sequence = commit.sequence;
        self.note_basis(commit);
        let what = self.what;
        if !what.needs(stream) {
            return self.place_alone(commit);
        }
        self.load(&commit.subject)?;
        let Some(record) = self.cached.get_mut(&commit.subject) else {
            return Err(ReadModelFault::Subject(wire::BadSubject(commit.subject.to_string())));
        };
        let before = record.place();
        follows(before, commit)?;
        if record.n == 0 {
            record.first_sequence = commit.sequence;
            if stream == StreamName::Billing {
                self.billing.insert(commit.subject.clone());
            }
        }
        record.n = commit.n;
        record.last_sequence = commit.sequence;
        record.chain = commit.chain;
        record.recorded = Some(commit.body.recorded);

        let facts = facts_that_count(&mut record.held_back, &commit.body);
        for fact in facts.iter() {
            record.state.fold(fact).map_err(|not_folded| match not_folded {
                NotFolded::Misplaced(fact) => misplaced(commit, fact),
                NotFolded::Fault(cause) => ReadModelFault::Fold {
                    stream,
                    sequence: commit.sequence,
                    subject: commit.subject.clone(),
                    cause: Box::new(cause),
                },
            })?;
        }
        self.facts_folded += commit.body.facts.len() as u64;
        if self.keeps_beside() {
            if self.store.is_some() {
                self.dirty.insert(commit.subject.clone());
            }
            for (at, fact) in facts.iter().enumerate() {
                self.keep_beside(commit, at, fact)?;
            }
            self.keep_key(commit)?;
            if self.keeps_places && !is_kept_whole(stream) {
                self.take_place(commit);
            }
            self.relieve()?;
        }
        Ok(before)
    }

    /// Keeps the places of all subjects too, as a snapshot has them, however many there are.
    pub fn keep_places(&mut self) {
        self.keeps_places = true;
    }

    fn take_place(&mut self, commit: &DecodedCommit) {
        let recorded = Some(commit.body.recorded);
        let place = SubjectPlace { last_sequence: commit.sequence, n: commit.n, chain: commit.chain, recorded };
        match self.placed.get_mut(&commit.subject) {
            Some(known) => *known = place,
            None => drop(self.placed.insert(commit.subject.clone(), place)),
        }
    }

    /// Takes the place of a commit whose subject's state is not kept.
    fn place_alone(&mut self, commit: &DecodedCommit) -> Result<SubjectPlace, ReadModelFault> {
        let before = match self.placed.get(&commit.subject) {
            Some(place) => *place,
            None => AggregateKey::of(&commit.subject).map(|_| SubjectPlace::default())?,
        };
        follows(before, commit)?;
        self.take_place(commit);
        self.facts_folded += commit.body.facts.len() as u64;
        Ok(before)
    }

    /// Writes and lets go of what it holds, where that is much and there is a store to hold it.
    fn relieve(&mut self) -> Result<(), StoreFault> {
        if self.store.is_none() || !self.writes_through {
            return Ok(());
        }
        if self.dirty.len() >= DIRTY_SUBJECTS_MAX || self.pending.len() >= PENDING_VALUES_MAX {
            // Usage and periods are the heavy ones, and what is folded next is mostly of others.
            let (cached, dirty) = (&mut self.cached, &self.dirty);
            cached.retain(|subject, record| match record.state {
                Aggregate::MemberUsage(_) | Aggregate::Billing(_) => dirty.contains(subject),
                _ => true,
            });
            self.flush()?;
            self.cached.retain(|_, record| !matches!(record.state, Aggregate::MemberUsage(_)));
            if self.cached.len() >= CACHED_SUBJECTS_MAX {
                self.cached.clear();
            }
        }
        Ok(())
    }

    /// Folds one commit of which only part was decoded.
    ///
    /// # Errors
    /// As [`Self::apply`].
    pub fn apply_part(&mut self, part: &DecodedPart) -> Result<SubjectPlace, ReadModelFault> {
        let before = self.apply(&part.commit)?;
        self.facts_folded += part.left_out;
        Ok(before)
    }

    /// The operator's key that something was first recorded under, with the input it covers.
    fn keep_key(&mut self, commit: &DecodedCommit) -> Result<(), StoreFault> {
        let Some(offered) = &commit.body.idempotency else { return Ok(()) };
        let key = crate::queries::operators_key(commit.subject.stream(), &offered.key).into_bytes();
        if self.value::<crate::queries::StoredKey>(Tree::Keys, &key)?.is_some() {
            return Ok(());
        }
        let stored = crate::queries::StoredKey { input: offered.input.clone(), sequence: commit.sequence };
        self.put(Tree::Keys, key, &stored)
    }

    /// What queries need beside the aggregates.
    fn keep_beside(&mut self, commit: &DecodedCommit, at: usize, fact: &Fact) -> Result<(), StoreFault> {
        if let Some(memo_fact) = fact.as_memo_fact() {
            let entry = MemoEntry::of(&memo_fact, commit.body.recorded, commit.sequence);
            if let Fact::MemoReassignedOut(gone) = fact {
                let key = crate::queries::mover_key(&commit.subject, gone);
                self.put(Tree::Movers, key.into_bytes(), &())?;
            }
            let key = format!("{}/{:020}/{at:06}", commit.subject, commit.sequence);
            return self.put(Tree::Entries, key.into_bytes(), &entry);
        }
        match fact {
            Fact::MemberStatementRecorded(statement) => {
                let (payer, member) = (&statement.payer_account_id, &statement.member_account_id);
                let key = crate::queries::statement_key(payer, statement.period, Some(member));
                self.keep_former_statement(&commit.subject, &key)?;
                // A mark stays when the statement is made anew: who follows it looks at what it says.
                if !statement.earlier_periods.is_empty() || !statement.paid_by_other_payers.is_empty() {
                    let mark = crate::queries::correcting_key(payer, member, Some(statement.period));
                    self.put(Tree::Correcting, mark.into_bytes(), &())?;
                }
                let stored = crate::queries::StoredStatement {
                    statement: statement.clone(),
                    sequence: commit.sequence,
                    recorded: commit.body.recorded,
                };
                self.put(Tree::Statements, key.into_bytes(), &stored)
            }
            Fact::ConversionRateStated(stated) => {
                let key = format!("{:020}/{at:06}", commit.sequence);
                let stored = crate::queries::StoredRate { stated: stated.clone(), recorded: commit.body.recorded };
                self.put(Tree::Rates, key.into_bytes(), &stored)
            }
            Fact::MemberUsageDelivered(usage) => {
                let key = crate::queries::period_member_key(&usage.payer, usage.period, Some(&usage.member));
                self.put(Tree::PeriodMembers, key.into_bytes(), &())
            }
            _ => Ok(()),
        }
    }

    /// A statement that went out is kept when the month is stated anew (rule book N20); one of a draft
    /// is not.
    fn keep_former_statement(&mut self, period: &Subject, key: &str) -> Result<(), StoreFault> {
        let Some(former) = self.value::<crate::queries::StoredStatement>(Tree::Statements, key.as_bytes())? else {
            return Ok(());
        };
        let went_out = former.statement.document_number.is_some()
            || self.cached.get(period).is_some_and(|record| match &record.state {
                Aggregate::Billing(state) => state.runs_issued > 0,
                _ => false,
            });
        if went_out {
            let key = format!("{key}/{:020}", former.sequence);
            self.put(Tree::FormerStatements, key.into_bytes(), &former)?;
        }
        Ok(())
    }

    pub(crate) fn put<T: Serialize>(&mut self, tree: Tree, key: Vec<u8>, value: &T) -> Result<(), StoreFault> {
        let bytes = encode(value)?;
        self.pending.insert((tree, key), bytes);
        Ok(())
    }

    /// Whether it keeps what queries need beside the aggregates.
    pub(crate) fn keeps_beside(&self) -> bool {
        self.what != WhatToFold::Balances
    }

    /// A stream's subjects with their places, of a model that keeps them all.
    pub(crate) fn places_of(&self, stream: StreamName) -> BTreeMap<&Subject, SubjectPlace> {
        let placed = self.placed.iter().map(|(subject, place)| (subject, *place));
        let cached = self.cached.iter().map(|(subject, record)| (subject, record.place()));
        placed.chain(cached).filter(|(subject, place)| subject.stream() == stream && place.n > 0).collect()
    }

    /// Begins a stream after a sequence; its subjects are given beside, each as it stood there.
    pub(crate) fn begin_at(&mut self, stream: StreamName, sequence: u64) {
        self.positions.entry(stream).or_default().sequence = sequence;
    }

    pub(crate) fn begin_with_state(&mut self, subject: Subject, record: SubjectRecord) {
        self.payers_begun.extend(AggregateKey::of(&subject).ok().and_then(|key| key.payer().cloned()));
        self.cached.insert(subject, record);
    }

    pub(crate) fn begin_with_place(&mut self, subject: Subject, place: SubjectPlace) {
        self.placed.insert(subject, place);
    }

    /// Writes what changed, with the checkpoint, in one batch.
    ///
    /// # Errors
    /// [`StoreFault`].
    pub fn flush(&mut self) -> Result<(), StoreFault> {
        let Some(store) = self.store.as_ref().filter(|_| self.writes_through) else { return Ok(()) };
        if self.dirty.is_empty() && self.pending.is_empty() {
            return Ok(());
        }
        let mut batch = std::mem::take(&mut self.pending);
        let dirty: Vec<Subject> = std::mem::take(&mut self.dirty).into_iter().collect();
        self.encode_subjects(&dirty, &mut batch)?;
        let positions: Vec<(String, StreamPosition)> =
            self.positions.iter().map(|(stream, position)| (stream.to_string(), position.clone())).collect();
        batch.insert((Tree::Checkpoint, CHECKPOINT_KEY.to_vec()), encode(&positions)?);
        store.write(&batch)
    }

    fn encode_subjects(&self, subjects: &[Subject], batch: &mut Batch) -> Result<(), StoreFault> {
        let of_subject = |subject: &Subject| -> Result<Vec<Written>, StoreFault> {
            let Some(record) = self.cached.get(subject).filter(|record| record.n > 0) else { return Ok(Vec::new()) };
            let mut written = vec![(place(subject), encode(record)?)];
            if let Aggregate::Billing(state) = &record.state {
                written.push(((Tree::Periods, subject.as_str().as_bytes().to_vec()), encode(&state.outline())?));
            }
            Ok(written)
        };
        let encoded: Vec<_> = match subjects.len() {
            0..PARALLEL_SUBJECTS_MIN => subjects.iter().map(of_subject).collect::<Result<_, _>>()?,
            _ => subjects.par_iter().map(of_subject).collect::<Result<_, _>>()?,
        };
        batch.extend(encoded.into_iter().flatten());
        Ok(())
    }

    /// Brings a subject into the cache.
    fn load(&mut self, subject: &Subject) -> Result<(), ReadModelFault> {
        if self.cached.contains_key(subject) {
            return Ok(());
        }
        let record = match self.stored(subject)? {
            Some(record) => record,
            None => {
                let key = AggregateKey::of(subject)?;
                self.payers_begun.extend(key.payer().cloned());
                SubjectRecord::empty(&key)
            }
        };
        self.cached.insert(subject.clone(), record);
        Ok(())
    }
}

fn misplaced(commit: &DecodedCommit, fact: &'static str) -> ReadModelFault {
    let (stream, sequence, subject) = (commit.subject.stream(), commit.sequence, commit.subject.clone());
    ReadModelFault::Misplaced { stream, sequence, subject, fact }
}

/// The commit must be the next of its subject: number, place and chain.
fn follows(record: SubjectPlace, commit: &DecodedCommit) -> Result<(), ReadModelFault> {
    let broken = |what: String| ReadModelFault::BrokenChain {
        stream: commit.subject.stream(),
        sequence: commit.sequence,
        subject: commit.subject.clone(),
        what,
    };
    if commit.n != record.n + 1 {
        return Err(broken(format!("number {} does not follow {}", commit.n, record.n)));
    }
    // Within one call to the log a commit that follows another is written with 0: after the one
    // before it. Number and chain place it all the same.
    if commit.prev != record.last_sequence && commit.prev != 0 {
        return Err(broken(format!("it follows sequence {}, and {} was the last", commit.prev, record.last_sequence)));
    }
    if ChainHash::after(record.chain, &commit.fingerprint) != commit.chain {
        return Err(broken("the chain is broken".to_owned()));
    }
    Ok(())
}
