//! The archive: a copy of the log off NATS, in the form of the embedded one, kept up to date by the
//! projector. Every other command reads it with `--data`, and it replays to the same balances.
//!
//! What the archive has is compared with the log when the projector starts, commit by commit, since a
//! flipped byte in a server's store is silent. The first difference ends the projector, which says
//! where it is.

use std::sync::Arc;

use event_log::{AppendError, CopyFault, EventLog, SideBySide};
use service_kit::{Failure, LogPlace, codes};
use wire::{ServiceName, StreamName};

use super::process::Process;

/// The archive of this process, where one is asked for.
pub(super) struct Archive {
    log: Option<Arc<dyn EventLog>>,
    streams: Vec<SideBySide>,
}

impl Archive {
    /// Opens the archive that `--archive` names, for the projector.
    pub(super) async fn open(process: &Process, service: ServiceName) -> Result<Self, Failure> {
        let folder = process.args.archive.clone().filter(|_| service == ServiceName::Projector);
        let log = match folder {
            Some(folder) => Some(LogPlace::Folder(folder).open_to_write().await?),
            None => None,
        };
        Ok(Self { log, streams: StreamName::ALL.into_iter().map(SideBySide::begin).collect() })
    }

    /// Copies what is new of every stream.
    pub(super) async fn keep_up(&mut self, from: &Arc<dyn EventLog>) -> Result<(), Failure> {
        let Some(log) = &self.log else { return Ok(()) };
        for stream in &mut self.streams {
            stream.copy(from.as_ref(), log.as_ref()).await.map_err(|fault| match fault {
                CopyFault::Log(fault) | CopyFault::Append(AppendError::Log { cause: fault, .. }) => fault.into(),
                differs => Failure::check(
                    codes::ARCHIVE_DIFFERS,
                    format!("the archive and the log are not the same: {differs}"),
                ),
            })?;
        }
        Ok(())
    }
}
