//! Whole lines of a stream as they are in its files, verified as they are taken.
//!
//! Invariants: each line is verified (checksum, form, sequence, stream) when it is taken; no body is copied.

use event_log::LogError;
use wire::StreamName;

use crate::{
    error::damaged_line,
    index::Span,
    line::{ScannedLine, parse_line},
    tail::{Start, check_place},
};

/// Whole lines of one segment.
#[derive(Debug)]
pub struct Block {
    stream: StreamName,
    span: Span,
    bytes: Vec<u8>,
}

/// The lines of a block, verified one by one. After an error there are no more.
#[derive(Debug)]
pub struct Lines<'a> {
    block: &'a Block,
    rest: &'a [u8],
    taken: u64,
}

impl Block {
    pub(crate) fn new(stream: StreamName, span: Span, bytes: Vec<u8>) -> Self {
        Self { stream, span, bytes }
    }

    pub(crate) fn span(&self) -> &Span {
        &self.span
    }

    /// The sequence of its first line.
    pub fn first_sequence(&self) -> u64 {
        self.span.first_sequence
    }

    /// How many lines it has.
    pub fn len(&self) -> usize {
        self.span.count
    }

    /// Never so: a block has a line.
    pub fn is_empty(&self) -> bool {
        self.span.count == 0
    }

    /// The bytes, line breaks and all: what a copy of the log is made of.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Its lines, each verified when it is taken.
    pub fn lines(&self) -> Lines<'_> {
        Lines { block: self, rest: &self.bytes, taken: 0 }
    }
}

impl<'a> Iterator for Lines<'a> {
    type Item = Result<ScannedLine<'a>, LogError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let line = self.take_line();
        if line.is_err() {
            self.rest = &[];
        }
        Some(line)
    }
}

impl<'a> Lines<'a> {
    fn take_line(&mut self) -> Result<ScannedLine<'a>, LogError> {
        let Block { stream, span, bytes } = self.block;
        let offset = span.offset + (bytes.len() - self.rest.len()) as u64;
        let line = span.first_line + self.taken;
        let damaged = |what: &str| damaged_line(&span.path, line, offset, what);
        let length = memchr::memchr(b'\n', self.rest).ok_or_else(|| damaged("the line has no end"))?;
        let scanned = parse_line(&self.rest[..length]).map_err(|bad| damaged(&bad.to_string()))?;
        let sequence = span.first_sequence + self.taken;
        let start =
            Start { stream: *stream, path: &span.path, offset: span.offset, lines: span.first_line - 1, sequence };
        check_place(start, line, offset, sequence, &scanned)?;
        self.rest = &self.rest[length + 1..];
        self.taken += 1;
        Ok(scanned)
    }
}
