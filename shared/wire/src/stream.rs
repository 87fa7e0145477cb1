//! The streams of the log. Each has one writer among the services.

use std::fmt;

/// A stream: commits with contiguous sequences from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum StreamName {
    /// Members, customers, POs and policies; written by operator commands.
    Accounts,
    /// What bills say; written by usage-ingest.
    Usage,
    /// Upstream credits, their applications and suspense; written by upstream-credits.
    Credits,
    /// The reseller's memos; written by memo-keeper. What subscribers to memo changes read.
    Memos,
    /// Billing runs, documents and periods; written by memo-keeper.
    Billing,
}

impl StreamName {
    /// All of them, in the order an amount travels.
    pub const ALL: [StreamName; 5] = [Self::Accounts, Self::Usage, Self::Credits, Self::Memos, Self::Billing];

    /// The name of the stream.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Accounts => "ACCOUNTS",
            Self::Usage => "USAGE",
            Self::Credits => "CREDITS",
            Self::Memos => "MEMOS",
            Self::Billing => "BILLING",
        }
    }

    /// The first token of each of its subjects.
    pub fn subject_prefix(self) -> &'static str {
        match self {
            Self::Accounts => "accounts",
            Self::Usage => "usage",
            Self::Credits => "credits",
            Self::Memos => "memos",
            Self::Billing => "billing",
        }
    }

    /// The stream of that name, in any case.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stream| stream.as_str().eq_ignore_ascii_case(name))
    }
}

impl fmt::Display for StreamName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
