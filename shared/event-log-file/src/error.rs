//! How failures here become the port's errors: with the file, line and offset, so that whoever
//! mends the disk or restores the copy knows where to look.

use std::{io, path::Path};

use event_log::LogError;

/// An operation of the file system failed.
pub(crate) fn unavailable(doing: &str, path: &Path, cause: &io::Error) -> LogError {
    LogError::Unavailable { doing: format!("{doing} {}", path.display()), cause: cause.to_string() }
}

/// A line of a segment is not what was written. Lines count from 1, as text tools do.
pub(crate) fn damaged_line(path: &Path, line: u64, offset: u64, what: &str) -> LogError {
    LogError::Damaged { place: format!("{}, line {line}, byte offset {offset}", path.display()), what: what.to_owned() }
}

/// A file as a whole is not what was written.
pub(crate) fn damaged_file(path: &Path, what: &str) -> LogError {
    LogError::Damaged { place: path.display().to_string(), what: what.to_owned() }
}
