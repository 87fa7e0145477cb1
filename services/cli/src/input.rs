//! What a command was given: the values of its options, and its input files.
//!
//! The values are those that were understood, not the words: `--amount 70` and `--amount=70.00` are the same, and so
//! are two paths to the same content.

use std::{
    io::Read,
    path::{Path, PathBuf},
};

use serde_json::{Map, Value};
use service_kit::{Failure, codes};
use sha2::{Digest, Sha256};

use crate::{args::Command, table::CommandEntry};

/// The values that a command was given, by the names of its options.
///
/// # Errors
/// [`Failure`] for a command that has no such form: none that records.
pub(crate) fn values_of(name: &str, command: &Command) -> Result<Map<String, Value>, Failure> {
    let formless = |cause: &dyn std::fmt::Display| {
        Failure::failed(codes::ANSWER_NOT_TEXT, format!("'{name}' has no form: {cause}"))
    };
    let mut value = serde_json::to_value(command).map_err(|cause| formless(&cause))?;
    for word in name.split(' ') {
        value = match value {
            Value::Object(mut fields) => fields.remove(word).unwrap_or_default(),
            other => other,
        };
    }
    match value {
        Value::Object(values) => Ok(values),
        _ => Ok(Map::new()),
    }
}

/// The command that has these values.
///
/// # Errors
/// What is wrong with them.
pub(crate) fn command_of(name: &str, values: Map<String, Value>) -> Result<Command, serde_json::Error> {
    let nested = |innermost: Value| {
        name.rsplit(' ').fold(innermost, |below, word| Value::Object(Map::from_iter([(word.to_owned(), below)])))
    };
    if values.is_empty()
        && let Ok(command) = serde_json::from_value(nested(Value::Null))
    {
        return Ok(command);
    }
    serde_json::from_value(nested(Value::Object(values)))
}

/// The paths that an option names: one, or several.
pub(crate) fn paths_in(values: &Map<String, Value>, option: &str) -> Vec<PathBuf> {
    match values.get(option) {
        Some(Value::String(path)) => vec![path.into()],
        Some(Value::Array(paths)) => paths.iter().filter_map(Value::as_str).map(PathBuf::from).collect(),
        _ => Vec::new(),
    }
}

/// SHA-256 over what a command was given: its name, the values of its options, the content of its files, and the
/// reason. What was left out, `--dry-run`, `--output` and whoever acts do not count.
///
/// # Errors
/// [`Failure`] where a file cannot be read.
pub(crate) fn input_hash(entry: &CommandEntry, command: &Command, reason: Option<&str>) -> Result<String, Failure> {
    let mut values = values_of(entry.name, command)?;
    let mut hash = Sha256::new();
    hash.update(entry.name);
    for option in entry.files {
        let mut digests = Vec::new();
        for path in paths_in(&values, option) {
            let mut files = Vec::new();
            files_below(&path, &mut files);
            for file in files {
                digests.push(digest_of(&file)?);
            }
        }
        // The files of one delivery are a set: their order is how it was spelled.
        digests.sort();
        values.remove(*option);
        hash.update(format!("\u{0}{option}={}", digests.join(",")));
    }
    // An option that is added later, and not said, leaves the hash as it is.
    values.retain(|_, value| !is_unsaid(value));
    values.sort_keys();
    hash.update(format!("\u{0}{}\u{0}{:?}", Value::Object(values), reason));
    Ok(hex::encode(hash.finalize()))
}

fn is_unsaid(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        _ => false,
    }
}

/// A file, or all files below a folder, in order of their paths. Links to folders are not followed: they may
/// lead in a circle.
fn files_below(path: &Path, found: &mut Vec<PathBuf>) {
    if path.is_file() {
        found.push(path.to_owned());
    }
    let Ok(entries) = std::fs::read_dir(path) else { return };
    let is_link = |entry: &std::fs::DirEntry| entry.file_type().is_ok_and(|kind| kind.is_symlink());
    let mut entries: Vec<_> = entries.flatten().filter(|entry| !is_link(entry) || entry.path().is_file()).collect();
    entries.sort_by_key(std::fs::DirEntry::path);
    for entry in entries {
        files_below(&entry.path(), found);
    }
}

fn digest_of(file: &Path) -> Result<String, Failure> {
    let failed =
        |cause| Failure::refused(codes::FILE_UNREADABLE, format!("{}: reading it failed: {cause}", file.display()));
    let mut reader = std::fs::File::open(file).map_err(failed)?;
    let mut hash = Sha256::new();
    // Bills are large: a piece at a time.
    let mut piece = vec![0; 1024 * 1024];
    loop {
        let read = reader.read(&mut piece).map_err(failed)?;
        if read == 0 {
            return Ok(hex::encode(hash.finalize()));
        }
        hash.update(&piece[..read]);
    }
}
