//! Failures as people and other programs see them: a stable code, what, where, what to do, and an
//! exit code.

use std::fmt;

use domain::billing::Blocker;
use event_log::LogError;
use read_model::{ReadModelFault, SnapshotFault, StoreFault};

/// How a command ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExitCode {
    /// It failed.
    Failed = 1,
    /// It was used wrongly.
    WrongUsage = 2,
    /// Its input was refused; nothing was recorded.
    InputRefused = 3,
    /// Someone else wrote first, again and again.
    Conflict = 4,
    /// A check did not hold, or something blocks.
    CheckFailed = 5,
}

/// A failure of a command.
#[derive(Debug)]
pub struct Failure {
    /// How the command ends.
    pub exit: ExitCode,
    /// A stable code, `CM0123`.
    pub code: &'static str,
    /// What, where and what to do.
    pub message: String,
    /// What blocks, where something does.
    pub blockers: Vec<Blocker>,
}

impl Failure {
    /// Input was refused; nothing was recorded.
    pub fn refused(code: &'static str, message: impl fmt::Display) -> Self {
        Self { exit: ExitCode::InputRefused, code, message: message.to_string(), blockers: Vec::new() }
    }

    /// The command was used wrongly.
    pub fn usage(code: &'static str, message: impl fmt::Display) -> Self {
        Self { exit: ExitCode::WrongUsage, code, message: message.to_string(), blockers: Vec::new() }
    }

    /// Something failed.
    pub fn failed(code: &'static str, message: impl fmt::Display) -> Self {
        Self { exit: ExitCode::Failed, code, message: message.to_string(), blockers: Vec::new() }
    }

    /// A check did not hold.
    pub fn check(code: &'static str, message: impl fmt::Display) -> Self {
        Self { exit: ExitCode::CheckFailed, code, message: message.to_string(), blockers: Vec::new() }
    }

    /// Something blocks.
    pub fn blocked(code: &'static str, message: impl fmt::Display, blockers: Vec<Blocker>) -> Self {
        Self { exit: ExitCode::CheckFailed, code, message: message.to_string(), blockers }
    }

    /// Someone else wrote first.
    pub fn conflict(code: &'static str, message: impl fmt::Display) -> Self {
        Self { exit: ExitCode::Conflict, code, message: message.to_string(), blockers: Vec::new() }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} [{}]", self.message, self.code)?;
        for blocker in &self.blockers {
            write!(f, "\n  - {}", blocker.in_words())?;
        }
        Ok(())
    }
}

impl std::error::Error for Failure {}

impl From<LogError> for Failure {
    fn from(fault: LogError) -> Self {
        let code = match &fault {
            LogError::Locked { .. } => return Self::conflict("CM0401", fault),
            LogError::Damaged { .. } => "CM0501",
            LogError::Gap { .. } => "CM0502",
            LogError::Denied { .. } => return Self::failed("CM0142", fault),
            LogError::Unavailable { .. } => return Self::failed("CM0101", fault),
        };
        Self::check(code, fault)
    }
}

impl From<SnapshotFault> for Failure {
    fn from(fault: SnapshotFault) -> Self {
        match &fault {
            SnapshotFault::Io { .. } => Self::failed("CM0145", fault),
            SnapshotFault::Changed { .. } | SnapshotFault::OtherLog { .. } => Self::check("CM0527", fault),
        }
    }
}

impl From<StoreFault> for Failure {
    fn from(fault: StoreFault) -> Self {
        Self::failed("CM0102", fault)
    }
}

impl From<ReadModelFault> for Failure {
    fn from(fault: ReadModelFault) -> Self {
        match fault {
            ReadModelFault::Log(fault) => fault.into(),
            ReadModelFault::Store(fault) => fault.into(),
            damaged => Self::check("CM0503", damaged),
        }
    }
}

impl From<money::MoneyError> for Failure {
    fn from(fault: money::MoneyError) -> Self {
        Self::refused("CM0301", fault)
    }
}
