//! Names: a word that says nothing hides what a thing is, and "credit" alone is two things here.
//!
//! An *upstream credit* is AWS's, a *memo* is the distributor's; a type called `Credit` would be
//! either. `Manager`, `Helper` and `Utils` are where code goes that was not thought about.

use super::{finding::Finding, source::SourceFile};

const RULE: &str = "names";

const TYPE_KEYWORDS: [&str; 5] = ["struct", "enum", "trait", "type", "union"];

const AMBIGUOUS_TYPES: &[(&str, &str)] =
    &[("Credit", "say UpstreamCredit or CreditMemo"), ("Account", "say PayerAccount or MemberAccount")];

const EMPTY_ENDINGS: [&str; 5] = ["Manager", "Helper", "Helpers", "Util", "Utils"];

const EMPTY_MODULES: [&str; 6] = ["util", "utils", "helper", "helpers", "common", "misc"];

/// Checks the names that one file gives.
pub(crate) fn check(file: &SourceFile) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (number, line) in file.code() {
        let words: Vec<&str> =
            line.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty()).collect();
        let Some(message) = words.windows(2).find_map(|pair| objection(pair[0], pair[1])) else { continue };
        if is_declaration(line) {
            findings.push(Finding::error(RULE, &file.path, number, message));
        }
    }
    if let Some(stem) = file_module(&file.path)
        && EMPTY_MODULES.contains(&stem)
    {
        let message = format!("a module called '{stem}' holds anything: name it after what it holds");
        findings.push(Finding::error(RULE, &file.path, 0, message));
    }
    findings
}

/// Whether a line declares something, rather than speaks of it in a text.
fn is_declaration(line: &str) -> bool {
    let line = line.trim_start();
    let bare = line.strip_prefix("pub").map_or(line, |rest| rest.trim_start_matches(|c| c != ' ').trim_start());
    TYPE_KEYWORDS.iter().chain(&["mod"]).any(|keyword| bare.starts_with(&format!("{keyword} ")))
}

fn objection(keyword: &str, name: &str) -> Option<String> {
    if TYPE_KEYWORDS.contains(&keyword) {
        if let Some((_, instead)) = AMBIGUOUS_TYPES.iter().find(|(ambiguous, _)| *ambiguous == name) {
            return Some(format!("a type called '{name}' may be two things: {instead}"));
        }
        if EMPTY_ENDINGS.iter().any(|ending| name.ends_with(ending)) {
            return Some(format!("'{name}' says nothing of what it is: name it after what it does"));
        }
    }
    (keyword == "mod" && EMPTY_MODULES.contains(&name))
        .then(|| format!("a module called '{name}' holds anything: name it after what it holds"))
}

/// The module that a file is: its stem, or its folder for a `mod.rs`.
fn file_module(path: &str) -> Option<&str> {
    let mut parts = path.rsplit('/');
    match parts.next()?.strip_suffix(".rs")? {
        "mod" => parts.next(),
        stem => Some(stem),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::source::example;

    #[test]
    fn names_that_say_nothing_are_refused_where_they_are_given() {
        for (line, count) in [
            ("pub struct Credit {", 1),
            ("pub(crate) enum Credit {", 1),
            ("struct CreditMemo;", 0),
            ("pub struct UpstreamCredit {", 0),
            ("trait MemoManager {", 1),
            ("type MoneyUtils = u8;", 1),
            ("mod helpers;", 1),
            ("pub mod utils {", 1),
            ("let found = \"struct Credit\";", 0),
            ("/// struct Credit", 0),
            ("fn f(kind: MemoKind) {}", 0),
        ] {
            assert_eq!(check(&example("shared/domain/src/a.rs", line)).len(), count, "{line}");
        }
        assert_eq!(check(&example("shared/domain/src/utils.rs", "")).len(), 1);
        assert_eq!(check(&example("shared/domain/tests/common/mod.rs", "")).len(), 1);
        assert_eq!(check(&example("shared/domain/src/memo/mod.rs", "")), []);
    }
}
