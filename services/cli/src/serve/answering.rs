//! Answering commands: the same code as the command line, in a unit of work that lives on.
//!
//! Commands are done one after the other; each asker hears meanwhile that its command is waited
//! with or worked on. A command that was done is answered before the process ends.

use std::{path::PathBuf, sync::Arc, time::Instant};

use service_kit::{Act, ExitCode, Failure, ForeignWrites, UnitOfWork, codes};
use tokio::{sync::Mutex, task::JoinSet};
use tracing::Instrument;
use wire::ServiceName;

use super::{
    acting::in_unit,
    command::CommandAnswer,
    inbox,
    process::{OTHERS_PATIENCE, Process},
    reading::{AskedCall, read},
};
use crate::{
    args::{Command, OutputFormat},
    frame,
    outcome::Outcome,
    printer::Printer,
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
    let unanswered = |fault: command_bus::BusFault| Failure::failed(codes::CANNOT_ANSWER, fault);
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
    let (command, mut answer) = match read(service, &process.global, request) {
        Err(failure) => ("unreadable", answer_of(&failure.into(), OutputFormat::Json)),
        Ok(asked) => {
            let (command, format) = (asked.call.entry.name, asked.call.global.output);
            let span = tracing::info_span!("command", %service, command, exit = tracing::field::Empty);
            let mut unit = unit.lock().instrument(span.clone()).await;
            let outcome: Outcome = done(process, service, &mut unit, asked).instrument(span.clone()).await.into();
            span.record("exit", outcome.exit());
            (command, answer_of(&outcome, format))
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

fn answer_of(outcome: &Outcome, format: OutputFormat) -> CommandAnswer {
    let mut printer = Printer::keeping(format);
    let printed = printer.print(outcome).or_else(|fault| fault.unless_reader_left());
    let exit = match printed {
        Err(failure) if outcome.exit() == 0 => {
            printer.say(format_args!("error: {failure}"));
            failure.exit as u8
        }
        _ => outcome.exit(),
    };
    let kept = printer.kept();
    CommandAnswer { exit, out: kept.out, messages: kept.err }
}

/// Does a command in the unit of work that lives on.
async fn done(
    process: &Process,
    service: ServiceName,
    unit: &mut UnitOfWork,
    asked: AskedCall,
) -> Result<Outcome, Failure> {
    let AskedCall { call, idempotency, sent } = asked;
    if let Command::Ingest(args) = &call.command {
        allowed(process, &args.paths)?;
    }
    let act = Act {
        command: call.entry.name.to_owned(),
        by: call.global.actor(),
        reason: call.global.reason.clone(),
        idempotency,
        dry_run: call.global.dry_run,
    };
    let outcome = in_unit(process, service, unit, act, async |unit| frame::asked(call, unit).await).await;
    drop(sent);
    outcome
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
                codes::DELIVERY_ELSEWHERE,
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
