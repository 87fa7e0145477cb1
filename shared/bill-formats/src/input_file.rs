//! Opening what a person named: a file, standard input, or a pipe that somebody writes to.
//!
//! Invariants: a device, a folder or a pipe without a writer is refused at once, not waited for; a
//! file for an import is read up to a bound and no further; what is no text is refused by its first
//! bytes, and never shown. Deliberately absent: what the content means.

use std::{
    fs::{self, File},
    io::{self, ErrorKind, Read, Write},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

/// A file for an import may be so large. A row of accounts or credits has some hundred bytes, so that
/// this is a third of a million of them; taken apart it needs up to thirty times as much memory.
pub const IMPORT_BYTES_MAX: u64 = 32 * 1024 * 1024;

/// A bill through a pipe may be so large: it is kept on the disk while it is read, and the largest
/// payers' files have some ten GiB.
const PIPED_BILL_BYTES_MAX: u64 = 64 * 1024 * 1024 * 1024;

/// So much of the begin of a file tells text from anything else.
const FIRST_BYTES: usize = 4096;

/// A program that was started together with this one opens its pipe within this time.
const WRITER_WAITED_FOR: Duration = Duration::from_secs(1);

/// How long to wait before asking a pipe again.
const PIPE_ASKED_EVERY: Duration = Duration::from_millis(2);

/// Why an input was not read.
#[derive(Debug, thiserror::Error)]
pub enum InputFault {
    /// Check its name and rights.
    #[error("{name}: reading it failed: {source}: check its name and rights")]
    Io {
        /// What was named.
        name: String,
        /// The system's word.
        source: io::Error,
    },
    /// Name the file itself.
    #[error("{name}: is a folder where a file is needed: name the file")]
    Folder {
        /// What was named.
        name: String,
    },
    /// Name a file.
    #[error("{name}: is a device or a socket, not a file: name a file, or - for standard input")]
    Device {
        /// What was named.
        name: String,
    },
    /// Start the program that writes to it, or name a file.
    #[error("{name}: is a pipe that nobody writes to: start the program that writes to it, or name a file")]
    NoWriter {
        /// What was named.
        name: String,
    },
    /// Split the file.
    #[error("{name}: is larger than {mebibytes} MiB, which is the most that is read here: split the file")]
    TooLarge {
        /// What was named.
        name: String,
        /// The bound.
        mebibytes: u64,
    },
    /// Name a text file.
    #[error("{name}: is no text: its first bytes hold zeros; name a text file")]
    NotText {
        /// What was named.
        name: String,
    },
}

/// Whether a path stands for a stream: `-`, or a pipe such as `/dev/stdin` and a shell's `<(...)`.
pub fn is_a_stream(path: &Path) -> bool {
    path == Path::new("-") || fs::metadata(path).is_ok_and(|about| is_a_pipe(&about))
}

#[cfg(unix)]
fn is_a_pipe(about: &fs::Metadata) -> bool {
    std::os::unix::fs::FileTypeExt::is_fifo(&about.file_type())
}

#[cfg(not(unix))]
fn is_a_pipe(_about: &fs::Metadata) -> bool {
    false
}

/// The words for a path in an error: its name without folders.
fn name_of(path: &Path) -> String {
    if path == Path::new("-") {
        return "standard input".to_owned();
    }
    path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned())
}

/// Reads a small text file for an import.
///
/// # Errors
/// [`InputFault`].
pub fn read_import(path: &Path) -> Result<Vec<u8>, InputFault> {
    let name = name_of(path);
    let mut bytes = Vec::new();
    copy_import(&mut open(path, &name)?, &name, &mut bytes)?;
    Ok(bytes)
}

/// Copies at most [`IMPORT_BYTES_MAX`] of a text.
fn copy_import(source: &mut dyn Read, name: &str, to: &mut dyn Write) -> Result<(), InputFault> {
    let io_fault = |source| InputFault::Io { name: name.to_owned(), source };
    let head = first_bytes(source).map_err(io_fault)?;
    // UTF-16 and everything that is no text has zeros among its first bytes.
    if head.contains(&0) {
        return Err(InputFault::NotText { name: name.to_owned() });
    }
    copy_bounded(&mut head.chain(source), name, IMPORT_BYTES_MAX, to)
}

fn copy_bounded(source: &mut dyn Read, name: &str, bytes_max: u64, to: &mut dyn Write) -> Result<(), InputFault> {
    let io_fault = |source| InputFault::Io { name: name.to_owned(), source };
    let copied = io::copy(&mut source.take(bytes_max + 1), to).map_err(io_fault)?;
    if copied > bytes_max {
        return Err(InputFault::TooLarge { name: name.to_owned(), mebibytes: bytes_max >> 20 });
    }
    Ok(())
}

fn first_bytes(source: &mut dyn Read) -> io::Result<Vec<u8>> {
    let mut head = Vec::with_capacity(FIRST_BYTES);
    source.take(FIRST_BYTES as u64).read_to_end(&mut head)?;
    Ok(head)
}

/// Opens a file, a pipe or standard input.
///
/// # Errors
/// [`InputFault`].
fn open(path: &Path, name: &str) -> Result<Box<dyn Read>, InputFault> {
    if path == Path::new("-") {
        return Ok(Box::new(io::stdin()));
    }
    let io_fault = |source| InputFault::Io { name: name.to_owned(), source };
    let about = fs::metadata(path).map_err(io_fault)?;
    if about.is_file() {
        Ok(Box::new(File::open(path).map_err(io_fault)?))
    } else if about.is_dir() {
        Err(InputFault::Folder { name: name.to_owned() })
    } else if is_a_pipe(&about) {
        Ok(Box::new(Pipe::open(path, name)?))
    } else {
        Err(InputFault::Device { name: name.to_owned() })
    }
}

/// A pipe, opened without waiting for a writer and read with waiting.
struct Pipe {
    file: File,
    /// What came first, to see that somebody writes.
    head: io::Cursor<Vec<u8>>,
}

impl Pipe {
    #[cfg(unix)]
    fn open(path: &Path, name: &str) -> Result<Self, InputFault> {
        use std::os::unix::fs::OpenOptionsExt;

        let io_fault = |source| InputFault::Io { name: name.to_owned(), source };
        let opened = File::options().read(true).custom_flags(libc::O_NONBLOCK).open(path);
        let mut file = opened.map_err(io_fault)?;
        let mut buffer = vec![0; FIRST_BYTES];
        let begun = Instant::now();
        loop {
            match file.read(&mut buffer) {
                // Nobody has it open for writing.
                Ok(0) if begun.elapsed() >= WRITER_WAITED_FOR => {
                    return Err(InputFault::NoWriter { name: name.to_owned() });
                }
                Ok(0) => std::thread::sleep(PIPE_ASKED_EVERY),
                Ok(read) => {
                    buffer.truncate(read);
                    return Ok(Self { file, head: io::Cursor::new(buffer) });
                }
                // Somebody has, and has written nothing yet.
                Err(cause) if cause.kind() == ErrorKind::WouldBlock => {
                    return Ok(Self { file, head: io::Cursor::new(Vec::new()) });
                }
                Err(cause) if cause.kind() == ErrorKind::Interrupted => {}
                Err(cause) => return Err(io_fault(cause)),
            }
        }
    }

    #[cfg(not(unix))]
    fn open(path: &Path, name: &str) -> Result<Self, InputFault> {
        let file = File::open(path).map_err(|source| InputFault::Io { name: name.to_owned(), source })?;
        Ok(Self { file, head: io::Cursor::new(Vec::new()) })
    }
}

impl Read for Pipe {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.head.read(buffer)?;
        if read > 0 {
            return Ok(read);
        }
        loop {
            match self.file.read(buffer) {
                Err(cause) if cause.kind() == ErrorKind::WouldBlock => std::thread::sleep(PIPE_ASKED_EVERY),
                outcome => return outcome,
            }
        }
    }
}

/// What a stream is taken for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StreamOf {
    /// A small text file.
    Import,
    /// A bill, which may be large and packed.
    Bill,
}

/// Streams that were taken into files, which are deleted when this is dropped.
#[derive(Debug)]
pub struct TakenStreams {
    folder: tempfile::TempDir,
    taken: usize,
}

impl TakenStreams {
    /// Makes the folder, which only its owner can read.
    ///
    /// # Errors
    /// [`InputFault`]: there is no room for it.
    pub fn new() -> Result<Self, InputFault> {
        let folder = tempfile::tempdir()
            .map_err(|source| InputFault::Io { name: std::env::temp_dir().display().to_string(), source })?;
        Ok(Self { folder, taken: 0 })
    }

    /// Reads a stream to its end into a file, so that it can be read more than once.
    ///
    /// # Errors
    /// [`InputFault`]; a stream that cannot be a bill is refused by its first bytes.
    pub fn take(&mut self, path: &Path, of: StreamOf) -> Result<PathBuf, InputFault> {
        let name = name_of(path);
        let is_standard = path == Path::new("-") || path == Path::new("/dev/stdin");
        let file_name = match (is_standard, self.taken) {
            (true, _) => "standard-input".to_owned(),
            (false, before) => format!("pipe-{}", before + 1),
        };
        self.taken += 1;
        let target = self.folder.path().join(file_name);
        let io_fault = |source| InputFault::Io { name: name.clone(), source };
        let mut file = File::create(&target).map_err(io_fault)?;
        let mut source = open(path, &name)?;
        match of {
            StreamOf::Import => copy_import(&mut source, &name, &mut file)?,
            StreamOf::Bill => {
                let head = first_bytes(&mut source).map_err(io_fault)?;
                if crate::container::of_first_bytes(&head) == crate::container::Container::Plain && head.contains(&0) {
                    return Err(InputFault::NotText { name });
                }
                copy_bounded(&mut head.as_slice().chain(source), &name, PIPED_BILL_BYTES_MAX, &mut file)?;
            }
        }
        Ok(target)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_read_and_anything_else_is_refused_in_words() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("accounts.csv");
        fs::write(&file, "a,b\n").unwrap();
        assert_eq!(read_import(&file).unwrap(), b"a,b\n");
        for (path, words) in [
            (folder.path().to_owned(), "is a folder"),
            (folder.path().join("none"), "none: reading it failed"),
            (PathBuf::from("/dev/zero"), "zero: is a device"),
        ] {
            let refusal = read_import(&path).unwrap_err().to_string();
            assert!(refusal.contains(words), "{refusal}");
        }
        fs::write(&file, [0; 10]).unwrap();
        assert!(read_import(&file).unwrap_err().to_string().contains("is no text"));
    }

    #[test]
    fn what_is_larger_than_the_bound_is_refused_when_the_bound_is_reached() {
        let endless = io::repeat(b'a');
        let mut counted = Vec::new();
        let refused = copy_bounded(&mut endless.take(u64::MAX), "x", 1 << 20, &mut counted).unwrap_err();
        assert!(refused.to_string().contains("larger than 1 MiB"), "{refused}");
        assert_eq!(counted.len(), (1 << 20) + 1);
    }
}
