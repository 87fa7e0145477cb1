//! The file operations that the log is made of, and nothing more: one trait, so that a simulator
//! can lose power between any two of them.
//!
//! Invariants of the trait: what was synced survives loss of power; what was not may survive in
//! part. Deliberately absent: what the files mean.

use std::{
    fmt,
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

/// File operations. All of them block.
pub trait FileLayer: fmt::Debug + Send + Sync {
    /// Makes a directory and those above it, durably; does nothing where it exists.
    ///
    /// # Errors
    /// As the file system says.
    fn create_dir_all(&self, dir: &Path) -> io::Result<()>;

    /// The names in a directory, in no order.
    ///
    /// # Errors
    /// As the file system says; `NotFound` where there is no such directory.
    fn names(&self, dir: &Path) -> io::Result<Vec<String>>;

    /// Makes the names in a directory durable.
    ///
    /// # Errors
    /// As the file system says.
    fn sync_dir(&self, dir: &Path) -> io::Result<()>;

    /// Bytes in a file; none where there is no such file.
    ///
    /// # Errors
    /// As the file system says.
    fn length(&self, path: &Path) -> io::Result<Option<u64>>;

    /// Reads from an offset, at most so many bytes; fewer only at the end of the file.
    ///
    /// # Errors
    /// As the file system says.
    fn read(&self, path: &Path, offset: u64, bytes_max: u64) -> io::Result<Vec<u8>>;

    /// Makes the content of a file durable, whoever wrote it. Changes nothing.
    ///
    /// # Errors
    /// As the file system says.
    fn sync(&self, path: &Path) -> io::Result<()>;

    /// Cuts a file off, durably.
    ///
    /// # Errors
    /// As the file system says.
    fn truncate(&self, path: &Path, length: u64) -> io::Result<()>;

    /// Opens a file to append to, and makes it where there is none (its name is durable only after
    /// [`FileLayer::sync_dir`]).
    ///
    /// # Errors
    /// As the file system says.
    fn open_append(&self, path: &Path) -> io::Result<Box<dyn AppendFile>>;

    /// Puts a whole file in the place of another, durably: after a loss of power the old or the new
    /// one is there.
    ///
    /// # Errors
    /// As the file system says.
    fn replace(&self, path: &Path, content: &[u8]) -> io::Result<()>;

    /// Tries to take the lock of a file, and leaves a word there for others to read. The lock ends
    /// with the value that is returned, or with the process.
    ///
    /// # Errors
    /// As the file system says.
    fn try_lock(&self, path: &Path, holder: &str) -> io::Result<Lock>;
}

/// A file that is being appended to.
pub trait AppendFile: Send {
    /// Appends; durable only after [`AppendFile::sync`].
    ///
    /// # Errors
    /// As the file system says; part of the bytes may have been written.
    fn append(&mut self, bytes: &[u8]) -> io::Result<()>;

    /// Makes durable what was appended.
    ///
    /// # Errors
    /// As the file system says. What was not synced before may be lost, and trying again proves
    /// nothing.
    fn sync(&mut self) -> io::Result<()>;
}

/// What came of trying to lock.
pub enum Lock {
    /// The lock is held as long as this value lives.
    Held(Box<dyn Send>),
    /// Someone else holds it; the word they left.
    Busy(String),
}

/// The file system of the machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct RealFiles;

impl FileLayer for RealFiles {
    fn create_dir_all(&self, dir: &Path) -> io::Result<()> {
        let missing: Vec<PathBuf> = dir
            .ancestors()
            .take_while(|one| !one.as_os_str().is_empty() && !one.exists())
            .map(Path::to_owned)
            .collect();
        fs::create_dir_all(dir)?;
        // A directory's name is durable once the one above it is synced.
        missing.iter().filter_map(|made| made.parent()).try_for_each(|above| self.sync_dir(above))
    }

    fn names(&self, dir: &Path) -> io::Result<Vec<String>> {
        fs::read_dir(dir)?.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned())).collect()
    }

    fn sync_dir(&self, dir: &Path) -> io::Result<()> {
        let dir = if dir.as_os_str().is_empty() { Path::new(".") } else { dir };
        File::open(dir)?.sync_all()
    }

    fn length(&self, path: &Path) -> io::Result<Option<u64>> {
        match fs::metadata(path) {
            Ok(metadata) => Ok(Some(metadata.len())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn read(&self, path: &Path, offset: u64, bytes_max: u64) -> io::Result<Vec<u8>> {
        let mut file = File::open(path)?;
        if offset > 0 {
            file.seek(SeekFrom::Start(offset))?;
        }
        // `read_to_end` would ask for the file's length and grow in steps; the length is known here.
        let mut bytes = Vec::with_capacity(usize::try_from(bytes_max).map_err(io::Error::other)?);
        file.take(bytes_max).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    fn sync(&self, path: &Path) -> io::Result<()> {
        File::open(path)?.sync_data()
    }

    fn truncate(&self, path: &Path, length: u64) -> io::Result<()> {
        let file = OpenOptions::new().write(true).open(path)?;
        file.set_len(length)?;
        file.sync_all()
    }

    fn open_append(&self, path: &Path) -> io::Result<Box<dyn AppendFile>> {
        Ok(Box::new(RealAppendFile(OpenOptions::new().create(true).append(true).open(path)?)))
    }

    fn replace(&self, path: &Path, content: &[u8]) -> io::Result<()> {
        let beside = path.with_added_extension("tmp");
        let mut file = File::create(&beside)?;
        file.write_all(content)?;
        file.sync_all()?;
        drop(file);
        fs::rename(&beside, path)?;
        path.parent().map_or(Ok(()), |dir| self.sync_dir(dir))
    }

    fn try_lock(&self, path: &Path, holder: &str) -> io::Result<Lock> {
        let mut file = OpenOptions::new().create(true).read(true).write(true).truncate(false).open(path)?;
        match file.try_lock() {
            Ok(()) => {
                file.set_len(0)?;
                file.write_all(holder.as_bytes())?;
                Ok(Lock::Held(Box::new(file)))
            }
            Err(TryLockError::WouldBlock) => {
                let mut word = String::new();
                file.read_to_string(&mut word)?;
                Ok(Lock::Busy(word.trim().to_owned()))
            }
            Err(TryLockError::Error(error)) => Err(error),
        }
    }
}

struct RealAppendFile(File);

impl AppendFile for RealAppendFile {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.write_all(bytes)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.0.sync_data()
    }
}
