//! The services: what each writes, and where it takes commands.
//!
//! A command's subject is no subject of the log: nothing that is sent there is kept.

use std::{fmt, str::FromStr};

use crate::StreamName;

/// A service of the back office.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ServiceName {
    /// Reads bills.
    UsageIngest,
    /// Finds out which credit AWS applied where.
    UpstreamCredits,
    /// Issues, funds and draws memos; bills and closes.
    MemoKeeper,
    /// Follows all streams, checks them, answers questions, keeps the archive.
    Projector,
}

/// Not a service.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no service '{0}': they are usage-ingest, upstream-credits, memo-keeper and projector")]
pub struct UnknownService(pub String);

impl ServiceName {
    /// All of them, in the order an amount travels.
    pub const ALL: [ServiceName; 4] = [Self::UsageIngest, Self::UpstreamCredits, Self::MemoKeeper, Self::Projector];

    /// The name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::UsageIngest => "usage-ingest",
            Self::UpstreamCredits => "upstream-credits",
            Self::MemoKeeper => "memo-keeper",
            Self::Projector => "projector",
        }
    }

    /// The streams that it writes, and nobody else does.
    pub fn writes(self) -> &'static [StreamName] {
        match self {
            Self::UsageIngest => &[StreamName::Usage],
            Self::UpstreamCredits => &[StreamName::Credits],
            Self::MemoKeeper => &[StreamName::Memos, StreamName::Billing],
            Self::Projector => &[],
        }
    }

    /// Who writes a stream; nobody where operators do.
    pub fn writing(stream: StreamName) -> Option<Self> {
        Self::ALL.into_iter().find(|service| service.writes().contains(&stream))
    }

    /// Where it takes commands.
    pub fn command_subject(self) -> String {
        format!("creditmemo.commands.{self}")
    }
}

impl fmt::Display for ServiceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for ServiceName {
    type Err = UnknownService;

    fn from_str(text: &str) -> Result<Self, UnknownService> {
        Self::ALL.into_iter().find(|service| service.as_str() == text).ok_or_else(|| UnknownService(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_stream_but_the_operators_has_one_writer() {
        for stream in StreamName::ALL {
            let writers = ServiceName::ALL.into_iter().filter(|service| service.writes().contains(&stream)).count();
            assert_eq!(writers, usize::from(stream != StreamName::Accounts), "{stream}");
        }
    }
}
