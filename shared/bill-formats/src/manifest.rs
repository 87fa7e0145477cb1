//! Manifests: what a delivery is made of.
//!
//! AWS writes one after all data files of a delivery. The legacy report's names its chunks in
//! `reportKeys`, that of Data Exports in `dataFiles`; both are keys of a bucket, found here by the
//! folders that they end in. A delivery whose chunk is not there is refused as a whole (rule book
//! N18). Deliberately absent: trust in `columns`, since each chunk has its own header.
//! Sources: <https://docs.aws.amazon.com/cur/latest/userguide/understanding-report-versions.html>,
//! <https://docs.aws.amazon.com/cur/latest/userguide/dataexports-export-delivery.html>

use std::path::{Component, Path, PathBuf};

use chrono::{DateTime, Utc};
use domain::period::BillingPeriod;
use serde_json::Value;

use crate::{dates, fault::ReadFault};

/// What a manifest says of the delivery itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ManifestInfo {
    /// The manifest's file name.
    pub name: String,
    /// AWS's id of the delivery: assembly id (legacy report) or execution id (Data Exports).
    pub id: String,
    /// When AWS made it, where the manifest or its keys say so: what orders deliveries.
    pub created: Option<DateTime<Utc>>,
}

/// A manifest read.
#[derive(Debug, Clone)]
pub(crate) struct Manifest {
    pub(crate) path: PathBuf,
    pub(crate) display: String,
    pub(crate) info: ManifestInfo,
    pub(crate) period: Option<BillingPeriod>,
    /// Which report or export it belongs to.
    pub(crate) report: String,
    pub(crate) keys: Vec<String>,
}

const KEY_LISTS: [&str; 3] = ["reportKeys", "dataFiles", "dataFileKeys"];
const KEY_NAMES: [&str; 4] = ["key", "path", "uri", "name"];
const IDS: [&str; 2] = ["assemblyId", "executionId"];
const REPORTS: [&str; 5] = ["exportArn", "reportId", "exportName", "reportName", "account"];
const TIMES: [&str; 6] = ["createdAt", "created", "executionCreatedAt", "lastUpdatedAt", "lastUpdated", "generatedAt"];

const BAD_PERIOD: &str = "its billing period does not begin on the first of a month at 00:00 UTC";

/// How far above a manifest its chunks' folders may begin: prefix, report, partition, execution.
const ANCESTORS_MAX: usize = 8;

impl Manifest {
    /// Reads a JSON text; nothing where it is none or is no manifest.
    ///
    /// # Errors
    /// A manifest that names no files, or not as text.
    pub(crate) fn parse(path: &Path, display: &str, text: &[u8]) -> Result<Option<Self>, ReadFault> {
        let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
        let Ok(Value::Object(json)) = serde_json::from_slice(text) else { return Ok(None) };
        let Some(list) = KEY_LISTS.iter().find_map(|name| json.get(*name)) else { return Ok(None) };
        let refuse = |cause: &str| ReadFault::BadManifest { manifest: display.to_owned(), cause: cause.to_owned() };
        let list = list.as_array().ok_or_else(|| refuse("its list of files is no list"))?;
        let mut keys = Vec::with_capacity(list.len());
        for item in list {
            let key = item.as_str().or_else(|| KEY_NAMES.iter().find_map(|name| item.get(*name)?.as_str()));
            keys.push(key.ok_or_else(|| refuse("a file in its list has no name"))?.to_owned());
        }
        if keys.is_empty() {
            return Err(refuse("it names no files"));
        }
        let texts = |names: &[&str]| names.iter().find_map(|name| Some(json.get(*name)?.as_str()?.to_owned()));
        let id = texts(&IDS).unwrap_or_else(|| keys.join("\n"));
        let created = texts(&TIMES).and_then(|text| dates::instant(&text)).or_else(|| time_in_folders(&keys));
        let stated = json.get("billingPeriod").and_then(|period| period.get("start")?.as_str());
        let stated = stated.map(|text| dates::billing_period(text).ok_or_else(|| refuse(BAD_PERIOD))).transpose()?;
        let period = stated.or_else(|| keys.iter().flat_map(|key| key.split('/')).find_map(period_of_folder));
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let report = texts(&REPORTS).unwrap_or_default();
        let info = ManifestInfo { name, id, created };
        Ok(Some(Self { path: path.to_owned(), display: display.to_owned(), info, period, report, keys }))
    }

    /// Whether it lies in the folder of its own delivery: there AWS keeps it for good, while the
    /// one in the month's folder is always the newest.
    pub(crate) fn is_kept_copy(&self) -> bool {
        let folder = self.path.parent().and_then(Path::file_name);
        folder.is_some_and(|name| name.to_string_lossy().contains(&self.info.id))
    }

    /// The folder that its delivery lies in: a manifest names files of its own delivery only. Data Exports
    /// keep manifests in `metadata` beside `data`; the legacy report keeps a copy beside the chunks.
    fn delivery_folder(&self) -> PathBuf {
        let own = self.own_folder();
        let is_metadata = |folder: &&Path| folder.file_name().is_some_and(|name| name.eq_ignore_ascii_case("metadata"));
        let above = match own.ancestors().take(ANCESTORS_MAX).find(is_metadata) {
            Some(metadata) => metadata.parent(),
            None if self.is_kept_copy() => own.parent(),
            None => Some(own),
        };
        match above {
            Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
            _ => PathBuf::from("."),
        }
    }

    fn own_folder(&self) -> &Path {
        match self.path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        }
    }

    /// Finds its chunks. `root` bounds the search, else its delivery's folder does; `others` are files known
    /// below the root.
    ///
    /// # Errors
    /// A chunk that is not there, one that is elsewhere, or two that are one file here.
    pub(crate) fn chunks(&self, root: Option<&Path>, others: &[PathBuf]) -> Result<Vec<PathBuf>, ReadFault> {
        let bound = root.map_or_else(|| self.delivery_folder(), Path::to_owned);
        let real_bound = bound.canonicalize().unwrap_or_else(|_| bound.clone());
        let mut found: Vec<(PathBuf, &str)> = Vec::with_capacity(self.keys.len());
        for key in &self.keys {
            let elsewhere = || ReadFault::ChunkElsewhere { manifest: self.display.clone(), chunk: key.clone() };
            if key.split(['/', '\\']).any(|part| part == "..") {
                return Err(elsewhere());
            }
            let chunk = self
                .chunk(key, &bound, others)
                .ok_or_else(|| ReadFault::MissingChunk { manifest: self.display.clone(), chunk: key.clone() })?;
            // A link within the folder may lead out of it.
            if !chunk.canonicalize().is_ok_and(|real| real.starts_with(&real_bound)) {
                return Err(elsewhere());
            }
            if let Some((_, first)) = found.iter().find(|(known, _)| *known == chunk) {
                return Err(ReadFault::AmbiguousChunk {
                    manifest: self.display.clone(),
                    first: (*first).to_owned(),
                    second: key.clone(),
                    file: chunk.display().to_string(),
                });
            }
            found.push((chunk, key));
        }
        Ok(found.into_iter().map(|(chunk, _)| chunk).collect())
    }

    /// The longest tail of the key that is a file below the manifest's folder or one above it.
    fn chunk(&self, key: &str, bound: &Path, others: &[PathBuf]) -> Option<PathBuf> {
        let key = key.split_once("://").map_or(key, |(_, rest)| rest);
        let named = |part: Component<'_>| match part {
            Component::Normal(name) => Some(PathBuf::from(name)),
            _ => None,
        };
        let parts: Vec<PathBuf> = Path::new(key).components().filter_map(named).collect();
        let mut folders: Vec<&Path> = Vec::new();
        for folder in self.own_folder().ancestors().take(ANCESTORS_MAX) {
            folders.push(folder);
            if folder == bound {
                break;
            }
        }
        for begin in 0..parts.len() {
            let tail: PathBuf = parts[begin..].iter().collect();
            let is_bare_name = begin + 1 == parts.len();
            // A bare name higher up may be another month's file: chunk names repeat every month.
            let within = if is_bare_name { &folders[..1] } else { &folders[..] };
            if let Some(file) = within.iter().map(|folder| folder.join(&tail)).find(|file| file.is_file()) {
                return Some(file);
            }
        }
        let name = parts.last()?.file_name()?;
        let mut same_name = others.iter().filter(|file| file.file_name() == Some(name));
        match (same_name.next(), same_name.next()) {
            (Some(only), None) => Some(only.clone()),
            _ => None,
        }
    }
}

fn time_in_folders(keys: &[String]) -> Option<DateTime<Utc>> {
    keys.iter().flat_map(|key| key.split('/')).find_map(time_of_folder)
}

/// Data Exports that create new files name the folder `<timestamp>-<execution id>`.
pub(crate) fn time_of_folder(folder: &str) -> Option<DateTime<Utc>> {
    let end = folder.find('Z')? + 1;
    dates::instant(folder.get(..end)?)
}

/// Data Exports partition by `BILLING_PERIOD=YYYY-MM`.
pub(crate) fn period_of_folder(folder: &str) -> Option<BillingPeriod> {
    let (name, month) = folder.split_once('=')?;
    name.eq_ignore_ascii_case("billing_period").then(|| BillingPeriod::parse(month).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Manifest {
        Manifest::parse(Path::new("m.json"), "m.json", text.as_bytes()).unwrap().unwrap()
    }

    #[test]
    fn both_kinds_of_manifest_say_id_period_and_time() {
        let legacy = parse(
            r#"{"assemblyId":"a-1","billingPeriod":{"start":"20180101T000000.000Z","end":"20180201T000000.000Z"},
                "reportKeys":["p/r/20180101-20180201/a-1/r-1.csv.gz"]}"#,
        );
        assert_eq!((legacy.info.id.as_str(), legacy.info.created), ("a-1", None));
        assert_eq!(legacy.period.unwrap().to_string(), "2018-01");
        let export = parse(
            r#"{"executionId":"e-1","dataFiles":[
                "s3://b/p/x/data/BILLING_PERIOD=2024-09/2024-10-02T03:04:05.678Z-e-1/x-00001.snappy.parquet"]}"#,
        );
        assert_eq!(export.info.id, "e-1");
        assert_eq!(export.period.unwrap().to_string(), "2024-09");
        assert_eq!(export.info.created.unwrap().to_rfc3339(), "2024-10-02T03:04:05.678+00:00");
    }

    #[test]
    fn other_json_is_no_manifest_and_one_without_files_is_refused() {
        assert!(Manifest::parse(Path::new("x"), "x", b"{\"a\":1}").unwrap().is_none());
        assert!(Manifest::parse(Path::new("x"), "x", b"[1").unwrap().is_none());
        let none = Manifest::parse(Path::new("x"), "x", b"{\"reportKeys\":[]}");
        assert!(matches!(none, Err(ReadFault::BadManifest { .. })));
    }
}
