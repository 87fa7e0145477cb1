//! Asking the service that answers a command, as the table of commands says.
//!
//! What nobody answers, the command line decides itself, directly on the log, as far as its NATS
//! user may write there. Members, customers and policies have no service: operators write ACCOUNTS.

use std::path::Path;

use bill_formats::input_file::read_import;
use command_bus::{AskFault, CommandBus};
use serde_json::Value;
use service_kit::{Failure, codes};
use wire::{IdempotencyKey, ServiceName};

use super::command::{CommandAnswer, CommandMessage, CommandRequest, MESSAGE_VERSION, SentFile};
use crate::{
    args::Command,
    call::Call,
    input::{paths_in, values_of},
    outcome::Outcome,
};

/// Asks the service for a command; none where no such service runs.
pub(super) async fn ask_service(
    call: &Call,
    bus: &CommandBus,
    service: ServiceName,
    idempotency: Option<IdempotencyKey>,
) -> Result<Option<Outcome>, Failure> {
    let global = &call.global;
    let request = CommandRequest {
        command: message_of(call)?,
        by: global.actor(),
        reason: global.reason.clone(),
        dry_run: global.dry_run,
        idempotency,
        output: global.output.name().to_owned(),
    };
    let body = serde_json::to_vec(&request).map_err(|cause| Failure::failed(codes::REQUEST_NOT_MADE, cause))?;
    if body.len() > bus.message_bytes_max() {
        return Err(Failure::refused(
            codes::REQUEST_TOO_LARGE,
            format!(
                "the request has {} bytes, more than the server takes ({}): import the file in parts",
                body.len(),
                bus.message_bytes_max()
            ),
        ));
    }
    let answer = match bus.ask(service, body).await {
        Ok(answer) => answer,
        // Who may not ask may still read, or write, what the command needs; the log says if not.
        Err(AskFault::NobodyAnswers(_) | AskFault::Denied { .. }) => return Ok(None),
        Err(fault) => return Err(Failure::failed(codes::SERVICE_SILENT, fault)),
    };
    let answer: CommandAnswer = serde_json::from_slice(&answer).map_err(|cause| {
        Failure::failed(codes::ANSWER_UNREADABLE, format!("the answer of {service} is not one: {cause}"))
    })?;
    let mut outcome = Outcome::text(answer.out).ended_elsewhere(answer.exit);
    for line in answer.messages.lines() {
        outcome = outcome.say(line);
    }
    if matches!(&call.command, Command::Close(args) if args.key.is_some()) {
        outcome =
            outcome.say("a service closed the month and filed the pack: sign it with close-pack show --out --key");
    }
    Ok(Some(outcome))
}

/// The message of a call: what was said, files as what they hold. Nothing of it is a place of this machine, but for
/// the paths of bills, which the service reads itself.
fn message_of(call: &Call) -> Result<CommandMessage, Failure> {
    let entry = call.entry;
    let mut values = values_of(entry.name, &call.command)?;
    for option in entry.files_sent() {
        let Some(path) = paths_in(&values, option).pop() else { continue };
        let sent =
            serde_json::to_value(sent_file(&path)?).map_err(|cause| Failure::failed(codes::REQUEST_NOT_MADE, cause))?;
        values.insert((*option).to_owned(), sent);
    }
    for option in entry.files.iter().filter(|option| !entry.files_sent().contains(option)) {
        let whole: Vec<Value> = paths_in(&values, option).iter().map(|path| Value::String(whole_path(path))).collect();
        values.insert((*option).to_owned(), Value::Array(whole));
    }
    values.retain(|_, value| !value.is_null());
    Ok(CommandMessage { kind: entry.name.replace(' ', "."), version: MESSAGE_VERSION, values })
}

fn sent_file(path: &Path) -> Result<SentFile, Failure> {
    let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let bytes = read_import(path).map_err(|fault| Failure::refused(codes::FILE_UNREADABLE, fault))?;
    let text = String::from_utf8(bytes).map_err(|_| {
        Failure::refused(codes::FILE_UNREADABLE, format!("{name}: it is not UTF-8 text: save it as UTF-8"))
    })?;
    Ok(SentFile { name, text })
}

/// A path from its root on, where it is there: the service stands elsewhere.
fn whole_path(path: &Path) -> String {
    path.canonicalize()
        .map_or_else(|_| path.to_string_lossy().into_owned(), |whole| whole.to_string_lossy().into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::command_of;

    fn sent(line: &str) -> CommandMessage {
        message_of(&Call::parse(line.split(' ')).unwrap()).unwrap()
    }

    #[test]
    fn a_message_has_what_was_said_and_no_places_or_secrets() {
        let line =
            "creditmemo --nats nats://u:hunter2@host bill 2025-01 --payer 999900001111 --by ana --accept-estimated";
        let message = serde_json::to_value(sent(line)).unwrap();
        let expected = serde_json::json!({
            "type": "bill", "version": 1, "period": "2025-01", "payer": "999900001111", "accept_estimated": true
        });
        assert_eq!(message, expected);
        let message = sent("creditmemo close 2025-01 --key /secret/key.pem --reason x --data /secret");
        assert!(!serde_json::to_string(&message).unwrap().contains("secret"));
    }

    #[test]
    fn what_is_sent_is_the_same_command() {
        for line in [
            "creditmemo credits split C-1 --portion A:1 --portion B:2:3 --payer 1",
            "creditmemo memos reassign 1-2 --to-account 5 --consent",
            "creditmemo memos adjust 9-1 --amount -5 --reason x",
            "creditmemo memos issue --account 7 --face 10 --reason x",
            "creditmemo memos list",
            "creditmemo balance --effective 2025-01-31",
            "creditmemo reconcile 2025-01 --recorded 2025-02-01",
            "creditmemo approvals",
            "creditmemo close 2025-01 --waive --payer 7 --reason because",
        ] {
            let call = Call::parse(line.split(' ')).unwrap();
            let message = message_of(&call).unwrap();
            let command = command_of(call.entry.name, message.values).unwrap();
            assert_eq!(format!("{:?}", call.command), format!("{command:?}"), "{line}");
        }
    }
}
