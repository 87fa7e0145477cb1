//! Answering commands: the same code as the command line, in a unit of work that lives on.
//!
//! Commands are done one after the other; each asker hears meanwhile that its command is waited
//! with or worked on. A command that was done is answered before the process ends.

use std::{path::PathBuf, sync::Arc, time::Instant};

use clap::{Parser, ValueEnum};
use service_kit::{Access, Act, ExitCode, Failure, ForeignWrites, UnitOfWork};
use tokio::{sync::Mutex, task::JoinSet};
use tracing::Instrument;
use wire::ServiceName;

use super::{
    OTHERS_PATIENCE, Process,
    capture::captured,
    command::{CommandAnswer, CommandRequest},
    inbox, route,
};
use crate::{
    args::{Command, CommandLine, Global, OutputFormat},
    run,
};

/// The part of a message that is left for what stands around the rows of an answer.
const ENVELOPE_BYTES_MAX: usize = 4 * 1024;

/// Answers commands until the process ends.
pub(super) async fn answer(mut process: Process, service: ServiceName) -> Result<(), Failure> {
    let foreign = ForeignWrites::Await(OTHERS_PATIENCE);
    let unit = loop {
        match process.unit(service, "commands", foreign).await {
            Ok(unit) => break Arc::new(Mutex::new(unit)),
            Err(failure) if failure.exit == ExitCode::CheckFailed => return Err(failure),
            Err(failure) => {
                tracing::warn!(%service, %failure, "the log cannot be read; it is tried again");
                process.probe.not_ready(service.as_str(), &failure);
                tokio::select! {
                    () = tokio::time::sleep(std::time::Duration::from_secs(1)) => {}
                    () = process.stopped() => return Ok(()),
                }
            }
        }
    };
    let unanswered = |fault: command_bus::BusFault| Failure::failed("CM0613", fault);
    let mut answering = process.bus.answer(service, env!("CARGO_PKG_VERSION")).await.map_err(unanswered)?;
    if service == ServiceName::UsageIngest {
        process.probe.ready(service.as_str());
    }
    let mut working = JoinSet::new();
    if let (ServiceName::UsageIngest, Some(folder)) = (service, process.args.inbox.clone()) {
        working.spawn(inbox::watch(process.clone(), unit.clone(), folder));
    }
    loop {
        let asked = tokio::select! {
            asked = answering.next() => asked,
            () = process.stopped() => None,
        };
        let Some(asked) = asked else { break };
        let (process, unit) = (process.clone(), unit.clone());
        working.spawn(async move {
            let request = asked.body().to_vec();
            let longest = process.bus.message_bytes_max().saturating_sub(ENVELOPE_BYTES_MAX);
            asked.answer_with(async move { work(&process, service, &unit, &request, longest).await }).await;
        });
        // What is done is forgotten, so that the set does not grow.
        while working.try_join_next().is_some() {}
    }
    // Others may take the commands from here on; what was taken is finished.
    answering.stop().await.map_err(unanswered)?;
    while working.join_next().await.is_some() {}
    let mut unit = unit.lock().await;
    unit.finish()
}

async fn work(
    process: &Process,
    service: ServiceName,
    unit: &Mutex<UnitOfWork>,
    request: &[u8],
    bytes_max: usize,
) -> Vec<u8> {
    let began = Instant::now();
    let (command, mut answer) = match read(service, request) {
        Err(failure) => ("unreadable", answer_of(Err(failure), String::new(), String::new())),
        Ok(read) => {
            let span = tracing::info_span!("command", %service, command = read.3, exit = tracing::field::Empty);
            let mut unit = unit.lock().instrument(span.clone()).await;
            let doing = captured(done(process, service, &mut unit, read.0, read.1, read.2));
            let (outcome, printed) = doing.instrument(span.clone()).await;
            span.record("exit", outcome.as_ref().map_or_else(|failure| failure.exit as u8, |()| 0));
            (read.3, answer_of(outcome, printed.out, printed.err))
        }
    };
    let took = began.elapsed();
    process.figures.answered(service, command, answer.exit, took);
    tracing::info!(%service, command, exit = answer.exit, took_ms = took.as_millis(), "answered");
    if answer.out.len() + answer.messages.len() > bytes_max {
        answer.messages = format!(
            "the output ({} bytes) is too long for a message; ask for less of it with a reading command\n",
            answer.out.len()
        );
        answer.out.clear();
    }
    serde_json::to_vec(&answer).unwrap_or_default()
}

fn answer_of(outcome: Result<(), Failure>, out: String, mut messages: String) -> CommandAnswer {
    let exit = match outcome {
        Ok(()) => 0,
        Err(failure) => {
            messages.push_str(&format!("error: {failure}\n"));
            failure.exit as u8
        }
    };
    CommandAnswer { exit, out, messages }
}

type Read = (Global, Command, CommandRequest, &'static str);

/// Reads a request: the command line's own definition says what is a command.
fn read(service: ServiceName, request: &[u8]) -> Result<Read, Failure> {
    let request: CommandRequest = serde_json::from_slice(request)
        .map_err(|cause| Failure::usage("CM0614", format!("the request is not one: {cause}")))?;
    let words = std::iter::once("creditmemo").chain(request.arguments.iter().map(String::as_str));
    let line = CommandLine::try_parse_from(words)
        .map_err(|cause| Failure::usage("CM0615", format!("the command is not one:\n{cause}")))?;
    let (name, _) = run::name_and_access(&line.command);
    match route::Routed::of(&line.command) {
        Some(routed) if routed.service == service => {}
        _ => return Err(Failure::usage("CM0616", format!("'{name}' is no command for {service}"))),
    }
    let output = OutputFormat::from_str(&request.output, true)
        .map_err(|_| Failure::usage("CM0617", format!("there is no output '{}'", request.output)))?;
    let global = Global {
        output,
        dry_run: request.dry_run,
        idempotency_key: request.idempotency.as_ref().map(|key| key.key.clone()),
        by: Some(request.by.clone()),
        reason: request.reason.clone(),
        ..line.global
    };
    Ok((global, line.command, request, name))
}

/// Does a command in the unit of work that lives on.
async fn done(
    process: &Process,
    service: ServiceName,
    unit: &mut UnitOfWork,
    global: Global,
    mut command: Command,
    request: CommandRequest,
) -> Result<(), Failure> {
    let sent = SentFiles::unpack(&request, &mut command)?;
    if let Command::Ingest(args) = &command {
        allowed(process, &args.paths)?;
    }
    let (name, access) = run::name_and_access(&command);
    let act = Act {
        command: name.to_owned(),
        by: global.by.clone().unwrap_or_default(),
        reason: global.reason.clone(),
        idempotency: request.idempotency.clone(),
        dry_run: global.dry_run,
    };
    let outcome = in_unit(process, service, unit, act, async |unit| {
        let was_done = unit.was_done();
        run::dispatch(&global, unit, command).await?;
        if was_done {
            crate::output::say("done before under this key: nothing is recorded again");
        } else if global.dry_run && access == Access::Write {
            crate::commands::print_dry_run(unit);
        }
        Ok(())
    })
    .await;
    drop(sent);
    outcome
}

/// Does an act in a unit of work that lives on: what others wrote is read first, and what was only tried
/// is forgotten.
pub(super) async fn in_unit<T>(
    process: &Process,
    service: ServiceName,
    unit: &mut UnitOfWork,
    act: Act,
    work: impl AsyncFnOnce(&mut UnitOfWork) -> Result<T, Failure>,
) -> Result<T, Failure> {
    unit.sync().await?;
    let outcome = match unit.begin(act) {
        Ok(()) => work(unit).await,
        Err(failure) => Err(failure),
    };
    process.figures.note(service, unit);
    let ended = unit.end();
    let outcome = outcome?;
    ended.map(|()| outcome)
}

/// Files that came with a request, for as long as its command runs.
struct SentFiles {
    _folder: Option<tempfile::TempDir>,
}

impl SentFiles {
    /// Writes them out under their own names, and has the command read them there.
    fn unpack(request: &CommandRequest, command: &mut Command) -> Result<Self, Failure> {
        let named = route::input_files(command);
        if named.len() != request.files.len() {
            let what = format!("{} files are named and {} were sent", named.len(), request.files.len());
            return Err(Failure::usage("CM0618", what));
        }
        if named.is_empty() {
            return Ok(Self { _folder: None });
        }
        let failed = |cause: std::io::Error| Failure::failed("CM0619", format!("keeping a sent file failed: {cause}"));
        let folder = tempfile::tempdir().map_err(failed)?;
        for (path, sent) in named.into_iter().zip(&request.files) {
            // Only its last part: a name is no place.
            let name = PathBuf::from(&sent.name);
            let name = name.file_name().map_or_else(|| "file".into(), ToOwned::to_owned);
            *path = folder.path().join(name);
            std::fs::write(&*path, &sent.text).map_err(failed)?;
        }
        Ok(Self { _folder: Some(folder) })
    }
}

/// A request may name only what the operator of the service opened to requests.
fn allowed(process: &Process, paths: &[PathBuf]) -> Result<(), Failure> {
    let open: Vec<PathBuf> = process
        .args
        .ingest_from
        .iter()
        .chain(&process.args.inbox)
        .filter_map(|folder| folder.canonicalize().ok())
        .collect();
    for path in paths {
        let known = path.canonicalize().ok().filter(|known| open.iter().any(|folder| known.starts_with(folder)));
        if known.is_none() {
            return Err(Failure::refused(
                "CM0620",
                format!(
                    "{} is not below a folder that this usage-ingest takes bills from (--inbox, --ingest-from): put \
                     the delivery there",
                    path.display()
                ),
            ));
        }
    }
    Ok(())
}
