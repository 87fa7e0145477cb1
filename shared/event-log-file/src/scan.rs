//! Fast reading: blocks of whole lines as they are in the files. A block is verified and taken
//! apart by whoever has it, so several threads can work on a stream that one reads.
//!
//! Invariants: blocks come in order and without gaps; a block's lines are verified as they are
//! taken (checksum, form, sequence, stream). Deliberately absent: async, and any copy of a body.

use std::sync::Arc;

use event_log::LogError;
use wire::StreamName;

use crate::{
    error::damaged_line,
    index::Span,
    line::{ScannedLine, parse_line},
    tail::{Start, check_place},
    view::StreamView,
};

/// Bytes of a block: enough to make the system calls cheap, little enough to stay in a cache and to
/// share work evenly.
const BLOCK_BYTES_MAX: u64 = 1024 * 1024;

/// Reads a stream in blocks, in order. It ends at the head; asked again later, it goes on with what
/// has come since. Blocks the thread.
#[derive(Debug)]
pub struct Scan {
    view: Arc<StreamView>,
    next_sequence: u64,
    failed: bool,
}

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

impl Scan {
    pub(crate) fn new(view: Arc<StreamView>, from: u64) -> Self {
        Self { view, next_sequence: from.max(1), failed: false }
    }

    /// The next block; none at the head.
    ///
    /// # Errors
    /// [`LogError`].
    pub fn next_block(&mut self) -> Result<Option<Block>, LogError> {
        let block = self.view.block(self.next_sequence, usize::MAX, BLOCK_BYTES_MAX)?;
        if let Some(block) = &block {
            self.next_sequence += block.span.count as u64;
        }
        Ok(block)
    }

    /// Visits every line up to the head, on this thread.
    ///
    /// # Errors
    /// [`LogError`] of the log, or the first error of the visitor.
    pub fn each_line<E: From<LogError>>(
        &mut self,
        mut visit: impl FnMut(ScannedLine<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        while let Some(block) = self.next_block()? {
            for line in block.lines() {
                visit(line?)?;
            }
        }
        Ok(())
    }
}

/// Ends at the head, and after the first error, so that whoever collects it ends too.
impl Iterator for Scan {
    type Item = Result<Block, LogError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed {
            return None;
        }
        let block = self.next_block();
        self.failed = block.is_err();
        block.transpose()
    }
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
