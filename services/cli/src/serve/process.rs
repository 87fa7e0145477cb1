//! What all services of a process share.

use std::{sync::Arc, time::Duration};

use service_kit::{Act, Clock, Failure, ForeignWrites, Probe, UnitOfWork, Writes};
use tokio::sync::watch;
use wire::ServiceName;

use super::figures::Figures;
use crate::args::{Global, ServeArgs};

/// How long a command waits for another service to record what follows from it. Longer than a
/// restart takes.
pub(super) const OTHERS_PATIENCE: Duration = Duration::from_secs(60);

/// What all services of this process share.
#[derive(Clone)]
pub(super) struct Process {
    pub(super) log: Arc<dyn event_log::EventLog>,
    pub(super) bus: command_bus::CommandBus,
    pub(super) global: Global,
    pub(super) args: Arc<ServeArgs>,
    pub(super) probe: Probe,
    pub(super) figures: Figures,
    /// True once the process is to end.
    pub(super) stop: watch::Receiver<bool>,
}

impl Process {
    /// A unit of work of a service, with a read model of its own below `--data`.
    pub(super) async fn unit(
        &self,
        service: ServiceName,
        part: &str,
        foreign: ForeignWrites,
    ) -> Result<UnitOfWork, Failure> {
        let folder = self.global.data.join(service.as_str()).join(part);
        let act = Act { command: part.to_owned(), by: service.to_string(), ..Act::default() };
        let mut unit = UnitOfWork::open_over(&folder, self.log.clone(), Clock::System, act).await?;
        unit.restrict(Writes::OwnStreams { service, foreign });
        Ok(unit)
    }

    pub(super) fn is_stopping(&self) -> bool {
        *self.stop.borrow()
    }

    /// Waits until the process is to end.
    pub(super) async fn stopped(&mut self) {
        // A sender that is gone ends the process as well.
        let _ = self.stop.wait_for(|stop| *stop).await;
    }
}
