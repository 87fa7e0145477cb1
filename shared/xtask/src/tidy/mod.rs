//! The rules of the architecture that no compiler checks, each in a file of its own.
//!
//! A rule reads the workspace as cargo describes it, or the text of its files, and returns what it
//! found; it prints nothing and changes nothing. What a rule cannot say of a line of text without
//! a parser it does not try to say. Deliberately absent: style that rustfmt and clippy know.
//!
//! A finding that cannot be resolved today stands in [`EXCEPTIONS`] with its reason; an exception
//! that no finding needs any more is itself a finding.

mod circles;
mod error_codes;
mod finding;
mod layers;
mod layout;
mod names;
mod owners;
mod paths;
mod purity;
mod shape;
mod source;
mod tolerated;

use finding::Finding;
use source::SourceFile;

use crate::workspace::Workspace;

/// A file that may break a rule for now.
#[derive(Clone, Copy)]
struct Exception {
    rule: &'static str,
    path: &'static str,
    #[allow(dead_code)] // for whoever reads the list
    reason: &'static str,
}

/// What is not in order yet. Shorten this list; do not extend it without a reason that holds.
const EXCEPTIONS: &[Exception] = &[];

fn exceptions() -> Vec<Exception> {
    let in_circles = tolerated::TOLERATED.iter().map(|path| Exception {
        rule: circles::RULE,
        path,
        reason: "its circle is older than the rule",
    });
    EXCEPTIONS.iter().copied().chain(in_circles).collect()
}

/// Checks everything and prints what was found. True where nothing fails.
pub(crate) fn run(workspace: &Workspace) -> anyhow::Result<bool> {
    let sources = source::read_all(workspace)?;
    let findings = without_exceptions(all_findings(workspace, &sources)?, &exceptions());
    for finding in &findings {
        println!("{finding}");
    }
    let errors = findings.iter().filter(|finding| !finding.only_warns).count();
    let warnings = findings.len() - errors;
    println!("tidy: {} crates, {} files: {errors} errors, {warnings} warnings", workspace.crates.len(), sources.len());
    Ok(errors == 0)
}

fn all_findings(workspace: &Workspace, sources: &[SourceFile]) -> anyhow::Result<Vec<Finding>> {
    let mut findings = layers::check(&workspace.crates);
    findings.extend(layout::check(workspace)?);
    findings.extend(owners::check(sources));
    findings.extend(error_codes::check(sources));
    findings.extend(circles::check(sources));
    findings.extend(sources.iter().flat_map(purity::check));
    findings.extend(sources.iter().flat_map(shape::check));
    findings.extend(sources.iter().flat_map(names::check));
    Ok(findings)
}

fn without_exceptions(findings: Vec<Finding>, exceptions: &[Exception]) -> Vec<Finding> {
    let excepted =
        |finding: &Finding, exception: &Exception| finding.rule == exception.rule && finding.path == exception.path;
    let unneeded: Vec<Finding> = exceptions
        .iter()
        .filter(|exception| !findings.iter().any(|finding| excepted(finding, exception)))
        .map(|exception| {
            let message = format!("keeps the rule '{}' now: remove its line from the exceptions", exception.rule);
            Finding::error("exceptions", exception.path, 0, message)
        })
        .collect();
    let mut left: Vec<Finding> = findings
        .into_iter()
        .filter(|finding| !exceptions.iter().any(|exception| excepted(finding, exception)))
        .collect();
    left.extend(unneeded);
    left
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exception_covers_its_file_and_is_reported_once_it_is_not_needed() {
        let exception = [Exception { rule: "names", path: "a.rs", reason: "" }];
        let finding = |path: &str| Finding::error("names", path, 3, "x");
        assert_eq!(without_exceptions(vec![finding("a.rs"), finding("b.rs")], &exception), [finding("b.rs")]);
        let left = without_exceptions(Vec::new(), &exception);
        assert_eq!(left.len(), 1);
        assert_eq!(left[0].rule, "exceptions");
        assert_eq!(finding("b.rs").to_string(), "error[names] b.rs:3: x");
    }
}
