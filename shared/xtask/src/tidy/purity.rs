//! Purity: in `money` and `domain` nothing is read but arguments. No clock, no randomness, no file
//! or network, no waiting, no environment, no printing, and no map whose order differs by run.

use super::{
    finding::Finding,
    source::{SourceFile, names},
};

const RULE: &str = "purity";

const PURE_CRATES: [&str; 2] = ["money", "domain"];

/// What must not stand in a pure crate, and what stands for it. Paths are given by their last part,
/// so that `use std::{fs, ..}` is no way round.
const FORBIDDEN: &[(&str, &str)] = &[
    ("std::fs", "files are read at the edge"),
    ("fs::", "files are read at the edge"),
    ("std::net", "the network is at the edge"),
    ("net::", "the network is at the edge"),
    ("std::env", "settings are arguments"),
    ("env::", "settings are arguments"),
    ("process::", "a pure crate starts nothing and ends nothing"),
    ("thread::", "a pure crate starts nothing and waits for nothing"),
    ("SystemTime", "time is an argument"),
    ("Instant", "time is an argument"),
    ("Utc::now", "time is an argument"),
    ("Local::now", "time is an argument"),
    ("tokio", "effects are returned as data"),
    ("async fn", "effects are returned as data"),
    ("await", "effects are returned as data"),
    ("rand::", "randomness is an argument"),
    ("HashMap", "its order differs by run: take a BTreeMap"),
    ("HashSet", "its order differs by run: take a BTreeSet"),
    ("println!", "facts and refusals are returned, not printed"),
    ("eprintln!", "facts and refusals are returned, not printed"),
];

/// Checks one file of a pure crate.
pub(crate) fn check(file: &SourceFile) -> Vec<Finding> {
    if !PURE_CRATES.contains(&file.crate_name.as_str()) {
        return Vec::new();
    }
    let mut findings = Vec::new();
    for (number, line) in file.production() {
        // The longest form stands first, so that a line is reported once.
        if let Some((forbidden, why)) = FORBIDDEN.iter().find(|(forbidden, _)| names(line, forbidden)) {
            let message = format!("'{forbidden}' in the pure crate '{}': {why}", file.crate_name);
            findings.push(Finding::error(RULE, &file.path, number, message));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::source::example;

    #[test]
    fn impure_lines_are_found_in_production_code_of_pure_crates_only() {
        for (line, count) in [
            ("let bill = std::fs::read(path)?;", 1),
            ("let bill = fs::read(path)?;", 1),
            ("use std::{collections::HashMap, fmt};", 1),
            ("let now = Utc::now();", 1),
            ("pub async fn decide() {}", 1),
            ("answer.await", 1),
            ("// Utc::now() is for services", 0),
            ("let rows = BTreeMap::new();", 0),
            ("let offsets = buffs::of(line);", 0),
        ] {
            assert_eq!(check(&example("shared/domain/src/a.rs", line)).len(), count, "{line}");
            assert_eq!(check(&example("shared/domain/tests/a.rs", line)).len(), 0, "{line}");
            assert_eq!(check(&example("shared/event-log-file/src/a.rs", line)).len(), 0, "{line}");
        }
        let in_tests = "#[cfg(test)]\nmod tests {\n    use std::collections::HashMap;\n}\n";
        assert_eq!(check(&example("shared/money/src/a.rs", in_tests)), []);
    }
}
