//! Error codes: a code is a constant with a page, and a page is of a code that is used.
//!
//! The compiler holds a code and its exit code together; here stands what it does not see: a code
//! that is written as text, and a page that nothing uses any more.

use std::collections::BTreeSet;

use super::{finding::Finding, source::SourceFile};

const RULE: &str = "error-codes";

/// Where the pages stand.
const PAGES: &str = "shared/error-codes/";

/// Checks all sources together.
pub(crate) fn check(sources: &[SourceFile]) -> Vec<Finding> {
    let pages = ::error_codes::pages();
    let mut findings = Vec::new();
    let mut used = BTreeSet::new();
    for file in sources.iter().filter(|file| !file.path.starts_with(PAGES)) {
        for (number, line) in file.production() {
            used.extend(constants(line).map(str::to_owned));
            for code in literals(line) {
                if let Some(page) = pages.iter().find(|page| page.code == code) {
                    used.insert(page.name.to_owned());
                }
                let instead = "write it as a constant of error_codes::codes, which has a page";
                let message = format!("the error code {code} stands as text: {instead}");
                findings.push(Finding::error(RULE, &file.path, number, message));
            }
        }
    }
    for page in pages.iter().filter(|page| !used.contains(page.name)) {
        let message = format!("nothing uses {} ({}): take its page away, or keep the code", page.name, page.code);
        findings.push(Finding::error(RULE, PAGES, 0, message));
    }
    findings
}

/// `NAME` of each `codes::NAME`.
fn constants(line: &str) -> impl Iterator<Item = &str> {
    line.split("codes::").skip(1).map(|rest| {
        let end = rest.find(|c: char| !c.is_ascii_uppercase() && !c.is_ascii_digit() && c != '_');
        &rest[..end.unwrap_or(rest.len())]
    })
}

/// Codes that are texts of their own: `"CM0123"`.
fn literals(line: &str) -> impl Iterator<Item = &str> {
    line.split('"').filter(|text| {
        let digits = text.strip_prefix("CM").unwrap_or_default();
        digits.len() == 4 && digits.bytes().all(|byte| byte.is_ascii_digit())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::source::example;

    #[test]
    fn a_code_as_text_is_found_and_one_in_a_test_is_not() {
        let text = "//! Doc.\nfn a() { refused(\"CM0511\", \"x\") }\n#[cfg(test)]\nmod tests {\n const A: &str = \"CM0510\";\n}\n";
        let found = check(&[example("services/projector/src/a.rs", text)]);
        let at: Vec<(&str, usize)> =
            found.iter().filter(|one| one.path != PAGES).map(|one| (one.path.as_str(), one.line)).collect();
        assert_eq!(at, [("services/projector/src/a.rs", 2)]);
    }

    #[test]
    fn a_page_that_nothing_uses_is_found() {
        let uses_one = example("services/projector/src/a.rs", "//! Doc.\nfn a() { refused(codes::RESIDUAL, x) }\n");
        let unused = check(&[uses_one]);
        assert!(!unused.iter().any(|one| one.message.contains("RESIDUAL")), "{unused:?}");
        assert!(unused.iter().any(|one| one.message.contains("MONTH_BLOCKED")), "{unused:?}");
    }
}
