//! Asking a service.

use std::time::Duration;

use async_nats::{HeaderMap, Message, StatusCode, Subscriber};
use bytes::Bytes;
use futures_util::StreamExt;
use tokio::{sync::broadcast, time::timeout};
use wire::ServiceName;

use crate::{CommandBus, SIGN, WANTS_SIGNS};

/// Why a command was not answered.
#[derive(Debug, thiserror::Error)]
pub enum AskFault {
    /// No such service runs. Start it, or decide without it.
    #[error("no {0} answers")]
    NobodyAnswers(ServiceName),
    /// The user may not ask it. What the user may decide itself, it can decide without.
    #[error("asking {service} is denied: {said}")]
    Denied {
        /// The service.
        service: ServiceName,
        /// What the server said; it names the subject.
        said: String,
    },
    /// It was taken and then nothing more was heard. Whether it was done is not known; every command
    /// may be run again.
    #[error("{service} fell silent for {silence_s} s: whether the command was done is not known; run it again")]
    Silent {
        /// The service.
        service: ServiceName,
        /// For how long.
        silence_s: u64,
    },
    /// The request could not be sent, or its answer not be heard.
    #[error("asking {service} failed: {cause}")]
    Failed {
        /// The service.
        service: ServiceName,
        /// What the client said.
        cause: String,
    },
}

/// A service that works gives a sign every second; after this long without one it is dead.
const SILENCE_MAX: Duration = Duration::from_secs(10);

impl CommandBus {
    /// Asks a service and waits for its answer, as long as it gives signs of working.
    ///
    /// # Errors
    /// [`AskFault`].
    pub async fn ask(&self, service: ServiceName, request: Vec<u8>) -> Result<Vec<u8>, AskFault> {
        let failed = |cause: String| AskFault::Failed { service, cause };
        let mut denials = self.denials();
        let inbox = self.client.new_inbox();
        let mut answers = self.client.subscribe(inbox.clone()).await.map_err(|cause| failed(cause.to_string()))?;
        let mut headers = HeaderMap::new();
        headers.insert(WANTS_SIGNS, "yes");
        self.client
            .publish_with_reply_and_headers(service.command_subject(), inbox.clone(), headers, Bytes::from(request))
            .await
            .map_err(|cause| failed(cause.to_string()))?;
        self.client.flush().await.map_err(|cause| failed(cause.to_string()))?;
        let needed = [service.command_subject(), inbox];
        let answer = tokio::select! {
            biased;
            answer = wait(service, &mut answers) => answer,
            said = denied(&mut denials, &needed) => Err(AskFault::Denied { service, said }),
        };
        // The inbox is used once; a server that is gone has forgotten it anyway.
        let _ = answers.unsubscribe().await;
        answer
    }
}

/// Waits for a denial that names one of some subjects.
async fn denied(denials: &mut broadcast::Receiver<String>, subjects: &[String]) -> String {
    loop {
        match denials.recv().await {
            Ok(said) if subjects.iter().any(|subject| said.contains(&format!("\"{subject}\""))) => return said,
            Ok(_) | Err(broadcast::error::RecvError::Lagged(_)) => {}
            // The connection is gone, and the wait for an answer says so.
            Err(broadcast::error::RecvError::Closed) => std::future::pending().await,
        }
    }
}

async fn wait(service: ServiceName, answers: &mut Subscriber) -> Result<Vec<u8>, AskFault> {
    loop {
        let silent = AskFault::Silent { service, silence_s: SILENCE_MAX.as_secs() };
        let Ok(next) = timeout(SILENCE_MAX, answers.next()).await else { return Err(silent) };
        let Some(message) = next else { return Err(silent) };
        if message.status == Some(StatusCode::NO_RESPONDERS) {
            return Err(AskFault::NobodyAnswers(service));
        }
        if !is_sign(&message) {
            return Ok(message.payload.to_vec());
        }
    }
}

fn is_sign(message: &Message) -> bool {
    message.headers.as_ref().is_some_and(|headers| headers.get(SIGN).is_some())
}
