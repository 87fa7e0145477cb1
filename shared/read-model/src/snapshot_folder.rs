//! Where the snapshots of a log lie, beside its read model, and which of them a fold may begin at. They are
//! a cache: deleting them changes the time of an answer and nothing else. Who proves a log reads every commit,
//! and compares them with what it finds.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use event_log::{EventLog, ReadLimits};
use wire::StreamName;

use crate::{ReadModelFault, Snapshot, SnapshotHead};

/// The folder of a log's snapshots.
#[derive(Debug, Clone)]
pub struct SnapshotFolder(PathBuf);

/// A file in it.
#[derive(Debug, Clone)]
pub struct SnapshotFile {
    /// The file.
    pub path: PathBuf,
    /// The stream, as its name says.
    pub stream: StreamName,
    /// The sequence, as its name says.
    pub sequence: u64,
}

/// Why a snapshot was not written, or is of no use.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotFault {
    /// The disk failed, or the folder may not be written.
    #[error("{what} the snapshot {file} failed: {cause}")]
    Io {
        /// Reading or writing.
        what: &'static str,
        /// The file.
        file: String,
        /// What the system said.
        cause: io::Error,
    },
    /// It is not as it was written. Delete it.
    #[error("{file}: the snapshot of {stream} at sequence {sequence} is not as it was written: delete it")]
    Changed {
        /// The file.
        file: String,
        /// The stream.
        stream: StreamName,
        /// The sequence.
        sequence: u64,
    },
    /// It is of another log. Delete it.
    #[error("{file}: the snapshot of {stream} at sequence {sequence} is of another log and is ignored: delete it")]
    OtherLog {
        /// The file.
        file: String,
        /// The stream.
        stream: StreamName,
        /// The sequence.
        sequence: u64,
    },
}

impl SnapshotFile {
    fn name(&self) -> (String, StreamName, u64) {
        (self.path.display().to_string(), self.stream, self.sequence)
    }

    /// Reads it, as far as it can be told without the log.
    ///
    /// # Errors
    /// [`SnapshotFault`].
    pub fn read(&self) -> Result<Snapshot, SnapshotFault> {
        let (file, stream, sequence) = self.name();
        let bytes = match fs::read(&self.path) {
            Ok(bytes) => bytes,
            Err(cause) => return Err(SnapshotFault::Io { what: "reading", file, cause }),
        };
        let snapshot = String::from_utf8(bytes).ok().and_then(|text| Snapshot::of_text(&text));
        snapshot
            .filter(|snapshot| (snapshot.head.stream.as_str(), snapshot.head.sequence) == (stream.as_str(), sequence))
            .ok_or(SnapshotFault::Changed { file, stream, sequence })
    }

    /// That it is of another log.
    pub fn of_another_log(&self) -> SnapshotFault {
        let (file, stream, sequence) = self.name();
        SnapshotFault::OtherLog { file, stream, sequence }
    }
}

impl SnapshotFolder {
    /// The snapshots of the log whose read model is kept in a folder.
    pub fn of(folder: &Path) -> Self {
        Self(folder.join("snapshots"))
    }

    /// Its files, in order of stream and sequence.
    pub fn files(&self) -> Vec<SnapshotFile> {
        let Ok(entries) = fs::read_dir(&self.0) else { return Vec::new() };
        let mut files: Vec<SnapshotFile> = entries
            .flatten()
            .filter_map(|entry| {
                let path = entry.path();
                let (stream, sequence) = path.file_name()?.to_str()?.strip_suffix(".jsonl")?.rsplit_once('-')?;
                let (stream, sequence) = (StreamName::parse(stream)?, sequence.parse().ok()?);
                Some(SnapshotFile { path, stream, sequence })
            })
            .collect();
        files.sort_by_key(|file| (file.stream, file.sequence));
        files
    }

    /// Writes a snapshot; one of the same place is replaced. Answers with its file.
    ///
    /// # Errors
    /// [`SnapshotFault::Io`].
    pub fn write(&self, snapshot: &Snapshot) -> Result<PathBuf, SnapshotFault> {
        let path = self.0.join(snapshot.name());
        let write = || {
            fs::create_dir_all(&self.0)?;
            // Nobody reads half of one: it gets its name when it is whole.
            let unfinished = path.with_extension(format!("unfinished-{}", std::process::id()));
            fs::write(&unfinished, snapshot.to_text()?)?;
            fs::rename(&unfinished, &path)
        };
        match write() {
            Ok(()) => Ok(path),
            Err(cause) => Err(SnapshotFault::Io { what: "writing", file: path.display().to_string(), cause }),
        }
    }

    /// The nearest snapshot of a stream that may be begun at: it is whole and of this log, and `may_begin`
    /// approves. Damaged ones, and those of another log, are passed over with a warning.
    ///
    /// # Errors
    /// [`ReadModelFault`] where the log cannot be read.
    pub async fn nearest(
        &self,
        log: &dyn EventLog,
        stream: StreamName,
        may_begin: impl Fn(&SnapshotHead) -> bool,
    ) -> Result<Option<Snapshot>, ReadModelFault> {
        for file in self.files().iter().rev().filter(|file| file.stream == stream) {
            match file.read() {
                Ok(snapshot) if !snapshot.is_of_this_version() => {}
                Ok(snapshot) if !is_of(log, stream, &snapshot.head).await? => {
                    tracing::warn!("{}", file.of_another_log());
                }
                Ok(snapshot) if may_begin(&snapshot.head) => return Ok(Some(snapshot)),
                Ok(_) => {}
                Err(fault) => tracing::warn!("{fault}"),
            }
        }
        Ok(None)
    }
}

/// Whether a log has the commit that a snapshot stands at.
async fn is_of(log: &dyn EventLog, stream: StreamName, head: &SnapshotHead) -> Result<bool, ReadModelFault> {
    if log.head(stream).await?.incarnation != head.incarnation {
        return Ok(false);
    }
    let limits = ReadLimits { commits_max: 1, ..ReadLimits::default() };
    let found = log.read(stream, head.sequence, limits).await?;
    Ok(found.first().is_some_and(|stored| {
        let commit = &stored.commit;
        (stored.sequence, commit.n) == (head.sequence, head.n)
            && commit.subject.as_str() == head.subject
            && commit.chain.to_string() == head.chain
    }))
}
