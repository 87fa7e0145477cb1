//! Lines as CSV, plain or gzip.
//!
//! Rows are put together in one buffer without allocation; the header of a gzip file carries no
//! time, so that the same lines are the same bytes.

use std::{
    fs::File,
    io::Write,
    path::{Path, PathBuf},
};

use flate2::{Compression, write::GzEncoder};

use crate::{
    BillContainer, BillFormat, GeneratorFault,
    columns::{Column, columns},
    fields::{Cell, cell},
    line::BillLine,
    ticks,
};

enum Out {
    Plain(File),
    Gzip(Box<GzEncoder<File>>),
}

/// A CSV file being written.
pub(crate) struct CsvFile {
    path: PathBuf,
    out: Out,
    format: BillFormat,
    columns: &'static [Column],
    buffer: Vec<u8>,
}

/// Written out when this full: large enough that a write costs nothing a row.
const BUFFER_BYTES: usize = 256 * 1024;

impl CsvFile {
    pub(crate) fn create(path: &Path, format: BillFormat, container: BillContainer) -> Result<Self, GeneratorFault> {
        let file = File::create(path).map_err(|source| GeneratorFault::write(path, source))?;
        let out = match container {
            // The fastest level: repetitive bill text shrinks to a tenth all the same.
            BillContainer::CsvGz => Out::Gzip(Box::new(GzEncoder::new(file, Compression::fast()))),
            _ => Out::Plain(file),
        };
        let columns = columns(format);
        let mut buffer = Vec::with_capacity(BUFFER_BYTES + 8 * 1024);
        for (at, column) in columns.iter().enumerate() {
            if at > 0 {
                buffer.push(b',');
            }
            buffer.extend_from_slice(column.name.as_bytes());
        }
        buffer.push(b'\n');
        Ok(Self { path: path.to_owned(), out, format, columns, buffer })
    }

    pub(crate) fn write(&mut self, line: &BillLine<'_>) -> Result<(), GeneratorFault> {
        for (at, column) in self.columns.iter().enumerate() {
            if at > 0 {
                self.buffer.push(b',');
            }
            push_cell(&mut self.buffer, cell(column.field, line, self.format), line, self.format);
        }
        self.buffer.push(b'\n');
        if self.buffer.len() >= BUFFER_BYTES {
            self.drain()?;
        }
        Ok(())
    }

    fn drain(&mut self) -> Result<(), GeneratorFault> {
        let written = match &mut self.out {
            Out::Plain(file) => file.write_all(&self.buffer),
            Out::Gzip(encoder) => encoder.write_all(&self.buffer),
        };
        self.buffer.clear();
        written.map_err(|source| GeneratorFault::write(&self.path, source))
    }

    pub(crate) fn finish(mut self) -> Result<(), GeneratorFault> {
        self.drain()?;
        match self.out {
            Out::Plain(_) => Ok(()),
            Out::Gzip(encoder) => {
                encoder.finish().map(drop).map_err(|source| GeneratorFault::write(&self.path, source))
            }
        }
    }
}

fn push_cell(out: &mut Vec<u8>, cell: Cell<'_>, line: &BillLine<'_>, format: BillFormat) {
    match cell {
        Cell::Blank => {}
        Cell::Word(text) => out.extend_from_slice(text.as_bytes()),
        Cell::Prose(text) => push_prose(out, text),
        Cell::Number(mantissa, scale) => match format {
            BillFormat::Focus12 => ticks::push_fixed(out, mantissa, scale),
            _ => ticks::push_report(out, mantissa, scale),
        },
        Cell::Hour(hour) => {
            out.extend_from_slice(line.sheet.clock.text(hour));
            let rest: &[u8] = if format == BillFormat::Cur2 { b":00:00.000Z" } else { b":00:00Z" };
            out.extend_from_slice(rest);
        }
        Cell::Interval(from, to) => {
            out.extend_from_slice(line.sheet.clock.text(from));
            out.extend_from_slice(b":00:00Z/");
            out.extend_from_slice(line.sheet.clock.text(to));
            out.extend_from_slice(b":00:00Z");
        }
        Cell::TextMap(entries) => push_map(out, entries.into_iter().flatten(), |out, text: &str| {
            out.extend_from_slice(b"\"\"");
            out.extend_from_slice(text.as_bytes());
            out.extend_from_slice(b"\"\"");
        }),
        Cell::AmountMap(entry) => push_map(out, entry.into_iter(), |out, amount: i64| {
            ticks::push_report(out, amount, ticks::TICK_SCALE);
        }),
    }
}

fn push_prose(out: &mut Vec<u8>, text: &str) {
    if !text.bytes().any(|byte| matches!(byte, b',' | b'"' | b'\n')) {
        out.extend_from_slice(text.as_bytes());
        return;
    }
    out.push(b'"');
    for byte in text.bytes() {
        if byte == b'"' {
            out.push(b'"');
        }
        out.push(byte);
    }
    out.push(b'"');
}

/// A JSON object as one CSV field: `"{""product_name"":""Amazon EC2""}"`. Keys and values are the
/// catalogue's own words and need no JSON escapes.
fn push_map<'a, V>(
    out: &mut Vec<u8>,
    entries: impl Iterator<Item = (&'a str, V)>,
    push_value: impl Fn(&mut Vec<u8>, V),
) {
    let mut empty = true;
    for (key, value) in entries {
        out.extend_from_slice(if empty { b"\"{\"\"" } else { b",\"\"" });
        empty = false;
        out.extend_from_slice(key.as_bytes());
        out.extend_from_slice(b"\"\":");
        push_value(out, value);
    }
    out.extend_from_slice(if empty { b"{}" } else { b"}\"" });
}
