//! Opening a stream: from files to its index. The writer mends what a crash left and says so; a
//! reader leaves every file as it is.
//!
//! Invariants: only the last segment may have an unfinished end, since a segment is synced before
//! the next one is made; only the writer cuts it off. Deliberately absent: repair of anything else.

use std::{
    fmt, io,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
    thread,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use event_log::{LogError, UnfinishedEnd};
use wire::StreamName;

use crate::{
    error::{damaged_file, damaged_line, place_of_line, unavailable},
    index::StreamIndex,
    layer::FileLayer,
    layout::{SEGMENT_BYTES_LIMIT, first_sequence, incarnation_path, segment_path, sidecar_path, stream_dir},
    sidecar,
    tail::{Found, Start, find_lines},
};

/// A reader may look just while a writer that was started after a crash cuts off an unfinished end
/// and writes over it, and see half of each. What is still damaged after this is damage.
const REREAD_DELAY: Duration = Duration::from_millis(20);

/// Streams made in this process, so that two made in one instant differ.
static STREAMS_MADE: AtomicU64 = AtomicU64::new(0);

/// An unfinished end that the writer cut off at opening: what was lost was never acknowledged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repair {
    /// The stream.
    pub stream: StreamName,
    /// The segment.
    pub file: PathBuf,
    /// Where it ends now.
    pub offset: u64,
    /// How many bytes were cut off.
    pub bytes: u64,
    /// What was wrong with them.
    pub what: String,
}

impl fmt::Display for Repair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { stream, file, offset, bytes, what } = self;
        let file = file.display();
        write!(f, "{stream}: {bytes} unfinished bytes were cut off {file} at byte offset {offset} ({what})")
    }
}

/// Opens a stream to write: makes what is missing, cuts off an unfinished end.
pub(crate) fn for_writing(
    layer: &dyn FileLayer,
    dir: &Path,
    stream: StreamName,
) -> Result<(StreamIndex, Option<Repair>), LogError> {
    let dir = stream_dir(dir, stream);
    layer.create_dir_all(&dir).map_err(|cause| unavailable("making", &dir, &cause))?;
    let incarnation = match incarnation(layer, &dir)? {
        Some(text) => text,
        None => make_incarnation(layer, &dir)?,
    };
    // A process that was killed may have made a segment and not have synced its name.
    layer.sync_dir(&dir).map_err(|cause| unavailable("syncing", &dir, &cause))?;
    let mut index = StreamIndex::new(stream, dir, incarnation);
    let Some(last) = load_segments(layer, &mut index, true)? else { return Ok((index, None)) };
    let Some(unfinished) = last.unfinished else { return Ok((index, None)) };
    let Some(file) = index.last_segment_path() else { return Ok((index, None)) };
    layer.truncate(&file, last.end).map_err(|cause| unavailable("cutting off the unfinished end of", &file, &cause))?;
    let repair = Repair { stream, file, offset: last.end, bytes: unfinished.bytes, what: unfinished.what };
    tracing::warn!(%stream, offset = repair.offset, bytes = repair.bytes, "{repair}");
    Ok((index, Some(repair)))
}

/// Opens a stream to read: changes nothing.
pub(crate) fn for_reading(layer: &dyn FileLayer, dir: &Path, stream: StreamName) -> Result<StreamIndex, LogError> {
    let dir = stream_dir(dir, stream);
    let Some(incarnation) = incarnation(layer, &dir)? else {
        // A writer makes the incarnation before the first commit. Where it was killed before that, the
        // stream is empty; whether commits were lost is told by what other streams know of it.
        if is_without_segments(layer, &dir)? {
            return Ok(StreamIndex::new(stream, dir, String::new()));
        }
        return Err(LogError::Unavailable {
            doing: format!("reading {}", incarnation_path(&dir).display()),
            cause: "there is no such file, and there are commits: the stream was not copied whole".to_owned(),
        });
    };
    let mut index = StreamIndex::new(stream, dir, incarnation);
    load_segments(layer, &mut index, false)?;
    Ok(index)
}

fn is_without_segments(layer: &dyn FileLayer, dir: &Path) -> Result<bool, LogError> {
    match layer.names(dir) {
        Ok(names) => Ok(!names.iter().any(|name| first_sequence(name).is_some())),
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(true),
        Err(cause) => Err(unavailable("listing", dir, &cause)),
    }
}

/// Takes in what was appended since, by another process. Says whether there was anything.
pub(crate) fn refresh(layer: &dyn FileLayer, index: &mut StreamIndex) -> Result<bool, LogError> {
    let before = index.last_sequence();
    loop {
        match extend_last(layer, index) {
            Err(LogError::Damaged { .. }) => {
                thread::sleep(REREAD_DELAY);
                extend_last(layer, index)?
            }
            other => other?,
        };
        let next = segment_path(&index.dir, index.last_sequence() + 1);
        let is_last = index.last_segment_path().is_some_and(|path| path == next);
        if is_last || length(layer, &next)?.is_none() {
            return Ok(index.last_sequence() > before);
        }
        index.start_segment();
    }
}

fn load_segments(layer: &dyn FileLayer, index: &mut StreamIndex, may_write: bool) -> Result<Option<Found>, LogError> {
    let names = layer.names(&index.dir).map_err(|cause| unavailable("listing", &index.dir, &cause))?;
    let mut firsts: Vec<u64> = names.iter().filter_map(|name| first_sequence(name)).collect();
    firsts.sort_unstable();
    let mut last = None;
    for (at, &first) in firsts.iter().enumerate() {
        let expected = index.last_sequence() + 1;
        if first > expected {
            return Err(LogError::Gap { stream: index.stream, expected, found: first });
        }
        if first < expected {
            let what = format!("it begins with sequence {first}, which an earlier file has; {expected} should come");
            return Err(damaged_file(&segment_path(&index.dir, first), &what));
        }
        index.start_segment();
        if at + 1 < firsts.len() {
            load_finished(layer, index, first, may_write)?;
        } else {
            last = Some(extend_last(layer, index)?);
        }
    }
    Ok(last)
}

/// A segment that has a successor: from its cache, or else line by line, and then nothing may be
/// unfinished in it.
fn load_finished(layer: &dyn FileLayer, index: &mut StreamIndex, first: u64, may_write: bool) -> Result<(), LogError> {
    let path = segment_path(&index.dir, first);
    let cache = sidecar_path(&index.dir, first);
    let bytes = length(layer, &path)?.unwrap_or(0);
    if let Some(entries) = sidecar::load(layer, &cache, &path, first, bytes) {
        index.extend(&entries, bytes);
        return Ok(());
    }
    let found = extend_last(layer, index)?;
    if let Some(unfinished) = found.unfinished {
        let line = found.entries.len() as u64 + 1;
        let what = format!("{}; another segment follows, so this is no unfinished end", unfinished.what);
        return Err(damaged_line(&path, line, found.end, &what));
    }
    if may_write {
        write_sidecar(layer, index);
    }
    Ok(())
}

/// Writes the cache of the last segment, which is finished. A failure costs time at the next
/// opening and nothing else.
pub(crate) fn write_sidecar(layer: &dyn FileLayer, index: &StreamIndex) {
    let Some((path, segment, entries)) = index.last_segment_sidecar() else { return };
    if let Err(error) = layer.replace(&path, &sidecar::encode(segment.first, segment.bytes, entries)) {
        tracing::warn!(path = %path.display(), %error, "the index cache was not written; opening will take longer");
    }
}

/// Takes in the whole lines of the last segment beyond those that are known.
///
/// They are synced before anyone is shown them: another process may have written them a moment ago
/// and not have synced them itself, and what is decided upon them must not outlive them.
fn extend_last(layer: &dyn FileLayer, index: &mut StreamIndex) -> Result<Found, LogError> {
    let (Some(segment), Some(path)) = (index.last_segment(), index.last_segment_path()) else {
        return Ok(Found::default());
    };
    let known = segment.bytes;
    let length = length(layer, &path)?.unwrap_or(0);
    if length < known {
        let what = format!("it has {length} bytes and had {known}: it was cut off or replaced while being read");
        return Err(damaged_file(&path, &what));
    }
    if length > SEGMENT_BYTES_LIMIT {
        return Err(damaged_file(&path, &format!("it has {length} bytes, which no segment has")));
    }
    let start = Start {
        stream: index.stream,
        path: &path,
        offset: known,
        lines: segment.lines(),
        sequence: index.last_sequence() + 1,
    };
    if length == known {
        return Ok(Found { end: known, ..Found::default() });
    }
    let bytes = layer.read(&path, known, length - known).map_err(|cause| unavailable("reading", &path, &cause))?;
    let found = find_lines(start, &bytes)?;
    if !found.entries.is_empty() {
        layer.sync(&path).map_err(|cause| unavailable("syncing", &path, &cause))?;
        index.extend(&found.entries, found.end);
    }
    Ok(found)
}

/// The bytes after the last whole line of an index that is up to date.
pub(crate) fn unfinished_end(layer: &dyn FileLayer, index: &StreamIndex) -> Result<Option<UnfinishedEnd>, LogError> {
    let (Some(segment), Some(path)) = (index.last_segment(), index.last_segment_path()) else { return Ok(None) };
    let bytes = length(layer, &path)?.unwrap_or(0).saturating_sub(segment.bytes);
    if bytes == 0 {
        return Ok(None);
    }
    let rest = layer.read(&path, segment.bytes, bytes).map_err(|cause| unavailable("reading", &path, &cause))?;
    let start = Start {
        stream: index.stream,
        path: &path,
        offset: segment.bytes,
        lines: segment.lines(),
        sequence: index.last_sequence() + 1,
    };
    let found = find_lines(start, &rest)?;
    let line = start.lines + found.entries.len() as u64 + 1;
    let place = place_of_line(&path, line, found.end);
    Ok(found.unfinished.map(|unfinished| UnfinishedEnd { place, bytes: unfinished.bytes, what: unfinished.what }))
}

fn length(layer: &dyn FileLayer, path: &Path) -> Result<Option<u64>, LogError> {
    layer.length(path).map_err(|cause| unavailable("looking at", path, &cause))
}

fn incarnation(layer: &dyn FileLayer, dir: &Path) -> Result<Option<String>, LogError> {
    /// Longer than any that is made.
    const BYTES_MAX: u64 = 200;
    let path = incarnation_path(dir);
    match layer.read(&path, 0, BYTES_MAX) {
        Ok(bytes) => {
            let text = String::from_utf8_lossy(&bytes).trim().to_owned();
            if text.is_empty() { Err(damaged_file(&path, "it is empty")) } else { Ok(Some(text)) }
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(unavailable("reading", &path, &error)),
    }
}

/// An incarnation needs to be unlike any other, not secret: when, by which process, how many before.
fn make_incarnation(layer: &dyn FileLayer, dir: &Path) -> Result<String, LogError> {
    let path = incarnation_path(dir);
    let nanos = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos());
    let made = STREAMS_MADE.fetch_add(1, Ordering::Relaxed);
    let text = format!("{nanos:x}-{:x}-{made:x}", std::process::id());
    layer.replace(&path, format!("{text}\n").as_bytes()).map_err(|cause| unavailable("making", &path, &cause))?;
    Ok(text)
}
