//! The workspace as cargo sees it: its crates, where they live and what they name as dependencies.
//! Read from `cargo metadata`, so that no manifest is parsed twice in two ways.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, bail};
use serde::Deserialize;

/// The workspace that this task runs in.
pub(crate) struct Workspace {
    /// Its folder.
    pub(crate) root: PathBuf,
    /// Its crates, by name.
    pub(crate) crates: Vec<WorkspaceCrate>,
}

/// A crate of the workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct WorkspaceCrate {
    /// Its name.
    pub(crate) name: String,
    /// Its folder, from the root: `shared/money`.
    pub(crate) folder: String,
    /// What its manifest names.
    pub(crate) dependencies: Vec<Dependency>,
}

/// A dependency as a manifest names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Dependency {
    /// The crate's own name, whatever it is called here.
    pub(crate) name: String,
    /// For tests, benches and examples only.
    pub(crate) for_tests: bool,
    /// A crate of this workspace.
    pub(crate) in_workspace: bool,
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
    workspace_root: PathBuf,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    manifest_path: PathBuf,
    dependencies: Vec<NamedDependency>,
}

#[derive(Deserialize)]
struct NamedDependency {
    name: String,
    kind: Option<String>,
    path: Option<PathBuf>,
}

impl Workspace {
    /// Asks cargo.
    pub(crate) fn load() -> anyhow::Result<Self> {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let output = Command::new(cargo)
            .args(["metadata", "--format-version", "1", "--no-deps"])
            .output()
            .context("run cargo metadata")?;
        if !output.status.success() {
            bail!("cargo metadata failed: {}", String::from_utf8_lossy(&output.stderr).trim());
        }
        let metadata: Metadata = serde_json::from_slice(&output.stdout).context("read the answer of cargo metadata")?;
        let root = metadata.workspace_root;
        let mut crates: Vec<WorkspaceCrate> =
            metadata.packages.into_iter().map(|package| describe(&root, package)).collect();
        crates.sort_by(|left, right| left.name.cmp(&right.name));
        Ok(Self { root, crates })
    }
}

fn describe(root: &Path, package: Package) -> WorkspaceCrate {
    let folder = package.manifest_path.parent().unwrap_or(root);
    WorkspaceCrate {
        name: package.name,
        folder: relative(root, folder),
        dependencies: package
            .dependencies
            .into_iter()
            .map(|named| Dependency {
                for_tests: named.kind.as_deref() == Some("dev"),
                in_workspace: named.path.is_some(),
                name: named.name,
            })
            .collect(),
    }
}

/// A path from the root, with `/` on every platform.
pub(crate) fn relative(root: &Path, path: &Path) -> String {
    let below = path.strip_prefix(root).unwrap_or(path);
    let parts: Vec<_> = below.components().map(|part| part.as_os_str().to_string_lossy()).collect();
    parts.join("/")
}
