//! A page, and the code that stands for it.

use std::fmt;

/// What an operator reads about an error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The code: `CM0511`.
    pub code: &'static str,
    /// The name of its constant.
    pub name: &'static str,
    /// How a command with this error ends.
    pub exit: u8,
    /// What it is, in a few words.
    pub title: &'static str,
    /// What happened, and what was recorded.
    pub happened: &'static str,
    /// Why it happens.
    pub why: &'static str,
    /// What to do.
    pub remedy: &'static str,
}

/// A code, with the exit code of its errors.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Code<const EXIT: u8>(&'static Page);

impl<const EXIT: u8> Code<EXIT> {
    pub(crate) const fn of(page: &'static Page) -> Self {
        Self(page)
    }

    /// Its page.
    pub const fn page(self) -> &'static Page {
        self.0
    }

    /// As it is printed: `CM0511`.
    pub const fn as_str(self) -> &'static str {
        self.0.code
    }
}

impl<const EXIT: u8> fmt::Debug for Code<EXIT> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.code)
    }
}
