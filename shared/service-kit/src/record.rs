//! Recording decisions: the one place where facts become commits.

use error_codes::codes;
use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use event_log::AppendError;
use read_model::{DecodedCommit, ReadModel};
use wire::{
    AggregateKey, BODY_BYTES_MAX, ChainHash, CommitBody, CommitId, Fact, PartOfSet, SealedCommit, StreamName, Subject,
};

use crate::{Failure, Recorded, UnitOfWork, foreign_writes::Awaited, unit_of_work::CONFLICT_RETRIES_MAX};

/// Room for the envelope around the facts of a body.
const ENVELOPE_BYTES_MAX: usize = 4 * 1024;

/// Commits in one call to the log: what a JetStream batch takes.
const COMMITS_PER_CALL_MAX: usize = 1000;

/// Bytes of bodies in one call to the log.
const BYTES_PER_CALL_MAX: usize = 8 * 1024 * 1024;

/// A commit ready to append, with its body as it is read again.
struct Ready {
    commit: SealedCommit,
    /// Whether it follows another commit of the same set.
    follows_in_set: bool,
    body: CommitBody,
}

/// What stands on a subject from some number on: sequence, id and chain by number.
type Standing = BTreeMap<u64, (u64, CommitId, ChainHash)>;

/// Whether this very commit stands: its number, its id, and the chain over all before it.
fn stands(standing: &Standing, commit: &SealedCommit) -> bool {
    standing.get(&commit.n).is_some_and(|(_, id, chain)| *id == commit.id && *chain == commit.chain)
}

/// Whether recording is worth another try.
enum Outcome {
    Done,
    Conflict(AppendError),
}

impl UnitOfWork {
    /// Decides upon a subject and records it: reads, decides, appends, and does it again where
    /// someone else wrote first.
    ///
    /// # Errors
    /// The decision's own refusal, or [`Failure`] of the log or a lasting conflict.
    pub async fn decide<F>(&mut self, subject: &Subject, decide: F) -> Result<Vec<Fact>, Failure>
    where
        F: Fn(&ReadModel) -> Result<Vec<Fact>, Failure>,
    {
        self.decide_many(|model| Ok(vec![(subject.clone(), decide(model)?)]))
            .await
            .map(|all| all.into_iter().flat_map(|(_, facts)| facts).collect())
    }

    /// Decides upon many subjects and records it. Each subject's facts are all or nothing; the
    /// decision must be one that a repetition completes.
    ///
    /// # Errors
    /// As [`Self::decide`].
    pub async fn decide_many<F>(&mut self, decide: F) -> Result<Vec<(Subject, Vec<Fact>)>, Failure>
    where
        F: Fn(&ReadModel) -> Result<Vec<(Subject, Vec<Fact>)>, Failure>,
    {
        let mut last = None;
        let mut tries = 0;
        let mut done = Vec::new();
        let mut awaited = Awaited::default();
        while tries <= CONFLICT_RETRIES_MAX {
            let decided = decide(&self.model)?.into_iter().filter(|(_, facts)| !facts.is_empty()).collect();
            let (own, of_others) = self.split_by_writer(decided);
            match self.record(&own).await? {
                Outcome::Done => done.extend(own),
                Outcome::Conflict(conflict) => {
                    last = Some(conflict);
                    tries += 1;
                    self.sync().await?;
                    continue;
                }
            }
            let Some(stream) = of_others else { return Ok(done) };
            self.await_other(stream, &mut awaited).await?;
        }
        let said = last.map_or_else(String::new, |conflict| conflict.to_string());
        Err(Failure::conflict(
            codes::OTHERS_WROTE_FIRST,
            format!("{said}: tried {CONFLICT_RETRIES_MAX} times again; run the command again"),
        ))
    }

    async fn record(&mut self, decided: &[(Subject, Vec<Fact>)]) -> Result<Outcome, Failure> {
        // One decision is of one moment: the clock is asked once, so that no part of it is recorded before
        // the part that it follows.
        let now = self.clock.now();
        let mut ready = Vec::new();
        for (subject, facts) in decided {
            ready.extend(self.seal(subject, facts, now)?);
        }
        // One call carries commits of one stream.
        let mut by_stream: Vec<(StreamName, Vec<Ready>)> = Vec::new();
        for one in ready {
            let stream = one.commit.subject.stream();
            match by_stream.last_mut() {
                Some((last, commits)) if *last == stream => commits.push(one),
                _ => by_stream.push((stream, vec![one])),
            }
        }
        for (_, commits) in by_stream {
            let mut call: Vec<Ready> = Vec::new();
            let mut bytes = 0;
            for one in commits {
                let full = call.len() >= COMMITS_PER_CALL_MAX || bytes + one.commit.body.len() > BYTES_PER_CALL_MAX;
                if full && let Outcome::Conflict(conflict) = self.append(std::mem::take(&mut call)).await? {
                    return Ok(Outcome::Conflict(conflict));
                }
                if full {
                    bytes = 0;
                }
                bytes += one.commit.body.len();
                call.push(one);
            }
            if let Outcome::Conflict(conflict) = self.append(call).await? {
                return Ok(Outcome::Conflict(conflict));
            }
        }
        Ok(Outcome::Done)
    }

    /// Seals the facts of one subject: one commit, or a set of parts where they are many.
    fn seal(&self, subject: &Subject, facts: &[Fact], now: DateTime<Utc>) -> Result<Vec<Ready>, Failure> {
        AggregateKey::of(subject).map_err(|bad| Failure::failed(codes::SUBJECT_UNKNOWN, bad))?;
        let place = self.model.place_of(subject)?;
        let chunks = chunks_that_fit(facts)?;
        let count = chunks.len();
        let mut sealed: Vec<Ready> = Vec::with_capacity(count);
        let mut n = place.n;
        let mut chain = place.chain;
        for (at, chunk) in chunks.into_iter().enumerate() {
            n += 1;
            let part = u32::try_from(at + 1).unwrap_or(u32::MAX);
            let id = CommitId::derive(&format!("{}\u{0}{n}", self.correlation), subject, part);
            let set = PartOfSet { set: format!("{}-{}", self.correlation, place.n), part, closes: at + 1 == count };
            let body = CommitBody {
                v: CommitBody::VERSION,
                recorded: not_before(now, self.model.last_recorded()),
                clock: self.clock.is_injected().then(|| "injected".to_owned()),
                by: self.act.by.clone(),
                reason: self.act.reason.clone(),
                command: self.act.command.clone(),
                correlation: self.correlation.clone(),
                causation: self.causation.clone(),
                idempotency: self.act.idempotency.clone(),
                basis: self
                    .model
                    .positions()
                    .into_iter()
                    .filter(|(_, position)| position.sequence > 0)
                    .map(|(stream, position)| (stream.to_string(), position.sequence))
                    .collect(),
                part_of: (count > 1).then_some(set),
                facts: chunk,
            };
            let frozen = body.freeze().map_err(|cause| Failure::failed(codes::NOT_WRITABLE_AS_JSON, cause))?;
            let follows_in_set = !sealed.is_empty();
            let prev = if follows_in_set { 0 } else { place.last_sequence };
            let commit = SealedCommit::seal(subject.clone(), id, n, prev, chain, frozen);
            chain = commit.chain;
            let body = read_back(&commit, &body)?;
            sealed.push(Ready { commit, follows_in_set, body });
        }
        let read: Vec<Fact> = sealed.iter().flat_map(|one| one.body.facts.iter().cloned()).collect();
        match self.model.objection_to(subject, &read)? {
            Some(objection) => Err(unreadable(subject, &objection)),
            None => Ok(sealed),
        }
    }

    /// Appends commits of one stream and folds what was recorded.
    async fn append(&mut self, mut call: Vec<Ready>) -> Result<Outcome, Failure> {
        let Some(first) = call.first_mut() else { return Ok(Outcome::Done) };
        // A set that began in the call before goes on after what that call recorded.
        if first.follows_in_set {
            first.commit.prev = self.model.place_of(&first.commit.subject)?.last_sequence;
        }
        let stream = call[0].commit.subject.stream();
        let next = self.model.position(stream).sequence + 1;
        if self.records_nothing() {
            let sequences: Vec<u64> = (next..).take(call.len()).collect();
            self.fold(call, &sequences)?;
            return Ok(Outcome::Done);
        }
        let mut had_failed = false;
        loop {
            let commits: Vec<SealedCommit> = call.iter().map(|one| one.commit.clone()).collect();
            let fault = match self.log.append_many(commits).await {
                Ok(sequences) => {
                    self.fold_or_sync(call, &sequences, next).await?;
                    return Ok(Outcome::Done);
                }
                Err((_, fault)) => fault,
            };
            match fault {
                AppendError::BrokenChain { .. } => return Err(Failure::failed(codes::CHAIN_NOT_CONTINUED, fault)),
                AppendError::Conflict { .. } if !had_failed => return Ok(Outcome::Conflict(fault)),
                AppendError::Conflict { .. } | AppendError::Log { .. } => {}
            }
            // Not known how much of it was recorded: the log tells.
            let asked = call.len();
            call = self.not_recorded(call).await?;
            if call.is_empty() {
                self.sync().await?;
                return Ok(Outcome::Done);
            }
            // What follows a part that stands is appended once more; nothing else is tried here.
            if had_failed || call.len() == asked {
                return match fault {
                    AppendError::Log { cause, .. } => Err(cause.into()),
                    conflict => Ok(Outcome::Conflict(conflict)),
                };
            }
            had_failed = true;
        }
    }

    /// Which commits of a call do not stand in the log, ready to be appended after those that do. Those
    /// that do are noted.
    async fn not_recorded(&mut self, call: Vec<Ready>) -> Result<Vec<Ready>, Failure> {
        let mut rest: Vec<Ready> = Vec::new();
        let mut known: Option<(Subject, Standing)> = None;
        for mut one in call {
            let subject = one.commit.subject.clone();
            let standing = match known.take().filter(|(known, _)| *known == subject) {
                Some((_, standing)) => standing,
                None => self.standing(&subject, one.commit.n).await?,
            };
            if stands(&standing, &one.commit) {
                self.note(one, None);
            } else {
                // It follows what stands of this very call, and nothing that someone else wrote since.
                let follows_rest = rest.last().is_some_and(|before| before.commit.subject == subject);
                if let (Some((sequence, ..)), false) = (standing.get(&(one.commit.n - 1)), follows_rest) {
                    one.commit.prev = *sequence;
                }
                rest.push(one);
            }
            known = Some((subject, standing));
        }
        Ok(rest)
    }

    /// What stands on a subject from a number on.
    async fn standing(&self, subject: &Subject, from: u64) -> Result<Standing, Failure> {
        let Some(last) = self.log.last_of(subject).await? else { return Ok(Standing::new()) };
        if last.commit.n < from {
            return Ok(Standing::new());
        }
        let stored = self.log.read_subject(subject).await?;
        let since = stored.into_iter().chain([last]).filter(|stored| stored.commit.n >= from);
        Ok(since.map(|stored| (stored.commit.n, (stored.sequence, stored.commit.id, stored.commit.chain))).collect())
    }

    async fn fold_or_sync(&mut self, call: Vec<Ready>, sequences: &[u64], next: u64) -> Result<(), Failure> {
        // Where others wrote in between, the log is read; else what was appended is known already.
        let contiguous = sequences.iter().copied().eq((next..).take(sequences.len()));
        if contiguous {
            return self.fold(call, sequences);
        }
        for (one, sequence) in call.into_iter().zip(sequences) {
            self.note(one, Some(*sequence));
        }
        self.sync().await
    }

    fn fold(&mut self, call: Vec<Ready>, sequences: &[u64]) -> Result<(), Failure> {
        for (one, sequence) in call.into_iter().zip(sequences) {
            let decoded = DecodedCommit {
                sequence: *sequence,
                subject: one.commit.subject.clone(),
                n: one.commit.n,
                prev: one.commit.prev,
                chain: one.commit.chain,
                fingerprint: one.commit.fingerprint(),
                body: one.body.clone(),
            };
            self.model.apply(&decoded)?;
            let sequence = (!self.records_nothing()).then_some(*sequence);
            self.note(one, sequence);
        }
        Ok(())
    }

    fn note(&mut self, one: Ready, sequence: Option<u64>) {
        for fact in &one.body.facts {
            tracing::info!(subject = %one.commit.subject, fact = fact.type_name(), commit = %one.commit.id, "recorded");
        }
        self.recorded.push(Recorded { subject: one.commit.subject, sequence, facts: one.body.facts });
    }
}

/// Clocks of two machines differ by less than this where they are kept at all: a larger step back is told.
const CLOCKS_DIFFER_MAX: TimeDelta = TimeDelta::seconds(5);

/// What a reader will find in a commit. It is folded instead of what was meant, and it is the same: nothing
/// is appended that this program could not read again.
fn read_back(commit: &SealedCommit, meant: &CommitBody) -> Result<CommitBody, Failure> {
    let read = CommitBody::read(commit).map_err(|fault| unreadable(&commit.subject, &fault))?;
    if read != *meant {
        return Err(unreadable(&commit.subject, &"it would be read as something else"));
    }
    Ok(read)
}

fn unreadable(subject: &Subject, cause: &dyn std::fmt::Display) -> Failure {
    let what = format!("what is to be recorded on {subject} could not be read again: {cause}; nothing was recorded");
    Failure::refused(codes::NOT_READ_BACK, what)
}

/// Recorded time never goes back in what was read of the log, whatever the clock does: what was known at
/// a time stays what it was.
fn not_before(now: DateTime<Utc>, last: Option<DateTime<Utc>>) -> DateTime<Utc> {
    let Some(last) = last else { return now };
    if last - now > CLOCKS_DIFFER_MAX {
        tracing::warn!(clock = %now, log = %last, "the clock stands before the last commit: its time is recorded instead");
    }
    now.max(last)
}

/// Facts in chunks that fit a body.
fn chunks_that_fit(facts: &[Fact]) -> Result<Vec<Vec<Fact>>, Failure> {
    let mut chunks: Vec<Vec<Fact>> = Vec::new();
    let mut bytes = BODY_BYTES_MAX;
    for fact in facts {
        let size =
            serde_json::to_vec(fact).map_err(|cause| Failure::failed(codes::NOT_WRITABLE_AS_JSON, cause))?.len() + 1;
        if bytes + size > BODY_BYTES_MAX - ENVELOPE_BYTES_MAX {
            chunks.push(Vec::new());
            bytes = 0;
        }
        bytes += size;
        if let Some(chunk) = chunks.last_mut() {
            chunk.push(fact.clone());
        }
    }
    Ok(chunks)
}
