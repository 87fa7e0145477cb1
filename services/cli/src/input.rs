//! What a command was given: the values of its options, and its input files, which may come from stdin.
//!
//! The values are those that were understood, not the words: `--amount 70` and `--amount=70.00` are the same, and so
//! are two paths to the same content.

use std::{
    io::Read,
    path::{Path, PathBuf},
};

use serde_json::{Map, Value};
use service_kit::Failure;
use sha2::{Digest, Sha256};

use crate::{args::Command, call::Call};

/// The word that stands for stdin where a file is named.
const STDIN: &str = "-";

/// The values that a command was given, by the names of its options.
///
/// # Errors
/// [`Failure`] for a command that has no such form: none that records.
pub(crate) fn values_of(name: &str, command: &Command) -> Result<Map<String, Value>, Failure> {
    let formless = |cause: &dyn std::fmt::Display| Failure::failed("CM0110", format!("'{name}' has no form: {cause}"));
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
pub(crate) fn input_hash(call: &Call) -> Result<String, Failure> {
    let mut values = values_of(call.entry.name, &call.command)?;
    let mut hash = Sha256::new();
    hash.update(call.entry.name);
    for option in call.entry.files {
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
    hash.update(format!("\u{0}{}\u{0}{:?}", Value::Object(values), call.global.reason));
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

/// A file, or all files below a folder, in order of their paths.
fn files_below(path: &Path, found: &mut Vec<PathBuf>) {
    if path.is_dir() {
        let Ok(entries) = std::fs::read_dir(path) else { return };
        let mut entries: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
        entries.sort();
        for entry in entries {
            files_below(&entry, found);
        }
    } else if path.is_file() {
        found.push(path.to_owned());
    }
}

fn digest_of(file: &Path) -> Result<String, Failure> {
    let failed = |cause| Failure::refused("CM0303", format!("{}: reading it failed: {cause}", file.display()));
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

/// Stdin as a file, for as long as the command runs, where `-` names an input file.
///
/// # Errors
/// [`Failure`] where it cannot be read or kept.
pub(crate) fn with_stdin(call: Call) -> Result<(Call, Option<tempfile::TempDir>), Failure> {
    let Ok(mut values) = values_of(call.entry.name, &call.command) else { return Ok((call, None)) };
    let from_stdin = |value: &Value| value.as_str() == Some(STDIN);
    let named: Vec<&str> = call
        .entry
        .files
        .iter()
        .copied()
        .filter(|option| match values.get(*option) {
            Some(Value::Array(paths)) => paths.iter().any(from_stdin),
            Some(path) => from_stdin(path),
            None => false,
        })
        .collect();
    if named.is_empty() {
        return Ok((call, None));
    }
    let failed = |cause: std::io::Error| Failure::failed("CM0103", format!("keeping stdin failed: {cause}"));
    let folder = tempfile::tempdir().map_err(failed)?;
    let path = folder.path().join("stdin");
    let mut file = std::fs::File::create(&path).map_err(failed)?;
    std::io::copy(&mut std::io::stdin().lock(), &mut file).map_err(failed)?;
    let path = Value::String(path.to_string_lossy().into_owned());
    for option in named {
        match values.get_mut(option) {
            Some(Value::Array(paths)) => {
                paths.iter_mut().filter(|one| from_stdin(one)).for_each(|one| one.clone_from(&path));
            }
            Some(one) => *one = path.clone(),
            None => {}
        }
    }
    let command = command_of(call.entry.name, values).map_err(|cause| Failure::failed("CM0110", cause))?;
    Ok((Call { command, ..call }, Some(folder)))
}
