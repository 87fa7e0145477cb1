//! What a file is packed as, told by its first bytes, and a stream of what is in it.
//!
//! Invariants: the digest is of the file's own bytes, all of them; a packed file that ends early
//! is refused. Deliberately absent: file names, which say nothing.

use std::{
    fs::{self, File},
    io::{self, BufRead, BufReader, ErrorKind, Read, Seek, SeekFrom},
    path::Path,
};

use sha2::{Digest, Sha256};

use crate::fault::ReadFault;

/// How a file is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Container {
    Plain,
    Gzip,
    Zip,
    Parquet,
    Empty,
}

impl Container {
    /// Its name in an error.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Plain | Self::Empty => "text",
            Self::Gzip => "gzip",
            Self::Zip => "zip",
            Self::Parquet => "Parquet",
        }
    }
}

/// The buffer between file and decoder.
const READ_BYTES: usize = 256 * 1024;

/// Looks at the first bytes and goes back to the start.
///
/// # Errors
/// What reading met.
pub(crate) fn sniff(file: &mut File) -> io::Result<Container> {
    let mut magic = Vec::with_capacity(4);
    file.by_ref().take(4).read_to_end(&mut magic)?;
    file.seek(SeekFrom::Start(0))?;
    Ok(of_first_bytes(&magic))
}

/// What begins with these bytes.
pub(crate) fn of_first_bytes(bytes: &[u8]) -> Container {
    match bytes {
        [] => Container::Empty,
        [0x1f, 0x8b, ..] => Container::Gzip,
        // The second is an archive without files.
        [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => Container::Zip,
        [b'P', b'A', b'R', b'1', ..] => Container::Parquet,
        _ => Container::Plain,
    }
}

/// Reads, and digests what it reads.
pub(crate) struct DigestReader<'a> {
    file: File,
    digest: Sha256,
    on_read: &'a dyn Fn(u64),
}

impl<'a> DigestReader<'a> {
    pub(crate) fn new(file: File, on_read: &'a dyn Fn(u64)) -> Self {
        Self { file, digest: Sha256::new(), on_read }
    }

    /// The digest, after reading what is left.
    pub(crate) fn finish(mut self) -> io::Result<[u8; 32]> {
        let mut buffer = vec![0; READ_BYTES];
        while self.read(&mut buffer)? > 0 {}
        Ok(self.digest.finalize().into())
    }
}

impl Read for DigestReader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(buffer)?;
        self.digest.update(&buffer[..read]);
        (self.on_read)(read as u64);
        Ok(read)
    }
}

/// Opens a file, whose container is known after.
///
/// # Errors
/// What the file system says.
pub(crate) fn open(path: &Path, display: &str) -> Result<(File, Container), ReadFault> {
    let io_fault = |source| ReadFault::Io { path: display.to_owned(), source };
    // A device may never end and a pipe never begin: neither is opened.
    if !fs::metadata(path).map_err(io_fault)?.is_file() {
        return Err(ReadFault::NotAFile { path: display.to_owned() });
    }
    let mut file = File::open(path).map_err(io_fault)?;
    let container = sniff(&mut file).map_err(io_fault)?;
    Ok((file, container))
}

/// Calls `read` with the text in a text file, packed or not; its answer and the file's digest.
///
/// # Errors
/// What `read` refuses, or what unpacking met.
pub(crate) fn with_text<T>(
    file: File,
    container: Container,
    display: &str,
    on_read: &dyn Fn(u64),
    read: impl FnOnce(&mut dyn Read) -> Result<T, ReadFault>,
) -> Result<(T, [u8; 32]), ReadFault> {
    let io_fault = |source| ReadFault::Io { path: display.to_owned(), source };
    match container {
        Container::Gzip => {
            let mut source = BufReader::with_capacity(READ_BYTES, DigestReader::new(file, on_read));
            let mut text = flate2::bufread::MultiGzDecoder::new(&mut source);
            let answer = read(&mut text)?;
            Ok((answer, source.into_inner().finish().map_err(io_fault)?))
        }
        Container::Zip => {
            let path_file = file.try_clone().map_err(io_fault)?;
            let digest = DigestReader::new(path_file, on_read).finish().map_err(io_fault)?;
            let damaged = |cause: zip::result::ZipError| zip_fault(display, cause);
            let mut archive = zip::ZipArchive::new(BufReader::with_capacity(READ_BYTES, file)).map_err(damaged)?;
            let mut files = Vec::new();
            for at in 0..archive.len() {
                if !archive.by_index(at).map_err(damaged)?.is_dir() {
                    files.push(at);
                }
            }
            let [only] = files[..] else {
                return Err(ReadFault::ZipEntries { file: display.to_owned(), files: files.len() });
            };
            let mut text = archive.by_index(only).map_err(damaged)?;
            Ok((read(&mut text)?, digest))
        }
        Container::Plain | Container::Empty | Container::Parquet => {
            let mut source = DigestReader::new(file, on_read);
            let answer = read(&mut source)?;
            Ok((answer, source.finish().map_err(io_fault)?))
        }
    }
}

fn zip_fault(display: &str, cause: zip::result::ZipError) -> ReadFault {
    let container = Container::Zip.name();
    ReadFault::Damaged { file: display.to_owned(), container, cause: cause.to_string() }
}

/// A fault met while unpacking, in words: truncated, damaged, or the system's.
pub(crate) fn unpack_fault(container: Container, display: &str, source: io::Error) -> ReadFault {
    let (file, name) = (display.to_owned(), container.name());
    match source.kind() {
        ErrorKind::UnexpectedEof => ReadFault::Truncated { file, container: name },
        ErrorKind::InvalidInput | ErrorKind::InvalidData => {
            ReadFault::Damaged { file, container: name, cause: source.to_string() }
        }
        _ => ReadFault::Io { path: file, source },
    }
}

/// The first line of a text file, for telling what it is; at most `bytes_max` of it.
///
/// # Errors
/// What unpacking met.
pub(crate) fn first_line(
    file: File,
    container: Container,
    display: &str,
    bytes_max: u64,
) -> Result<Vec<u8>, ReadFault> {
    let read = |source: &mut dyn Read| {
        let mut line = Vec::new();
        let text = BufReader::new(source).take(bytes_max).read_until(b'\n', &mut line);
        text.map_err(|source| unpack_fault(container, display, source))?;
        Ok(line)
    };
    match container {
        Container::Gzip => {
            let mut text = flate2::bufread::MultiGzDecoder::new(BufReader::with_capacity(READ_BYTES, file));
            read(&mut text)
        }
        Container::Zip => with_text(file, container, display, &|_| {}, read).map(|(line, _)| line),
        Container::Plain | Container::Empty | Container::Parquet => {
            let mut file = file;
            read(&mut file)
        }
    }
}
