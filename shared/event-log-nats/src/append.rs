//! Appending one commit: checked against the subject's last one, published with the sequence that
//! it expects, and found again where the acknowledgement was lost.
//!
//! The server checks the expected sequence before it looks for duplicates, so a retry of a recorded
//! commit is told that the subject has moved on. Whether it was this commit that moved it is then
//! read from the leader.

use std::{collections::HashMap, time::Duration};

use async_nats::HeaderMap;
use event_log::{AppendError, LogError, SubjectHead, check_body};
use serde::Deserialize;
use wire::{ChainHash, SealedCommit, Subject};

use crate::{connection::ApiError, log::JetStreamLog, message::headers};

/// What the server is to expect of the subject.
const EXPECTED_LAST_OF_SUBJECT: &str = "Nats-Expected-Last-Subject-Sequence";

/// The stream that is to take the message: another one with the same subject would not do.
const EXPECTED_STREAM: &str = "Nats-Expected-Stream";

/// Tries of one append, before it counts as failed: a server that is restarted, or a cluster that
/// elects a leader, is back within them.
pub(crate) const TRIES_MAX: u32 = 6;

/// How long to wait before another try; it grows with each.
const TRY_AGAIN_DELAY: Duration = Duration::from_millis(200);

/// The API's words for an expected sequence that is not there, with and without the one found.
const WRONG_LAST_SEQUENCE: [u64; 2] = [10071, 10164];

/// Where subjects stand that commits of the same call have moved.
pub(crate) type InCall = HashMap<Subject, SubjectHead>;

/// How a publication ended.
#[derive(Debug)]
pub(crate) enum Published {
    /// It is recorded, and this is the sequence of the last message.
    At(u64),
    /// A subject has moved on. Nothing was recorded.
    WrongLast,
    /// Not known: it must be looked up.
    Unknown(LogError),
    /// The server does not take it. Nothing was recorded.
    Refused(LogError),
}

/// What the server acknowledges with.
#[derive(Deserialize)]
struct Acknowledgement {
    #[serde(default)]
    seq: u64,
    #[serde(default)]
    error: Option<ApiError>,
}

impl JetStreamLog {
    /// Appends a commit; `in_call` says what earlier commits of the same call have moved.
    pub(crate) async fn append_one(&self, commit: &SealedCommit, in_call: &InCall) -> Result<u64, AppendError> {
        check_body(commit)?;
        let failed = |cause| AppendError::Log { subject: commit.subject.clone(), cause };
        let mut in_doubt = false;
        let mut is_known_to_be_old = false;
        let mut last_cause = None;
        for attempt in 0..TRIES_MAX {
            let expected = match self.admit(commit, in_call, is_known_to_be_old).await {
                Ok(expected) => expected,
                Err(refusal @ AppendError::Log { .. }) if !in_doubt => return Err(refusal),
                Err(AppendError::Log { cause, .. }) => {
                    last_cause = Some(cause);
                    pause(attempt).await;
                    continue;
                }
                Err(refusal) if in_doubt => {
                    let ours = self.find(commit).await.map_err(failed)?;
                    return ours.map_or(Err(refusal), |sequence| Ok(self.recorded(commit, sequence)));
                }
                Err(refusal) => return Err(refusal),
            };
            match self.publish_one(commit, expected).await {
                Published::At(sequence) => return Ok(self.recorded(commit, sequence)),
                // What is known of the subject is old: the next round asks, and says the conflict.
                Published::WrongLast => is_known_to_be_old = true,
                Published::Unknown(cause) => {
                    tracing::warn!(subject = %commit.subject, commit = %commit.id, %cause, "an acknowledgement is missing; looking the commit up");
                    in_doubt = true;
                    is_known_to_be_old = true;
                    last_cause = Some(cause);
                    pause(attempt).await;
                }
                Published::Refused(cause) => return Err(failed(cause)),
            }
        }
        Err(failed(last_cause.unwrap_or_else(|| LogError::Unavailable {
            doing: format!("appending to {}", commit.subject),
            cause: "others write to the subject all the time".to_owned(),
        })))
    }

    /// Whether a commit follows what is there; answers with the sequence to expect. Who is refused
    /// is refused by what the leader says, never by what is remembered here.
    async fn admit(&self, commit: &SealedCommit, in_call: &InCall, ask: bool) -> Result<u64, AppendError> {
        let head = in_call.get(&commit.subject);
        let may_follow = head.is_some();
        let expected = |head: &SubjectHead| if may_follow && commit.prev == 0 { head.sequence } else { commit.prev };
        if !ask
            && let Some(head) = head.copied().or_else(|| self.presumed_head(commit))
            && head.admit(commit, may_follow).is_ok()
        {
            return Ok(expected(&head));
        }
        let head = self.head_of_subject(&commit.subject).await;
        let head = head.map_err(|cause| AppendError::Log { subject: commit.subject.clone(), cause })?;
        head.admit(commit, may_follow)?;
        Ok(expected(&head))
    }

    /// Where a subject stands as far as can be told without asking. A commit that expects an empty
    /// subject needs no question: the server refuses it where the subject is not empty.
    pub(crate) fn presumed_head(&self, commit: &SealedCommit) -> Option<SubjectHead> {
        if let Some(known) = self.heads.of(&commit.subject) {
            return Some(known);
        }
        let is_first = commit.prev == 0 && commit.n == 1 && commit.chains_on(ChainHash::START);
        is_first.then_some(SubjectHead::ABSENT)
    }

    /// Where a subject stands, from the leader.
    pub(crate) async fn head_of_subject(&self, subject: &Subject) -> Result<SubjectHead, LogError> {
        let last = self.last_commit_of(subject).await?;
        let head = last.as_ref().map_or(SubjectHead::ABSENT, SubjectHead::of);
        match last {
            Some(_) => self.heads.stands(subject, head),
            None => self.heads.forget(subject),
        }
        Ok(head)
    }

    /// The sequence of a commit, where it was recorded; others may have followed it.
    pub(crate) async fn find(&self, commit: &SealedCommit) -> Result<Option<u64>, LogError> {
        let is_it = |stored: &wire::StoredCommit| {
            stored.commit.n == commit.n && stored.commit.id == commit.id && stored.commit.chain == commit.chain
        };
        match self.last_commit_of(&commit.subject).await? {
            Some(last) if is_it(&last) => Ok(Some(last.sequence)),
            Some(last) if last.commit.n > commit.n => {
                let all = self.read_all_of(&commit.subject).await?;
                Ok(all.iter().find(|stored| is_it(stored)).map(|stored| stored.sequence))
            }
            _ => Ok(None),
        }
    }

    /// Notes that a commit is recorded.
    pub(crate) fn recorded(&self, commit: &SealedCommit, sequence: u64) -> u64 {
        self.heads.stands(&commit.subject, SubjectHead::after(commit, sequence));
        sequence
    }

    async fn publish_one(&self, commit: &SealedCommit, expected: u64) -> Published {
        self.publish_and_wait(commit, headers_expecting(commit, Some(expected))).await
    }

    /// Publishes a message and reads the acknowledgement.
    pub(crate) async fn publish_and_wait(&self, commit: &SealedCommit, headers: HeaderMap) -> Published {
        let subject = commit.subject.as_str();
        let doing = format!("appending to {subject}");
        let body = bytes::Bytes::copy_from_slice(&commit.body);
        let answer = match self.connection.publish(&doing, subject, headers, body).await {
            Ok(answer) => answer,
            Err(denied @ LogError::Denied { .. }) => return Published::Refused(denied),
            Err(fault) => return Published::Unknown(fault),
        };
        let unavailable = |cause: String| LogError::Unavailable { doing: doing.clone(), cause };
        match serde_json::from_slice::<Acknowledgement>(&answer.payload) {
            Ok(Acknowledgement { error: None, seq }) if seq > 0 => Published::At(seq),
            Ok(Acknowledgement { error: Some(refusal), .. }) if WRONG_LAST_SEQUENCE.contains(&refusal.err_code) => {
                Published::WrongLast
            }
            Ok(Acknowledgement { error: Some(refusal), .. }) => Published::Refused(unavailable(refusal.to_string())),
            _ => Published::Unknown(unavailable("the acknowledgement could not be read".to_owned())),
        }
    }
}

/// The headers of a commit with what the server is to check. Within a batch only the first message
/// of a subject expects something: the server allows no more, and the batch is all or nothing.
pub(crate) fn headers_expecting(commit: &SealedCommit, expected: Option<u64>) -> HeaderMap {
    let mut headers = headers(commit);
    headers.insert(EXPECTED_STREAM, commit.subject.stream().as_str());
    if let Some(expected) = expected {
        headers.insert(EXPECTED_LAST_OF_SUBJECT, expected.to_string().as_str());
    }
    headers
}

/// Waits before another try, longer each time.
pub(crate) async fn pause(attempt: u32) {
    tokio::time::sleep(TRY_AGAIN_DELAY * 2_u32.saturating_pow(attempt)).await;
}
