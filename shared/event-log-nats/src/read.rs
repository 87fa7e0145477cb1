//! Reading streams and subjects, waiting for news of them, and what it means when a read stops.
//!
//! Invariants: an empty answer is one the stream's leader gave; a sequence that the leader does not
//! have either is a gap, and is reported with its number; anything else that stops a read begins it
//! again, a bounded number of times. A wait asks again and again how far the stream has come: to be
//! told would take a consumer, or the right to listen.

use async_nats::jetstream::stream::LastRawMessageErrorKind;
use event_log::{LogError, ReadLimits, StreamHead};
use tokio::time::{Duration, Instant};
use wire::{StoredCommit, StreamName, Subject};

use crate::{
    connection::{Connection, QUESTION_AGAIN_DELAY, QUESTION_TRIES_MAX, in_words},
    fetch::{Stopped, What, fetch},
    log::JetStreamLog,
    message,
    provision::StreamInfo,
};

/// How often one read is begun, before the log counts as unavailable.
const READS_MAX: usize = 5;

/// How long to wait before a read is begun again.
const AGAIN_DELAY: Duration = Duration::from_millis(100);

/// How soon a wait looks whether there is news: soon at first, since most news follows other news.
const LOOK_AGAIN_FIRST: Duration = Duration::from_millis(10);

/// How seldom it looks at last. One look is one small question to the stream's leader.
const LOOK_AGAIN_MOST: Duration = Duration::from_millis(160);

impl JetStreamLog {
    pub(crate) async fn read_from(
        &self,
        stream: StreamName,
        from: u64,
        limits: ReadLimits,
    ) -> Result<Vec<StoredCommit>, LogError> {
        let from = from.max(1);
        let mut why = String::new();
        for attempt in 0..READS_MAX {
            let last = self.info(stream).await?.state.last_seq;
            if from > last {
                return Ok(Vec::new());
            }
            match fetch(&self.connection, stream, What::From(from), limits, last - from + 1).await {
                Ok(found) => return Ok(found),
                Err(Stopped::Failed(fault)) => return Err(fault),
                Err(Stopped::Jumped { to }) => {
                    self.look_for(stream, from, Some(to)).await?;
                    why = format!("sequence {to} came instead of {from}");
                }
                Err(Stopped::Silent(said)) => {
                    self.look_for(stream, from, None).await?;
                    why = said;
                }
            }
            tracing::warn!(%stream, from, attempt, why, "a read stopped; it is begun again");
            tokio::time::sleep(AGAIN_DELAY).await;
        }
        Err(LogError::Unavailable { doing: format!("reading {stream} from sequence {from}"), cause: why })
    }

    /// Asks the leader for a sequence that did not come. `Ok` where it is there, or where the
    /// stream ends before it.
    async fn look_for(&self, stream: StreamName, missing: u64, came: Option<u64>) -> Result<(), LogError> {
        let raw = self.connection.context.get_stream_no_info(stream.as_str()).await;
        let raw = raw.map_err(|fault| unavailable(stream, &fault))?;
        let doing = format!("reading {stream} sequence {missing}");
        let subject = format!("$JS.API.STREAM.MSG.GET.{stream}");
        let asked = async { Ok(raw.get_raw_message(missing).await) };
        let Err(fault) = self.connection.answered(&doing, &[&subject], asked).await? else {
            return Ok(());
        };
        match fault.kind() {
            LastRawMessageErrorKind::NoMessageFound => {
                let last = self.info(stream).await?.state.last_seq;
                if missing > last {
                    return Ok(());
                }
                Err(LogError::Gap { stream, expected: missing, found: came.unwrap_or(last) })
            }
            LastRawMessageErrorKind::JetStream(said) => Err(LogError::Damaged {
                place: format!("{stream} sequence {missing}"),
                what: format!("the server cannot read it: {said}"),
            }),
            _ => Err(LogError::Unavailable { doing, cause: in_words(&fault) }),
        }
    }

    /// All commits of a subject, up to the last that the stream's leader has of it.
    pub(crate) async fn read_all_of(&self, subject: &Subject) -> Result<Vec<StoredCommit>, LogError> {
        let stream = subject.stream();
        let Some(last) = self.last_commit_of(subject).await? else { return Ok(Vec::new()) };
        let mut found: Vec<StoredCommit> = Vec::new();
        let mut why = String::new();
        let mut stops = 0;
        while stops < READS_MAX {
            let next = found.last().map_or(1, |stored| stored.sequence + 1);
            if next > last.sequence {
                check_numbers(subject, &found)?;
                return Ok(found);
            }
            let left = last.commit.n.saturating_sub(found.len() as u64);
            match fetch(&self.connection, stream, What::Of(subject.clone(), next), ReadLimits::default(), left).await {
                Ok(more) => {
                    found.extend(more);
                    continue;
                }
                Err(Stopped::Failed(fault)) => return Err(fault),
                Err(Stopped::Silent(said)) => why = said,
                // A subject's sequences are not contiguous, so it cannot jump.
                Err(Stopped::Jumped { to }) => why = format!("sequence {to} came"),
            }
            stops += 1;
            tokio::time::sleep(AGAIN_DELAY).await;
        }
        // A commit that the leader has and no answer brings: its number says which.
        check_numbers(subject, &found)?;
        why = format!("{} of {} commits came: {why}", found.len(), last.commit.n);
        Err(LogError::Unavailable { doing: format!("reading {subject}"), cause: why })
    }

    pub(crate) async fn last_commit_of(&self, subject: &Subject) -> Result<Option<StoredCommit>, LogError> {
        last_commit_of(&self.connection, subject).await
    }

    pub(crate) async fn head_of(&self, stream: StreamName) -> Result<StreamHead, LogError> {
        let info = self.info(stream).await?;
        Ok(StreamHead { last_sequence: info.state.last_seq, incarnation: info.incarnation() })
    }

    /// What the stream's leader says of it; a stream with holes is an error.
    pub(crate) async fn info(&self, stream: StreamName) -> Result<StreamInfo, LogError> {
        let info = StreamInfo::required(&self.connection, stream).await?;
        info.check_whole(stream)?;
        Ok(info)
    }

    pub(crate) async fn wait_until_beyond(
        &self,
        stream: StreamName,
        sequence: u64,
        timeout: Duration,
    ) -> Result<bool, LogError> {
        let deadline = Instant::now() + timeout;
        let mut pause = LOOK_AGAIN_FIRST;
        loop {
            if self.info(stream).await?.state.last_seq > sequence {
                return Ok(true);
            }
            let now = Instant::now();
            if now >= deadline {
                return Ok(false);
            }
            tokio::time::sleep(pause.min(deadline - now)).await;
            pause = (pause * 2).min(LOOK_AGAIN_MOST);
        }
    }
}

/// The last commit of a subject, from the stream's leader.
pub(crate) async fn last_commit_of(
    connection: &Connection,
    subject: &Subject,
) -> Result<Option<StoredCommit>, LogError> {
    let stream = subject.stream();
    let raw = connection.context.get_stream_no_info(stream.as_str()).await;
    let raw = raw.map_err(|fault| unavailable(stream, &fault))?;
    let doing = format!("reading the last commit of {subject}");
    let asked_of = format!("$JS.API.STREAM.MSG.GET.{stream}");
    let mut tries = 1;
    loop {
        let asked = async { Ok(raw.get_last_raw_message_by_subject(subject.as_str()).await) };
        let cause = match connection.answered(&doing, &[&asked_of], asked).await {
            Ok(Ok(found)) => {
                let headers = Some(&found.headers);
                return message::commit(stream, found.sequence, &found.subject, headers, &found.payload).map(Some);
            }
            Ok(Err(fault)) => match fault.kind() {
                LastRawMessageErrorKind::NoMessageFound => return Ok(None),
                LastRawMessageErrorKind::Other => in_words(&fault),
                _ => return Err(LogError::Unavailable { doing, cause: in_words(&fault) }),
            },
            Err(LogError::Unavailable { cause, .. }) => cause,
            Err(fault) => return Err(fault),
        };
        if tries >= QUESTION_TRIES_MAX {
            return Err(LogError::Unavailable { doing, cause });
        }
        tries += 1;
        tokio::time::sleep(QUESTION_AGAIN_DELAY).await;
    }
}

/// The commits of a subject are numbered from 1: a missing number is a missing commit.
fn check_numbers(subject: &Subject, commits: &[StoredCommit]) -> Result<(), LogError> {
    for (at, stored) in commits.iter().enumerate() {
        let expected = at as u64 + 1;
        if stored.commit.n != expected {
            return Err(LogError::Damaged {
                place: format!("{} sequence {} ({subject})", subject.stream(), stored.sequence),
                what: format!("it is commit {} of the subject, and {expected} is missing", stored.commit.n),
            });
        }
    }
    Ok(())
}

fn unavailable(stream: StreamName, fault: &dyn std::fmt::Display) -> LogError {
    LogError::Unavailable { doing: format!("asking for {stream}"), cause: fault.to_string() }
}
