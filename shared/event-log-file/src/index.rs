//! Where commits are: in memory, rebuilt from the segments (or their caches) at each opening.
//!
//! Invariants: it holds only commits that are durable; sequences are contiguous from 1 over all
//! segments; `before` links each commit to the one before it on its subject. A commit costs 12 bytes
//! here and a subject 24, so that streams of many millions fit. Deliberately absent: subjects' text
//! (a 128-bit fingerprint stands for it, and whoever reads a line checks the text) and chains (they
//! are on the lines).

use std::{
    collections::HashMap,
    hash::{BuildHasherDefault, Hasher},
    path::PathBuf,
};

use wire::{Fingerprint, StreamName};

use crate::layout::{segment_path, sidecar_path};

/// The first half of the SHA-256 of a subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SubjectKey(pub(crate) [u8; 16]);

impl SubjectKey {
    pub(crate) fn of(subject: &str) -> Self {
        let mut key = [0; 16];
        key.copy_from_slice(&Fingerprint::of_bytes(subject.as_bytes()).0[..16]);
        Self(key)
    }
}

impl std::hash::Hash for SubjectKey {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write(&self.0);
    }
}

/// A key is a hash already: eight bytes of it will do.
#[derive(Debug, Default)]
pub(crate) struct KeyHasher(u64);

impl Hasher for KeyHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        let mut first = [0; 8];
        let length = bytes.len().min(8);
        first[..length].copy_from_slice(&bytes[..length]);
        self.0 = u64::from_ne_bytes(first);
    }
}

/// A line that was found or written: where it begins in its segment, and whose it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LineEntry {
    pub(crate) offset: u32,
    pub(crate) key: SubjectKey,
}

/// What is known of a segment.
#[derive(Debug)]
pub(crate) struct Segment {
    /// Its first sequence, and its name.
    pub(crate) first: u64,
    /// Bytes of whole lines.
    pub(crate) bytes: u64,
    offsets: Vec<u32>,
    before: Vec<u64>,
}

/// Lines that follow each other in one segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) path: PathBuf,
    pub(crate) first_sequence: u64,
    /// The number of the first line in its file, from 1.
    pub(crate) first_line: u64,
    pub(crate) count: usize,
    pub(crate) offset: u64,
    pub(crate) bytes: u64,
}

/// What is known of a stream.
#[derive(Debug)]
pub(crate) struct StreamIndex {
    pub(crate) stream: StreamName,
    pub(crate) dir: PathBuf,
    pub(crate) incarnation: String,
    segments: Vec<Segment>,
    /// The entries of the last segment, for its cache.
    last_segment_entries: Vec<LineEntry>,
    heads: HashMap<SubjectKey, u64, BuildHasherDefault<KeyHasher>>,
}

impl StreamIndex {
    pub(crate) fn new(stream: StreamName, dir: PathBuf, incarnation: String) -> Self {
        let (segments, last_segment_entries, heads) = Default::default();
        Self { stream, dir, incarnation, segments, last_segment_entries, heads }
    }

    pub(crate) fn last_sequence(&self) -> u64 {
        self.segments.last().map_or(0, |segment| segment.next() - 1)
    }

    pub(crate) fn last_segment(&self) -> Option<&Segment> {
        self.segments.last()
    }

    pub(crate) fn last_segment_path(&self) -> Option<PathBuf> {
        self.segments.last().map(|segment| segment_path(&self.dir, segment.first))
    }

    pub(crate) fn last_segment_sidecar(&self) -> Option<(PathBuf, &Segment, &[LineEntry])> {
        let segment = self.segments.last()?;
        Some((sidecar_path(&self.dir, segment.first), segment, &self.last_segment_entries))
    }

    /// Goes on in a new segment.
    pub(crate) fn start_segment(&mut self) {
        let first = self.last_sequence() + 1;
        self.segments.push(Segment { first, bytes: 0, offsets: Vec::new(), before: Vec::new() });
        self.last_segment_entries = Vec::new();
    }

    /// Adds lines to the last segment, which has that many bytes of whole lines then.
    pub(crate) fn extend(&mut self, entries: &[LineEntry], bytes: u64) {
        let mut sequence = self.last_sequence();
        let Some(segment) = self.segments.last_mut() else { return };
        segment.offsets.reserve(entries.len());
        segment.before.reserve(entries.len());
        for entry in entries {
            sequence += 1;
            segment.offsets.push(entry.offset);
            segment.before.push(self.heads.insert(entry.key, sequence).unwrap_or(0));
        }
        segment.bytes = bytes;
        self.last_segment_entries.extend_from_slice(entries);
    }

    /// The last sequence of a subject.
    pub(crate) fn head_of(&self, key: SubjectKey) -> Option<u64> {
        self.heads.get(&key).copied()
    }

    /// All sequences of a subject, oldest first.
    pub(crate) fn sequences_of(&self, key: SubjectKey) -> Vec<u64> {
        let mut sequences = Vec::new();
        let mut next = self.head_of(key).unwrap_or(0);
        while next > 0 {
            sequences.push(next);
            next = self.before(next);
        }
        sequences.reverse();
        sequences
    }

    /// The lines from a sequence on that end in the same segment and keep both bounds (bytes of
    /// lines); at least one, where there is one.
    pub(crate) fn span(&self, from: u64, count_max: usize, bytes_max: u64) -> Option<Span> {
        let (segment, at) = self.place(from)?;
        let offset = segment.start_of(at);
        let within = |end: usize| segment.start_of(end) - offset <= bytes_max;
        let end_max = segment.offsets.len().min(at.saturating_add(count_max.max(1)));
        // Ends grow with their index, so the last one within the bound is found by halving.
        let mut end = at + 1;
        let mut beyond = end_max + 1;
        while end + 1 < beyond {
            let middle = end + (beyond - end) / 2;
            if within(middle) {
                end = middle;
            } else {
                beyond = middle;
            }
        }
        Some(Span {
            path: segment_path(&self.dir, segment.first),
            first_sequence: from,
            first_line: at as u64 + 1,
            count: end - at,
            offset,
            bytes: segment.start_of(end) - offset,
        })
    }

    fn before(&self, sequence: u64) -> u64 {
        self.place(sequence).and_then(|(segment, at)| segment.before.get(at).copied()).unwrap_or(0)
    }

    fn place(&self, sequence: u64) -> Option<(&Segment, usize)> {
        let after = self.segments.partition_point(|segment| segment.first <= sequence);
        let segment = self.segments.get(after.checked_sub(1)?)?;
        let at = usize::try_from(sequence - segment.first).ok()?;
        (at < segment.offsets.len()).then_some((segment, at))
    }
}

impl Segment {
    /// The sequence after its last.
    pub(crate) fn next(&self) -> u64 {
        self.first + self.offsets.len() as u64
    }

    /// Lines in it.
    pub(crate) fn lines(&self) -> u64 {
        self.offsets.len() as u64
    }

    /// Where a line begins; for the one after the last, where the lines end.
    fn start_of(&self, at: usize) -> u64 {
        self.offsets.get(at).map_or(self.bytes, |offset| u64::from(*offset))
    }
}
