//! Reading streams and subjects: which reader goes on, and what it means when one stops.
//!
//! Invariants: an empty answer is one the stream's leader gave; a sequence that the leader does not
//! have either is a gap, and is reported with its number; anything else that stops a reader makes
//! another one, a bounded number of times.

use async_nats::jetstream::stream::LastRawMessageErrorKind;
use event_log::{LogError, ReadLimits, StreamHead};
use tokio::time::{Duration, Instant};
use wire::{StoredCommit, StreamName, Subject};

use crate::{
    connection::{Connection, QUESTION_AGAIN_DELAY, QUESTION_TRIES_MAX, in_words},
    log::JetStreamLog,
    message,
    provision::StreamInfo,
    pull::{Reader, Stopped, What},
};

/// Readers made anew for one read, before the log counts as unavailable.
const READERS_A_READ_MAX: usize = 5;

/// Readers of a stream that are kept for the next read.
const IDLE_READERS_MAX: usize = 4;

/// How long to wait before another reader is made.
const ANOTHER_READER_DELAY: Duration = Duration::from_millis(100);

impl JetStreamLog {
    pub(crate) async fn read_from(
        &self,
        stream: StreamName,
        from: u64,
        limits: ReadLimits,
    ) -> Result<Vec<StoredCommit>, LogError> {
        let from = from.max(1);
        let mut why = String::new();
        for attempt in 0..READERS_A_READ_MAX {
            let Some((mut reader, known)) = self.reader_at(stream, from).await? else { return Ok(Vec::new()) };
            match reader.read(limits, known).await {
                Ok(found) => {
                    self.keep(stream, reader);
                    return Ok(found);
                }
                Err(Stopped::Failed(fault)) => return Err(fault),
                Err(Stopped::Jumped { to }) => {
                    self.look_for(stream, reader.awaited(), Some(to)).await?;
                    why = format!("sequence {to} came instead of {}", reader.awaited());
                }
                Err(Stopped::Silent(said)) => {
                    self.look_for(stream, reader.awaited(), None).await?;
                    why = said;
                }
            }
            tracing::warn!(%stream, from, attempt, why, "a reader stopped; another one is made");
            reader.end().await;
            tokio::time::sleep(ANOTHER_READER_DELAY).await;
        }
        Err(LogError::Unavailable { doing: format!("reading {stream} from sequence {from}"), cause: why })
    }

    /// A reader at a position, and how many commits are known to come; none at the head.
    async fn reader_at(&self, stream: StreamName, from: u64) -> Result<Option<(Reader, u64)>, LogError> {
        let kept = self.idle_reader(stream, from);
        if let Some(reader) = kept {
            if reader.is_ahead() {
                return Ok(Some((reader, 1)));
            }
            let last = self.info(stream).await?.state.last_seq;
            if from > last {
                self.keep(stream, reader);
                return Ok(None);
            }
            return Ok(Some((reader, last - from + 1)));
        }
        let last = self.info(stream).await?.state.last_seq;
        if from > last {
            return Ok(None);
        }
        let reader = Reader::make(&self.connection, stream, What::From(from)).await;
        Ok(Some((reader.map_err(|stopped| failure_of(stopped, stream))?, last - from + 1)))
    }

    fn idle_reader(&self, stream: StreamName, position: u64) -> Option<Reader> {
        let mut idle = self.idle_readers(stream);
        // What such a one had asked for is never answered.
        idle.retain(|reader| !reader.is_cut_off());
        let at = idle.iter().position(|reader| reader.position() == position)?;
        Some(idle.swap_remove(at))
    }

    fn keep(&self, stream: StreamName, reader: Reader) {
        if reader.is_over {
            return;
        }
        let mut idle = self.idle_readers(stream);
        // It may be called while a wait is dropped, where nothing can be waited for.
        if idle.len() >= IDLE_READERS_MAX
            && let (oldest, Ok(runtime)) = (idle.remove(0), tokio::runtime::Handle::try_current())
        {
            runtime.spawn(oldest.end());
        }
        idle.push(reader);
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

    pub(crate) async fn read_all_of(&self, subject: &Subject) -> Result<Vec<StoredCommit>, LogError> {
        let stream = subject.stream();
        let mut why = String::new();
        for _ in 0..READERS_A_READ_MAX {
            let reader = Reader::make(&self.connection, stream, What::Of(subject.clone())).await;
            let mut reader = reader.map_err(|stopped| failure_of(stopped, stream))?;
            let count = usize::try_from(reader.pending).unwrap_or(usize::MAX);
            let mut found: Vec<StoredCommit> = Vec::new();
            while found.len() < count && !reader.is_over {
                match reader.read(ReadLimits::default(), (count - found.len()) as u64).await {
                    Ok(more) => found.extend(more),
                    Err(Stopped::Failed(fault)) => return Err(fault),
                    Err(Stopped::Silent(said)) => {
                        why = said;
                        break;
                    }
                    // A subject's sequences are not contiguous, so it cannot jump.
                    Err(Stopped::Jumped { to }) => {
                        why = format!("sequence {to} came");
                        break;
                    }
                }
            }
            reader.end().await;
            check_numbers(subject, &found)?;
            if found.len() >= count {
                return Ok(found);
            }
            why = format!("{} of {count} commits came: {why}", found.len());
        }
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
        loop {
            let last = self.info(stream).await?.state.last_seq;
            if last > sequence {
                return Ok(true);
            }
            if Instant::now() >= deadline {
                return Ok(false);
            }
            let from = last + 1;
            let reader = match self.idle_reader(stream, from) {
                Some(reader) => reader,
                None => Reader::make(&self.connection, stream, What::From(from))
                    .await
                    .map_err(|stopped| failure_of(stopped, stream))?,
            };
            // Who waits for several streams drops the other waits once one of them has news.
            let mut reader = Kept { log: self, stream, reader: Some(reader) };
            match reader.wait(deadline).await {
                Ok(true) => {}
                Ok(false) => return Ok(false),
                Err(Stopped::Failed(fault)) => {
                    reader.end().await;
                    return Err(fault);
                }
                // The head is asked again, which says whether the server is there.
                Err(Stopped::Jumped { .. } | Stopped::Silent(_)) => {
                    reader.end().await;
                    tokio::time::sleep(ANOTHER_READER_DELAY).await;
                }
            }
        }
    }
}

/// A reader that goes back to the idle ones when its wait ends, also where the wait is dropped: a
/// new one would be a question more at each news, and a consumer more for the server to forget.
struct Kept<'a> {
    log: &'a JetStreamLog,
    stream: StreamName,
    reader: Option<Reader>,
}

impl Kept<'_> {
    async fn wait(&mut self, deadline: Instant) -> Result<bool, Stopped> {
        match &mut self.reader {
            Some(reader) => reader.wait(deadline).await,
            None => Ok(false),
        }
    }

    async fn end(mut self) {
        if let Some(reader) = self.reader.take() {
            reader.end().await;
        }
    }
}

impl Drop for Kept<'_> {
    fn drop(&mut self) {
        if let Some(reader) = self.reader.take() {
            self.log.keep(self.stream, reader);
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

fn failure_of(stopped: Stopped, stream: StreamName) -> LogError {
    let cause = match stopped {
        Stopped::Failed(fault) => return fault,
        Stopped::Jumped { to } => format!("sequence {to} came"),
        Stopped::Silent(said) => said,
    };
    LogError::Unavailable { doing: format!("reading {stream}"), cause }
}

fn unavailable(stream: StreamName, fault: &dyn std::fmt::Display) -> LogError {
    LogError::Unavailable { doing: format!("asking for {stream}"), cause: fault.to_string() }
}
