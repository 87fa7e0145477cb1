//! `JetStreamLog`: the port over a connection.

use std::{collections::HashMap, time::Duration};

use async_trait::async_trait;
use event_log::{AppendError, EventLog, LogError, ReadLimits, StreamHead};
use tracing::Instrument;
use wire::{SealedCommit, StoredCommit, StreamName, Subject};

use crate::{Address, ConnectSettings, connection::Connection, heads::Heads};

/// The log on NATS JetStream.
#[derive(Debug)]
pub struct JetStreamLog {
    pub(crate) connection: Connection,
    pub(crate) heads: Heads,
}

impl JetStreamLog {
    /// Connects. The streams are not looked at: see [`JetStreamLog::plan`].
    ///
    /// # Errors
    /// [`LogError::Unavailable`] where no server can be reached or the login is refused.
    pub async fn connect(address: Address, settings: ConnectSettings) -> Result<Self, LogError> {
        let connection = Connection::open(address, settings).await?;
        Ok(Self { connection, heads: Heads::default() })
    }

    /// The connection, for what travels beside the log.
    pub fn client(&self) -> async_nats::Client {
        self.connection.client.clone()
    }

    /// What the server denies on this connection from now on, in its words, for what travels beside
    /// the log: who was denied is never answered.
    pub fn denials(&self) -> tokio::sync::broadcast::Receiver<String> {
        self.connection.denials.all()
    }

    /// Where it is, without any secret.
    pub fn address(&self) -> String {
        self.connection.to_string()
    }

    /// What the connection is called, where it was given a name.
    pub fn name(&self) -> Option<&str> {
        self.connection.name.as_deref()
    }
}

#[async_trait]
impl EventLog for JetStreamLog {
    async fn append(&self, commit: SealedCommit) -> Result<u64, AppendError> {
        let span = tracing::info_span!("append", subject = %commit.subject, commits = 1);
        self.append_one(&commit, &HashMap::new()).instrument(span).await
    }

    async fn append_many(&self, commits: Vec<SealedCommit>) -> Result<Vec<u64>, (usize, AppendError)> {
        let span = tracing::info_span!("append", commits = commits.len());
        self.append_call(&commits).instrument(span).await
    }

    async fn read(&self, stream: StreamName, from: u64, limits: ReadLimits) -> Result<Vec<StoredCommit>, LogError> {
        self.read_from(stream, from, limits).await
    }

    async fn read_subject(&self, subject: &Subject) -> Result<Vec<StoredCommit>, LogError> {
        self.read_all_of(subject).await
    }

    async fn last_of(&self, subject: &Subject) -> Result<Option<StoredCommit>, LogError> {
        self.last_commit_of(subject).await
    }

    async fn head(&self, stream: StreamName) -> Result<StreamHead, LogError> {
        self.head_of(stream).await
    }

    async fn wait_beyond(&self, stream: StreamName, sequence: u64, timeout: Duration) -> Result<bool, LogError> {
        self.wait_until_beyond(stream, sequence, timeout).await
    }
}
