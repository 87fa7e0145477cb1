//! From bytes to entries of the index: which lines are whole, and what an unfinished end is.
//!
//! Invariants: a line counts as whole only with its line break, a right checksum and the sequence
//! that is next. What follows the last whole line is *unfinished* if it can be what a crash or a loss
//! of power left: the beginning of a line, zeros, or bytes that are no text. It is *damage* if a whole
//! line comes after it, wherever in those bytes that begins, or if it was a whole line once: then it
//! may have been acknowledged, and someone changed it. Deliberately absent: what to do about either.

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
            Err(what) if was_whole(rest) => {
                let remedy = "the line was whole once, so this is no unfinished end; restore it from a copy";
                let remedy =
                    if rest.contains(&b'\r') { "its line breaks were changed from LF to CRLF" } else { remedy };
                return Err(damaged_line(start.path, line, found.end, &format!("{what}; {remedy}")));
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

/// Bytes that are no text, at the most, in a line that someone changed.
const CHANGED_BYTES_MAX: usize = 8;

/// Whether bytes that are no line now were one: text up to its line break, and complete but for what
/// was changed. No prefix of a line has a line break, and blocks that never reached the disk are
/// zeros or noise.
fn was_whole(bytes: &[u8]) -> bool {
    let Some(length) = memchr::memchr(b'\n', bytes) else { return false };
    let line = &bytes[..length];
    let mended = || [&line[..length.saturating_sub(1)], b"}"].concat();
    let ends = line.strip_suffix(b"\r").unwrap_or(line).ends_with(b"}") || parse_line(&mended()).is_ok();
    let foreign = line.iter().filter(|byte| byte.is_ascii_control()).count()
        + line.utf8_chunks().filter(|chunk| !chunk.invalid().is_empty()).count();
    ends && foreign <= CHANGED_BYTES_MAX
}

/// Whether a whole line begins anywhere: bytes may have lost a line break, or have gained zeros.
fn holds_whole_line(bytes: &[u8]) -> bool {
    memchr::memmem::find_iter(bytes, LINE_START).any(|at| {
        let candidate = &bytes[at..];
        memchr::memchr(b'\n', candidate).is_some_and(|length| parse_line(&candidate[..length]).is_ok())
    })
}
