//! A snapshot: a stream's subjects as they stood at a sequence, so that a question about a time after it
//! need not begin at the first commit. Streams are folded apart, so each has its own.
//!
//! The first line says where it stands: the log's incarnation, and the commit there by subject, number and
//! chain. A line for each subject follows, in order, then what queries need beside them; the first line holds
//! the SHA-256 of it all. Of USAGE and BILLING, whose states are as large as their facts, the places alone
//! are kept: a replay of balances needs no more. Where the files lie is in `snapshot_folder.rs`.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};
use wire::{ChainHash, StreamName, Subject};

use crate::{
    MemoEntry, ReadModel, ReadModelFault, StoreFault, StoredRate, StreamEnd, SubjectPlace, SubjectRecord, Tree,
    WhatToFold, packed::FORM,
};

/// What the first line says it is.
const KIND: &str = "creditmemo.snapshot.v1";

/// The first line of a snapshot: what it is of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnapshotHead {
    kind: String,
    /// The form of what it holds: another one is of another version of the program.
    form: String,
    /// The stream.
    pub stream: String,
    /// The stream's incarnation.
    pub incarnation: String,
    /// The last sequence folded.
    pub sequence: u64,
    /// Facts folded.
    pub facts: u64,
    /// The latest recorded time of all commits folded.
    pub recorded: Option<DateTime<Utc>>,
    /// The subject of the last commit.
    pub subject: String,
    /// Its number there.
    pub n: u64,
    /// The chain after it, 64 digits.
    pub chain: String,
    /// The SHA-256 of this line without it and of all others, 64 digits.
    digest: String,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Line {
    State { subject: String, state: Box<SubjectRecord> },
    Place { subject: String, place: SubjectPlace },
    Entry { key: String, entry: Box<MemoEntry> },
    Rate { key: String, rate: Box<StoredRate> },
}

/// A snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// Its first line.
    pub head: SnapshotHead,
    lines: String,
}

/// Whether the states of a stream are kept, and not their places alone.
pub(crate) fn is_kept_whole(stream: StreamName) -> bool {
    WhatToFold::Balances.needs(stream)
}

impl SnapshotHead {
    /// Whether another one is of the same commit of the same log.
    pub fn stands_where(&self, other: &Self) -> bool {
        let place = |of: &Self| (of.stream.clone(), of.incarnation.clone(), of.sequence, of.n);
        place(self) == place(other) && (&self.subject, &self.chain) == (&other.subject, &other.chain)
    }
}

impl ReadModel {
    /// A snapshot of a stream that this model folded up to `end`; none where the stream is empty. Of streams
    /// whose places alone are kept, the model must keep those ([`ReadModel::keep_places`]).
    ///
    /// # Errors
    /// [`ReadModelFault`] where a value cannot be written.
    pub fn snapshot(
        &self,
        stream: StreamName,
        incarnation: &str,
        end: &StreamEnd,
    ) -> Result<Option<Snapshot>, ReadModelFault> {
        let Some((subject, n, chain)) = &end.last else { return Ok(None) };
        let mut lines = String::new();
        for line in self.lines_of(stream)? {
            let line = serde_json::to_string(&line)
                .map_err(|cause| StoreFault::Failed { doing: "writing a snapshot", cause: cause.to_string() })?;
            lines.push_str(&line);
            lines.push('\n');
        }
        let mut head = SnapshotHead {
            kind: KIND.to_owned(),
            form: FORM.to_owned(),
            stream: stream.to_string(),
            incarnation: incarnation.to_owned(),
            sequence: end.sequence,
            facts: end.facts,
            recorded: end.recorded,
            subject: subject.to_string(),
            n: *n,
            chain: chain.to_string(),
            digest: String::new(),
        };
        head.digest = digest(&head, &lines);
        Ok(Some(Snapshot { head, lines }))
    }

    fn lines_of(&self, stream: StreamName) -> Result<Vec<Line>, ReadModelFault> {
        if !is_kept_whole(stream) {
            let places = self.places_of(stream).into_iter();
            return Ok(places.map(|(subject, place)| Line::Place { subject: subject.to_string(), place }).collect());
        }
        let states = self.records(&Subject::prefix(stream, None))?.into_iter();
        let mut lines: Vec<Line> = states
            .map(|(subject, record)| Line::State { subject: subject.to_string(), state: Box::new(record) })
            .collect();
        let text = |key: Vec<u8>| String::from_utf8_lossy(&key).into_owned();
        match stream {
            StreamName::Memos => lines.extend(
                self.values::<MemoEntry>(Tree::Entries, b"")?
                    .into_iter()
                    .map(|(key, entry)| Line::Entry { key: text(key), entry: Box::new(entry) }),
            ),
            StreamName::Accounts => lines.extend(
                self.values::<StoredRate>(Tree::Rates, b"")?
                    .into_iter()
                    .map(|(key, rate)| Line::Rate { key: text(key), rate: Box::new(rate) }),
            ),
            StreamName::Credits | StreamName::Usage | StreamName::Billing => {}
        }
        Ok(lines)
    }

    /// Begins a stream where a snapshot of it stands; answers with that place. One of which a line cannot be
    /// read is passed over, with a warning.
    ///
    /// # Errors
    /// [`ReadModelFault`] where the model cannot keep it.
    pub fn begin_at_snapshot(
        &mut self,
        stream: StreamName,
        snapshot: &Snapshot,
    ) -> Result<Option<StreamEnd>, ReadModelFault> {
        let Some((end, lines)) = snapshot.read() else {
            tracing::warn!("the snapshot {} cannot be read and is ignored: delete it", snapshot.name());
            return Ok(None);
        };
        for line in lines {
            match line {
                Line::State { subject, state } => self.begin_with_state(Subject::parse(&subject)?, *state),
                Line::Place { subject, place } => self.begin_with_place(Subject::parse(&subject)?, place),
                Line::Entry { .. } | Line::Rate { .. } if !self.keeps_beside() => {}
                Line::Entry { key, entry } => self.put(Tree::Entries, key.into_bytes(), &entry)?,
                Line::Rate { key, rate } => self.put(Tree::Rates, key.into_bytes(), &rate)?,
            }
        }
        self.begin_at(stream, end.sequence);
        Ok(Some(end))
    }
}

impl Snapshot {
    fn read(&self) -> Option<(StreamEnd, Vec<Line>)> {
        let head = &self.head;
        let last = (Subject::parse(&head.subject).ok()?, head.n, ChainHash::parse(&head.chain)?);
        let end = StreamEnd {
            sequence: head.sequence,
            facts: head.facts,
            left_out: 0,
            recorded: head.recorded,
            last: Some(last),
        };
        let lines: Result<Vec<Line>, _> = self.lines.lines().map(serde_json::from_str).collect();
        Some((end, lines.ok()?))
    }

    /// The name of its file.
    pub(crate) fn name(&self) -> String {
        format!("{}-{:012}.jsonl", self.head.stream, self.head.sequence)
    }

    /// Its text as it is filed.
    pub(crate) fn to_text(&self) -> Result<String, serde_json::Error> {
        Ok(format!("{}\n{}", serde_json::to_string(&self.head)?, self.lines))
    }

    /// A snapshot from its text; none where it is not as it was written.
    pub(crate) fn of_text(text: &str) -> Option<Self> {
        let (head, lines) = text.split_once('\n')?;
        let head: SnapshotHead = serde_json::from_str(head).ok()?;
        let is_whole = head.kind == KIND && head.digest == digest(&head, lines);
        is_whole.then(|| Self { head, lines: lines.to_owned() })
    }

    /// Whether this version of the program wrote it.
    pub fn is_of_this_version(&self) -> bool {
        self.head.form == FORM
    }

    /// What another snapshot of the same place first says otherwise: a subject or the key of an entry; none
    /// where they are the same.
    pub fn first_difference(&self, other: &Self) -> Option<String> {
        let mut lines = self.lines.lines().zip(other.lines.lines());
        match lines.find(|(mine, theirs)| mine != theirs) {
            Some((mine, _)) => Some(name_of(mine)),
            None if self.lines.len() != other.lines.len() => Some("its last lines".to_owned()),
            None => (self.head != other.head).then(|| "its first line".to_owned()),
        }
    }
}

/// SHA-256 over the first line, its digest left blank, and all others.
fn digest(head: &SnapshotHead, lines: &str) -> String {
    let head = SnapshotHead { digest: String::new(), ..head.clone() };
    // Texts and numbers: JSON holds them all.
    let head = serde_json::to_vec(&head).unwrap_or_default();
    hex::encode(Sha256::new().chain_update(head).chain_update("\n").chain_update(lines).finalize())
}

fn name_of(line: &str) -> String {
    let read: Option<Value> = serde_json::from_str(line).ok();
    let named = read.as_ref().and_then(Value::as_object).and_then(|line| line.values().next()).and_then(|line| {
        let name = line.get("subject").or_else(|| line.get("key"));
        name.and_then(Value::as_str)
    });
    named.unwrap_or("a line that cannot be read").to_owned()
}
