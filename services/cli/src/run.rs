//! From the command line to an exit code: parse, call, outcome, print.

use std::process::ExitCode;

use service_kit::{Clock, Failure, UnitOfWork, UnitSettings, codes};
use telemetry::{Traces, start_logging};

use crate::{
    args::{AuditCommand, ClosePackCommand, Command, OutputFormat, StatementCommand},
    call::Call,
    commands, frame, input_streams,
    outcome::Outcome,
    printer::Printer,
    serve,
    table::Writes,
};

/// Runs the program.
pub fn main() -> ExitCode {
    // Usage errors end with exit code 2, help and version with 0, as clap has it.
    let call = Call::parse(std::env::args_os()).unwrap_or_else(|said| said.exit());
    let mut printer = Printer::of_process(call.global.output);
    let runtime = match tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build() {
        Ok(runtime) => runtime,
        Err(cause) => {
            return ended(
                Failure::failed(codes::NO_SUCH_ACT, format!("starting failed: {cause}")).into(),
                &mut printer,
            );
        }
    };
    let collector = match &call.command {
        Command::Serve(args) => args.collector(),
        _ => None,
    };
    let traces = match collector.map(|address| Traces::to(address, runtime.handle().clone())).transpose() {
        Ok(traces) => traces,
        Err(failure) => return ended(failure.into(), &mut printer),
    };
    start_logging(traces.as_ref());
    let outcome = runtime.block_on(settled(call, &mut printer)).into();
    if let Some(traces) = traces {
        traces.end();
    }
    ended(outcome, &mut printer)
}

/// Prints what a command came to. Its exit code is settled: only where nothing was wrong but printing, and not for
/// want of a reader, does printing change it.
fn ended(outcome: Outcome, printer: &mut Printer) -> ExitCode {
    let exit = outcome.exit();
    let printed = printer.print(&outcome).or_else(|fault| fault.unless_reader_left());
    if let Err(failure) = printed {
        printer.say(format_args!("error: {failure}"));
        return ExitCode::from(if exit == 0 { failure.exit as u8 } else { exit });
    }
    ExitCode::from(exit)
}

/// Does a call: all that it records is recorded when this returns.
async fn settled(call: Call, printer: &mut Printer) -> Result<Outcome, Failure> {
    if call.entry.writes == Writes::ElsewhereForReal && call.global.dry_run {
        let what = format!("{} knows no dry run: leave out --dry-run", call.entry.name);
        return Err(Failure::usage(codes::NO_DRY_RUN, what));
    }
    // Kept until the command has ended: it deletes what it took.
    let (call, taken) = input_streams::take(call)?;
    // A service reads bills from its own disk, where no stream of this process is.
    let is_ours = taken.is_some() && matches!(call.command, Command::Ingest(_));
    if !is_ours && let Some(outcome) = serve::through_a_service(&call).await? {
        return Ok(outcome);
    }
    let outcome = here(call, printer).await;
    drop(taken);
    outcome
}

/// Decides a command in this process, directly on the log.
async fn here(call: Call, printer: &mut Printer) -> Result<Outcome, Failure> {
    let Call { global, command, .. } = &call;
    match command {
        Command::Serve(args) => serve::serve(global, args.clone(), printer).await.map(|()| Outcome::new()),
        Command::Completions { shell } => commands::completions(*shell),
        Command::Man { command } => commands::man(command),
        Command::ExplainError { code } => commands::explain_error(code),
        Command::Demo(args) => commands::demo(global, args.clone(), printer).await,
        Command::Generate(args) => commands::generate(args, printer.is_watched()),
        Command::Watch(args) => commands::watch(global, args, printer).await.map(|()| Outcome::new()),
        Command::Log(command) => commands::log(global, command).await,
        Command::Streams(command) => commands::streams(global, command).await,
        Command::Audit(AuditCommand { act: Some(act) }) => commands::audit_act(global, act.clone()).await,
        Command::Statement(StatementCommand { act: Some(act), .. }) => commands::statement_act(act),
        Command::ClosePack(ClosePackCommand::Verify { file, public_key }) => {
            commands::close_pack_verify(file, public_key.as_deref())
        }
        command => {
            let is_audit = matches!(command, Command::Audit(_));
            let mut unit = match open(&call).await {
                // A log that cannot be opened is a finding, and findings are data.
                Err(failure) if is_audit => return commands::audit_of_unreadable(failure),
                opened => opened?,
            };
            let outcome = frame::in_unit(call, &mut unit, printer.is_watched()).await;
            unit.finish()?;
            outcome
        }
    }
}

async fn open(call: &Call) -> Result<UnitOfWork, Failure> {
    let clock = Clock::from_environment().map_err(|fault| Failure::usage(codes::CLOCK_UNREADABLE, fault))?;
    let (folder, nats) = (call.global.data.clone(), call.global.nats.clone());
    UnitOfWork::open(UnitSettings { folder, nats, access: call.access, clock, act: call.act()? }).await
}

/// Runs one command line in a back office that is open already, over any log: all that a process of
/// its own would do, save for opening the unit and ending.
///
/// # Errors
/// [`Failure`], as the process would end with.
pub async fn run_in(unit: &mut UnitOfWork, arguments: &[&str]) -> Result<(), Failure> {
    let words = std::iter::once("creditmemo").chain(arguments.iter().copied());
    let call = Call::parse(words).map_err(|fault| Failure::usage(codes::LINE_UNREADABLE, fault))?;
    unit.begin(call.act()?)?;
    let outcome = frame::in_unit(call, unit, false).await?;
    Printer::of_process(OutputFormat::Table).print(&outcome).or_else(|fault| fault.unless_reader_left())?;
    outcome.failure.map_or(Ok(()), Err)
}
