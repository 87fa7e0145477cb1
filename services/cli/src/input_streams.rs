//! Standard input and pipes as input files: `-`, `/dev/stdin`, a shell's `<(...)`.
//!
//! A stream can be read once, and a command's input is read several times: for the hash of its
//! idempotency key, to tell its format, for its rows. So a stream is taken into a file of its own first,
//! which is deleted when the command has ended. Deliberately absent: what the content means.

use std::path::PathBuf;

use bill_formats::input_file::{StreamOf, TakenStreams, is_a_stream};
use service_kit::Failure;

use crate::{
    args::{AccountsCommand, Command, CreditsCommand, MemosCommand, PolicyCommand},
    commands::rates::RatesCommand,
};

/// The input files that a command names.
pub(crate) fn input_paths(command: &mut Command) -> Vec<(&mut PathBuf, StreamOf)> {
    match command {
        Command::Accounts(AccountsCommand::Import { file })
        | Command::Credits(CreditsCommand::Import { file, .. })
        | Command::Memos(MemosCommand::Import { file })
        | Command::Rates(RatesCommand::Import { file })
        | Command::Policy(PolicyCommand::Adopt { file, .. }) => vec![(file, StreamOf::Import)],
        Command::Credits(CreditsCommand::History(args)) => {
            args.file.iter_mut().map(|file| (file, StreamOf::Import)).collect()
        }
        Command::Ingest(args) => args.paths.iter_mut().map(|path| (path, StreamOf::Bill)).collect(),
        _ => Vec::new(),
    }
}

/// Takes the streams that a command names into files, and puts their paths in their place; nothing where
/// it names none.
///
/// # Errors
/// A stream that nobody writes to, that does not end, or that is no text.
pub(crate) fn take(command: &mut Command) -> Result<Option<TakenStreams>, Failure> {
    let mut taken: Option<TakenStreams> = None;
    let refused = |fault| Failure::refused("CM0303", fault);
    for (path, of) in input_paths(command) {
        if !is_a_stream(path) {
            continue;
        }
        let into = match &mut taken {
            Some(into) => into,
            None => taken.insert(TakenStreams::new().map_err(refused)?),
        };
        *path = into.take(path, of).map_err(refused)?;
    }
    Ok(taken)
}
