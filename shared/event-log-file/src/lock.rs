//! One writer a log: whoever holds the lock of `writer.lock`. The system frees it when the process
//! ends, however it ends, so there is nothing to clean up after a crash.

use std::{
    path::Path,
    thread,
    time::{Duration, Instant},
};

use event_log::LogError;

use crate::{
    error::unavailable,
    layer::{FileLayer, Lock},
    layout::lock_path,
};

/// How often a lock that is held by another is tried again: unnoticed by a person, cheap for the
/// machine.
const RETRY_DELAY: Duration = Duration::from_millis(20);

/// Takes the writer's lock, waiting for another holder at most so long.
pub(crate) fn take(layer: &dyn FileLayer, dir: &Path, wait: Duration) -> Result<Box<dyn Send>, LogError> {
    let path = lock_path(dir);
    let holder = format!("pid {}\n", std::process::id());
    let deadline = Instant::now() + wait;
    loop {
        match layer.try_lock(&path, &holder).map_err(|cause| unavailable("locking", &path, &cause))? {
            Lock::Held(guard) => return Ok(guard),
            Lock::Busy(holder) if Instant::now() >= deadline => {
                // The holder writes its word just after it has the lock: it may not be there yet.
                let holder = if holder.is_empty() { "unknown".to_owned() } else { holder };
                return Err(LogError::Locked { holder });
            }
            Lock::Busy(_) => thread::sleep(RETRY_DELAY.min(deadline.saturating_duration_since(Instant::now()))),
        }
    }
}
