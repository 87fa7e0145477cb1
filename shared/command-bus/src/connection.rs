//! The connection that commands travel on.

use std::sync::Arc;

use async_nats::Client;
use tokio::sync::broadcast;

/// Asks services, or answers as one.
#[derive(Debug, Clone)]
pub struct CommandBus {
    pub(crate) client: Client,
    denials: Arc<broadcast::Receiver<String>>,
}

/// The bus cannot be used. See that the server runs and that the user may do this.
#[derive(Debug, thiserror::Error)]
#[error("{doing} failed: {cause}")]
pub struct BusFault {
    /// What was being done.
    pub doing: &'static str,
    /// What the client said.
    pub cause: String,
}

impl BusFault {
    pub(crate) fn of(doing: &'static str) -> impl Fn(async_nats::Error) -> Self {
        move |cause| Self { doing, cause: cause.to_string() }
    }
}

impl CommandBus {
    /// Commands on a connection that was made elsewhere, with what its server says that it denies.
    pub fn over(client: Client, denials: broadcast::Receiver<String>) -> Self {
        Self { client, denials: Arc::new(denials) }
    }

    /// What is denied from now on.
    pub(crate) fn denials(&self) -> broadcast::Receiver<String> {
        self.denials.resubscribe()
    }

    /// The longest message that the server takes, in bytes.
    pub fn message_bytes_max(&self) -> usize {
        self.client.server_info().max_payload
    }
}
