//! A consumer that is read in large pulls, without acknowledgements: the fastest way out of a
//! stream. It holds a position, so a log that is read on and on makes one and keeps it.
//!
//! Invariants: a pull asks for no more than a client can hold (a pull of more than 64 MB gets the
//! connection cut, and the reader would wait for ever); a message that is not the next one is a
//! suspicion for the caller to look into, never passed over; no wait is without end. Deliberately
//! absent: judging what a missing message means.

use std::{collections::VecDeque, time::Duration};

use async_nats::{
    Message, StatusCode, Subscriber,
    jetstream::consumer::{AckPolicy, Config, DeliverPolicy, ReplayPolicy},
};
use event_log::{LogError, ReadLimits};
use futures_util::{FutureExt, StreamExt};
use serde::{Deserialize, Serialize};
use tokio::time::{Instant, timeout_at};
use wire::{StoredCommit, StreamName, Subject};

use crate::{
    connection::{ApiError, Connection},
    denials::Watch,
    message::{self, Position},
};

/// Messages of one pull. The client buffers 65,536 at the most and drops what comes beyond.
const MESSAGES_A_PULL: u64 = 20_000;

/// Bytes of one pull, with headers.
const BYTES_A_PULL: usize = 16 * 1024 * 1024;

/// The least that a pull asks for, so that a message of any size fits.
const BYTES_A_PULL_MIN: usize = 2 * 1024 * 1024;

/// Headers of a message, about: what is added to the bytes that a caller wants.
const HEADER_BYTES: usize = 512;

/// How long a pull waits at the server for messages that are known to be there.
const PULL_WAIT: Duration = Duration::from_secs(5);

/// How long nothing may come before the consumer is made anew.
const PROGRESS_WAIT: Duration = Duration::from_secs(6);

/// When the server takes away a consumer that nobody asks any more.
const CONSUMER_IDLE: Duration = Duration::from_secs(60);

/// What a consumer is to deliver.
#[derive(Debug, Clone)]
pub(crate) enum What {
    /// The stream from a sequence on.
    From(u64),
    /// One subject, all of it.
    Of(Subject),
}

/// Why a reader is of no more use.
#[derive(Debug)]
pub(crate) enum Stopped {
    /// Something other than the next message came.
    Jumped {
        /// What came.
        to: u64,
    },
    /// Nothing came although something is there, or the server ended it.
    Silent(String),
    /// The log failed.
    Failed(LogError),
}

impl From<LogError> for Stopped {
    fn from(fault: LogError) -> Self {
        Self::Failed(fault)
    }
}

/// How a wait for a message ended.
enum Came {
    Commit,
    /// Something that says nothing of this pull.
    Nothing,
    /// The pull is over.
    PullOver,
    TimeUp,
}

#[derive(Debug)]
pub(crate) struct Reader {
    connection: Connection,
    stream: StreamName,
    consumer: String,
    inbox: String,
    messages: Subscriber,
    denials: Watch,
    /// How often the connection had been lost when it was made.
    losses: u64,
    contiguous: bool,
    /// The sequence after the last one that came; the subject's readers only know that it grows.
    next: u64,
    /// Messages that the server has and has not delivered, as it last said.
    pub(crate) pending: u64,
    pulls: u64,
    pulls_in_vain: u64,
    under_way: Option<Pull>,
    came: VecDeque<StoredCommit>,
    /// Nothing comes from it any more.
    pub(crate) is_over: bool,
}

#[derive(Debug)]
struct Pull {
    reply: String,
    left: u64,
}

#[derive(Serialize)]
struct CreateConsumer<'a> {
    stream_name: &'a str,
    config: Config,
    action: &'a str,
}

#[derive(Deserialize)]
struct ConsumerMade {
    #[serde(default)]
    num_pending: u64,
}

#[derive(Serialize)]
struct NextMessages {
    batch: u64,
    max_bytes: usize,
    /// In nanoseconds.
    expires: u128,
}

impl Reader {
    pub(crate) async fn make(connection: &Connection, stream: StreamName, what: What) -> Result<Self, Stopped> {
        let doing = format!("reading {stream}");
        let inbox = connection.client.new_inbox();
        let consumer = inbox.rsplit('.').next().map_or_else(|| "reader".to_owned(), |id| format!("reader-{id}"));
        let (deliver_policy, filter, next) = match &what {
            What::From(sequence) => {
                (DeliverPolicy::ByStartSequence { start_sequence: (*sequence).max(1) }, None, (*sequence).max(1))
            }
            What::Of(subject) => (DeliverPolicy::All, Some(subject.to_string()), 1),
        };
        let config = Config {
            name: Some(consumer.clone()),
            deliver_policy,
            ack_policy: AckPolicy::None,
            replay_policy: ReplayPolicy::Instant,
            filter_subject: filter.clone().unwrap_or_default(),
            inactive_threshold: CONSUMER_IDLE,
            memory_storage: true,
            num_replicas: 1,
            ..Config::default()
        };
        let denials = connection.denials.watch();
        let losses = connection.losses.count();
        let messages = connection.client.subscribe(format!("{inbox}.*")).await;
        let messages = messages.map_err(|fault| unavailable(&doing, &fault))?;
        let with_filter = filter.map(|subject| format!(".{subject}")).unwrap_or_default();
        let subject = format!("CONSUMER.CREATE.{stream}.{consumer}{with_filter}");
        let request = CreateConsumer { stream_name: stream.as_str(), config, action: "create" };
        let made: Result<ConsumerMade, ApiError> = connection.api(&doing, &subject, &request).await?;
        let made = made.map_err(|refusal| LogError::Unavailable { doing, cause: refusal.to_string() })?;
        Ok(Self {
            connection: connection.clone(),
            stream,
            consumer,
            inbox,
            messages,
            denials,
            losses,
            contiguous: matches!(what, What::From(_)),
            next,
            pending: made.num_pending,
            pulls: 0,
            pulls_in_vain: 0,
            under_way: None,
            came: VecDeque::new(),
            is_over: false,
        })
    }

    /// The sequence that a read of this reader begins at.
    pub(crate) fn position(&self) -> u64 {
        self.came.front().map_or(self.next, |stored| stored.sequence)
    }

    /// The sequence that is awaited from the server.
    pub(crate) fn awaited(&self) -> u64 {
        self.next
    }

    /// Whether the connection was lost since it was made, and with it what it had asked for.
    pub(crate) fn is_cut_off(&self) -> bool {
        self.connection.losses.count() > self.losses
    }

    /// Whether there is something to give without asking the server first. A pull that waits at the
    /// head for what is not written yet is nothing to give.
    pub(crate) fn is_ahead(&self) -> bool {
        !self.came.is_empty() || (self.under_way.is_some() && self.pending > 0)
    }

    /// The next commits, where the server is known to have so many: at least one, or why not. What
    /// came before a stop is given first; the stop shows at the next read.
    pub(crate) async fn read(&mut self, limits: ReadLimits, known: u64) -> Result<Vec<StoredCommit>, Stopped> {
        let mut found = Vec::new();
        let mut bytes = 0;
        self.pulls_in_vain = 0;
        loop {
            self.give(limits, &mut found, &mut bytes);
            let full = !self.came.is_empty()
                || found.len() >= limits.commits_max.max(1)
                || bytes >= limits.bytes_max.max(1)
                // A pull that was begun by a wait goes on waiting at the head.
                || ((self.under_way.is_none() || self.pending == 0) && !found.is_empty());
            if full {
                // What comes next travels while the caller works on this.
                if self.came.is_empty() && self.under_way.is_none() && self.pending > 0 {
                    self.ask(limits, self.pending, PULL_WAIT).await?;
                }
                return Ok(found);
            }
            let stopped = match self.next_of_pull(limits, known).await {
                Ok(()) => continue,
                Err(stopped) => stopped,
            };
            if found.is_empty() {
                return Err(stopped);
            }
            self.is_over = true;
            return Ok(found);
        }
    }

    /// Waits for one more message, asking for some where none are on their way.
    async fn next_of_pull(&mut self, limits: ReadLimits, known: u64) -> Result<(), Stopped> {
        if self.under_way.is_none() {
            self.ask(limits, self.pending.max(known).max(1), PULL_WAIT).await?;
        }
        match self.receive(Instant::now() + PROGRESS_WAIT).await? {
            Came::Commit | Came::Nothing => Ok(()),
            Came::PullOver if self.pulls_in_vain == 0 => {
                // An earlier answer may have promised more than there was: ask once more.
                self.pulls_in_vain += 1;
                Ok(())
            }
            Came::PullOver => Err(Stopped::Silent("the server ended a pull without a message".to_owned())),
            Came::TimeUp => Err(Stopped::Silent(format!("nothing came for {} s", PROGRESS_WAIT.as_secs()))),
        }
    }

    /// Waits until a message is there, or the time is up.
    pub(crate) async fn wait(&mut self, deadline: Instant) -> Result<bool, Stopped> {
        while self.came.is_empty() {
            let now = Instant::now();
            if now >= deadline {
                return Ok(false);
            }
            if self.under_way.is_none() {
                self.ask(ReadLimits::default(), MESSAGES_A_PULL, PULL_WAIT.min(deadline - now)).await?;
            }
            // The server ends each pull after its time, also where nothing came: silence beyond
            // that is not the stream's.
            let patience = deadline.min(now + PROGRESS_WAIT);
            match self.receive(patience).await? {
                Came::Commit | Came::Nothing | Came::PullOver => {}
                Came::TimeUp if patience < deadline => return Err(Stopped::Silent("the server is silent".to_owned())),
                Came::TimeUp => return Ok(false),
            }
        }
        Ok(true)
    }

    /// Moves commits that came to who asked, within the limits.
    fn give(&mut self, limits: ReadLimits, found: &mut Vec<StoredCommit>, bytes: &mut usize) {
        while let Some(stored) = self.came.front() {
            let more = stored.commit.body.len();
            let over = found.len() >= limits.commits_max || *bytes + more > limits.bytes_max;
            if over && !found.is_empty() {
                return;
            }
            *bytes += more;
            found.extend(self.came.pop_front());
        }
    }

    async fn ask(&mut self, limits: ReadLimits, most: u64, wait: Duration) -> Result<(), Stopped> {
        self.pulls += 1;
        let reply = format!("{}.{}", self.inbox, self.pulls);
        let batch = most.min(MESSAGES_A_PULL).min(limits.commits_max.max(1) as u64);
        let headers = HEADER_BYTES * usize::try_from(batch).unwrap_or(usize::MAX);
        let max_bytes = limits.bytes_max.saturating_add(headers).clamp(BYTES_A_PULL_MIN, BYTES_A_PULL);
        let question = NextMessages { batch, max_bytes, expires: wait.as_nanos() };
        let doing = format!("reading {}", self.stream);
        let question = serde_json::to_vec(&question)
            .map_err(|cause| LogError::Unavailable { doing: doing.clone(), cause: cause.to_string() })?;
        let subject = format!("$JS.API.CONSUMER.MSG.NEXT.{}.{}", self.stream, self.consumer);
        let sent = self.connection.client.publish_with_reply(subject, reply.clone(), question.into()).await;
        sent.map_err(|fault| unavailable(&doing, &fault))?;
        self.under_way = Some(Pull { reply, left: batch });
        Ok(())
    }

    async fn receive(&mut self, deadline: Instant) -> Result<Came, Stopped> {
        // Most messages are here already: nothing is set up for those.
        if let Some(Some(message)) = self.messages.next().now_or_never() {
            return self.take(message);
        }
        let doing = format!("reading {}", self.stream);
        let subject = format!("$JS.API.CONSUMER.MSG.NEXT.{}.{}", self.stream, self.consumer);
        let inbox = format!("{}.*", self.inbox);
        let next = async { Ok(timeout_at(deadline, self.messages.next()).await) };
        let needed = [subject.as_str(), inbox.as_str()];
        let came = tokio::select! {
            biased;
            came = self.denials.unless_denied(&doing, &needed, next) => came?,
            () = self.connection.losses.beyond(self.losses) => {
                return Err(Stopped::Silent("the connection was lost".to_owned()));
            }
        };
        match came {
            Err(_) => Ok(Came::TimeUp),
            Ok(None) => Err(Stopped::Silent("the connection was closed".to_owned())),
            Ok(Some(message)) => self.take(message),
        }
    }

    fn take(&mut self, message: Message) -> Result<Came, Stopped> {
        if let Some(status) = message.status {
            let of_this = self.under_way.as_ref().is_some_and(|pull| pull.reply == message.subject.as_str());
            return match status {
                // A heartbeat, or the late end of a pull before this one.
                StatusCode::IDLE_HEARTBEAT => Ok(Came::Nothing),
                _ if !of_this => Ok(Came::Nothing),
                // No messages, the time is up, or this was as much as fits.
                StatusCode::NOT_FOUND | StatusCode::TIMEOUT => {
                    self.under_way = None;
                    Ok(Came::PullOver)
                }
                _ => {
                    self.under_way = None;
                    let said = message.description.unwrap_or_default();
                    if said.contains("Batch Completed") || said.contains("MaxBytes") {
                        return Ok(Came::PullOver);
                    }
                    Err(Stopped::Silent(format!("the server ended the consumer: {said} ({status})")))
                }
            };
        }
        let Some(place) = message.reply.as_deref().and_then(Position::of) else {
            return Err(Stopped::Silent("a message without a place came".to_owned()));
        };
        let Position { sequence, pending } = place;
        if sequence < self.next {
            // Delivered twice: by an earlier pull as well.
            return Ok(Came::Nothing);
        }
        if self.contiguous && sequence != self.next {
            return Err(Stopped::Jumped { to: sequence });
        }
        let Message { subject, headers, payload, .. } = message;
        self.came.push_back(message::commit(self.stream, sequence, &subject, headers.as_ref(), &payload)?);
        self.next = sequence + 1;
        self.pending = pending;
        self.pulls_in_vain = 0;
        if let Some(pull) = &mut self.under_way {
            pull.left = pull.left.saturating_sub(1);
            if pull.left == 0 {
                self.under_way = None;
            }
        }
        Ok(Came::Commit)
    }

    /// Takes the consumer away from the server, without waiting for it.
    pub(crate) async fn end(self) {
        let subject = format!("$JS.API.CONSUMER.DELETE.{}.{}", self.stream, self.consumer);
        // Where this is lost, the server takes it away after its idle time.
        let _ = self.connection.client.publish(subject, bytes::Bytes::new()).await;
    }
}

fn unavailable(doing: &str, fault: &dyn std::fmt::Display) -> LogError {
    LogError::Unavailable { doing: doing.to_owned(), cause: fault.to_string() }
}
