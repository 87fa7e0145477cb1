//! Reading a request: from a message to a call, with the files that came with it.

use std::path::{Path, PathBuf};

use clap::ValueEnum;
use serde_json::{Map, Value};
use service_kit::{Failure, codes};
use wire::{IdempotencyKey, ServiceName};

use super::command::{CommandRequest, MESSAGE_VERSION, SentFile};
use crate::{
    args::{Global, OutputFormat},
    call::Call,
    input::{command_of, values_of},
    table::CommandEntry,
};

/// A call that somebody asked for.
pub(super) struct AskedCall {
    /// The call.
    pub(super) call: Call,
    /// The asker's key with the hash of the input.
    pub(super) idempotency: Option<IdempotencyKey>,
    /// The folder of the files that were sent, for as long as the command runs.
    pub(super) sent: Option<tempfile::TempDir>,
}

/// Reads a request for a service.
///
/// # Errors
/// [`Failure`] where it is none.
pub(super) fn read(service: ServiceName, of_process: &Global, request: &[u8]) -> Result<AskedCall, Failure> {
    let request: CommandRequest = serde_json::from_slice(request)
        .map_err(|cause| Failure::usage(codes::REQUEST_UNREADABLE, format!("the request is not one: {cause}")))?;
    let name = request.command.kind.replace('.', " ");
    let entry = CommandEntry::named(&name).filter(|entry| entry.service == Some(service)).ok_or_else(|| {
        Failure::usage(codes::REQUEST_WRONG_SERVICE, format!("'{}' is no command for {service}", request.command.kind))
    })?;
    if request.command.version != MESSAGE_VERSION {
        let what = format!(
            "version {} of '{}' is not known here: send version {MESSAGE_VERSION}, or run a newer program",
            request.command.version, request.command.kind
        );
        return Err(Failure::usage(codes::REQUEST_NO_COMMAND, what));
    }
    let not_one = |cause: &dyn std::fmt::Display| {
        Failure::usage(codes::REQUEST_NO_COMMAND, format!("the command '{}' is not one: {cause}", request.command.kind))
    };
    let mut values = request.command.values.clone();
    let sent = unpack(entry, &mut values)?;
    let has_file = entry.files.iter().any(|option| values.get(*option).is_some_and(|value| !value.is_null()));
    let said: Vec<String> = values.keys().cloned().collect();
    let command = command_of(&name, values).map_err(|cause| not_one(&cause))?;
    // What is not understood might have changed what is meant.
    let known = values_of(&name, &command)?;
    if let Some(unknown) = said.iter().find(|option| !known.contains_key(*option)) {
        let options: Vec<&str> = known.keys().map(String::as_str).collect();
        return Err(not_one(&format!("it has no '{unknown}'; it has: {}", options.join(", "))));
    }
    let output = OutputFormat::from_str(&request.output, true)
        .map_err(|_| Failure::usage(codes::REQUEST_OUTPUT, format!("there is no output '{}'", request.output)))?;
    let global = Global {
        output,
        dry_run: request.dry_run,
        idempotency_key: request.idempotency.as_ref().map(|key| key.key.clone()),
        by: Some(request.by),
        reason: request.reason,
        ..of_process.clone()
    };
    let call = Call { entry, access: entry.access(has_file), global, command };
    Ok(AskedCall { call, idempotency: request.idempotency, sent })
}

/// Writes the files that were sent out under their own names, and has the command read them there.
fn unpack(entry: &CommandEntry, values: &mut Map<String, Value>) -> Result<Option<tempfile::TempDir>, Failure> {
    let failed = |cause: std::io::Error| {
        Failure::failed(codes::SENT_FILE_NOT_KEPT, format!("keeping a sent file failed: {cause}"))
    };
    let mut folder = None;
    for option in entry.files_sent() {
        let Some(value) = values.get_mut(*option).filter(|value| !value.is_null()) else { continue };
        let sent: SentFile = serde_json::from_value(value.take()).map_err(|_| {
            Failure::usage(codes::REQUEST_FILES, format!("'{option}' is a file: send its name and its text"))
        })?;
        let place = match &folder {
            Some(place) => place,
            None => folder.insert(tempfile::tempdir().map_err(failed)?),
        };
        let path = place.path().join(last_part(&sent.name));
        std::fs::write(&path, &sent.text).map_err(failed)?;
        *value = Value::String(path.to_string_lossy().into_owned());
    }
    Ok(folder)
}

/// Only the last part of a name: a name is no place.
fn last_part(name: &str) -> PathBuf {
    Path::new(name).file_name().map_or_else(|| "file".into(), PathBuf::from)
}
