//! Fast reading: blocks of whole lines as they are in the files. A block is verified and taken
//! apart by whoever has it, so several threads can work on a stream that one reads.
//!
//! Invariants: blocks come in order and without gaps. Deliberately absent: async, and any copy of a body.

use std::sync::Arc;

use event_log::LogError;

use crate::{Block, ScannedLine, view::StreamView};

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
            self.next_sequence += block.span().count as u64;
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
