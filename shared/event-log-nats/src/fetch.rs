//! Many commits in one answer: the server is asked for a stretch of a stream, or of one subject, and
//! sends each message of it. It keeps nothing of who asked, so reading takes no consumer, and nobody
//! but the admin needs the right to make or delete one.
//!
//! Invariants: a question asks for no more than a client can hold; a message that is not the next
//! one is a suspicion for the caller to look into, never passed over; no wait is without end. In a
//! cluster any replica may answer, also one that is behind: the caller knows from the leader how far
//! it must come. Deliberately absent: judging what a missing message means.

use std::time::Duration;

use async_nats::{HeaderMap, Message, StatusCode};
use bytes::Bytes;
use event_log::{LogError, ReadLimits};
use futures_util::StreamExt;
use serde::Serialize;
use tokio::time::{Instant, timeout_at};
use wire::{StoredCommit, StreamName, Subject};

use crate::{connection::Connection, message};

/// Messages of one answer. The client buffers 65,536 at the most and drops what comes beyond.
const MESSAGES_MAX: u64 = 20_000;

/// Bytes of one answer, with headers. Beyond 64 MB a server cuts a connection that is slow.
const BYTES_MAX: usize = 16 * 1024 * 1024;

/// The least that is asked for, so that a message of any size fits.
const BYTES_MIN: usize = 2 * 1024 * 1024;

/// Headers of a message, about: what is added to the bytes that a caller wants.
const HEADER_BYTES: usize = 768;

/// How long nothing may come before the question is asked anew.
const PROGRESS_WAIT: Duration = Duration::from_secs(6);

/// The status of the message that ends an answer.
const END_OF_ANSWER: u16 = 204;

/// What is asked for.
#[derive(Debug, Clone)]
pub(crate) enum What {
    /// The stream from a sequence on: every message.
    From(u64),
    /// The messages of one subject from a sequence on.
    Of(Subject, u64),
}

/// Why no more came.
#[derive(Debug)]
pub(crate) enum Stopped {
    /// Something other than the next message came.
    Jumped {
        /// What came.
        to: u64,
    },
    /// Nothing came although something is there, or nobody answered.
    Silent(String),
    /// The log failed.
    Failed(LogError),
}

impl From<LogError> for Stopped {
    fn from(fault: LogError) -> Self {
        Self::Failed(fault)
    }
}

/// The server's question for many messages, in its own words.
#[derive(Serialize)]
struct Question<'a> {
    seq: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_by_subj: Option<&'a str>,
    batch: u64,
    max_bytes: usize,
}

/// How far an answer has come.
struct Answer {
    stream: StreamName,
    what: What,
    next: u64,
    limits: ReadLimits,
    bytes: usize,
    found: Vec<StoredCommit>,
}

/// The next commits, of which the server is known to have `known`: at least one, or why not. What
/// came before a stop is given, and the stop shows at the next question.
pub(crate) async fn fetch(
    connection: &Connection,
    stream: StreamName,
    what: What,
    limits: ReadLimits,
    known: u64,
) -> Result<Vec<StoredCommit>, Stopped> {
    let doing = format!("reading {stream}");
    let next = match &what {
        What::From(sequence) | What::Of(_, sequence) => *sequence,
    };
    let batch = known.clamp(1, MESSAGES_MAX).min(limits.commits_max.max(1) as u64);
    let headers = HEADER_BYTES.saturating_mul(usize::try_from(batch).unwrap_or(usize::MAX));
    let max_bytes = limits.bytes_max.saturating_add(headers).clamp(BYTES_MIN, BYTES_MAX);
    let of = match &what {
        What::From(_) => None,
        What::Of(subject, _) => Some(subject.as_str()),
    };
    let question = serde_json::to_vec(&Question { seq: next, next_by_subj: of, batch, max_bytes });
    let question = question.map_err(|fault| unavailable(&doing, &fault))?;

    let inbox = connection.client.new_inbox();
    let subject = format!("$JS.API.DIRECT.GET.{stream}");
    let mut denials = connection.denials.watch();
    let losses = connection.losses.count();
    let messages = connection.client.subscribe(inbox.clone()).await;
    let mut messages = messages.map_err(|fault| unavailable(&doing, &fault))?;
    let sent = connection.client.publish_with_reply(subject.clone(), inbox.clone(), Bytes::from(question)).await;
    sent.map_err(|fault| unavailable(&doing, &fault))?;

    let mut answer = Answer { stream, what, next, limits, bytes: 0, found: Vec::new() };
    let needed = [subject.as_str(), inbox.as_str()];
    let collected = denials.unless_denied(&doing, &needed, async {
        Ok(loop {
            let next = timeout_at(Instant::now() + PROGRESS_WAIT, messages.next());
            let came = tokio::select! {
                biased;
                came = next => came,
                () = connection.losses.beyond(losses) => break Err(Stopped::Silent("the connection was lost".to_owned())),
            };
            let message = match came {
                Ok(Some(message)) => message,
                Ok(None) => break Err(Stopped::Silent("the connection was closed".to_owned())),
                Err(_) => break Err(Stopped::Silent(format!("nothing came for {} s", PROGRESS_WAIT.as_secs()))),
            };
            match answer.take(message) {
                Ok(true) if (answer.found.len() as u64) < batch => {}
                Ok(_) => break Ok(()),
                Err(stopped) => break Err(stopped),
            }
        })
    });
    let collected = collected.await?;
    match collected {
        Err(stopped) if answer.found.is_empty() => Err(stopped),
        Ok(()) if answer.found.is_empty() => Err(Stopped::Silent("the server answered without a message".to_owned())),
        // What came is good.
        Ok(()) | Err(_) => Ok(answer.found),
    }
}

impl Answer {
    /// Takes a message; whether more of the answer is to come.
    fn take(&mut self, message: Message) -> Result<bool, Stopped> {
        let Message { subject: _, headers, payload, status, description, .. } = message;
        if let Some(status) = status {
            return match status {
                // The end of the answer, whole or as much as fits; or nothing is there.
                _ if status.as_u16() == END_OF_ANSWER => Ok(false),
                StatusCode::NOT_FOUND => Ok(false),
                StatusCode::NO_RESPONDERS => Err(Stopped::Silent(format!(
                    "nobody answers for {}: it has no direct reads (`creditmemo streams apply` gives it them), or its servers are just starting",
                    self.stream
                ))),
                _ => Err(Stopped::Silent(format!("the server said {status} {}", description.unwrap_or_default()))),
            };
        }
        let place = headers.as_ref().and_then(|all| Place::of(self.stream, all));
        let Some(Place { sequence, subject }) = place else {
            return Err(Stopped::Silent("a message without a place came".to_owned()));
        };
        match &self.what {
            What::From(_) if sequence != self.next => return Err(Stopped::Jumped { to: sequence }),
            What::Of(of, _) if sequence < self.next || subject != of.as_str() => {
                return Err(Stopped::Silent(format!("sequence {sequence} of {subject} came")));
            }
            What::From(_) | What::Of(..) => {}
        }
        let more = payload.len();
        if !self.found.is_empty() && self.bytes.saturating_add(more) > self.limits.bytes_max {
            return Ok(false);
        }
        let stored = message::commit(self.stream, sequence, &subject, headers.as_ref(), &payload)?;
        self.bytes = self.bytes.saturating_add(more);
        self.found.push(stored);
        self.next = sequence + 1;
        Ok(true)
    }
}

/// Where a message stands, as the server says beside the message's own headers.
struct Place {
    sequence: u64,
    subject: String,
}

impl Place {
    /// The last value of each: the server adds its own after what the message brought.
    fn of(stream: StreamName, headers: &HeaderMap) -> Option<Self> {
        let last = |name: &str| headers.get_all(name).last().map(|value| value.as_str().to_owned());
        if last("Nats-Stream")? != stream.as_str() {
            return None;
        }
        Some(Self { sequence: last("Nats-Sequence")?.parse().ok()?, subject: last("Nats-Subject")? })
    }
}

fn unavailable(doing: &str, fault: &dyn std::fmt::Display) -> LogError {
    LogError::Unavailable { doing: doing.to_owned(), cause: fault.to_string() }
}
