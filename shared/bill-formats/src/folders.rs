//! Folders searched for bills.
//!
//! Invariants: what is read lies below the folder that was named; links that lead out of it are not
//! followed, links to folders never, so that no loop can be made of them.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::{
    columns,
    container::{self, Container},
    fault::ReadFault,
    format::Encoding,
    guarded::guarded,
    header::header_names,
    json_file::HEAD_BYTES_MAX,
    parquet,
    reading::Warning,
};

/// Deeper than any layout that AWS or an operator makes.
const FOLDER_DEPTH_MAX: usize = 16;

/// A path with its links followed, where that can be done.
pub(crate) fn real(path: &Path) -> PathBuf {
    fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}

/// The files below a folder, sorted.
///
/// # Errors
/// What the file system says, or folders that go on without an end.
pub(crate) fn files_below(root: &Path, warnings: &mut Vec<Warning>) -> Result<Vec<PathBuf>, ReadFault> {
    let mut files = Vec::new();
    walk(root, &real(root), 0, &mut files, warnings)?;
    Ok(files)
}

fn walk(
    folder: &Path,
    real_root: &Path,
    depth: usize,
    files: &mut Vec<PathBuf>,
    warnings: &mut Vec<Warning>,
) -> Result<(), ReadFault> {
    let fault = |source| ReadFault::Io { path: folder.display().to_string(), source };
    if depth > FOLDER_DEPTH_MAX {
        return Err(ReadFault::FolderTooDeep { folder: folder.display().to_string(), deepest: FOLDER_DEPTH_MAX });
    }
    let mut entries = Vec::new();
    for entry in fs::read_dir(folder).map_err(fault)? {
        entries.push(entry.map_err(fault)?);
    }
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let name = entry.file_name().to_string_lossy().into_owned();
        // Programs mark with a point or `_SUCCESS` what is theirs and not data.
        if name.starts_with(['.', '_']) {
            continue;
        }
        let (path, kind) = (entry.path(), entry.file_type().map_err(fault)?);
        if kind.is_symlink() {
            if path.is_file() && real(&path).starts_with(real_root) {
                files.push(path);
            } else {
                warnings.push(Warning::LinkNotFollowed { name });
            }
        } else if kind.is_file() {
            files.push(path);
        } else if kind.is_dir() {
            walk(&path, real_root, depth + 1, files, warnings)?;
        } else {
            // A pipe or a device.
            warnings.push(Warning::FilePassedOver { name });
        }
    }
    Ok(())
}

/// Whether a file that nobody named is a bill. An empty one is passed on, to be refused: it may be
/// a download that failed.
///
/// # Errors
/// A packed file that is damaged.
pub(crate) fn holds_a_bill(path: &Path, display: &str) -> Result<bool, ReadFault> {
    let (file, container) = container::open(path, display)?;
    if container == Container::Empty {
        return Ok(true);
    }
    guarded(display, container.name(), || {
        if container == Container::Parquet {
            return Ok(columns::is_a_bill(&parquet::column_names(&file, display)?, Encoding::Parquet));
        }
        let line = match container::first_line(file, container, display, HEAD_BYTES_MAX) {
            Ok(line) => line,
            Err(ReadFault::ZipEntries { .. }) => return Ok(false),
            Err(fault) => return Err(fault),
        };
        Ok(header_names(&line).is_some_and(|names| columns::is_a_bill(&names, Encoding::Csv)))
    })
}
