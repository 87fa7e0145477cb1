//! What a rule found: where, and what to do.

/// Something that breaks a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Finding {
    /// The rule.
    pub(super) rule: &'static str,
    /// The file, from the root.
    pub(super) path: String,
    /// The line; 0 for the file as a whole.
    pub(super) line: usize,
    /// What is wrong and what to do.
    pub(super) message: String,
    /// It should be looked at, and fails nothing.
    pub(super) only_warns: bool,
}

impl Finding {
    pub(super) fn error(rule: &'static str, path: &str, line: usize, message: impl Into<String>) -> Self {
        Self { rule, path: path.to_owned(), line, message: message.into(), only_warns: false }
    }

    pub(super) fn warning(rule: &'static str, path: &str, line: usize, message: impl Into<String>) -> Self {
        Self { only_warns: true, ..Self::error(rule, path, line, message) }
    }
}

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let severity = if self.only_warns { "warning" } else { "error" };
        write!(f, "{severity}[{}] {}", self.rule, self.path)?;
        if self.line > 0 {
            write!(f, ":{}", self.line)?;
        }
        write!(f, ": {}", self.message)
    }
}
