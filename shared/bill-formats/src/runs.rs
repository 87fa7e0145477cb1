//! Folders that each hold one delivery: of an export's executions, and of the legacy report's assemblies.
//!
//! An export that keeps every execution puts each into a folder `<time>-<execution id>`, the legacy report
//! each assembly into a folder named by its id. Each is the whole month. Of executions side by side the
//! newest is read, by the times in their names; assemblies have no time but in their manifest.
//! Source: <https://docs.aws.amazon.com/cur/latest/userguide/dataexports-export-delivery.html>

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use chrono::{DateTime, Utc};

use crate::{
    fault::ReadFault,
    folders::real,
    manifest::{period_of_folder, time_of_folder},
    reading::Warning,
};

/// The folder of one delivery above a file, where there is one, with its links followed.
pub(crate) fn run_folder(file: &Path) -> Option<PathBuf> {
    let is_run = |folder: &&Path| {
        let name = |folder: &Path| folder.file_name().map(|name| name.to_string_lossy().into_owned());
        let own = name(folder).unwrap_or_default();
        let above = folder.parent().and_then(name).unwrap_or_default();
        time_of_folder(&own).is_some() || is_assembly_id(&own) || (is_range_of_days(&above) && !own.is_empty())
    };
    real(file).ancestors().skip(1).find(is_run).map(Path::to_owned)
}

/// The folder of an export's month above a file, where there is one, with its links followed.
pub(crate) fn month_folder(file: &Path) -> Option<PathBuf> {
    let is_month = |folder: &&Path| {
        folder.file_name().is_some_and(|name| {
            let name = name.to_string_lossy();
            period_of_folder(&name).is_some() || is_range_of_days(&name)
        })
    };
    real(file).ancestors().skip(1).find(is_month).map(Path::to_owned)
}

/// The legacy report's ids of assemblies: 8-4-4-4-12 hexadecimal digits.
fn is_assembly_id(name: &str) -> bool {
    let parts: Vec<&str> = name.split('-').collect();
    parts.iter().map(|part| part.len()).eq([8, 4, 4, 4, 12])
        && parts.iter().all(|part| part.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// The legacy report's folder of a month: `20250601-20250701`.
fn is_range_of_days(name: &str) -> bool {
    let is_day = |text: &str| text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit());
    name.split_once('-').is_some_and(|(first, last)| is_day(first) && is_day(last))
}

/// Of executions side by side, the files of the newest; files that are in no execution's folder stay.
///
/// # Errors
/// Two executions of one time.
pub(crate) fn newest(files: Vec<PathBuf>, warnings: &mut Vec<Warning>) -> Result<Vec<PathBuf>, ReadFault> {
    let mut of_month: BTreeMap<PathBuf, BTreeMap<(DateTime<Utc>, PathBuf), PathBuf>> = BTreeMap::new();
    let run_of = |file: &Path| {
        let run = run_folder(file)?;
        let time = time_of_folder(&run.file_name()?.to_string_lossy())?;
        Some((run.parent()?.to_owned(), (time, run)))
    };
    for file in &files {
        if let Some((month, run)) = run_of(file) {
            // The folder as it was named, for what is said of it.
            let named = file.parent().unwrap_or(file).to_owned();
            of_month.entry(month).or_default().entry(run).or_insert(named);
        }
    }
    let mut passed_over = Vec::new();
    for runs in of_month.into_values() {
        let mut newest_first = runs.into_iter().rev();
        let Some(((time, _), newer)) = newest_first.next() else { continue };
        for ((older_time, older), named) in newest_first {
            if older_time == time {
                let (first, second) = (named.display().to_string(), newer.display().to_string());
                return Err(ReadFault::SeveralDeliveries { first, second });
            }
            warnings.push(Warning::OlderFolderPassedOver {
                older: named.display().to_string(),
                newer: newer.display().to_string(),
            });
            passed_over.push(older);
        }
    }
    Ok(files.into_iter().filter(|file| !run_folder(file).is_some_and(|run| passed_over.contains(&run))).collect())
}
