//! Where things are in the directory of a log, and the sizes that bound them. The only file that
//! knows names.

use std::path::{Path, PathBuf};

use wire::StreamName;

/// A segment is followed by another when a line would take it beyond this: small enough to copy,
/// compress and scan in a moment, large enough that ten years are some hundred files.
pub(crate) const SEGMENT_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// Bytes of a segment at the very most, since the index holds offsets in 32 bits.
pub(crate) const SEGMENT_BYTES_LIMIT: u64 = u32::MAX as u64;

const SEQUENCE_DIGITS: usize = 20;
const SEGMENT_ENDING: &str = ".jsonl";

/// The directory that holds the streams.
pub(crate) fn streams_dir(dir: &Path) -> PathBuf {
    dir.join("log")
}

/// The directory of a stream.
pub(crate) fn stream_dir(dir: &Path, stream: StreamName) -> PathBuf {
    streams_dir(dir).join(stream.as_str())
}

/// The segment that begins with a sequence.
pub(crate) fn segment_path(stream_dir: &Path, first: u64) -> PathBuf {
    stream_dir.join(format!("{first:0SEQUENCE_DIGITS$}{SEGMENT_ENDING}"))
}

/// The index cache of the segment that begins with a sequence.
pub(crate) fn sidecar_path(stream_dir: &Path, first: u64) -> PathBuf {
    stream_dir.join(format!("{first:0SEQUENCE_DIGITS$}.idx"))
}

/// The file that tells this stream from another of its name.
pub(crate) fn incarnation_path(stream_dir: &Path) -> PathBuf {
    stream_dir.join("incarnation")
}

/// The file whose lock makes a process the writer.
pub(crate) fn lock_path(dir: &Path) -> PathBuf {
    dir.join("writer.lock")
}

/// The first sequence that a segment's name says; none where the file is something else.
pub(crate) fn first_sequence(name: &str) -> Option<u64> {
    let digits = name.strip_suffix(SEGMENT_ENDING)?;
    let named = digits.len() == SEQUENCE_DIGITS && digits.bytes().all(|byte| byte.is_ascii_digit());
    if named { digits.parse().ok() } else { None }
}
