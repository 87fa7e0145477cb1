//! Lost connections. The client makes them again by itself, but what was asked on the old one is
//! never answered: whoever waits for it is told at once, instead of waiting for the time to be up.

use tokio::sync::watch;

#[derive(Debug, Clone)]
pub(crate) struct Losses(watch::Sender<u64>);

impl Losses {
    pub(crate) fn new() -> Self {
        Self(watch::Sender::new(0))
    }

    /// Notes that the connection was lost.
    pub(crate) fn note(&self) {
        self.0.send_modify(|count| *count += 1);
    }

    /// How often it was lost so far.
    pub(crate) fn count(&self) -> u64 {
        *self.0.borrow()
    }

    /// Waits until it was lost more often than that.
    pub(crate) async fn beyond(&self, known: u64) {
        // The sender is `self`, so it cannot be gone.
        let _ = self.0.subscribe().wait_for(|count| *count > known).await;
    }
}
