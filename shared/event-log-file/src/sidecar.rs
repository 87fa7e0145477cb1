//! The index cache of a finished segment: beside it, `.idx`, so that opening a log of millions of
//! commits need not read them.
//!
//! Invariants: written only when the segment is finished; believed only if its own checksum, the
//! segment's name and length and the segment's last line agree with it, else the segment is scanned.
//! It has places, never answers: each line that is read through it is verified. Deliberately
//! absent: chains, bodies, and the last segment, which is always scanned.
//!
//! Form, little-endian: 8 bytes of magic, first sequence, bytes of the segment, count (8 bytes
//! each), then an offset (4 bytes) and a subject key (16 bytes) a line, then CRC-32 of it all.

use std::path::Path;

use crate::{
    index::{LineEntry, SubjectKey},
    layer::FileLayer,
    layout::SEGMENT_BYTES_LIMIT,
    line::parse_line,
};

/// Names the form; another form is another magic.
const MAGIC: &[u8; 8] = b"CMINDEX1";
const HEADER_BYTES: usize = 32;
const ENTRY_BYTES: usize = 20;
const CRC_BYTES: usize = 4;

/// The content of the cache of a segment.
pub(crate) fn encode(first: u64, segment_bytes: u64, entries: &[LineEntry]) -> Vec<u8> {
    let mut out = Vec::with_capacity(HEADER_BYTES + entries.len() * ENTRY_BYTES + CRC_BYTES);
    out.extend_from_slice(MAGIC);
    for number in [first, segment_bytes, entries.len() as u64] {
        out.extend_from_slice(&number.to_le_bytes());
    }
    for entry in entries {
        out.extend_from_slice(&entry.offset.to_le_bytes());
        out.extend_from_slice(&entry.key.0);
    }
    out.extend_from_slice(&crc32fast::hash(&out).to_le_bytes());
    out
}

/// The entries of a segment from its cache; none on any doubt, also where it cannot be read.
pub(crate) fn load(
    layer: &dyn FileLayer,
    path: &Path,
    segment: &Path,
    first: u64,
    segment_bytes: u64,
) -> Option<Vec<LineEntry>> {
    let content = layer.read(path, 0, layer.length(path).ok()??.min(SEGMENT_BYTES_LIMIT)).ok()?;
    let entries = decode(&content, first, segment_bytes)?;
    let last = entries.last()?;
    let last_line = layer.read(segment, last.offset.into(), segment_bytes.checked_sub(last.offset.into())?).ok()?;
    let scanned = parse_line(last_line.strip_suffix(b"\n")?).ok()?;
    let agrees = scanned.sequence == first + entries.len() as u64 - 1 && SubjectKey::of(scanned.subject) == last.key;
    agrees.then_some(entries)
}

fn decode(content: &[u8], first: u64, segment_bytes: u64) -> Option<Vec<LineEntry>> {
    let (covered, crc) = content.split_last_chunk::<CRC_BYTES>()?;
    if crc32fast::hash(covered) != u32::from_le_bytes(*crc) {
        return None;
    }
    let (header, lines) = covered.split_at_checked(HEADER_BYTES)?;
    let (magic, numbers) = header.split_at(MAGIC.len());
    let expected: Vec<u8> = [first, segment_bytes, (lines.len() / ENTRY_BYTES) as u64]
        .iter()
        .flat_map(|number| number.to_le_bytes())
        .collect();
    if magic != MAGIC || numbers != expected || lines.len() % ENTRY_BYTES != 0 {
        return None;
    }
    lines.chunks_exact(ENTRY_BYTES).map(decode_entry).collect()
}

fn decode_entry(bytes: &[u8]) -> Option<LineEntry> {
    let (offset, key) = bytes.split_first_chunk::<4>()?;
    Some(LineEntry { offset: u32::from_le_bytes(*offset), key: SubjectKey(key.try_into().ok()?) })
}
