//! Layout: the top level is the table of contents, and every crate keeps the workspace's lints.

use std::fs;

use anyhow::Context;

use super::finding::Finding;
use crate::workspace::Workspace;

const RULE: &str = "layout";

/// What the top level holds, besides dotfiles and what is ignored.
const TOP_LEVEL: [&str; 9] =
    ["Cargo.toml", "Cargo.lock", "services", "shared", "deploy", "schemas", "tests", "README.md", "LICENSE"];

/// Checks the top level and the manifests.
pub(crate) fn check(workspace: &Workspace) -> anyhow::Result<Vec<Finding>> {
    let ignored = fs::read_to_string(workspace.root.join(".gitignore")).unwrap_or_default();
    let mut entries = Vec::new();
    for entry in fs::read_dir(&workspace.root).context("list the top level")? {
        entries.push(entry?.file_name().to_string_lossy().into_owned());
    }
    entries.sort();
    let mut findings = check_top_level(&entries, &ignored);
    for of in &workspace.crates {
        let path = format!("{}/Cargo.toml", of.folder);
        let manifest = fs::read_to_string(workspace.root.join(&path)).with_context(|| format!("read {path}"))?;
        findings.extend(check_manifest(&path, &manifest));
    }
    Ok(findings)
}

fn check_top_level(entries: &[String], ignored: &str) -> Vec<Finding> {
    let is_ignored = |entry: &str| ignored.lines().any(|line| line.trim().trim_matches('/') == entry);
    entries
        .iter()
        .filter(|entry| !entry.starts_with('.') && !TOP_LEVEL.contains(&entry.as_str()) && !is_ignored(entry))
        .map(|entry| {
            Finding::error(RULE, entry, 0, "is not among the agreed entries of the top level: move it into one")
        })
        .collect()
}

fn check_manifest(path: &str, manifest: &str) -> Option<Finding> {
    let mut lines = manifest.lines().map(str::trim).skip_while(|line| *line != "[lints]").skip(1);
    let inherits = lines.next() == Some("workspace = true");
    (!inherits)
        .then(|| Finding::error(RULE, path, 0, "does not take the workspace's lints: add `[lints] workspace = true`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strangers_at_the_top_level_are_named() {
        let entries: Vec<String> =
            ["Cargo.toml", "shared", ".ci", "target", "notes.txt", "docs"].map(str::to_owned).to_vec();
        let found: Vec<String> =
            check_top_level(&entries, "/target\n*.pending-snap\n").into_iter().map(|finding| finding.path).collect();
        assert_eq!(found, ["notes.txt", "docs"]);
    }

    #[test]
    fn a_crate_without_the_lints_is_named() {
        assert_eq!(check_manifest("a", "[package]\nname = \"a\"\n\n[lints]\nworkspace = true\n"), None);
        assert!(check_manifest("a", "[package]\nname = \"a\"\n").is_some());
    }
}
