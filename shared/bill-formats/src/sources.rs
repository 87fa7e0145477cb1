//! From paths to the files of a read: folders searched, manifests resolved.
//!
//! Invariants: a folder with a manifest is read by its manifests only, and bills that none of them names
//! are told; a file is read once however often it is named; of several deliveries of one bill the newest
//! is read, and where that cannot be told the read is refused. Files that are no bills are passed over
//! only where a folder, and not the file, was named. The order of paths and folders changes nothing.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::{self, File},
    path::{Path, PathBuf},
    sync::Arc,
};

use domain::period::BillingPeriod;

use crate::{
    container::{self, Container},
    fault::ReadFault,
    folders, json_file,
    manifest::{Manifest, period_of_folder},
    reading::Warning,
    runs,
};

/// One file to read.
#[derive(Debug, Clone)]
pub(crate) struct SourceFile {
    pub(crate) path: PathBuf,
    pub(crate) display: Arc<str>,
    pub(crate) name: String,
    /// The manifest that names it.
    pub(crate) manifest: Option<usize>,
    /// The month that a folder above it states, and that folder.
    pub(crate) folder_period: Option<(BillingPeriod, Arc<str>)>,
}

/// All files of a read.
#[derive(Debug, Default)]
pub(crate) struct Sources {
    pub(crate) files: Vec<SourceFile>,
    pub(crate) manifests: Vec<Manifest>,
    pub(crate) warnings: Vec<Warning>,
}

/// Names shown of bills that no manifest names.
const NAMES_SHOWN_MAX: usize = 5;

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
        } else if let Some(text) = json_file::text(path, &display)? {
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
    let loose = runs::newest(loose, &mut sources.warnings)?;
    sources.files.extend(loose.into_iter().map(|path| source_file(path, None)));
    read_once(&mut sources);
    Ok(sources)
}

fn source_file(path: PathBuf, manifest: Option<usize>) -> SourceFile {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let display: Arc<str> = path.display().to_string().into();
    let folder_period = folders::real(&path).ancestors().skip(1).find_map(|folder| {
        let period = period_of_folder(&folder.file_name()?.to_string_lossy())?;
        Some((period, Arc::from(folder.file_name()?.to_string_lossy())))
    });
    SourceFile { path, display, name, manifest, folder_period }
}

/// Drops a loose file that was named before, by itself or by a manifest.
fn read_once(sources: &mut Sources) {
    let mut known: BTreeSet<PathBuf> = BTreeSet::new();
    sources.files.retain(|file| {
        let is_new = known.insert(folders::real(&file.path));
        is_new || file.manifest.is_some()
    });
}

fn gather_folder(
    root: &Path,
    manifests: &mut Vec<FoundManifest>,
    loose: &mut Vec<PathBuf>,
    warnings: &mut Vec<Warning>,
) -> Result<(), ReadFault> {
    let files: Arc<[PathBuf]> = folders::files_below(root, warnings)?.into();
    let mut here = Vec::new();
    for path in files.iter() {
        let display = path.display().to_string();
        let Some(text) = json_file::text(path, &display)? else { continue };
        if let Some(manifest) = Manifest::parse(path, &display, &text)? {
            here.push(FoundManifest { manifest, root: Some(root.to_owned()), others: files.clone() });
        }
    }
    if !here.is_empty() {
        warnings.extend(bills_without_manifest(root, &files, &here));
        manifests.append(&mut here);
        return Ok(());
    }
    let mut has_bill = false;
    for path in files.iter() {
        let display = path.display().to_string();
        if folders::holds_a_bill(path, &display)? {
            has_bill = true;
            loose.push(path.clone());
        } else {
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            warnings.push(Warning::FilePassedOver { name });
        }
    }
    if has_bill { Ok(()) } else { Err(ReadFault::EmptyFolder { folder: root.display().to_string() }) }
}

/// Bills in a folder that none of its manifests names, of a newer or an older delivery: they may be what
/// another payer's delivery has so far, so they are told and not read.
fn bills_without_manifest(root: &Path, files: &[PathBuf], manifests: &[FoundManifest]) -> Option<Warning> {
    let mut named: BTreeSet<PathBuf> = manifests.iter().map(|one| one.manifest.path.clone()).collect();
    for one in manifests {
        // One that is not complete is refused later, or is an older one.
        named.extend(one.manifest.chunks(Some(root), files).unwrap_or_default());
    }
    let is_told = |path: &&PathBuf| {
        let display = path.display().to_string();
        let is_empty = || matches!(container::open(path, &display), Ok((_, Container::Empty)));
        !named.contains(*path) && folders::holds_a_bill(path, &display).unwrap_or(true) && !is_empty()
    };
    let told: Vec<String> = files
        .iter()
        .filter(is_told)
        .map(|path| path.strip_prefix(root).unwrap_or(path).display().to_string())
        .collect();
    let mut names = told.iter().take(NAMES_SHOWN_MAX).cloned().collect::<Vec<_>>().join(", ");
    if told.len() > NAMES_SHOWN_MAX {
        names.push_str(", ...");
    }
    (!told.is_empty()).then_some(Warning::BillsWithoutManifest { count: told.len(), names })
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
