//! Failures as people and other programs see them: a stable code, what, where, what to do, and an
//! exit code.

use std::{error::Error, fmt};

use domain::billing::Blocker;
use error_codes::{Code, codes};
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

/// A code of errors that end with this exit code.
pub trait IsCode<const EXIT: u8> {
    /// As it is printed.
    fn text(self) -> &'static str;
}

impl<const EXIT: u8> IsCode<EXIT> for Code<EXIT> {
    fn text(self) -> &'static str {
        self.as_str()
    }
}

/// What a failure is told with: a text, or the error that it is.
type Told = Box<dyn Error + Send + Sync>;

/// A failure of a command. It is made with a code of [`error_codes`], whose page says what to do.
#[derive(Debug)]
pub struct Failure {
    /// How the command ends.
    pub exit: ExitCode,
    /// A stable code, as `creditmemo explain-error` takes it.
    pub code: &'static str,
    /// What, where and what to do.
    pub message: String,
    /// What blocks, where something does.
    pub blockers: Vec<Blocker>,
    told: Told,
    cause: Option<Told>,
}

impl Failure {
    fn new(exit: ExitCode, code: &'static str, told: Told) -> Self {
        Self { exit, code, message: told.to_string(), blockers: Vec::new(), told, cause: None }
    }

    /// Input was refused; nothing was recorded.
    pub fn refused(code: impl IsCode<3>, told: impl Into<Told>) -> Self {
        Self::new(ExitCode::InputRefused, code.text(), told.into())
    }

    /// The command was used wrongly.
    pub fn usage(code: impl IsCode<2>, told: impl Into<Told>) -> Self {
        Self::new(ExitCode::WrongUsage, code.text(), told.into())
    }

    /// Something failed.
    pub fn failed(code: impl IsCode<1>, told: impl Into<Told>) -> Self {
        Self::new(ExitCode::Failed, code.text(), told.into())
    }

    /// A check did not hold.
    pub fn check(code: impl IsCode<5>, told: impl Into<Told>) -> Self {
        Self::new(ExitCode::CheckFailed, code.text(), told.into())
    }

    /// Something blocks.
    pub fn blocked(code: impl IsCode<5>, told: impl Into<Told>, blockers: Vec<Blocker>) -> Self {
        Self { blockers, ..Self::check(code, told) }
    }

    /// Someone else wrote first.
    pub fn conflict(code: impl IsCode<4>, told: impl Into<Told>) -> Self {
        Self::new(ExitCode::Conflict, code.text(), told.into())
    }

    /// Keeps the error that a message was made of, for whoever walks the chain of causes.
    #[must_use]
    pub fn because(self, cause: impl Into<Told>) -> Self {
        Self { cause: Some(cause.into()), ..self }
    }

    /// The same failure in other words, for example with the month in which it was met.
    #[must_use]
    pub fn saying(self, message: String) -> Self {
        Self { message, ..self }
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

impl Error for Failure {
    /// The cause that was kept. A failure that is another error itself has the causes of that one.
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.cause {
            Some(cause) => Some(cause.as_ref()),
            None => self.told.source(),
        }
    }
}

impl From<LogError> for Failure {
    fn from(fault: LogError) -> Self {
        match &fault {
            LogError::Locked { .. } => Self::conflict(codes::LOG_LOCKED, fault),
            LogError::Damaged { .. } => Self::check(codes::LOG_DAMAGED, fault),
            LogError::Gap { .. } => Self::check(codes::LOG_GAP, fault),
            LogError::Denied { .. } => Self::failed(codes::LOG_DENIED, fault),
            LogError::Unavailable { .. } => Self::failed(codes::LOG_UNAVAILABLE, fault),
        }
    }
}

impl From<SnapshotFault> for Failure {
    fn from(fault: SnapshotFault) -> Self {
        match &fault {
            SnapshotFault::Io { .. } => Self::failed(codes::SNAPSHOT_FILE, fault),
            SnapshotFault::Changed { .. } | SnapshotFault::OtherLog { .. } => {
                Self::check(codes::SNAPSHOT_CHANGED, fault)
            }
        }
    }
}

impl From<StoreFault> for Failure {
    fn from(fault: StoreFault) -> Self {
        Self::failed(codes::READ_MODEL_STORE, fault)
    }
}

impl From<ReadModelFault> for Failure {
    fn from(fault: ReadModelFault) -> Self {
        match fault {
            ReadModelFault::Log(fault) => fault.into(),
            ReadModelFault::Store(fault) => fault.into(),
            damaged => Self::check(codes::LOG_DOES_NOT_FOLLOW, damaged),
        }
    }
}

impl From<money::MoneyError> for Failure {
    fn from(fault: money::MoneyError) -> Self {
        Self::refused(codes::AMOUNT_UNUSABLE, fault)
    }
}
