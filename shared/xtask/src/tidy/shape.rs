//! Shape: a module opens with what it is for, and ends before it holds two things.

use super::{finding::Finding, source::SourceFile};

const RULE: &str = "shape";

/// Longer than this, a file of `src` holds more than one idea.
const LINES_MAX: usize = 800;

/// From here on it is worth asking whether it does.
const LINES_BEFORE_WARNING_MAX: usize = 600;

/// Checks one file.
pub(crate) fn check(file: &SourceFile) -> Vec<Finding> {
    let mut findings = Vec::new();
    if !file.text.starts_with("//!") {
        let message = "opens without a `//!` paragraph: say what it is for, what holds in it and what is left out";
        findings.push(Finding::error(RULE, &file.path, 1, message));
    }
    let lines = file.text.lines().count();
    let too_long = format!("{lines} lines: {LINES_MAX} are the most a file of src may have");
    if file.is_in_src() && lines > LINES_MAX {
        findings.push(Finding::error(RULE, &file.path, 0, too_long));
    } else if file.is_in_src() && lines > LINES_BEFORE_WARNING_MAX {
        findings.push(Finding::warning(RULE, &file.path, 0, too_long));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::source::example;

    #[test]
    fn files_open_with_a_paragraph_and_stay_short() {
        let of_lines = |lines: usize| format!("//! Doc.\n{}", "fn a() {}\n".repeat(lines - 1));
        let found = |path: &str, text: &str| check(&example(path, text));
        assert_eq!(found("shared/money/src/a.rs", &of_lines(600)), []);
        assert!(found("shared/money/src/a.rs", &of_lines(601))[0].only_warns);
        assert!(!found("shared/money/src/a.rs", &of_lines(801))[0].only_warns);
        assert_eq!(found("shared/money/tests/a.rs", &of_lines(801)), [], "tables of cases may be long");
        assert_eq!(found("shared/money/tests/a.rs", "fn a() {}\n").len(), 1);
    }
}
