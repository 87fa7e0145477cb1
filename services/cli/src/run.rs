//! From the command line to an exit code.

use std::process::ExitCode;

use clap::Parser;
use service_kit::{Access, Act, Clock, Failure, Traces, UnitOfWork, UnitSettings, start_logging};
use sha2::{Digest, Sha256};
use wire::IdempotencyKey;

use crate::{
    args::{
        AccountsCommand, AuditCommand, Command, CommandLine, CreditsCommand, Global, MemosCommand, PolicyCommand,
        StatementCommand,
    },
    commands::{self, ClosePackCommand, rates::RatesCommand},
    output, serve,
};

/// Runs the program.
pub fn main() -> ExitCode {
    // Usage errors end with exit code 2, help and version with 0, as clap has it.
    let line = CommandLine::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build() {
        Ok(runtime) => runtime,
        Err(cause) => {
            output::say(format_args!("error: starting failed: {cause}"));
            return ExitCode::from(1);
        }
    };
    let collector = match &line.command {
        Command::Serve(args) => args.collector(),
        _ => None,
    };
    let traces = match collector.map(|address| Traces::to(address, runtime.handle().clone())).transpose() {
        Ok(traces) => traces,
        Err(failure) => return exit_of(&failure),
    };
    start_logging(traces.as_ref());
    let outcome = runtime.block_on(run(line));
    if let Some(traces) = traces {
        traces.end();
    }
    outcome.unwrap_or_else(|failure| exit_of(&failure))
}

fn exit_of(failure: &Failure) -> ExitCode {
    output::say(format_args!("error: {failure}"));
    ExitCode::from(failure.exit as u8)
}

async fn run(line: CommandLine) -> Result<ExitCode, Failure> {
    let CommandLine { global, command } = line;
    let mut command = command;
    if let Some(exit) = serve::through_a_service(&global, &mut command).await? {
        return Ok(ExitCode::from(exit));
    }
    decide_here(&global, command).await.map(|()| ExitCode::SUCCESS)
}

/// Decides a command in this process, directly on the log.
async fn decide_here(global: &Global, command: Command) -> Result<(), Failure> {
    match command {
        Command::Serve(args) => serve::serve(global, args).await,
        Command::Completions { shell } => commands::completions(shell),
        Command::Man { command } => commands::man(&command),
        Command::Demo(args) => commands::demo(global, args).await,
        Command::Generate(args) => commands::generate(global, &args),
        Command::Watch(args) => commands::watch(global, &args).await,
        Command::Log(command) => commands::log(global, &command).await,
        Command::Streams(command) => commands::streams(global, &command).await,
        Command::Audit(AuditCommand { act: Some(act) }) => commands::audit_act(global, act).await,
        Command::Statement(StatementCommand { act: Some(act), .. }) => commands::statement_act(global, &act),
        Command::ClosePack(ClosePackCommand::Verify { file, public_key }) => {
            commands::close_pack_verify(global, &file, public_key.as_deref())
        }
        command => {
            let (name, access) = name_and_access(&command);
            let mut unit = match (open(global, name, access, &command).await, &command) {
                // A log that cannot be opened is a finding, and findings are data.
                (Err(failure), Command::Audit(_)) => return Err(commands::audit_of_unreadable(global, failure)?),
                (outcome, _) => outcome?,
            };
            let was_done = unit.was_done();
            let mut outcome = dispatch(global, &mut unit, command).await;
            if was_done {
                output::say("done before under this key: nothing is recorded again");
            } else if outcome.is_ok() {
                outcome = unit.done().await;
            }
            unit.finish()?;
            if outcome.is_ok() && global.dry_run && access == Access::Write {
                commands::print_dry_run(&unit);
            }
            outcome
        }
    }
}

/// Runs one command line in a back office that is open already, over any log: all that a process of
/// its own would do, save for opening the unit and ending.
///
/// # Errors
/// [`Failure`], as the process would end with.
pub async fn run_in(unit: &mut UnitOfWork, arguments: &[&str]) -> Result<(), Failure> {
    let words = std::iter::once("creditmemo").chain(arguments.iter().copied());
    let CommandLine { global, command } =
        CommandLine::try_parse_from(words).map_err(|fault| Failure::usage("CM0200", fault))?;
    unit.begin(act(&global, name_and_access(&command).0, &command)?)?;
    dispatch(&global, unit, command).await?;
    unit.done().await
}

pub(crate) async fn dispatch(global: &Global, unit: &mut UnitOfWork, command: Command) -> Result<(), Failure> {
    match command {
        Command::Accounts(AccountsCommand::Import { file }) => commands::accounts_import(global, unit, &file).await,
        Command::Accounts(AccountsCommand::List) => commands::accounts_list(global, unit),
        Command::Credits(CreditsCommand::Import { file, payer }) => {
            commands::credits_import(global, unit, &file, payer.as_ref()).await
        }
        Command::Credits(CreditsCommand::List { payer, dates }) => {
            commands::credits_list(global, unit, payer.as_ref(), &dates).await
        }
        Command::Credits(CreditsCommand::Show { id, payer, dates }) => {
            commands::credits_show(global, unit, &id, payer.as_ref(), &dates).await
        }
        Command::Credits(CreditsCommand::Suspense { payer, period }) => {
            commands::credits_suspense(global, unit, payer.as_ref(), period)
        }
        Command::Credits(CreditsCommand::Attributions { payer }) => {
            commands::credits_attributions(global, unit, payer.as_ref())
        }
        Command::Credits(CreditsCommand::Attribute { item, credit, withdraw: _, payer, period }) => {
            commands::credits_attribute(global, unit, item, credit, payer, period).await
        }
        Command::Credits(CreditsCommand::History(args)) => commands::credits_history(global, unit, &args).await,
        Command::Credits(CreditsCommand::Exceptions(args)) => commands::credits_exceptions(global, unit, &args),
        Command::Credits(CreditsCommand::Simulate(args)) => commands::credits_simulate(global, unit, &args),
        Command::Credits(life) => commands::credit_life(global, unit, life).await,
        Command::Ingest(args) => commands::ingest(global, unit, &args).await,
        Command::Bill(args) => commands::bill(global, unit, &args).await,
        Command::Close(args) => commands::close(global, unit, &args).await,
        Command::ClosePack(command) => commands::close_pack(global, unit, command).await,
        Command::Reopen(args) => commands::reopen(global, unit, &args).await,
        Command::Policy(PolicyCommand::Show { payer, period }) => {
            commands::policy_show(global, unit, payer.as_ref(), period)
        }
        Command::Policy(PolicyCommand::Adopt { file, payer, from }) => {
            commands::policy_adopt(global, unit, &file, payer.as_ref(), from).await
        }
        Command::Rates(RatesCommand::Import { file }) => commands::rates_import(global, unit, &file).await,
        Command::Rates(RatesCommand::List { period }) => commands::rates_list(global, unit, period),
        Command::Memos(MemosCommand::List { payer, account, dates }) => {
            commands::memos_list(global, unit, payer.as_ref(), account.as_ref(), &dates).await
        }
        Command::Memos(MemosCommand::Show { number, dates }) => {
            commands::memos_show(global, unit, &number, &dates).await
        }
        Command::Memos(verb) => commands::memo_verb(global, unit, verb).await,
        Command::Documents(documents) => commands::documents(global, unit, documents).await,
        Command::Approve { id } => commands::approve(global, unit, &id).await,
        Command::Approvals => commands::approvals(global, unit),
        Command::Balance(args) => commands::balance(global, unit, &args).await,
        Command::Statement(args) => commands::statement(global, unit, args.of.as_ref()).await,
        Command::Reconcile(args) => commands::reconcile(global, unit, &args).await,
        Command::Explain(args) => commands::explain(global, unit, &args).await,
        Command::WhatIf(args) => commands::what_if(global, unit, &args).await,
        Command::Replay(args) => commands::replay(global, unit, &args).await,
        Command::Audit(_) => commands::audit(global, unit).await,
        Command::Export(what) => commands::export(global, unit, what).await,
        Command::Completions { .. }
        | Command::Man { .. }
        | Command::Demo(_)
        | Command::Generate(_)
        | Command::Log(_)
        | Command::Streams(_)
        | Command::Watch(_)
        | Command::Serve(_) => Ok(()),
    }
}

pub(crate) fn name_and_access(command: &Command) -> (&'static str, Access) {
    use Access::{Read, Write};
    match command {
        Command::Accounts(AccountsCommand::Import { .. }) => ("accounts import", Write),
        Command::Accounts(AccountsCommand::List) => ("accounts list", Read),
        Command::Credits(CreditsCommand::Import { .. }) => ("credits import", Write),
        Command::Credits(CreditsCommand::Attribute { .. }) => ("credits attribute", Write),
        Command::Credits(CreditsCommand::Attributions { .. }) => ("credits attributions", Read),
        Command::Credits(CreditsCommand::History(args)) if args.file.is_some() => ("credits history", Write),
        Command::Credits(CreditsCommand::Transfer { .. }) => ("credits transfer", Write),
        Command::Credits(CreditsCommand::Split { .. }) => ("credits split", Write),
        Command::Credits(CreditsCommand::Pause { .. }) => ("credits pause", Write),
        Command::Credits(CreditsCommand::Cancel { .. }) => ("credits cancel", Write),
        Command::Credits(
            CreditsCommand::List { .. }
            | CreditsCommand::Show { .. }
            | CreditsCommand::Suspense { .. }
            | CreditsCommand::History(_)
            | CreditsCommand::Exceptions(_)
            | CreditsCommand::Simulate(_),
        ) => ("credits", Read),
        Command::Ingest(_) => ("ingest", Write),
        Command::Bill(_) => ("bill", Write),
        Command::Close(_) => ("close", Write),
        Command::ClosePack(_) => ("close-pack", Read),
        Command::Reopen(_) => ("reopen", Write),
        Command::Policy(PolicyCommand::Adopt { .. }) => ("policy adopt", Write),
        Command::Policy(PolicyCommand::Show { .. }) => ("policy show", Read),
        Command::Rates(RatesCommand::Import { .. }) => ("rates import", Write),
        Command::Rates(RatesCommand::List { .. }) => ("rates list", Read),
        Command::Memos(MemosCommand::List { .. } | MemosCommand::Show { .. }) => ("memos", Read),
        Command::Memos(MemosCommand::Issue(_)) => ("memos issue", Write),
        Command::Memos(MemosCommand::Adjust { .. }) => ("memos adjust", Write),
        Command::Memos(MemosCommand::WriteOff(_)) => ("memos write-off", Write),
        Command::Memos(MemosCommand::Refund(_)) => ("memos refund", Write),
        Command::Memos(MemosCommand::Reassign { .. }) => ("memos reassign", Write),
        Command::Memos(MemosCommand::Expire(_)) => ("memos expire", Write),
        Command::Memos(MemosCommand::Reinstate { .. }) => ("memos reinstate", Write),
        Command::Memos(MemosCommand::Import { .. }) => ("memos import", Write),
        Command::Documents(documents) => documents.name_and_access(),
        Command::Approve { .. } => ("approve", Write),
        Command::Approvals => ("approvals", Read),
        Command::Balance(_) => ("balance", Read),
        Command::Statement(_) => ("statement", Read),
        Command::Reconcile(_) => ("reconcile", Read),
        Command::Explain(_) => ("explain", Read),
        Command::WhatIf(_) => ("what-if", Read),
        Command::Replay(_) => ("replay", Read),
        Command::Audit(_) => ("audit", Read),
        Command::Export(_) => ("export", Read),
        Command::Watch(_) => ("watch", Read),
        Command::Log(_) => ("log", Write),
        Command::Streams(_) => ("streams", Write),
        Command::Demo(_) => ("demo", Write),
        Command::Serve(_) => ("serve", Write),
        Command::Generate(_) | Command::Completions { .. } | Command::Man { .. } => ("generate", Read),
    }
}

async fn open(global: &Global, name: &str, access: Access, command: &Command) -> Result<UnitOfWork, Failure> {
    let clock = Clock::from_environment().map_err(|fault| Failure::usage("CM0201", fault))?;
    let act = act(global, name, command)?;
    UnitOfWork::open(UnitSettings { folder: global.data.clone(), nats: global.nats.clone(), access, clock, act }).await
}

fn act(global: &Global, name: &str, command: &Command) -> Result<Act, Failure> {
    let idempotency = idempotency(global, command)?;
    Ok(Act {
        command: name.to_owned(),
        by: actor(global),
        reason: global.reason.clone(),
        idempotency,
        dry_run: global.dry_run,
    })
}

/// The operator's key with the hash of the command's input, where one was named.
pub(crate) fn idempotency(global: &Global, command: &Command) -> Result<Option<IdempotencyKey>, Failure> {
    let Some(key) = &global.idempotency_key else { return Ok(None) };
    Ok(Some(IdempotencyKey { key: key.clone(), input: input_hash(global, command)? }))
}

/// Who acts: as named, else the operating system's user.
pub(crate) fn actor(global: &Global) -> String {
    let of_system = || ["USER", "LOGNAME", "USERNAME"].into_iter().find_map(|name| std::env::var(name).ok());
    global.by.clone().or_else(of_system).filter(|name| !name.is_empty()).unwrap_or_else(|| "unknown".to_owned())
}

/// A file, or all files below a folder, in order of their paths.
fn files_below(path: &std::path::Path, found: &mut Vec<std::path::PathBuf>) {
    if path.is_file() {
        found.push(path.to_owned());
    }
    let Ok(entries) = std::fs::read_dir(path) else { return };
    let mut entries: Vec<std::path::PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    entries.sort();
    for entry in entries {
        files_below(&entry, found);
    }
}

/// The hash of a command's input: its arguments and the files it names.
fn input_hash(global: &Global, command: &Command) -> Result<String, Failure> {
    let mut hash = Sha256::new();
    hash.update(format!("{command:?}\u{0}{:?}", global.reason));
    let files: Vec<&std::path::Path> = match command {
        Command::Accounts(AccountsCommand::Import { file })
        | Command::Credits(CreditsCommand::Import { file, .. })
        | Command::Memos(MemosCommand::Import { file })
        | Command::Rates(RatesCommand::Import { file })
        | Command::Policy(PolicyCommand::Adopt { file, .. }) => vec![file],
        Command::Credits(CreditsCommand::History(args)) => args.file.iter().map(std::path::PathBuf::as_path).collect(),
        Command::Ingest(args) => args.paths.iter().map(std::path::PathBuf::as_path).collect(),
        _ => Vec::new(),
    };
    let mut all = Vec::new();
    for file in files {
        files_below(file, &mut all);
    }
    for file in all {
        let failed = |cause| Failure::refused("CM0303", format!("{}: reading it failed: {cause}", file.display()));
        let mut reader = std::fs::File::open(&file).map_err(failed)?;
        let mut of_file = Sha256::new();
        // Bills are large: a piece at a time.
        let mut piece = vec![0; 1024 * 1024];
        loop {
            let read = std::io::Read::read(&mut reader, &mut piece).map_err(failed)?;
            if read == 0 {
                break;
            }
            of_file.update(&piece[..read]);
        }
        hash.update(of_file.finalize());
    }
    Ok(hex::encode(hash.finalize()))
}
