//! `serve`: the services as processes on the JetStream log, each alone or several in one.
//!
//! A service does two things, in two units of its own so that neither waits for the other. It
//! *follows*: reads the streams, and records on its own stream what they ask of it. And it *answers*
//! commands that come as NATS requests, with the same code as the command line. What another service
//! has to record before a command is complete, it waits for, reading the log; nobody calls anybody.
//!
//! Invariants: a service writes its own streams only; every decision is guarded by the sequence it
//! read and is by target, so that any number of processes may run, be killed and started again.

mod answering;
mod archive;
mod args;
mod capture;
mod command;
mod figures;
mod following;
mod inbox;
mod partition;
mod route;
mod through;

use std::{sync::Arc, time::Duration};

pub(crate) use args::ServeArgs;
pub(crate) use capture::{capture_err, capture_out, is_captured};
pub use command::{CommandAnswer, CommandRequest};
use service_kit::{Act, Clock, Failure, ForeignWrites, UnitOfWork, Writes};
use telemetry::{Probe, serve_probe};
pub(crate) use through::through_a_service;
use tokio::{sync::watch, task::JoinSet};
use wire::ServiceName;

use self::figures::Figures;
use crate::{args::Global, output};

/// How long a command waits for another service to record what follows from it. Longer than a
/// restart takes.
const OTHERS_PATIENCE: Duration = Duration::from_secs(60);

/// What all services of this process share.
#[derive(Clone)]
struct Process {
    log: Arc<dyn event_log::EventLog>,
    bus: command_bus::CommandBus,
    global: Global,
    args: Arc<ServeArgs>,
    probe: Probe,
    figures: Figures,
    /// True once the process is to end.
    stop: watch::Receiver<bool>,
}

/// Runs services until the process is told to end.
pub(crate) async fn serve(global: &Global, args: ServeArgs) -> Result<(), Failure> {
    let Some(url) = &global.nats else {
        return Err(Failure::usage("CM0610", "serve needs the JetStream log: say --nats URL"));
    };
    let services = if args.services.is_empty() { ServiceName::ALL.to_vec() } else { args.services.clone() };
    args.check(&services)?;
    let (stopping, stop) = watch::channel(false);
    let probe = Probe::default();
    let figures = Figures::new(&probe);
    for service in &services {
        probe.expect(service.as_str());
    }
    if let Some(address) = args.listen {
        let listening = serve_probe(address, probe.clone()).await?;
        tracing::info!(%listening, "probes are answered");
    }
    let log = Arc::new(service_kit::connect_to_jetstream(url).await?);
    let bus = command_bus::CommandBus::over(log.client(), log.denials());
    let process = Process { log, bus, global: global.clone(), args: Arc::new(args), probe, figures, stop };
    let mut running = JoinSet::new();
    for service in &services {
        running.spawn(run_service(process.clone(), *service));
    }
    let names: Vec<&str> = services.iter().map(|service| service.as_str()).collect();
    tracing::info!(services = names.join(" "), "serving");
    let outcome = tokio::select! {
        () = told_to_end() => {
            output::say("ending: what is under way is finished first");
            Ok(())
        }
        ended = running.join_next() => outcome_of(ended),
    };
    // Nobody may be listening any more, where the services ended by themselves.
    let _ = stopping.send(true);
    let mut outcome = outcome;
    while let Some(ended) = running.join_next().await {
        outcome = outcome.and(outcome_of(Some(ended)));
    }
    outcome
}

fn outcome_of(ended: Option<Result<Result<(), Failure>, tokio::task::JoinError>>) -> Result<(), Failure> {
    match ended {
        Some(Ok(outcome)) => outcome,
        Some(Err(cause)) => Err(Failure::failed("CM0611", format!("a service broke down: {cause}"))),
        None => Ok(()),
    }
}

/// Waits for SIGTERM or SIGINT.
async fn told_to_end() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminated) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = terminated.recv() => {}
                _ = tokio::signal::ctrl_c() => {}
            }
            return;
        }
    }
    // Without a handler for it the signal ends the process at once, which loses nothing either.
    let _ = tokio::signal::ctrl_c().await;
}

async fn run_service(process: Process, service: ServiceName) -> Result<(), Failure> {
    let mut parts = JoinSet::new();
    if service != ServiceName::UsageIngest {
        parts.spawn(following::follow(process.clone(), service));
    }
    parts.spawn(answering::answer(process.clone(), service));
    // Where one part cannot go on, the other does not either: the process ends and is started again.
    match parts.join_next().await {
        Some(Ok(Ok(()))) => {}
        ended => return outcome_of(ended),
    }
    while let Some(ended) = parts.join_next().await {
        outcome_of(Some(ended))?;
    }
    Ok(())
}

impl Process {
    /// A unit of work of a service, with a read model of its own below `--data`.
    async fn unit(&self, service: ServiceName, part: &str, foreign: ForeignWrites) -> Result<UnitOfWork, Failure> {
        let folder = self.global.data.join(service.as_str()).join(part);
        let act = Act { command: part.to_owned(), by: service.to_string(), ..Act::default() };
        let mut unit = UnitOfWork::open_over(&folder, self.log.clone(), Clock::System, act).await?;
        unit.restrict(Writes::OwnStreams { service, foreign });
        Ok(unit)
    }

    fn is_stopping(&self) -> bool {
        *self.stop.borrow()
    }

    /// Waits until the process is to end.
    async fn stopped(&mut self) {
        // A sender that is gone ends the process as well.
        let _ = self.stop.wait_for(|stop| *stop).await;
    }
}
