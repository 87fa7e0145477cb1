//! `serve`: the services as processes on the JetStream log, each alone or several in one.
//!
//! A service does two things, in two units of its own so that neither waits for the other. It
//! *follows*: reads the streams, and records on its own stream what they ask of it. And it *answers*
//! commands that come as NATS requests, with the same code as the command line. What another service
//! has to record before a command is complete, it waits for, reading the log; nobody calls anybody.
//!
//! Invariants: a service writes its own streams only; every decision is guarded by the sequence it
//! read and is by target, so that any number of processes may run, be killed and started again.

mod acting;
mod answering;
mod archive;
mod command;
mod figures;
mod following;
mod inbox;
mod process;
mod reading;
mod route;
mod schemas;
mod through;

use std::sync::Arc;

pub use command::{CommandAnswer, CommandRequest};
pub use schemas::message_schemas;
use service_kit::{Failure, codes};
use telemetry::{Probe, serve_probe};
pub(crate) use through::through_a_service;
use tokio::{sync::watch, task::JoinSet};
use wire::ServiceName;

use self::figures::Figures;
use self::process::Process;
use crate::{
    args::{Global, ServeArgs},
    printer::Printer,
};

/// Runs services until the process is told to end.
pub(crate) async fn serve(global: &Global, args: ServeArgs, printer: &mut Printer) -> Result<(), Failure> {
    let Some(url) = &global.nats else {
        return Err(Failure::usage(codes::SERVE_NEEDS_SERVER, "serve needs the JetStream log: say --nats URL"));
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
            printer.say("ending: what is under way is finished first");
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
        Some(Err(cause)) => Err(Failure::failed(codes::SERVICE_BROKE_DOWN, format!("a service broke down: {cause}"))),
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
