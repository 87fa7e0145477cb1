//! A stream of text cut into blocks of whole records.
//!
//! A line break ends a record where an even number of quotes stands before it: each quoted value
//! has two and each doubled quote two more. Counting them is far cheaper than reading records, so
//! one thread unpacks and cuts while others read. Invariant: a block begins at a record's start.

use std::io::{self, Read};

use memchr::{memchr_iter, memrchr_iter};

/// The size a block is filled to: large against the cost of handing it over, small enough that
/// the blocks under way stay in a processor's cache.
pub(crate) const BLOCK_BYTES: usize = 512 * 1024;

/// A record may be no longer than this: AWS's longest have some hundred kilobytes of tags. More
/// is a quote that is never closed.
const RECORD_BYTES_MAX: usize = 32 * 1024 * 1024;

/// The mark that some programs put before UTF-8 text.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Whole records.
#[derive(Debug)]
pub(crate) struct Block {
    pub(crate) bytes: Vec<u8>,
    /// The line that it begins on, from 1.
    pub(crate) first_line: u64,
}

/// Cuts a stream.
pub(crate) struct BlockReader<R> {
    source: R,
    /// Read, and not yet handed out: the begin of a record.
    rest: Vec<u8>,
    next_line: u64,
    is_at_end: bool,
}

impl<R: Read> BlockReader<R> {
    pub(crate) fn new(source: R) -> Self {
        Self { source, rest: Vec::new(), next_line: 1, is_at_end: false }
    }

    /// The header line without byte order mark and line end; nothing where the text is empty.
    ///
    /// # Errors
    /// What reading met.
    pub(crate) fn header(&mut self) -> io::Result<Option<Vec<u8>>> {
        let mut text = Vec::new();
        self.fill(&mut text, BLOCK_BYTES)?;
        if text.starts_with(BYTE_ORDER_MARK) {
            text.drain(..BYTE_ORDER_MARK.len());
        }
        if text.is_empty() {
            return Ok(None);
        }
        let (end, begin) = match memchr::memchr(b'\n', &text) {
            Some(at) => (at, at + 1),
            None => (text.len(), text.len()),
        };
        let header = text[..end].strip_suffix(b"\r").unwrap_or(&text[..end]).to_vec();
        self.rest = text.split_off(begin);
        self.next_line = 2;
        Ok(Some(header))
    }

    /// The next block, in a buffer that is used again; nothing at the end.
    ///
    /// # Errors
    /// What reading met.
    pub(crate) fn next_block(&mut self, mut buffer: Vec<u8>) -> io::Result<Option<Block>> {
        buffer.clear();
        buffer.append(&mut self.rest);
        let mut target = BLOCK_BYTES;
        loop {
            self.fill(&mut buffer, target)?;
            if buffer.is_empty() {
                return Ok(None);
            }
            let cut = if self.is_at_end { Some(buffer.len()) } else { last_record_end(&buffer) };
            // A quote that is never closed would gather the whole file: hand it on to be refused.
            let cut = cut.or((buffer.len() >= RECORD_BYTES_MAX).then_some(buffer.len()));
            if let Some(cut) = cut {
                self.rest.extend_from_slice(&buffer[cut..]);
                buffer.truncate(cut);
                let first_line = self.next_line;
                self.next_line += memchr_iter(b'\n', &buffer).count() as u64;
                return Ok(Some(Block { bytes: buffer, first_line }));
            }
            target = buffer.len() * 2;
        }
    }

    fn fill(&mut self, buffer: &mut Vec<u8>, target: usize) -> io::Result<()> {
        let missing = target.saturating_sub(buffer.len());
        if !self.is_at_end && missing > 0 {
            let read = (&mut self.source).take(missing as u64).read_to_end(buffer)?;
            self.is_at_end = read < missing;
        }
        Ok(())
    }
}

/// Where the last whole record ends.
fn last_record_end(text: &[u8]) -> Option<usize> {
    let quotes = memchr_iter(b'"', text).count();
    let mut quotes_after = 0;
    let mut end = text.len();
    for at in memrchr_iter(b'\n', text) {
        quotes_after += memchr_iter(b'"', &text[at..end]).count();
        end = at;
        if (quotes - quotes_after).is_multiple_of(2) {
            return Some(at + 1);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_ends_at_a_record_not_within_a_quoted_line_break() {
        assert_eq!(last_record_end(b"a,b\nc,\"x\ny"), Some(4));
        assert_eq!(last_record_end(b"a,b\nc,\"x\"\"\ny\"\n"), Some(14));
        assert_eq!(last_record_end(b"\"a\nb"), None);
    }

    #[test]
    fn the_blocks_are_the_text_and_count_its_lines() {
        let line = format!("{},\"quoted\nvalue\"\r\n", "x".repeat(1000));
        let text = format!("\u{feff}h1,h2\r\n{}last,line", line.repeat(3000));
        let mut reader = BlockReader::new(text.as_bytes());
        assert_eq!(reader.header().unwrap().unwrap(), b"h1,h2");
        let (mut all, mut line_number, mut blocks) = (Vec::new(), 2, 0);
        while let Some(block) = reader.next_block(Vec::new()).unwrap() {
            assert_eq!(block.first_line, line_number);
            line_number += block.bytes.iter().filter(|byte| **byte == b'\n').count() as u64;
            all.extend_from_slice(&block.bytes);
            blocks += 1;
        }
        assert!(blocks > 3, "{blocks}");
        assert_eq!(all, text.as_bytes()["\u{feff}h1,h2\r\n".len()..]);
    }
}
