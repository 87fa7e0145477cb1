//! Standard input and pipes as input files: `-`, `/dev/stdin`, a shell's `<(...)`.
//!
//! A stream can be read once, and a command's input is read several times: for the hash of its
//! idempotency key, to tell its format, for its rows. So a stream is taken into a file of its own first,
//! which is deleted when the command has ended. Deliberately absent: what the content means.

use bill_formats::input_file::{StreamOf, TakenStreams, is_a_stream};
use serde_json::Value;
use service_kit::{Failure, codes};
use wire::ServiceName;

use crate::{
    call::Call,
    input::{command_of, values_of},
};

/// Takes the streams that a command names into files, and puts their paths in their place; nothing where
/// it names none.
///
/// # Errors
/// A stream that nobody writes to, that does not end, or that is no text.
pub(crate) fn take(call: Call) -> Result<(Call, Option<TakenStreams>), Failure> {
    // A command without values is none that takes streams.
    let Ok(mut values) = values_of(call.entry.name, &call.command) else { return Ok((call, None)) };
    let of = match call.entry.service {
        Some(ServiceName::UsageIngest) => StreamOf::Bill,
        _ => StreamOf::Import,
    };
    let refused = |fault| Failure::refused(codes::FILE_UNREADABLE, fault);
    let mut taken: Option<TakenStreams> = None;
    for option in call.entry.files {
        let named = match values.get_mut(*option) {
            Some(Value::Array(paths)) => paths.iter_mut().collect(),
            Some(path) => vec![path],
            None => Vec::new(),
        };
        for path in named {
            let Some(stream) = path.as_str().map(std::path::PathBuf::from).filter(|path| is_a_stream(path)) else {
                continue;
            };
            let into = match &mut taken {
                Some(into) => into,
                None => taken.insert(TakenStreams::new().map_err(refused)?),
            };
            let file = into.take(&stream, of).map_err(refused)?;
            *path = Value::String(file.to_string_lossy().into_owned());
        }
    }
    if taken.is_none() {
        return Ok((call, None));
    }
    let command =
        command_of(call.entry.name, values).map_err(|cause| Failure::failed(codes::ANSWER_NOT_TEXT, cause))?;
    Ok((Call { command, ..call }, taken))
}
