//! Files that begin as a JSON object does: manifests, and what only looks like one.

use std::{fs, path::Path};

use crate::{
    container::{self, Container},
    fault::ReadFault,
};

/// So much of a file is looked at to tell what it is: a bill's header has at most some thousand columns.
pub(crate) const HEAD_BYTES_MAX: u64 = 1024 * 1024;

/// A manifest lists some thousand columns and chunks at most, of a hundred bytes each. Taken apart it needs
/// up to sixteen times as much memory.
const MANIFEST_BYTES_MAX: u64 = 16 * 1024 * 1024;

/// The text of a file that begins as a JSON object does; nothing where it does not, or is too large to be
/// a manifest.
///
/// # Errors
/// What the file system says.
pub(crate) fn text(path: &Path, display: &str) -> Result<Option<Vec<u8>>, ReadFault> {
    let (file, container) = container::open(path, display)?;
    if container != Container::Plain {
        return Ok(None);
    }
    let head = container::first_line(file, container, display, HEAD_BYTES_MAX)?;
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&head).trim_ascii_start();
    let fault = |source| ReadFault::Io { path: display.to_owned(), source };
    if !head.starts_with(b"{") || fs::metadata(path).map_err(fault)?.len() > MANIFEST_BYTES_MAX {
        return Ok(None);
    }
    fs::read(path).map(Some).map_err(fault)
}
