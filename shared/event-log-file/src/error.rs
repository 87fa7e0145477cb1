//! How failures here become the port's errors: with the file, line and offset, so that whoever
//! mends the disk or restores the copy knows where to look.

use std::{io, path::Path};

use event_log::LogError;

/// An operation of the file system failed.
pub(crate) fn unavailable(doing: &str, path: &Path, cause: &io::Error) -> LogError {
    LogError::Unavailable { doing: format!("{doing} {}", path.display()), cause: cause.to_string() }
}

/// A line of a segment is not what was written. Lines count from 1, as text tools do; the sequence is
/// that of the commit which should stand there.
pub(crate) fn damaged_line(path: &Path, line: u64, offset: u64, what: &str) -> LogError {
    LogError::Damaged { place: place_of_line(path, line, offset), what: what.to_owned() }
}

/// The stream and sequence of a line, and where it is in which file.
pub(crate) fn place_of_line(path: &Path, line: u64, offset: u64) -> String {
    let file = format!("{}, line {line}, byte offset {offset}", path.display());
    sequence_at(path, line).map_or(file.clone(), |of| format!("{of} ({file})"))
}

/// The stream and sequence of a line: a segment lies in its stream's folder and is named after its first
/// sequence.
fn sequence_at(path: &Path, line: u64) -> Option<String> {
    let stream = path.parent()?.file_name()?.to_str()?;
    let first: u64 = path.file_stem()?.to_str()?.parse().ok()?;
    Some(format!("{stream} sequence {}", first.checked_add(line)?.checked_sub(1)?))
}

/// A file as a whole is not what was written.
pub(crate) fn damaged_file(path: &Path, what: &str) -> LogError {
    LogError::Damaged { place: path.display().to_string(), what: what.to_owned() }
}
