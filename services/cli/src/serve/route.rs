//! Which command is whose, and asking that service for it.
//!
//! What nobody answers, the command line decides itself, directly on the log, as far as its NATS
//! user may write there. Members, customers and policies have no service: operators write ACCOUNTS.

use std::{any::TypeId, path::PathBuf};

use bill_formats::input_file::read_import;
use clap::{ArgAction, ArgMatches, CommandFactory, parser::ValueSource};
use command_bus::{AskFault, CommandBus};
use service_kit::{Access, Failure};
use wire::{IdempotencyKey, ServiceName};

use super::command::{CommandAnswer, CommandRequest, SentFile};
use crate::{
    args::{Command, CommandLine, CreditsCommand, Global, MemosCommand},
    commands, output, run,
};

/// A command that a service answers.
pub(super) struct Routed {
    /// The service.
    pub(super) service: ServiceName,
}

impl Routed {
    /// Whose command it is; nobody's where the command line decides it itself.
    pub(super) fn of(command: &Command) -> Option<Self> {
        let (_, access) = run::name_and_access(command);
        let service = match (command, access) {
            // Policies have no service, and their proposals neither.
            (Command::Approve { id } | Command::Reject { id }, _) if commands::policy_proposals::is_one(id) => {
                return None;
            }
            (Command::Ingest(_), _) => ServiceName::UsageIngest,
            (Command::Credits(_), Access::Write) => ServiceName::UpstreamCredits,
            (Command::Memos(_) | Command::Bill(_) | Command::Close(_) | Command::Reopen(_), Access::Write)
            | (Command::Approve { .. } | Command::Reject { .. }, _) => ServiceName::MemoKeeper,
            (Command::Memos(_) | Command::Balance(_) | Command::Reconcile(_) | Command::Approvals, Access::Read) => {
                ServiceName::Projector
            }
            _ => return None,
        };
        Some(Self { service })
    }
}

/// The small files that a command names, to be sent along with it.
pub(super) fn input_files(command: &mut Command) -> Vec<&mut PathBuf> {
    match command {
        Command::Credits(CreditsCommand::Import { file, .. }) | Command::Memos(MemosCommand::Import { file }) => {
            vec![file]
        }
        Command::Credits(CreditsCommand::History(args)) => args.file.iter_mut().collect(),
        _ => Vec::new(),
    }
}

/// Asks the service for a command; none where no such service runs.
pub(super) async fn ask_service(
    global: &Global,
    bus: &CommandBus,
    routed: &Routed,
    command: &mut Command,
    idempotency: Option<IdempotencyKey>,
) -> Result<Option<u8>, Failure> {
    let request = CommandRequest {
        arguments: words_of(std::env::args_os().collect())?,
        by: run::actor(global),
        reason: global.reason.clone(),
        dry_run: global.dry_run,
        idempotency,
        output: global.output.name().to_owned(),
        files: read_files(command)?,
    };
    let body = serde_json::to_vec(&request).map_err(|cause| Failure::failed("CM0621", cause))?;
    if body.len() > bus.message_bytes_max() {
        return Err(Failure::refused(
            "CM0622",
            format!(
                "the request has {} bytes, more than the server takes ({}): import the file in parts",
                body.len(),
                bus.message_bytes_max()
            ),
        ));
    }
    let answer = match bus.ask(routed.service, body).await {
        Ok(answer) => answer,
        // Who may not ask may still read, or write, what the command needs; the log says if not.
        Err(AskFault::NobodyAnswers(_) | AskFault::Denied { .. }) => return Ok(None),
        Err(fault) => return Err(Failure::failed("CM0623", fault)),
    };
    let answer: CommandAnswer = serde_json::from_slice(&answer)
        .map_err(|cause| Failure::failed("CM0624", format!("the answer of {} is not one: {cause}", routed.service)))?;
    output::print_text(&answer.out)?;
    for line in answer.messages.lines() {
        output::say(line);
    }
    if matches!(command, Command::Close(args) if args.key.is_some()) {
        output::say("a service closed the month and filed the pack: sign it with close-pack show --out --key");
    }
    Ok(Some(answer.exit))
}

fn read_files(command: &mut Command) -> Result<Vec<SentFile>, Failure> {
    input_files(command)
        .into_iter()
        .map(|path| {
            let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
            let bytes = read_import(path).map_err(|fault| Failure::refused("CM0320", fault))?;
            let text = String::from_utf8(bytes)
                .map_err(|_| Failure::refused("CM0320", format!("{name}: it is not UTF-8 text: save it as UTF-8")))?;
            Ok(SentFile { name, text })
        })
        .collect()
}

/// The words of this process's command without global options, which may hold secrets and places
/// that are nobody else's. Paths that a service reads itself are made whole.
fn words_of(line: Vec<std::ffi::OsString>) -> Result<Vec<String>, Failure> {
    let definition = CommandLine::command();
    // It was parsed before, so that it parses now.
    let matches =
        definition.clone().try_get_matches_from(line).map_err(|cause| Failure::usage("CM0615", cause.to_string()))?;
    let mut words = Vec::new();
    collect(&definition, &matches, &mut words);
    Ok(words)
}

fn collect(definition: &clap::Command, matches: &ArgMatches, words: &mut Vec<String>) {
    let mut positional = Vec::new();
    for argument in definition.get_arguments().filter(|argument| !argument.is_global_set()) {
        let id = argument.get_id().as_str();
        // A private key stays where it is: a service signs with its own, or not at all.
        if matches.value_source(id) != Some(ValueSource::CommandLine) || id == "key" {
            continue;
        }
        let values: Vec<String> =
            matches.get_raw(id).into_iter().flatten().map(|value| value.to_string_lossy().into_owned()).collect();
        match argument.get_long() {
            None if argument.get_value_parser().type_id() == TypeId::of::<PathBuf>() => {
                positional.extend(values.into_iter().map(whole_path));
            }
            None => positional.extend(values),
            Some(long) if matches!(argument.get_action(), ArgAction::SetTrue) => words.push(format!("--{long}")),
            Some(long) => words.extend(values.into_iter().map(|value| format!("--{long}={value}"))),
        }
    }
    if let Some((name, inner)) = matches.subcommand() {
        words.push(name.to_owned());
        if let Some(definition) = definition.find_subcommand(name) {
            collect(definition, inner, words);
        }
    }
    // Last, and marked as such, since a value may begin with a hyphen.
    if !positional.is_empty() {
        words.push("--".to_owned());
        words.extend(positional);
    }
}

/// A path from its root on, where it is there: the service stands elsewhere.
fn whole_path(word: String) -> String {
    PathBuf::from(&word).canonicalize().map_or(word, |whole| whole.to_string_lossy().into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<String> {
        words_of(line.split(' ').map(Into::into).collect()).unwrap()
    }

    #[test]
    fn the_words_of_a_command_come_without_places_and_secrets() {
        let line =
            "creditmemo --nats nats://u:hunter2@host bill 2025-01 --payer 999900001111 --by ana --accept-estimated";
        let sent = words(line);
        assert_eq!(sent, ["bill", "--payer=999900001111", "--accept-estimated", "--", "2025-01"]);
        let line = "creditmemo memos adjust 9-1 --amount -5 --reason x --data /secret";
        assert_eq!(words(line), ["memos", "adjust", "--amount=-5", "--", "9-1"]);
    }

    #[test]
    fn what_is_sent_parses_to_the_same_command() {
        use clap::Parser;
        for line in [
            "creditmemo credits split C-1 --portion A:1 --portion B:2:3 --payer 1",
            "creditmemo memos reassign 1-2 --to-account 5 --consent",
            "creditmemo close 2025-01 --waive --payer 7 --reason because",
        ] {
            let direct = CommandLine::parse_from(line.split(' '));
            let sent = words(line);
            let sent = CommandLine::parse_from(std::iter::once("creditmemo".to_owned()).chain(sent));
            assert_eq!(format!("{:?}", direct.command), format!("{:?}", sent.command), "{line}");
        }
    }
}
