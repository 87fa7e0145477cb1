//! Appending many commits: in atomic batches, each all or nothing. What the port asks for is less:
//! those before the first refusal stand. So the commits that will be refused are found first, and
//! a batch that loses a race nevertheless is planned again.

use std::collections::{HashMap, HashSet};

use event_log::{AppendError, LogError, SubjectHead, check_body};
use futures_util::StreamExt;
use wire::{SealedCommit, StreamName, Subject};

use crate::{
    append::{InCall, Published, TRIES_MAX, headers_expecting, pause},
    log::JetStreamLog,
};

const BATCH_ID: &str = "Nats-Batch-Id";
const BATCH_SEQUENCE: &str = "Nats-Batch-Sequence";
const BATCH_COMMIT: &str = "Nats-Batch-Commit";

/// Messages of a batch: the server's limit.
const MESSAGES_A_BATCH_MAX: usize = 1000;

/// Bytes of bodies of a batch: the server keeps it in memory until it is whole.
const BYTES_A_BATCH_MAX: usize = 16 * 1024 * 1024;

/// Last commits that are asked for at a time.
const QUESTIONS_AT_A_TIME: usize = 32;

/// Commits that go into one batch, each with the sequence that it expects.
struct Batch<'a> {
    commits: Vec<(&'a SealedCommit, Option<u64>)>,
    /// Why the commit after them is not in it.
    refusal: Option<AppendError>,
}

impl JetStreamLog {
    pub(crate) async fn append_call(&self, commits: &[SealedCommit]) -> Result<Vec<u64>, (usize, AppendError)> {
        let mut sequences: Vec<u64> = Vec::with_capacity(commits.len());
        let mut in_call: InCall = HashMap::new();
        let mut attempt = 0;
        while let Some(rest) = commits.get(sequences.len()..).filter(|rest| !rest.is_empty()) {
            let recorded = sequences.len();
            let batch = self.plan_batch(rest, &in_call).await.map_err(|refusal| (recorded, refusal))?;
            let found = match batch.commits.as_slice() {
                [] => {
                    // The plan stops at a refusal only, and it is of the first commit.
                    let refusal = batch.refusal.unwrap_or_else(|| never_ends(&rest[0]));
                    return Err((recorded, refusal));
                }
                [(one, _)] => Some(vec![self.append_one(one, &in_call).await.map_err(|refusal| (recorded, refusal))?]),
                many => {
                    let found = self.append_batch(many).await;
                    let of_first = |cause| (recorded, AppendError::Log { subject: many[0].0.subject.clone(), cause });
                    found.map_err(of_first)?
                }
            };
            let Some(found) = found else {
                // Someone else wrote to a subject of the batch: what is there is asked for, and
                // planned again.
                attempt += 1;
                if attempt >= TRIES_MAX {
                    return Err((recorded, never_ends(&rest[0])));
                }
                let subjects: HashSet<&Subject> = batch.commits.iter().map(|(commit, _)| &commit.subject).collect();
                subjects.into_iter().for_each(|subject| self.heads.forget(subject));
                self.learn_heads(rest, &in_call, true).await.map_err(|refusal| (recorded, refusal))?;
                pause(0).await;
                continue;
            };
            attempt = 0;
            for ((commit, _), sequence) in batch.commits.iter().zip(&found) {
                in_call.insert(commit.subject.clone(), SubjectHead::after(commit, *sequence));
                self.recorded(commit, *sequence);
            }
            sequences.extend(found);
        }
        Ok(sequences)
    }

    /// The longest beginning of the commits that will be recorded, as far as a batch takes it.
    async fn plan_batch<'a>(&self, rest: &'a [SealedCommit], in_call: &InCall) -> Result<Batch<'a>, AppendError> {
        let stream: StreamName = rest[0].subject.stream();
        let window = &rest[..rest.len().min(MESSAGES_A_BATCH_MAX)];
        self.learn_heads(window, in_call, false).await?;
        let mut batch = Batch { commits: Vec::new(), refusal: None };
        let mut ahead: HashMap<&Subject, SubjectHead> = HashMap::new();
        let mut bytes = 0;
        for commit in window {
            bytes += commit.body.len();
            // One call is of one stream; another stream has batches of its own.
            let full = bytes > BYTES_A_BATCH_MAX || commit.subject.stream() != stream;
            // Its sequence is known only once the batch is recorded.
            let names_one_ahead = ahead.contains_key(&commit.subject) && commit.prev != 0;
            if !batch.commits.is_empty() && (full || names_one_ahead) {
                break;
            }
            if let Err(refusal) = check_body(commit) {
                batch.refusal = Some(refusal);
                break;
            }
            let (head, follows) = match (ahead.get(&commit.subject), in_call.get(&commit.subject)) {
                (Some(head), _) | (None, Some(head)) => (*head, true),
                (None, None) => (self.presumed_head(commit).unwrap_or(SubjectHead::ABSENT), false),
            };
            let mut expected = if follows && commit.prev == 0 { head.sequence } else { commit.prev };
            if head.admit(commit, follows).is_err() {
                // What is remembered may be old: the leader says whether it is refused.
                if ahead.contains_key(&commit.subject) {
                    batch.refusal = head.admit(commit, follows).err();
                    break;
                }
                let cause_of = |cause| AppendError::Log { subject: commit.subject.clone(), cause };
                let head = self.head_of_subject(&commit.subject).await.map_err(cause_of)?;
                if let Err(refusal) = head.admit(commit, follows) {
                    batch.refusal = Some(refusal);
                    break;
                }
                expected = if follows && commit.prev == 0 { head.sequence } else { commit.prev };
            }
            let is_first = ahead.insert(&commit.subject, SubjectHead::after(commit, 0)).is_none();
            batch.commits.push((commit, is_first.then_some(expected)));
        }
        Ok(batch)
    }

    /// Asks for the last commits of those subjects that a plan cannot do without, several at a time.
    async fn learn_heads(&self, commits: &[SealedCommit], in_call: &InCall, all: bool) -> Result<(), AppendError> {
        let mut unknown: Vec<Subject> = Vec::new();
        let mut seen: HashSet<&Subject> = HashSet::new();
        for commit in commits {
            let known = in_call.contains_key(&commit.subject) || (!all && self.presumed_head(commit).is_some());
            if seen.insert(&commit.subject) && !known {
                unknown.push(commit.subject.clone());
            }
        }
        let asked = futures_util::stream::iter(unknown).map(|subject| async move {
            let head = self.head_of_subject(&subject).await;
            head.map_err(|cause| AppendError::Log { subject, cause })
        });
        let answers: Vec<Result<SubjectHead, AppendError>> =
            asked.buffer_unordered(QUESTIONS_AT_A_TIME).collect().await;
        answers.into_iter().try_for_each(|answer| answer.map(|_| ()))
    }

    /// Publishes a batch; the sequences of its commits, or none where a subject has moved on.
    async fn append_batch(&self, batch: &[(&SealedCommit, Option<u64>)]) -> Result<Option<Vec<u64>>, LogError> {
        let Some(((last, _), _)) = batch.split_last() else { return Ok(Some(Vec::new())) };
        let mut in_doubt = false;
        let mut last_cause = None;
        for attempt in 0..TRIES_MAX {
            match self.publish_batch(batch).await {
                Published::At(sequence) => return Ok(Some(sequences_until(sequence, batch.len()))),
                Published::WrongLast if !in_doubt => return Ok(None),
                Published::WrongLast => {
                    let found = self.find(last).await?;
                    return Ok(found.map(|sequence| sequences_until(sequence, batch.len())));
                }
                Published::Refused(cause) => return Err(cause),
                Published::Unknown(cause) => {
                    tracing::warn!(subject = %last.subject, commits = batch.len(), %cause, "a batch was not acknowledged; looking it up");
                    in_doubt = true;
                    last_cause = Some(cause);
                    pause(attempt).await;
                    if let Ok(Some(sequence)) = self.find(last).await {
                        return Ok(Some(sequences_until(sequence, batch.len())));
                    }
                }
            }
        }
        Err(last_cause.unwrap_or_else(|| LogError::Unavailable {
            doing: format!("appending to {}", last.subject.stream()),
            cause: "the batch was never acknowledged".to_owned(),
        }))
    }

    async fn publish_batch(&self, batch: &[(&SealedCommit, Option<u64>)]) -> Published {
        let inbox = self.connection.client.new_inbox();
        let id = inbox.rsplit('.').next().unwrap_or(&inbox);
        for (at, (commit, expected)) in batch.iter().enumerate() {
            let mut headers = headers_expecting(commit, *expected);
            headers.insert(BATCH_ID, id);
            headers.insert(BATCH_SEQUENCE, (at + 1).to_string().as_str());
            if at + 1 == batch.len() {
                headers.insert(BATCH_COMMIT, "1");
                return self.publish_and_wait(commit, headers).await;
            }
            let body = bytes::Bytes::copy_from_slice(&commit.body);
            let subject = commit.subject.to_string();
            if let Err(fault) = self.connection.client.publish_with_headers(subject, headers, body).await {
                let doing = format!("appending to {}", commit.subject);
                return Published::Unknown(LogError::Unavailable { doing, cause: fault.to_string() });
            }
        }
        Published::Refused(LogError::Unavailable {
            doing: "appending".to_owned(),
            cause: "a batch is empty".to_owned(),
        })
    }
}

/// The messages of a batch follow each other without any other between them.
fn sequences_until(last: u64, count: usize) -> Vec<u64> {
    let first = (last + 1).saturating_sub(count as u64);
    (first..=last).collect()
}

fn never_ends(commit: &SealedCommit) -> AppendError {
    AppendError::Log {
        subject: commit.subject.clone(),
        cause: LogError::Unavailable {
            doing: format!("appending to {}", commit.subject.stream()),
            cause: format!("others wrote to the same subjects first, {TRIES_MAX} times in a row"),
        },
    }
}
