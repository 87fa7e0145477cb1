//! The seals that are kept in the folder of a log.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use projector::Seal;
use seal::SignedText;

/// Where seals are kept in the folder of a log.
pub(crate) const SEALS: &str = "seals";

/// The seals of a log, in its folder, the newest first, as far as they can be read.
pub(crate) fn seals_kept(folder: &Path) -> Vec<Seal> {
    let mut paths: Vec<PathBuf> = match fs::read_dir(folder.join(SEALS)) {
        Ok(entries) => entries.flatten().map(|entry| entry.path()).collect(),
        Err(_) => Vec::new(),
    };
    paths.retain(|path| path.extension().is_some_and(|ending| ending == "json"));
    paths.sort();
    let read = |path: &PathBuf| -> io::Result<Option<Seal>> {
        let text = SignedText::from_file(&fs::read_to_string(path)?).ok();
        Ok(text.and_then(|text| serde_json::from_str(&text.signed).ok()))
    };
    paths.iter().rev().filter_map(|path| read(path).ok().flatten()).collect()
}
