//! Files that are generated and committed: written by a task, compared by its `--check`.
//!
//! A file that nothing generates any more is drift too, with one exception: the schema of an
//! event's older version stays as long as the log may hold such events, which is forever.

use std::{
    collections::BTreeSet,
    fs, io,
    path::{Path, PathBuf},
};

use anyhow::Context;
use serde_json::{Map, Value};

use crate::workspace::relative;

/// A generated file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CommittedFile {
    /// Where it stands in its folder: `events/memo_issued.v1.json`.
    pub(crate) path: String,
    /// What it says.
    pub(crate) text: String,
}

impl CommittedFile {
    /// JSON, two spaces, keys sorted, one newline at the end: the same bytes on every machine and
    /// whatever map `serde_json` was built with.
    pub(crate) fn json(path: impl Into<String>, value: &Value) -> anyhow::Result<Self> {
        let path = path.into();
        let mut text = serde_json::to_string_pretty(&sorted(value)).with_context(|| format!("write {path}"))?;
        text.push('\n');
        Ok(Self { path, text })
    }
}

fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let mut keys: Vec<&String> = members.keys().collect();
            keys.sort();
            Value::Object(keys.into_iter().map(|key| (key.clone(), sorted(&members[key]))).collect::<Map<_, _>>())
        }
        Value::Array(items) => Value::Array(items.iter().map(sorted).collect()),
        other => other.clone(),
    }
}

/// How a committed file differs from what is generated.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Drift {
    Missing(String),
    Differs { path: String, line: usize },
    NotGenerated(String),
}

impl std::fmt::Display for Drift {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Missing(path) => write!(f, "missing        {path}"),
            Self::Differs { path, line } => write!(f, "differs        {path} (from line {line} on)"),
            Self::NotGenerated(path) => write!(f, "not generated  {path}"),
        }
    }
}

/// Compares, and says what to do where something differs. True where nothing does.
pub(crate) fn check(folder: &Path, files: &[CommittedFile]) -> anyhow::Result<bool> {
    let found = drift(folder, files)?;
    let name = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    if found.is_empty() {
        println!("{name}: {} files are what the types say", files.len());
        return Ok(true);
    }
    println!("{name}: {} of {} files drifted from the types", found.len(), files.len());
    for one in &found {
        println!("  {one}");
    }
    println!("run `cargo xtask {name}`, read the difference and commit it with the change that caused it;");
    println!("a file that is not generated is deleted by hand");
    Ok(false)
}

/// Writes what differs. True always: there is nothing to refuse.
pub(crate) fn write(folder: &Path, files: &[CommittedFile]) -> anyhow::Result<bool> {
    let mut written = 0;
    for file in files {
        let path = folder.join(&file.path);
        if fs::read_to_string(&path).is_ok_and(|text| text == file.text) {
            continue;
        }
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).with_context(|| format!("create {}", parent.display()))?;
        }
        fs::write(&path, &file.text).with_context(|| format!("write {}", path.display()))?;
        println!("wrote {}", file.path);
        written += 1;
    }
    println!("{} files, {written} written", files.len());
    for leftover in drift(folder, files)? {
        println!("{leftover}");
    }
    Ok(true)
}

fn drift(folder: &Path, files: &[CommittedFile]) -> anyhow::Result<Vec<Drift>> {
    let mut found = Vec::new();
    for file in files {
        match fs::read_to_string(folder.join(&file.path)) {
            Ok(text) if text == file.text => {}
            Ok(text) => {
                found.push(Drift::Differs { path: file.path.clone(), line: first_difference(&text, &file.text) })
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => found.push(Drift::Missing(file.path.clone())),
            Err(error) => return Err(error).with_context(|| format!("read {}", file.path)),
        }
    }
    let generated: BTreeSet<&str> = files.iter().map(|file| file.path.as_str()).collect();
    let folders: BTreeSet<&str> =
        generated.iter().filter_map(|path| path.split_once('/')).map(|(head, _)| head).collect();
    for kind in folders {
        for path in files_in(&folder.join(kind))? {
            let path = relative(folder, &path);
            if !generated.contains(path.as_str()) && !is_older_version(&path, &generated) {
                found.push(Drift::NotGenerated(path));
            }
        }
    }
    found.sort();
    Ok(found)
}

fn first_difference(left: &str, right: &str) -> usize {
    1 + left.lines().zip(right.lines()).take_while(|(left, right)| left == right).count()
}

fn files_in(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let entries = fs::read_dir(folder).with_context(|| format!("list {}", folder.display()))?;
    entries.map(|entry| Ok(entry?.path())).collect()
}

/// `events/memo_issued.v1.json` where `events/memo_issued.v2.json` is generated.
fn is_older_version(path: &str, generated: &BTreeSet<&str>) -> bool {
    let Some((name, version)) = versioned(path) else { return false };
    generated.iter().filter_map(|other| versioned(other)).any(|(other, newer)| other == name && newer > version)
}

fn versioned(path: &str) -> Option<(&str, u32)> {
    let (name, version) = path.strip_suffix(".json")?.rsplit_once(".v")?;
    Some((name, version.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_kind_of_drift_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let files: Vec<CommittedFile> = ["events/a.v2.json", "events/b.v1.json", "events/c.v1.json"]
            .map(|path| CommittedFile::json(path, &json!({"z": 1, "a": path})).unwrap())
            .to_vec();
        write(folder.path(), &files).unwrap();
        assert_eq!(drift(folder.path(), &files).unwrap(), []);

        let at = |path: &str| folder.path().join(path);
        fs::write(at("events/a.v1.json"), "{}\n").unwrap();
        fs::write(at("events/b.v1.json"), "{\n  \"a\": 2\n}\n").unwrap();
        fs::remove_file(at("events/c.v1.json")).unwrap();
        fs::write(at("events/d.v1.json"), "{}\n").unwrap();
        let expected = [
            Drift::Missing("events/c.v1.json".into()),
            Drift::Differs { path: "events/b.v1.json".into(), line: 2 },
            Drift::NotGenerated("events/d.v1.json".into()),
        ];
        assert_eq!(drift(folder.path(), &files).unwrap(), expected, "an older version is kept");
        assert!(!check(folder.path(), &files).unwrap());
    }

    #[test]
    fn keys_are_sorted_at_every_depth() {
        let file = CommittedFile::json("x.json", &json!({"b": [{"d": 1, "c": 2}], "a": 0})).unwrap();
        let keys: Vec<&str> = file.text.split('"').skip(1).step_by(2).collect();
        assert_eq!(keys, ["a", "b", "c", "d"]);
    }
}
