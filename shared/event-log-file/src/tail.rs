//! From bytes to entries of the index: which lines are whole, and what an unfinished end is.
//!
//! Invariants: a line counts as whole only with its line break, a right checksum and the sequence
//! that is next. What follows the last whole line is *unfinished* if no whole line comes after it
//! (a crash or a loss of power left it), and *damage* if one does, wherever in those bytes it
//! begins. Deliberately absent: what to do about either.

use std::path::Path;

use event_log::LogError;
use wire::StreamName;

use crate::{
    error::damaged_line,
    index::{LineEntry, SubjectKey},
    layout::SEGMENT_BYTES_LIMIT,
    line::{LINE_START, ScannedLine, parse_line},
};

/// Where in a stream some bytes begin: always at the beginning of a line.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Start<'a> {
    pub(crate) stream: StreamName,
    pub(crate) path: &'a Path,
    pub(crate) offset: u64,
    /// Lines before it in the file.
    pub(crate) lines: u64,
    /// The sequence that the first line must have.
    pub(crate) sequence: u64,
}

/// What was found in the bytes.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) entries: Vec<LineEntry>,
    /// Where in the file the whole lines end.
    pub(crate) end: u64,
    pub(crate) unfinished: Option<Unfinished>,
}

/// Bytes after the last whole line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unfinished {
    pub(crate) bytes: u64,
    pub(crate) what: String,
}

/// Finds the whole lines, and what is left after them.
pub(crate) fn find_lines(start: Start<'_>, bytes: &[u8]) -> Result<Found, LogError> {
    let mut found = Found { end: start.offset, ..Found::default() };
    let mut rest = bytes;
    while !rest.is_empty() {
        let line = start.lines + found.entries.len() as u64 + 1;
        let parsed = match memchr::memchr(b'\n', rest) {
            Some(length) => parse_line(&rest[..length]).map(|line| (line, length + 1)).map_err(|bad| bad.to_string()),
            None => Err("the line has no end".to_owned()),
        };
        match parsed {
            Ok((scanned, length)) => {
                let sequence = start.sequence + found.entries.len() as u64;
                check_place(start, line, found.end, sequence, &scanned)?;
                found.entries.push(LineEntry {
                    offset: offset32(start, line, found.end)?,
                    key: SubjectKey::of(scanned.subject),
                });
                found.end += length as u64;
                rest = &rest[length..];
            }
            Err(what) if holds_whole_line(&rest[1..]) => {
                let what = format!("{what}; whole lines follow, so this is no unfinished end");
                return Err(damaged_line(start.path, line, found.end, &what));
            }
            Err(what) => {
                found.unfinished = Some(Unfinished { bytes: rest.len() as u64, what });
                break;
            }
        }
    }
    Ok(found)
}

/// Whether a line with a right checksum stands where it belongs.
pub(crate) fn check_place(
    start: Start<'_>,
    line: u64,
    offset: u64,
    sequence: u64,
    scanned: &ScannedLine<'_>,
) -> Result<(), LogError> {
    if scanned.sequence > sequence {
        return Err(LogError::Gap { stream: start.stream, expected: sequence, found: scanned.sequence });
    }
    let prefix = start.stream.subject_prefix();
    let ours = scanned.subject.strip_prefix(prefix).is_some_and(|rest| rest.starts_with('.'));
    let what = if scanned.sequence < sequence {
        format!("sequence {} comes again where {sequence} should come", scanned.sequence)
    } else if !ours {
        format!("the subject {} is not one of {}", scanned.subject, start.stream)
    } else {
        return Ok(());
    };
    Err(damaged_line(start.path, line, offset, &what))
}

fn offset32(start: Start<'_>, line: u64, offset: u64) -> Result<u32, LogError> {
    let too_long = || format!("the file is longer than {SEGMENT_BYTES_LIMIT} bytes, which no segment is");
    u32::try_from(offset).map_err(|_| damaged_line(start.path, line, offset, &too_long()))
}

/// Whether a whole line begins anywhere: bytes may have lost a line break, or have gained zeros.
fn holds_whole_line(bytes: &[u8]) -> bool {
    memchr::memmem::find_iter(bytes, LINE_START).any(|at| {
        let candidate = &bytes[at..];
        memchr::memchr(b'\n', candidate).is_some_and(|length| parse_line(&candidate[..length]).is_ok())
    })
}
