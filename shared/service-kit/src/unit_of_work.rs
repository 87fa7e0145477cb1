//! The back office that a command or service works in.

use error_codes::codes;
use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use domain::period::BillingPeriod;
use event_log::EventLog;
use read_model::{DecodedCommit, ReadModel, SnapshotFolder, catch_up, catch_up_hearing};
use sha2::{Digest, Sha256};
use wire::{CommandDone, CommitBody, Fact, IdempotencyKey, ServiceName, Subject};

use crate::{Clock, Failure};

/// Who acts, why, and whether in earnest.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Act {
    /// The command, as an operator names it.
    pub command: String,
    /// Who.
    pub by: String,
    /// Why.
    pub reason: Option<String>,
    /// The operator's key, with the hash of the command's input.
    pub idempotency: Option<IdempotencyKey>,
    /// Decide everything, record nothing.
    pub dry_run: bool,
}

/// Something that was recorded, or would have been.
#[derive(Debug, Clone)]
pub struct Recorded {
    /// The subject.
    pub subject: Subject,
    /// The stream sequence; none in a dry run.
    pub sequence: Option<u64>,
    /// What was decided.
    pub facts: Vec<Fact>,
}

/// A log with its read model, and the act under way.
pub struct UnitOfWork {
    pub(crate) log: Arc<dyn EventLog>,
    /// The read model, up to date with all that this unit recorded.
    pub model: ReadModel,
    /// The clock.
    pub clock: Clock,
    /// The act under way.
    pub act: Act,
    pub(crate) correlation: String,
    pub(crate) causation: Option<String>,
    was_done: bool,
    pub(crate) writes: Writes,
    /// Subjects that others wrote to since they were last asked for; kept by services only.
    heard: Vec<Subject>,
    /// The facts whose subjects are noted.
    concerns: Option<fn(&Fact) -> bool>,
    pub(crate) recorded: Vec<Recorded>,
    /// Where its read model is kept; none where it is in memory alone.
    folder: Option<PathBuf>,
}

/// What a unit may write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Writes {
    /// All streams: the one process that does everything.
    #[default]
    Everything,
    /// A service's own streams.
    OwnStreams {
        /// The service.
        service: ServiceName,
        /// What happens to decisions about the streams of others.
        foreign: ForeignWrites,
    },
}

/// What a service does about a decision that is another service's to record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ForeignWrites {
    /// It waits until the other has recorded it: until the decision comes out empty.
    Await(Duration),
    /// Nothing: the other will find out by itself.
    Leave,
}

/// How often a decision is made anew before a conflict is reported.
pub(crate) const CONFLICT_RETRIES_MAX: usize = 5;

impl UnitOfWork {
    /// A back office over any log and model.
    ///
    /// # Errors
    /// [`Failure`] where the operator's key was used for another input.
    pub async fn over(log: Arc<dyn EventLog>, model: ReadModel, clock: Clock, act: Act) -> Result<Self, Failure> {
        let mut unit = Self {
            log,
            model,
            clock,
            act: Act::default(),
            correlation: String::new(),
            causation: None,
            was_done: false,
            writes: Writes::Everything,
            heard: Vec::new(),
            concerns: None,
            recorded: Vec::new(),
            folder: None,
        };
        unit.begin(act)?;
        Ok(unit)
    }

    pub(crate) fn with_folder(self, folder: &Path) -> Self {
        Self { folder: Some(folder.to_owned()), ..self }
    }

    /// The folder of its log, for what is kept beside it; none where it is in memory alone.
    pub fn folder(&self) -> Option<&Path> {
        self.folder.as_deref()
    }

    /// The snapshots of its log; none where it is in memory alone.
    pub fn snapshots(&self) -> Option<SnapshotFolder> {
        self.folder().map(SnapshotFolder::of)
    }

    /// Begins another act in the same unit. An act that was done before under the operator's key
    /// is gone through again as a dry run: it answers, and records nothing twice.
    ///
    /// # Errors
    /// [`Failure`] where the operator's key was used for another input.
    pub fn begin(&mut self, act: Act) -> Result<(), Failure> {
        self.was_done = false;
        if act.dry_run {
            self.model.stop_writing();
        }
        if let Some(offered) = &act.idempotency {
            // The key is taken from the first commit under it on, also where the act was cut off after it.
            let done = self.model.command_done(&offered.key)?;
            let taken_for = match &done {
                Some(done) => Some(done.key.input.clone()),
                None => self.model.input_under(&offered.key)?,
            };
            if taken_for.is_some_and(|input| input != offered.input) {
                return Err(Failure::refused(
                    codes::KEY_OF_OTHER_INPUT,
                    format!("the idempotency key '{}' was used for another input: use another key", offered.key),
                ));
            }
            if done.is_some() {
                self.was_done = true;
                self.model.stop_writing();
            }
        }
        let seed = format!("{}\u{0}{}\u{0}{}", act.command, act.by, self.clock.now().to_rfc3339());
        let seed = match &act.idempotency {
            Some(key) => format!("{}\u{0}{}\u{0}{}", act.command, key.key, key.input),
            None => seed,
        };
        self.correlation = hex::encode(&Sha256::digest(seed.as_bytes())[..16]);
        self.act = act;
        Ok(())
    }

    /// Names what the decisions that follow have in common: a run, a delivery. Repeating them then
    /// makes the same commits.
    pub fn correlate(&mut self, what: &str) {
        self.correlation = what.to_owned();
    }

    /// Whether the act was done before under the operator's key.
    pub fn was_done(&self) -> bool {
        self.was_done
    }

    /// Whether nothing is recorded: a dry run, or an act that was done before.
    pub(crate) fn records_nothing(&self) -> bool {
        self.act.dry_run || self.was_done
    }

    /// Notes that the act was done, under the operator's key, with what it answered: repeating it does
    /// nothing, and answers the same.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn done(&mut self, answer: &str) -> Result<(), Failure> {
        let Some(key) = self.act.idempotency.clone().filter(|_| !self.records_nothing()) else { return Ok(()) };
        let command = self.act.command.clone();
        let subject = Subject::command(&key.key);
        self.decide(&subject, |model| {
            if model.command_done(&key.key)?.is_some() {
                return Ok(Vec::new());
            }
            let part = |answer: &str| {
                let (key, command) = (key.clone(), command.clone());
                Fact::CommandDone(CommandDone { key, command, answer: answer.to_owned() })
            };
            Ok(parts_of(answer).map(part).collect())
        })
        .await?;
        Ok(())
    }

    /// What the act answered when it was done before under the operator's key; blank where that was not
    /// kept, none where it was not done.
    ///
    /// # Errors
    /// [`Failure`] where the log cannot be read.
    pub async fn first_answer(&self) -> Result<Option<String>, Failure> {
        let Some(key) = self.act.idempotency.as_ref().filter(|_| self.was_done) else { return Ok(None) };
        let mut answer = String::new();
        for stored in self.log.read_subject(&Subject::command(&key.key)).await? {
            let body =
                CommitBody::read(&stored.commit).map_err(|fault| Failure::check(codes::COMMIT_UNREADABLE, fault))?;
            for fact in body.facts {
                if let Fact::CommandDone(done) = fact {
                    answer.push_str(&done.answer);
                }
            }
        }
        Ok(Some(answer))
    }

    /// What this act recorded on a subject before, under the operator's key: its process was killed
    /// before it could note that the act was done. An act that is no target to be reached, but
    /// moves something each time, asks this first.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn recorded_before(&self, subject: &Subject) -> Result<Option<Vec<Fact>>, Failure> {
        let Some(key) = self.act.idempotency.as_ref().filter(|_| !self.records_nothing()) else { return Ok(None) };
        for stored in self.log.read_subject(subject).await?.iter().rev() {
            let body =
                CommitBody::read(&stored.commit).map_err(|fault| Failure::check(codes::COMMIT_UNREADABLE, fault))?;
            if body.idempotency.as_ref() == Some(key) {
                return Ok(Some(body.facts));
            }
        }
        Ok(None)
    }

    /// What this act recorded beside the fact that is looked for, under the operator's key, before
    /// its process was killed; none where it did not record it. Asked where the subject is not known any
    /// more, because what the act was about is done.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn recorded_beside(
        &self,
        subjects: Vec<Subject>,
        is_sought: impl Fn(&Fact) -> bool,
    ) -> Result<Option<Vec<Fact>>, Failure> {
        let Some(key) = self.act.idempotency.as_ref().filter(|_| !self.records_nothing()) else { return Ok(None) };
        if self.model.input_under(&key.key)?.is_none() {
            return Ok(None);
        }
        let mut found: Option<Vec<Fact>> = None;
        for subject in subjects {
            let facts = self.recorded_before(&subject).await?.unwrap_or_default();
            if facts.iter().any(&is_sought) {
                let beside = facts.into_iter().filter(|fact| !is_sought(fact));
                found.get_or_insert_default().extend(beside);
            }
        }
        Ok(found)
    }

    /// Reads what others have recorded.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn sync(&mut self) -> Result<(), Failure> {
        if self.records_nothing() {
            return Ok(());
        }
        let Some(concerns) = self.concerns else {
            catch_up(self.log.as_ref(), &mut self.model).await?;
            return Ok(());
        };
        let heard = &mut self.heard;
        let mut hear = |commit: &DecodedCommit| {
            if commit.body.facts.iter().any(concerns) {
                heard.push(commit.subject.clone());
            }
        };
        catch_up_hearing(self.log.as_ref(), &mut self.model, &mut hear).await?;
        Ok(())
    }

    /// Restricts what it writes to a service's own streams.
    pub fn restrict(&mut self, writes: Writes) {
        self.writes = writes;
    }

    /// Notes from now on to which subjects others write facts that concern this service.
    pub fn listen(&mut self, concerns: fn(&Fact) -> bool) {
        self.concerns = Some(concerns);
    }

    /// Whether others wrote something that was not asked for yet.
    pub fn has_heard(&self) -> bool {
        !self.heard.is_empty()
    }

    /// The subjects that others wrote to, in the order of their streams, since this was last asked.
    pub fn take_heard(&mut self) -> Vec<Subject> {
        std::mem::take(&mut self.heard)
    }

    /// Ends an act, so that the unit can live on: what was only tried is forgotten.
    ///
    /// # Errors
    /// [`Failure`] where the read model's store cannot be read.
    pub fn end(&mut self) -> Result<(), Failure> {
        if self.records_nothing() {
            self.model.forget_unwritten()?;
        }
        self.was_done = false;
        self.act = Act::default();
        self.recorded.clear();
        Ok(())
    }

    /// Writes the read model through, so that the next command need not fold again.
    ///
    /// # Errors
    /// [`Failure`].
    pub fn finish(&mut self) -> Result<(), Failure> {
        if !self.records_nothing() {
            self.model.flush()?;
        }
        Ok(())
    }

    /// Everything recorded in this unit so far.
    pub fn recorded(&self) -> &[Recorded] {
        &self.recorded
    }

    /// Lets go of what was recorded so far, where nobody will ask: a simulation of a whole log.
    pub fn forget_recorded(&mut self) {
        self.recorded.clear();
    }

    /// The log.
    pub fn log(&self) -> Arc<dyn EventLog> {
        self.log.clone()
    }

    /// The first period of a payer whose statements are not issued; none where none ever were.
    ///
    /// # Errors
    /// [`Failure`].
    pub fn first_unissued(&self, payer: &domain::ids::PayerAccountId) -> Result<Option<BillingPeriod>, Failure> {
        Ok(self.model.first_unissued(payer)?)
    }
}

/// A part of an answer in one fact: far below what a commit takes.
const ANSWER_PART_BYTES_MAX: usize = 64 * 1024;

/// A text in parts that fit a fact; one that is blank has one part.
fn parts_of(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let whole = rest?;
        let (part, after) = whole.split_at(whole.floor_char_boundary(ANSWER_PART_BYTES_MAX));
        rest = Some(after).filter(|after| !after.is_empty());
        Some(part)
    })
}
