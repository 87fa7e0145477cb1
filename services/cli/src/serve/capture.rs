//! What a command prints, kept for whoever asked for it over NATS instead of being printed here.

use std::{
    future::Future,
    sync::{Arc, Mutex, PoisonError},
};

/// What a command printed.
#[derive(Debug, Clone, Default)]
pub(super) struct Captured {
    /// On stdout.
    pub(super) out: String,
    /// On stderr.
    pub(super) err: String,
}

tokio::task_local! {
    static CAPTURED: Arc<Mutex<Captured>>;
}

fn with(keep: impl FnOnce(&mut Captured)) -> bool {
    CAPTURED.try_with(|captured| keep(&mut captured.lock().unwrap_or_else(PoisonError::into_inner))).is_ok()
}

/// Keeps what goes to stdout; says whether anyone does.
pub(crate) fn capture_out(text: &str) -> bool {
    with(|captured| captured.out.push_str(text))
}

/// Keeps a line that goes to stderr; says whether anyone does.
pub(crate) fn capture_err(line: &str) -> bool {
    with(|captured| {
        captured.err.push_str(line);
        captured.err.push('\n');
    })
}

/// Whether what is printed now is kept.
pub(crate) fn is_captured() -> bool {
    with(|_| ())
}

/// Works, and answers with what was printed as well.
pub(super) async fn captured<T>(work: impl Future<Output = T>) -> (T, Captured) {
    let kept = Arc::new(Mutex::new(Captured::default()));
    let outcome = CAPTURED.scope(kept.clone(), work).await;
    let captured = kept.lock().unwrap_or_else(PoisonError::into_inner).clone();
    (outcome, captured)
}
