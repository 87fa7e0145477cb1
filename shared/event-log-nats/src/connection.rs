//! One connection: how it is made, and how a request is made on it so that a denial, a time-out and
//! a refusal are told apart.

use std::{fmt, path::Path, sync::Arc, time::Duration};

use async_nats::{
    Client, ConnectOptions, Event, HeaderMap, Message, Request, RequestErrorKind, ServerError, jetstream,
};
use bytes::Bytes;
use event_log::LogError;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{Address, ConnectSettings, Secret, denials::Denials, losses::Losses};

/// How long a connection may take.
const CONNECT_WAIT: Duration = Duration::from_secs(5);

/// How long an answer of the API may take: a server that syncs each write answers within
/// milliseconds, one that elects a leader within a few seconds.
const ANSWER_WAIT: Duration = Duration::from_secs(5);

/// How often a question is asked that nobody answers.
pub(crate) const QUESTION_TRIES_MAX: u32 = 4;

/// How long to wait before it is asked again.
pub(crate) const QUESTION_AGAIN_DELAY: Duration = Duration::from_millis(250);

/// How long an acknowledgement may take: a batch of a thousand commits is one.
const ACKNOWLEDGEMENT_WAIT: Duration = Duration::from_secs(10);

/// What the server's monitoring shows where nothing else was asked for.
const CONNECTION_NAME: &str = "creditmemo";

/// All inboxes of a client are below this.
const INBOXES: &str = "_INBOX.*";

#[derive(Debug, Clone)]
pub(crate) struct Connection {
    pub(crate) client: Client,
    pub(crate) context: jetstream::Context,
    pub(crate) denials: Denials,
    pub(crate) losses: Losses,
    pub(crate) address: Arc<Address>,
    pub(crate) name: Option<Arc<str>>,
}

/// What JetStream says when it does not do something.
#[derive(Debug, Clone, Deserialize, thiserror::Error)]
#[error("{description} (error {err_code})")]
pub(crate) struct ApiError {
    #[serde(default)]
    pub(crate) err_code: u64,
    #[serde(default)]
    pub(crate) description: String,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Answer<T> {
    Refused { error: ApiError },
    Done(T),
}

impl Connection {
    pub(crate) async fn open(address: Address, settings: ConnectSettings) -> Result<Self, LogError> {
        let doing = format!("connecting to {address}");
        let failed = |cause: String| LogError::Unavailable { doing: doing.clone(), cause };
        let (denials, losses) = (Denials::new(), Losses::new());
        let name = settings.name.as_deref().map(Arc::from);
        let options = options(settings, denials.clone(), losses.clone()).map_err(&failed)?;
        let servers: Vec<async_nats::ServerAddr> = address
            .servers()
            .iter()
            .map(|server| server.parse())
            .collect::<Result<_, _>>()
            .map_err(|cause| failed(format!("{cause}")))?;
        let client = options.connect(servers).await.map_err(|fault| failed(in_words(&fault)))?;
        let mut context = jetstream::new(client.clone());
        context.set_timeout(ANSWER_WAIT);
        Ok(Self { client, context, denials, losses, address: Arc::new(address), name })
    }

    /// Asks JetStream's API for something. `Err` is that nothing was answered.
    pub(crate) async fn api<T: DeserializeOwned>(
        &self,
        doing: &str,
        subject: &str,
        question: &impl Serialize,
    ) -> Result<Result<T, ApiError>, LogError> {
        let unreadable = |cause: serde_json::Error| LogError::Unavailable {
            doing: doing.to_owned(),
            cause: format!("the server's answer could not be read: {cause}"),
        };
        let question = serde_json::to_vec(question).map_err(unreadable)?;
        let question = Bytes::from(question);
        let mut tries = 1;
        // Every question asked here may be asked twice, and a cluster that has just lost its leader
        // answers a few seconds later.
        let answer = loop {
            let request = Request::new().payload(question.clone()).timeout(Some(ANSWER_WAIT));
            match self.request(doing, &format!("$JS.API.{subject}"), request).await {
                Err(LogError::Unavailable { .. }) if tries < QUESTION_TRIES_MAX => tries += 1,
                outcome => break outcome?,
            }
            tokio::time::sleep(QUESTION_AGAIN_DELAY).await;
        };
        match serde_json::from_slice(&answer.payload).map_err(unreadable)? {
            Answer::Refused { error } => Ok(Err(error)),
            Answer::Done(done) => Ok(Ok(done)),
        }
    }

    /// Publishes to a stream and waits for the acknowledgement.
    pub(crate) async fn publish(
        &self,
        doing: &str,
        subject: &str,
        headers: HeaderMap,
        payload: Bytes,
    ) -> Result<Message, LogError> {
        let request = Request::new().headers(headers).payload(payload).timeout(Some(ACKNOWLEDGEMENT_WAIT));
        self.request(doing, subject, request).await
    }

    async fn request(&self, doing: &str, subject: &str, request: Request) -> Result<Message, LogError> {
        let failed = |cause: String| LogError::Unavailable { doing: doing.to_owned(), cause };
        let asked = async {
            self.client.send_request(subject.to_owned(), request).await.map_err(|fault| {
                failed(match fault.kind() {
                    RequestErrorKind::TimedOut => {
                        format!("{} did not answer in time; was it stopped, or is it without a leader?", self.address)
                    }
                    RequestErrorKind::NoResponders => {
                        format!(
                            "nobody at {} answers for it: is JetStream enabled, and the stream there?",
                            self.address
                        )
                    }
                    _ => in_words(&fault),
                })
            })
        };
        self.answered(doing, &[subject, INBOXES], asked).await
    }

    /// Waits for an answer, unless the server denies one of the subjects that it needs, or the
    /// connection is lost that the question went out on.
    pub(crate) async fn answered<T>(
        &self,
        doing: &str,
        subjects: &[&str],
        answer: impl Future<Output = Result<T, LogError>>,
    ) -> Result<T, LogError> {
        let known = self.losses.count();
        let mut denials = self.denials.watch();
        tokio::select! {
            biased;
            answer = denials.unless_denied(doing, subjects, answer) => answer,
            () = self.losses.beyond(known) => Err(LogError::Unavailable {
                doing: doing.to_owned(),
                cause: format!("the connection to {} was lost before the answer came", self.address),
            }),
        }
    }
}

fn options(settings: ConnectSettings, denials: Denials, losses: Losses) -> Result<ConnectOptions, String> {
    let ConnectSettings { secret, ca_file, certificate, tls_required, inbox, name } = settings;
    let mut options = ConnectOptions::new()
        .name(name.as_deref().unwrap_or(CONNECTION_NAME))
        .connection_timeout(CONNECT_WAIT)
        .request_timeout(Some(ANSWER_WAIT))
        .event_callback(move |event| {
            let (denials, losses) = (denials.clone(), losses.clone());
            async move { note(&denials, &losses, &event) }
        });
    if tls_required || ca_file.is_some() {
        options = options.require_tls(true);
    }
    if let Some(prefix) = inbox {
        options = options.custom_inbox_prefix(prefix);
    }
    if let Some(file) = ca_file {
        options = options.add_root_certificates(file);
    }
    if let Some((certificate, key)) = certificate {
        options = options.add_client_certificate(certificate, key);
    }
    Ok(match secret {
        None => options,
        Some(Secret::Password { user, password }) => options.user_and_password(user, password),
        Some(Secret::Token(token)) => options.token(token),
        Some(Secret::NkeyFile(file)) => options.nkey(read_seed(&file)?),
        Some(Secret::CredentialsFile(file)) => options
            .credentials(&read_secret(&file)?)
            // The cause could repeat a line of the file.
            .map_err(|_| format!("{} is not a credentials file", file.display()))?,
    })
}

fn read_seed(file: &Path) -> Result<String, String> {
    let seed = read_secret(file)?;
    // The cause could repeat the seed.
    nkeys::KeyPair::from_seed(&seed).map_err(|_| format!("{} does not hold the seed of an nkey", file.display()))?;
    Ok(seed)
}

fn read_secret(file: &Path) -> Result<String, String> {
    let text = std::fs::read_to_string(file).map_err(|cause| format!("reading {} failed: {cause}", file.display()))?;
    Ok(text.trim().to_owned())
}

fn note(denials: &Denials, losses: &Losses, event: &Event) {
    match event {
        Event::ServerError(ServerError::Other(said)) => denials.note(said),
        Event::Connected => tracing::debug!("connected to NATS"),
        Event::Closed => tracing::debug!("the connection to NATS is closed"),
        Event::Disconnected => {
            losses.note();
            tracing::warn!("the connection to NATS was lost; it is being made again");
        }
        other => tracing::warn!(event = %other, "NATS"),
    }
}

/// A fault with all its causes.
pub(crate) fn in_words(fault: &(dyn std::error::Error + 'static)) -> String {
    let mut words = fault.to_string();
    let mut cause = fault.source();
    while let Some(inner) = cause {
        let text = inner.to_string();
        if !words.contains(&text) {
            words = format!("{words}: {text}");
        }
        cause = inner.source();
    }
    words
}

impl fmt::Display for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.address.fmt(f)
    }
}
