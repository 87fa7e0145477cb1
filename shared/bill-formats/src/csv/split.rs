//! Comma-separated records in a block of text: RFC 4180, with quoted line breaks.
//!
//! A splitter of our own, because of a bill's hundred columns a dozen are read: only those are
//! remembered, and quotes are taken off only where a value is doubled inside.
//!
//! Invariants: a record has as many fields as the header or is refused; a quote stands around a
//! value or doubled within a quoted one, anywhere else it is refused, since cutting a file into
//! blocks rests on it. Deliberately absent: other separators, escapes and encodings.

use super::marks::Marks;
use crate::meaning::{Cause, RowFault};

/// Not one of the columns read.
pub(crate) const SKIPPED: u8 = u8::MAX;

/// Where a value is in the block.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Span {
    start: u32,
    end: u32,
    /// Quotes within are doubled.
    doubled: bool,
}

/// The values read of one record.
pub(crate) struct Record<'a> {
    block: &'a [u8],
    spans: &'a [Span],
    /// Line breaks in the block before this record.
    pub(crate) lines_before: u64,
}

impl<'a> Record<'a> {
    /// The bytes of a value; `scratch` holds it where quotes had to be taken off.
    #[inline]
    pub(crate) fn value<'s>(&self, slot: usize, scratch: &'s mut Vec<u8>) -> &'s [u8]
    where
        'a: 's,
    {
        let span = self.spans[slot];
        let raw = &self.block[span.start as usize..span.end as usize];
        if !span.doubled {
            return raw;
        }
        scratch.clear();
        let mut quoted_before = false;
        for byte in raw {
            let is_second = *byte == b'"' && quoted_before;
            if !is_second {
                scratch.push(*byte);
            }
            quoted_before = *byte == b'"' && !is_second;
        }
        scratch
    }
}

/// A fault, and the line breaks in the block before its record.
pub(crate) type BlockFault = (u64, RowFault);

/// Calls `on_record` for each record of a block that begins at a record's start.
///
/// # Errors
/// The first record that is no record, or that `on_record` refuses.
pub(crate) fn each_record(
    block: &[u8],
    slot_of_column: &[u8],
    spans: &mut [Span],
    mut on_record: impl FnMut(&Record<'_>) -> Result<(), RowFault>,
) -> Result<(), BlockFault> {
    let columns = slot_of_column.len();
    let mut splitter = Splitter { block, slot_of_column, spans, start: 0, column: 0 };
    let mut lines: u64 = 0;
    let mut record_line: u64 = 0;
    let mut marks = Marks::new(block);
    while let Some(at) = marks.next() {
        match block[at] {
            b',' => splitter.plain_field(at),
            b'\n' => {
                lines += 1;
                if splitter.end_record(at).map_err(|fault| (record_line, fault))? {
                    on_record(&Record { block, spans: splitter.spans, lines_before: record_line })
                        .map_err(|fault| (record_line, fault))?;
                }
                splitter.begin_record(at + 1);
                record_line = lines;
            }
            _ if at != splitter.start => return Err((record_line, stray_quote())),
            _ => {
                let mut doubled = false;
                let close = loop {
                    match marks.next() {
                        None => {
                            return Err((record_line, RowFault::line(Cause::Quoting("a quoted value is not closed"))));
                        }
                        Some(mark) if block[mark] == b'\n' => lines += 1,
                        Some(mark) if block[mark] == b'"' => {
                            if block.get(mark + 1) != Some(&b'"') {
                                break mark;
                            }
                            doubled = true;
                            marks.next();
                        }
                        Some(_) => {}
                    }
                };
                splitter.field(at + 1, close, doubled);
                let after = close + 1 + usize::from(block[close + 1..].starts_with(b"\r\n"));
                match block.get(after) {
                    Some(b',') => {
                        marks.next();
                        splitter.start = after + 1;
                    }
                    Some(b'\n') => {
                        marks.next();
                        lines += 1;
                        splitter.check_count().map_err(|fault| (record_line, fault))?;
                        on_record(&Record { block, spans: splitter.spans, lines_before: record_line })
                            .map_err(|fault| (record_line, fault))?;
                        splitter.begin_record(after + 1);
                        record_line = lines;
                    }
                    None => {
                        splitter.check_count().map_err(|fault| (record_line, fault))?;
                        on_record(&Record { block, spans: splitter.spans, lines_before: record_line })
                            .map_err(|fault| (record_line, fault))?;
                        splitter.begin_record(block.len());
                    }
                    Some(_) => return Err((record_line, stray_quote())),
                }
            }
        }
    }
    // The last line of a file may lack its line break.
    let is_open = splitter.start < block.len() || splitter.column > 0;
    if is_open && columns > 0 && splitter.end_record(block.len()).map_err(|fault| (record_line, fault))? {
        on_record(&Record { block, spans: splitter.spans, lines_before: record_line })
            .map_err(|fault| (record_line, fault))?;
    }
    Ok(())
}

fn stray_quote() -> RowFault {
    RowFault::line(Cause::Quoting("a quote stands inside a value that is not quoted, or before its end"))
}

struct Splitter<'a, 's> {
    block: &'a [u8],
    slot_of_column: &'a [u8],
    spans: &'s mut [Span],
    start: usize,
    column: usize,
}

impl Splitter<'_, '_> {
    #[inline]
    fn field(&mut self, start: usize, end: usize, doubled: bool) {
        if let Some(slot) = self.slot_of_column.get(self.column)
            && *slot != SKIPPED
        {
            // Blocks are far below 4 GiB.
            self.spans[usize::from(*slot)] = Span { start: start as u32, end: end as u32, doubled };
        }
        self.column += 1;
    }

    #[inline]
    fn plain_field(&mut self, end: usize) {
        self.field(self.start, end, false);
        self.start = end + 1;
    }

    /// Ends the record at a line break; whether there was one: a blank line is none.
    #[inline]
    fn end_record(&mut self, at: usize) -> Result<bool, RowFault> {
        let end = if at > self.start && self.block[at - 1] == b'\r' { at - 1 } else { at };
        let is_blank = self.column == 0 && end == self.start;
        if is_blank && self.slot_of_column.len() > 1 {
            return Ok(false);
        }
        self.field(self.start, end, false);
        self.check_count()?;
        Ok(true)
    }

    #[inline]
    fn check_count(&self) -> Result<(), RowFault> {
        let expected = self.slot_of_column.len();
        if self.column == expected {
            return Ok(());
        }
        Err(RowFault::line(Cause::FieldCount { expected, found: self.column }))
    }

    fn begin_record(&mut self, start: usize) {
        self.start = start;
        self.column = 0;
    }
}

/// The fields of a header line, quotes taken off.
///
/// # Errors
/// A quoting fault.
pub(crate) fn split_header(line: &[u8]) -> Result<Vec<Vec<u8>>, RowFault> {
    let mut fields = Vec::new();
    let mut rest = line;
    loop {
        let (value, after) = match rest.split_first() {
            Some((b'"', quoted)) => {
                let mut value = Vec::new();
                let mut at = 0;
                loop {
                    match (quoted.get(at), quoted.get(at + 1)) {
                        (None, _) => return Err(RowFault::line(Cause::Quoting("a quoted value is not closed"))),
                        (Some(b'"'), Some(b'"')) => {
                            value.push(b'"');
                            at += 2;
                        }
                        (Some(b'"'), _) => break,
                        (Some(byte), _) => {
                            value.push(*byte);
                            at += 1;
                        }
                    }
                }
                (value, &quoted[at + 1..])
            }
            _ => {
                let end = memchr::memchr(b',', rest).unwrap_or(rest.len());
                (rest[..end].to_vec(), &rest[end..])
            }
        };
        fields.push(value);
        match after.split_first() {
            None => return Ok(fields),
            Some((b',', next)) => rest = next,
            Some(_) => return Err(stray_quote()),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rows(text: &[u8], columns: usize) -> Result<Vec<Vec<String>>, u64> {
        let slots: Vec<u8> = (0..columns as u8).collect();
        let mut spans = vec![Span::default(); columns];
        let mut rows = Vec::new();
        each_record(text, &slots, &mut spans, |record| {
            let mut scratch = Vec::new();
            let value =
                |at: usize, scratch: &mut Vec<u8>| String::from_utf8(record.value(at, scratch).to_vec()).unwrap();
            rows.push((0..columns).map(|at| value(at, &mut scratch)).collect());
            Ok(())
        })
        .map_err(|(line, _)| line)?;
        Ok(rows)
    }

    #[test]
    fn quotes_line_breaks_and_line_ends_read_as_rfc_4180_has_them() {
        for (text, expected) in [
            ("a,b\nc,d\n", vec![["a", "b"], ["c", "d"]]),
            ("a,b\r\nc,d", vec![["a", "b"], ["c", "d"]]),
            ("\"a,1\",\"say \"\"hi\"\"\"\n,\n", vec![["a,1", "say \"hi\""], ["", ""]]),
            ("\"two\nlines\",x\r\n\r\n\"\",\"\"\r\n", vec![["two\nlines", "x"], ["", ""]]),
            ("a,\"b\"", vec![["a", "b"]]),
            ("a,\"\"\"\"\n", vec![["a", "\""]]),
            ("a,", vec![["a", ""]]),
        ] {
            assert_eq!(rows(text.as_bytes(), 2).unwrap(), expected, "{text:?}");
        }
    }

    #[test]
    fn a_record_of_another_width_or_a_stray_quote_is_refused_at_its_line() {
        for (text, line) in [
            ("a,b\nc\n", 1),
            ("a,b\nc,d,e\n", 1),
            ("a,b\"\n", 0),
            ("\"x\ny\",b\n\"c\"d,e\n", 2),
            ("a,b\nc,\"d\n", 1),
            ("a,b\nc,\"d\"", 99),
        ] {
            let expected = if line == 99 { Ok(2) } else { Err(line) };
            assert_eq!(rows(text.as_bytes(), 2).map(|rows| rows.len()), expected, "{text:?}");
        }
    }

    #[test]
    fn headers_lose_their_quotes() {
        let fields = split_header(b"\"a\",b,\"c\"\"d\"").unwrap();
        assert_eq!(fields, [b"a".to_vec(), b"b".to_vec(), b"c\"d".to_vec()]);
    }

    proptest! {
        #[test]
        fn what_is_quoted_reads_back(cells in prop::collection::vec("[a,\"\n\r ]{0,6}", 3..30)) {
            let rows_in: Vec<&[String]> = cells.chunks_exact(3).collect();
            let mut text = String::new();
            for row in &rows_in {
                let quoted: Vec<String> = row.iter().map(|cell| format!("\"{}\"", cell.replace('"', "\"\""))).collect();
                text.push_str(&quoted.join(","));
                text.push('\n');
            }
            let read = rows(text.as_bytes(), 3).unwrap();
            prop_assert_eq!(read, rows_in.iter().map(|row| row.to_vec()).collect::<Vec<_>>());
        }
    }
}
