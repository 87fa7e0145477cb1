//! Source files, and the two views of them that rules take: every line, and the lines that run in
//! production.
//!
//! Lines are text, not syntax: a rule that reads them may be wrong about a string or a comment at
//! the end of a line, and its words are chosen so that this does not happen in practice.

use std::{fs, path::Path};

use anyhow::Context;

use crate::workspace::{Workspace, relative};

/// A source file of the workspace.
#[derive(Debug, Clone)]
pub(crate) struct SourceFile {
    /// From the root: `shared/money/src/lib.rs`.
    pub(crate) path: String,
    /// The crate's name.
    pub(crate) crate_name: String,
    /// All of it.
    pub(crate) text: String,
}

impl SourceFile {
    /// Part of the crate's own `src`, not of its tests or examples.
    pub(crate) fn is_in_src(&self) -> bool {
        self.path.contains("/src/")
    }

    /// A file that holds nothing but tests or examples.
    pub(crate) fn is_for_tests(&self) -> bool {
        !self.is_in_src() || self.path.contains("/tests/") || self.path.ends_with("/tests.rs")
    }

    /// Lines of code with their numbers, comment lines left out.
    pub(crate) fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        (1..).zip(self.text.lines()).filter(|(_, line)| !line.trim_start().starts_with("//"))
    }

    /// Lines of code that run in production: up to the tests at the end of the file.
    pub(crate) fn production(&self) -> impl Iterator<Item = (usize, &str)> {
        let end = if self.is_for_tests() { 0 } else { self.first_line_of_tests() };
        self.code().take_while(move |(number, _)| *number < end)
    }

    fn first_line_of_tests(&self) -> usize {
        let lines: Vec<&str> = self.text.lines().map(str::trim).collect();
        let begins_tests =
            |pair: &[&str]| pair[0] == "#[cfg(test)]" && pair[1].starts_with("mod ") && pair[1].ends_with('{');
        lines.windows(2).position(begins_tests).map_or(usize::MAX, |at| at + 1)
    }
}

/// Whether `wanted` stands in a line as a word of its own: no letter, digit or `_` before it, nor
/// after it where it ends in one.
pub(crate) fn names(line: &str, wanted: &str) -> bool {
    let is_word = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
    let bytes = line.as_bytes();
    let ends_in_word = is_word(wanted.as_bytes().last());
    line.match_indices(wanted).any(|(at, _)| {
        let before = at.checked_sub(1).and_then(|before| bytes.get(before));
        let after = bytes.get(at + wanted.len());
        let stands_alone_after = !ends_in_word || !is_word(after);
        !is_word(before) && stands_alone_after
    })
}

/// Every Rust file of every crate, sorted by path.
pub(crate) fn read_all(workspace: &Workspace) -> anyhow::Result<Vec<SourceFile>> {
    let mut sources = Vec::new();
    for of in &workspace.crates {
        read_below(&workspace.root, &workspace.root.join(&of.folder), &of.name, &mut sources)?;
    }
    sources.sort_by(|left, right| left.path.cmp(&right.path));
    Ok(sources)
}

fn read_below(root: &Path, folder: &Path, crate_name: &str, sources: &mut Vec<SourceFile>) -> anyhow::Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("list {}", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            if !path.ends_with("target") {
                read_below(root, &path, crate_name, sources)?;
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).with_context(|| format!("read {}", path.display()))?;
            sources.push(SourceFile { path: relative(root, &path), crate_name: crate_name.to_owned(), text });
        }
    }
    Ok(())
}

#[cfg(test)]
pub(crate) fn example(path: &str, text: &str) -> SourceFile {
    let crate_name = path.split('/').nth(1).unwrap_or_default().to_owned();
    SourceFile { path: path.to_owned(), crate_name, text: text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn production_ends_where_the_tests_begin() {
        let text = "//! Doc.\n#[cfg(test)]\nmod fixtures;\nfn a() {}\n#[cfg(test)]\nmod tests {\n fn b() {}\n}\n";
        let file = example("shared/money/src/a.rs", text);
        let numbers: Vec<usize> = file.production().map(|(number, _)| number).collect();
        assert_eq!(numbers, [2, 3, 4]);
        assert_eq!(example("shared/money/tests/a.rs", text).production().count(), 0);
    }

    #[test]
    fn a_word_is_not_found_inside_another() {
        for (line, wanted, found) in [
            ("let x = fs::read(path);", "fs::", true),
            ("let x = std::fs::read(path);", "fs::", true),
            ("let x = offs::read(path);", "fs::", false),
            ("use sled_store::Store;", "sled::", false),
            ("let map: HashMap<u8, u8>;", "HashMap", true),
            ("let map: HashMapLike;", "HashMap", false),
            ("for_processing(1)", "process::", false),
        ] {
            assert_eq!(names(line, wanted), found, "{wanted} in {line}");
        }
    }
}
