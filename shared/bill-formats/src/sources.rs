//! From paths to the files of a read: folders searched, manifests resolved.
//!
//! Invariants: a folder with a manifest is read by its manifests only; a file is read once however
//! often it is named; of several deliveries of one bill the newest is read, and where that cannot
//! be told the read is refused. Files that are no bills are passed over only where a folder, and
//! not the file, was named. The order of paths and folders changes nothing.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    path::{Path, PathBuf},
    sync::Arc,
};

use domain::period::BillingPeriod;

use crate::{
    columns,
    container::{self, Container},
    csv::split::split_header,
    fault::ReadFault,
    format::Encoding,
    manifest::Manifest,
    parquet,
    reading::Warning,
};

/// One file to read.
#[derive(Debug, Clone)]
pub(crate) struct SourceFile {
    pub(crate) path: PathBuf,
    pub(crate) display: Arc<str>,
    pub(crate) name: String,
    /// The manifest that names it.
    pub(crate) manifest: Option<usize>,
}

/// All files of a read.
#[derive(Debug, Default)]
pub(crate) struct Sources {
    pub(crate) files: Vec<SourceFile>,
    pub(crate) manifests: Vec<Manifest>,
    pub(crate) warnings: Vec<Warning>,
}

/// Deeper than any layout that AWS or an operator makes; a bound on loops of links.
const FOLDER_DEPTH_MAX: usize = 16;

/// A bill's header has at most some thousand columns.
const HEADER_BYTES_MAX: u64 = 1024 * 1024;

/// A manifest lists thousands of columns and chunks at most.
const MANIFEST_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// Where a manifest was found, and what else is there.
struct FoundManifest {
    manifest: Manifest,
    root: Option<PathBuf>,
    others: Arc<[PathBuf]>,
}

/// Finds the files.
///
/// # Errors
/// Nothing to read, or a manifest that is not complete here.
pub(crate) fn gather(paths: &[PathBuf]) -> Result<Sources, ReadFault> {
    if paths.is_empty() {
        return Err(ReadFault::NoPaths);
    }
    let mut sources = Sources::default();
    let mut manifests = Vec::new();
    let mut loose = Vec::new();
    for path in paths {
        let display = path.display().to_string();
        let about = fs::metadata(path).map_err(|source| ReadFault::Io { path: display.clone(), source })?;
        if about.is_dir() {
            gather_folder(path, &mut manifests, &mut loose, &mut sources.warnings)?;
        } else if let Some(text) = json_text(path, &display)? {
            let manifest = Manifest::parse(path, &display, &text)?.ok_or_else(|| ReadFault::NotABill {
                file: display.clone(),
                found: "it is JSON, and no manifest that lists files".to_owned(),
            })?;
            manifests.push(FoundManifest { manifest, root: None, others: Arc::new([]) });
        } else {
            loose.push(path.clone());
        }
    }
    for found in newest(manifests, &mut sources.warnings)? {
        let at = sources.manifests.len();
        for chunk in found.manifest.chunks(found.root.as_deref(), &found.others)? {
            sources.files.push(source_file(chunk, Some(at)));
        }
        sources.manifests.push(found.manifest);
    }
    sources.files.extend(loose.into_iter().map(|path| source_file(path, None)));
    read_once(&mut sources);
    Ok(sources)
}

fn source_file(path: PathBuf, manifest: Option<usize>) -> SourceFile {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let display: Arc<str> = path.display().to_string().into();
    SourceFile { path, display, name, manifest }
}

/// Drops a loose file that was named before, by itself or by a manifest.
fn read_once(sources: &mut Sources) {
    let mut known: Vec<PathBuf> = Vec::new();
    sources.files.retain(|file| {
        let real = fs::canonicalize(&file.path).unwrap_or_else(|_| file.path.clone());
        let is_again = file.manifest.is_none() && known.contains(&real);
        known.push(real);
        !is_again
    });
}

fn gather_folder(
    root: &Path,
    manifests: &mut Vec<FoundManifest>,
    loose: &mut Vec<PathBuf>,
    warnings: &mut Vec<Warning>,
) -> Result<(), ReadFault> {
    let mut files = Vec::new();
    walk(root, 0, &mut files)?;
    let files: Arc<[PathBuf]> = files.into();
    let mut has_manifest = false;
    for path in files.iter() {
        let display = path.display().to_string();
        let Some(text) = json_text(path, &display)? else { continue };
        if let Some(manifest) = Manifest::parse(path, &display, &text)? {
            has_manifest = true;
            manifests.push(FoundManifest { manifest, root: Some(root.to_owned()), others: files.clone() });
        }
    }
    if has_manifest {
        return Ok(());
    }
    let mut has_bill = false;
    for path in files.iter() {
        let display = path.display().to_string();
        if holds_a_bill(path, &display)? {
            has_bill = true;
            loose.push(path.clone());
        } else {
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            warnings.push(Warning::FilePassedOver { name });
        }
    }
    if has_bill { Ok(()) } else { Err(ReadFault::EmptyFolder { folder: root.display().to_string() }) }
}

fn walk(folder: &Path, depth: usize, files: &mut Vec<PathBuf>) -> Result<(), ReadFault> {
    let fault = |source| ReadFault::Io { path: folder.display().to_string(), source };
    let mut entries = Vec::new();
    for entry in fs::read_dir(folder).map_err(fault)? {
        entries.push(entry.map_err(fault)?);
    }
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        // Programs mark with a point or `_SUCCESS` what is theirs and not data.
        if entry.file_name().to_string_lossy().starts_with(['.', '_']) {
            continue;
        }
        let path = entry.path();
        if path.is_file() {
            files.push(path);
        } else if entry.file_type().map_err(fault)?.is_dir() && depth < FOLDER_DEPTH_MAX {
            walk(&path, depth + 1, files)?;
        }
    }
    Ok(())
}

/// The text of a file that begins as a JSON object does.
fn json_text(path: &Path, display: &str) -> Result<Option<Vec<u8>>, ReadFault> {
    let (file, container) = container::open(path, display)?;
    if container != Container::Plain {
        return Ok(None);
    }
    let head = container::first_line(file, container, display, HEADER_BYTES_MAX)?;
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&head).trim_ascii_start();
    let fault = |source| ReadFault::Io { path: display.to_owned(), source };
    if !head.starts_with(b"{") || fs::metadata(path).map_err(fault)?.len() > MANIFEST_BYTES_MAX {
        return Ok(None);
    }
    fs::read(path).map(Some).map_err(fault)
}

/// Whether a file that nobody named is a bill. An empty one is passed on, to be refused: it may be
/// a download that failed.
fn holds_a_bill(path: &Path, display: &str) -> Result<bool, ReadFault> {
    let (file, container) = container::open(path, display)?;
    if container == Container::Empty {
        return Ok(true);
    }
    if container == Container::Parquet {
        return Ok(columns::is_a_bill(&parquet::column_names(&file, display)?, Encoding::Parquet));
    }
    let line = match container::first_line(file, container, display, HEADER_BYTES_MAX) {
        Ok(line) => line,
        Err(ReadFault::ZipEntries { .. }) => return Ok(false),
        Err(fault) => return Err(fault),
    };
    Ok(header_names(&line).is_some_and(|names| columns::is_a_bill(&names, Encoding::Csv)))
}

/// The names in a header line, where it is one.
pub(crate) fn header_names(line: &[u8]) -> Option<Vec<Arc<str>>> {
    let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line).trim_ascii_end();
    let fields = split_header(line).ok()?;
    fields.into_iter().map(|field| Some(Arc::from(String::from_utf8(field).ok()?.trim()))).collect()
}

/// Of the deliveries of each bill, the newest.
fn newest(found: Vec<FoundManifest>, warnings: &mut Vec<Warning>) -> Result<Vec<FoundManifest>, ReadFault> {
    let mut bills: BTreeMap<(String, Option<BillingPeriod>), Vec<FoundManifest>> = BTreeMap::new();
    for one in found {
        bills.entry((one.manifest.report.clone(), one.manifest.period)).or_default().push(one);
    }
    let mut kept = Vec::with_capacity(bills.len());
    for mut of_bill in bills.into_values() {
        // Of two copies of one delivery's manifest the one in the month's folder stays: it also
        // tells that no delivery is newer.
        let copy_order = |one: &FoundManifest| {
            (one.manifest.info.id.clone(), one.manifest.is_kept_copy(), one.manifest.path.clone())
        };
        of_bill.sort_by_key(copy_order);
        of_bill.dedup_by(|copy, stays| copy.manifest.info.id == stays.manifest.info.id);
        let newest = of_bill.remove(newest_of(&of_bill)?);
        warnings.extend(of_bill.iter().map(|older| Warning::OlderDeliveryPassedOver {
            manifest: older.manifest.display.clone(),
            newer: newest.manifest.display.clone(),
        }));
        kept.push(newest);
    }
    Ok(kept)
}

/// Which of several deliveries of a bill is the newest: by their times, else the one whose manifest
/// is in the month's folder, where the legacy report replaces the manifest with each delivery.
fn newest_of(deliveries: &[FoundManifest]) -> Result<usize, ReadFault> {
    let manifests = || deliveries.iter().map(|one| &one.manifest).enumerate();
    let by_time = || {
        let times: Option<Vec<_>> = manifests().map(|(at, manifest)| Some((manifest.info.created?, at))).collect();
        let mut times = times?;
        times.sort_unstable();
        match times[..] {
            [.., (before, _), (last, at)] if before != last => Some(at),
            _ => None,
        }
    };
    let by_folder = || {
        let mut current = manifests().filter(|(_, manifest)| !manifest.is_kept_copy());
        match (current.next(), current.next()) {
            (Some((at, _)), None) => Some(at),
            _ => None,
        }
    };
    match deliveries {
        [] | [_] => Ok(0),
        [first, second, ..] => by_time().or_else(by_folder).ok_or_else(|| ReadFault::SeveralDeliveries {
            first: first.manifest.display.clone(),
            second: second.manifest.display.clone(),
        }),
    }
}

/// Opens a file to see that it is there: what was found a moment ago may be gone.
pub(crate) fn open(file: &SourceFile) -> Result<(File, Container), ReadFault> {
    container::open(&file.path, &file.display)
}
