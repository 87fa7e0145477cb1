//! Answering as a service.

use std::{collections::HashMap, future::Future, time::Duration};

use async_nats::{
    Client, HeaderMap,
    service::{Request, Service, ServiceExt, endpoint::Endpoint},
};
use bytes::Bytes;
use futures_util::StreamExt;
use tokio::time::{MissedTickBehavior, interval};
use wire::ServiceName;

use crate::{BusFault, CommandBus, SIGN, WANTS_SIGNS};

/// How often an asker is told that its command is being worked on.
const SIGN_EVERY: Duration = Duration::from_secs(1);

/// A service that takes commands.
pub struct Answering {
    client: Client,
    service: Service,
    endpoint: Endpoint,
}

impl CommandBus {
    /// Takes the commands of a service, together with all others that do.
    ///
    /// # Errors
    /// [`BusFault`], where the user may not subscribe.
    pub async fn answer(&self, service: ServiceName, version: &str) -> Result<Answering, BusFault> {
        let started = self
            .client
            .service_builder()
            .description(describe(service))
            .queue_group(service.as_str())
            .metadata(HashMap::from([("writes".to_owned(), streams(service))]))
            .start(service.as_str(), version)
            .await
            .map_err(BusFault::of("starting to answer"))?;
        let endpoint = started
            .endpoint_builder()
            .name("commands")
            .add(service.command_subject())
            .await
            .map_err(BusFault::of("taking commands"))?;
        Ok(Answering { client: self.client.clone(), service: started, endpoint })
    }
}

fn describe(service: ServiceName) -> &'static str {
    match service {
        ServiceName::UsageIngest => "reads bills",
        ServiceName::UpstreamCredits => "finds out which credit was applied where",
        ServiceName::MemoKeeper => "issues, funds and draws memos; bills and closes",
        ServiceName::Projector => "follows and checks all streams, and answers questions",
    }
}

fn streams(service: ServiceName) -> String {
    service.writes().iter().map(|stream| stream.as_str()).collect::<Vec<_>>().join(" ")
}

impl Answering {
    /// The next command; none once it was stopped.
    pub async fn next(&mut self) -> Option<Asked> {
        loop {
            let request = self.endpoint.next().await?;
            match request.message.reply.as_deref() {
                // Whoever names another place for the answer wants it said there in this service's name.
                Some(reply) if !is_inbox(reply) => {
                    tracing::warn!(reply, "a command is refused: its answer would not go to an inbox");
                }
                _ => return Some(Asked { client: self.client.clone(), request }),
            }
        }
    }

    /// Takes no more commands.
    ///
    /// # Errors
    /// [`BusFault`].
    pub async fn stop(self) -> Result<(), BusFault> {
        self.service.stop().await.map_err(BusFault::of("stopping to answer"))
    }
}

/// Whether a subject is one that answers come to: an inbox, or the server's own name for one in
/// another account. Never a subject of a stream, of another service, or of the server.
fn is_inbox(subject: &str) -> bool {
    ["_INBOX.", "_R_."].iter().any(|prefix| subject.starts_with(prefix))
}

/// A command that somebody waits for.
pub struct Asked {
    client: Client,
    request: Request,
}

impl Asked {
    /// What was asked.
    pub fn body(&self) -> &[u8] {
        &self.request.message.payload
    }

    /// Works, gives signs of it where they are wanted, and answers.
    pub async fn answer_with(self, work: impl Future<Output = Vec<u8>>) {
        tokio::pin!(work);
        let mut ticks = interval(SIGN_EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let wants_signs =
            self.request.message.headers.as_ref().is_some_and(|headers| headers.get(WANTS_SIGNS).is_some());
        let answer = loop {
            tokio::select! {
                answer = &mut work => break answer,
                _ = ticks.tick(), if wants_signs => self.give_sign().await,
            }
        };
        if let Err(cause) = self.request.respond(Ok(Bytes::from(answer))).await {
            tracing::warn!(%cause, "an answer could not be sent");
        }
    }

    async fn give_sign(&self) {
        let Some(reply) = self.request.message.reply.clone() else { return };
        let mut headers = HeaderMap::new();
        headers.insert(SIGN, "yes");
        if let Err(cause) = self.client.publish_with_headers(reply, headers, Bytes::new()).await {
            tracing::warn!(%cause, "a sign of working could not be sent");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::is_inbox;

    #[test]
    fn an_answer_goes_to_an_inbox_and_nowhere_else() {
        for inbox in ["_INBOX.operator.x7.1", "_R_.Ab3.x"] {
            assert!(is_inbox(inbox), "{inbox}");
        }
        for other in
            ["memos.999900001111.111122223333", "$JS.API.STREAM.PURGE.MEMOS", "creditmemo.commands.x", "_INBOX"]
        {
            assert!(!is_inbox(other), "{other}");
        }
    }
}
