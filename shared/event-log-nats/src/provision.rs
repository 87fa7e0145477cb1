//! The streams as they must be, what differs on a server, and making them so.
//!
//! Invariants: a stream of the log takes no deletion and has no limit, so nothing in it ever goes;
//! making it so never loses anything: what would weaken a stream is refused. Applying a plan twice
//! changes nothing the second time.

use std::fmt;

use async_nats::jetstream::stream::{Config, DiscardPolicy, RetentionPolicy, StorageType};
use event_log::LogError;
use serde::{Deserialize, Serialize};
use wire::StreamName;

use crate::{
    connection::{ApiError, Connection},
    log::JetStreamLog,
};

/// The oldest server with atomic batches.
const SERVER_MIN: (u32, u32) = (2, 12);

/// The API's word for a stream that is not there.
const STREAM_NOT_FOUND: u64 = 10059;

/// Copies in a cluster where no number was asked for.
const REPLICAS_IN_A_CLUSTER: usize = 3;

/// No limit, in the API's words.
const NO_LIMIT: i64 = -1;

/// How the streams are to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Provision {
    /// Copies of each stream; 1 on a single server and 3 in a cluster where none is named.
    pub replicas: Option<usize>,
}

/// Something of a stream that is not as it must be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The stream.
    pub stream: StreamName,
    /// What of it.
    pub setting: &'static str,
    /// How it is; empty where the stream is not there.
    pub from: String,
    /// How it is to be.
    pub to: String,
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// What differs, stream by stream.
    pub changes: Vec<Change>,
    /// What may not be done.
    pub refusals: Vec<Refusal>,
    /// Streams that are not there.
    pub absent: Vec<StreamName>,
    /// Copies of each stream.
    pub replicas: usize,
}

/// A change that would weaken a stream, or that no server can make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The stream.
    pub stream: StreamName,
    /// Why not, and what to do.
    pub why: String,
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { stream, setting, from, to } = self;
        match from.is_empty() {
            true => write!(f, "{stream} {setting}: {to}"),
            false => write!(f, "{stream} {setting}: {from} -> {to}"),
        }
    }
}

/// What a server says of a stream.
#[derive(Debug, Deserialize)]
pub(crate) struct StreamInfo {
    config: Config,
    created: String,
    pub(crate) state: StreamState,
}

#[derive(Debug, Deserialize)]
pub(crate) struct StreamState {
    messages: u64,
    first_seq: u64,
    pub(crate) last_seq: u64,
    #[serde(default)]
    deleted: Option<Vec<u64>>,
}

#[derive(Serialize)]
struct AskInfo {
    deleted_details: bool,
}

impl StreamInfo {
    /// What is said of a stream, and none where it is not there.
    async fn find(connection: &Connection, stream: StreamName) -> Result<Option<Self>, LogError> {
        let doing = format!("asking for the stream {stream}");
        let question = AskInfo { deleted_details: true };
        let answer: Result<Self, ApiError> =
            connection.api(&doing, &format!("STREAM.INFO.{stream}"), &question).await?;
        match answer {
            Ok(info) => Ok(Some(info)),
            Err(refusal) if refusal.err_code == STREAM_NOT_FOUND => Ok(None),
            Err(refusal) => Err(LogError::Unavailable { doing, cause: refusal.to_string() }),
        }
    }

    pub(crate) async fn required(connection: &Connection, stream: StreamName) -> Result<Self, LogError> {
        Self::find(connection, stream).await?.ok_or_else(|| LogError::Unavailable {
            doing: format!("asking for the stream {stream}"),
            cause: format!("there is none at {connection}: run `creditmemo streams apply` there"),
        })
    }

    /// What tells this stream from another of its name: when it was made, to the nanosecond.
    pub(crate) fn incarnation(&self) -> String {
        format!("nats-{}", self.created)
    }

    /// A stream of the log has every sequence from 1 to its last.
    pub(crate) fn check_whole(&self, stream: StreamName) -> Result<(), LogError> {
        let StreamState { messages, first_seq, last_seq, deleted } = &self.state;
        if *messages == *last_seq {
            return Ok(());
        }
        let missing = match deleted.as_deref() {
            _ if *first_seq > 1 => 1,
            Some([first, ..]) => *first,
            _ => {
                return Err(LogError::Damaged {
                    place: stream.to_string(),
                    what: format!("it has {messages} messages although its last sequence is {last_seq}"),
                });
            }
        };
        let found = if *first_seq > 1 { *first_seq } else { missing + 1 };
        Err(LogError::Gap { stream, expected: missing, found })
    }
}

/// The stream as it must be.
fn wanted(stream: StreamName, replicas: usize) -> Config {
    Config {
        name: stream.to_string(),
        subjects: vec![format!("{}.>", stream.subject_prefix())],
        retention: RetentionPolicy::Limits,
        storage: StorageType::File,
        // Where the account's own limits are reached, a write is refused; nothing old goes.
        discard: DiscardPolicy::New,
        num_replicas: replicas,
        max_messages: NO_LIMIT,
        max_bytes: NO_LIMIT,
        max_messages_per_subject: NO_LIMIT,
        max_message_size: -1,
        max_consumers: -1,
        deny_delete: true,
        deny_purge: true,
        allow_atomic_publish: true,
        // Commits are read without a consumer.
        allow_direct: true,
        ..Config::default()
    }
}

/// What of a stream matters to the log, in words.
fn settings(config: &Config) -> Vec<(&'static str, String)> {
    let limit = |of: i64| if of < 0 { "none".to_owned() } else { of.to_string() };
    vec![
        ("subjects", config.subjects.join(",")),
        ("storage", format!("{:?}", config.storage).to_lowercase()),
        ("retention", format!("{:?}", config.retention).to_lowercase()),
        ("replicas", config.num_replicas.to_string()),
        ("discard", format!("{:?}", config.discard).to_lowercase()),
        ("max messages", limit(config.max_messages)),
        ("max bytes", limit(config.max_bytes)),
        ("max messages a subject", limit(config.max_messages_per_subject)),
        ("max message size", limit(config.max_message_size.into())),
        ("max age", if config.max_age.is_zero() { "none".to_owned() } else { format!("{:?}", config.max_age) }),
        ("deny delete", config.deny_delete.to_string()),
        ("deny purge", config.deny_purge.to_string()),
        ("atomic batches", config.allow_atomic_publish.to_string()),
        ("direct reads", config.allow_direct.to_string()),
        ("roll-ups", config.allow_rollup.to_string()),
        ("acknowledgements", (!config.no_ack).to_string()),
        ("expiry a message", config.allow_message_ttl.to_string()),
    ]
}

impl JetStreamLog {
    /// What there is to do until the streams are as they must be.
    ///
    /// # Errors
    /// [`LogError`] where the server cannot be asked, or is too old.
    pub async fn plan(&self, provision: Provision) -> Result<Plan, LogError> {
        let clustered = self.check_server()?;
        let mut plan = Plan {
            changes: Vec::new(),
            refusals: Vec::new(),
            absent: Vec::new(),
            replicas: provision.replicas.unwrap_or(if clustered { REPLICAS_IN_A_CLUSTER } else { 1 }),
        };
        for stream in StreamName::ALL {
            match StreamInfo::find(&self.connection, stream).await? {
                Some(info) => plan.compare(stream, &info.config, provision.replicas),
                None => plan.make(stream),
            }
        }
        Ok(plan)
    }

    /// Makes the streams as a plan says; nothing where it has refusals.
    ///
    /// # Errors
    /// [`LogError`] where the server refuses. What was done before stands; applying again goes on.
    pub async fn apply(&self, plan: &Plan) -> Result<(), LogError> {
        if !plan.refusals.is_empty() {
            return Ok(());
        }
        for stream in StreamName::ALL {
            let absent = plan.absent.contains(&stream);
            if !absent && !plan.changes.iter().any(|change| change.stream == stream) {
                continue;
            }
            let verb = if absent { "CREATE" } else { "UPDATE" };
            let doing = format!("making the stream {stream}");
            let mut config = wanted(stream, plan.replicas);
            if let Some(info) = StreamInfo::find(&self.connection, stream).await? {
                // What is the operator's own stays: where it is placed, what it is called.
                config.placement = info.config.placement;
                config.description = info.config.description;
                config.metadata = info.config.metadata;
                config.compression = info.config.compression;
                config.republish = info.config.republish;
                let asked = plan.changes.iter().any(|change| change.stream == stream && change.setting == "replicas");
                if !asked {
                    config.num_replicas = info.config.num_replicas;
                }
            }
            let subject = format!("STREAM.{verb}.{stream}");
            let answer: Result<StreamInfo, ApiError> = self.connection.api(&doing, &subject, &config).await?;
            answer.map_err(|refusal| LogError::Unavailable { doing, cause: refusal.to_string() })?;
        }
        Ok(())
    }

    /// Refuses a server that is too old; says whether it is one of a cluster.
    fn check_server(&self) -> Result<bool, LogError> {
        let info = self.connection.client.server_info();
        let mut numbers = info.version.split('.').map_while(|part| part.parse::<u32>().ok());
        let version = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
        if version < SERVER_MIN {
            return Err(LogError::Unavailable {
                doing: format!("asking {} for its streams", self.connection),
                cause: format!(
                    "nats-server {} is too old: {}.{} or newer is needed",
                    info.version, SERVER_MIN.0, SERVER_MIN.1
                ),
            });
        }
        Ok(info.cluster.is_some())
    }
}

impl Plan {
    /// Whether there is nothing to do.
    pub fn is_done(&self) -> bool {
        self.changes.is_empty() && self.refusals.is_empty()
    }

    fn make(&mut self, stream: StreamName) {
        self.absent.push(stream);
        for (setting, to) in settings(&wanted(stream, self.replicas)) {
            self.changes.push(Change { stream, setting, from: String::new(), to });
        }
    }

    fn compare(&mut self, stream: StreamName, found: &Config, asked: Option<usize>) {
        let mut refuse = |why: String| self.refusals.push(Refusal { stream, why });
        let replicas = asked.unwrap_or(found.num_replicas);
        if replicas < found.num_replicas {
            refuse(format!(
                "it has {} replicas, and {replicas} would be fewer: ask for at least {}, or lower it with the nats tool",
                found.num_replicas, found.num_replicas
            ));
        }
        if found.storage != StorageType::File {
            refuse("it is kept in memory, and a server cannot move it to files: copy the log to a new one".to_owned());
        }
        if found.mirror.is_some() || found.sources.as_ref().is_some_and(|sources| !sources.is_empty()) {
            refuse("it is filled from another stream, so it is a copy and cannot be written".to_owned());
        }
        if found.subject_transform.is_some() {
            refuse("it changes subjects, which the chain covers".to_owned());
        }
        if found.sealed {
            refuse("it is sealed, and takes no more messages".to_owned());
        }
        let wanted = settings(&wanted(stream, replicas.max(found.num_replicas)));
        for ((setting, from), (_, to)) in settings(found).into_iter().zip(wanted) {
            if from != to {
                self.changes.push(Change { stream, setting, from, to });
            }
        }
    }
}
