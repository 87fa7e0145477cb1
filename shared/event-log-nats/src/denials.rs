//! Denied permissions. A server tells of them beside the conversation, and the request that was
//! denied is simply never answered: without this it would look like a slow server.

use event_log::LogError;
use tokio::sync::broadcast;

/// Denials kept for one who is slow to look; a request looks all the time that it waits.
const KEPT_MAX: usize = 256;

/// How a server begins to say it.
const SAID: &str = "permissions violation";

#[derive(Debug, Clone)]
pub(crate) struct Denials {
    said: broadcast::Sender<String>,
}

impl Denials {
    pub(crate) fn new() -> Self {
        Self { said: broadcast::Sender::new(KEPT_MAX) }
    }

    /// Notes what the server said beside the conversation.
    pub(crate) fn note(&self, said: &str) {
        if said.to_ascii_lowercase().contains(SAID) {
            tracing::warn!(said, "the NATS server denies a permission");
            // Nobody need be waiting.
            let _ = self.said.send(said.to_owned());
        }
    }

    /// Everything that is denied from now on, in the server's words.
    pub(crate) fn all(&self) -> broadcast::Receiver<String> {
        self.said.subscribe()
    }

    /// Looks for denials from now on.
    pub(crate) fn watch(&self) -> Watch {
        Watch(self.said.subscribe())
    }
}

/// Denials since it was made.
#[derive(Debug)]
pub(crate) struct Watch(broadcast::Receiver<String>);

impl Watch {
    /// Does something, unless the server denies one of the subjects that it needs.
    pub(crate) async fn unless_denied<T>(
        &mut self,
        doing: &str,
        subjects: &[&str],
        what: impl Future<Output = Result<T, LogError>>,
    ) -> Result<T, LogError> {
        let denied = async {
            loop {
                match self.0.recv().await {
                    Ok(text) if subjects.iter().any(|subject| names(&text, subject)) => return text,
                    Ok(_) | Err(broadcast::error::RecvError::Lagged(_)) => {}
                    // The connection is gone, and what is waited for says so itself.
                    Err(broadcast::error::RecvError::Closed) => std::future::pending::<()>().await,
                }
            }
        };
        tokio::select! {
            biased;
            outcome = what => outcome,
            text = denied => Err(LogError::Denied { doing: doing.to_owned(), said: text }),
        }
    }
}

/// Whether a denial is about a subject; `prefix.*` stands for all below it.
fn names(said: &str, subject: &str) -> bool {
    match subject.strip_suffix('*') {
        Some(prefix) => said.contains(&format!("\"{prefix}")),
        None => said.contains(&format!("\"{subject}\"")),
    }
}

#[cfg(test)]
mod tests {
    use super::names;

    #[test]
    fn a_denial_is_told_from_one_about_another_subject() {
        let said = r#"Permissions Violation for Publish to "memos.1.2""#;
        assert!(names(said, "memos.1.2"));
        assert!(!names(said, "memos.1.22") && !names(said, "memos.1"));
        assert!(names(r#"Permissions Violation for Subscription to "_INBOX.ab.*""#, "_INBOX.ab.*"));
    }
}
