//! Small text files.

use std::{fs, path::Path};

use service_kit::{Failure, codes};

/// Reads a file whole.
pub(crate) fn read(path: &Path) -> Result<String, Failure> {
    fs::read_to_string(path).map_err(|cause| {
        Failure::refused(codes::FILE_UNREADABLE, format!("{}: reading it failed: {cause}", path.display()))
    })
}

/// Writes a file whole, or not at all.
pub(crate) fn write(path: &Path, text: &str) -> Result<(), Failure> {
    let beside = path.with_added_extension("tmp");
    let written = fs::write(&beside, text).and_then(|()| fs::rename(&beside, path));
    written.map_err(|cause| {
        Failure::failed(codes::FILE_NOT_WRITTEN, format!("writing {} failed: {cause}", path.display()))
    })
}
