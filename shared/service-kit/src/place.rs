//! Where a log is, as an operator names it: a data folder or the URL of a NATS server.

use error_codes::codes;
use std::{convert::Infallible, fmt, path::PathBuf, str::FromStr, sync::Arc};

use event_log::{EventLog, MemoryLog};
use event_log_file::FileLog;

use crate::{Failure, jetstream, open::WRITER_WAIT};

/// Where a log is.
#[derive(Clone, PartialEq, Eq)]
pub enum LogPlace {
    /// The embedded log of a data folder.
    Folder(PathBuf),
    /// A JetStream log.
    Nats(String),
}

impl FromStr for LogPlace {
    type Err = Infallible;

    /// What has `://` is a URL.
    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(match text.contains("://") {
            true => Self::Nats(text.to_owned()),
            false => Self::Folder(text.into()),
        })
    }
}

/// A URL may hold a password.
impl fmt::Debug for LogPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder(folder) => write!(f, "the folder {}", folder.display()),
            Self::Nats(_) => f.write_str("a JetStream log"),
        }
    }
}

impl LogPlace {
    /// Opens the log to read it; there must be one.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn open_to_read(&self) -> Result<Arc<dyn EventLog>, Failure> {
        match self {
            Self::Folder(folder) if !folder.join("log").is_dir() => {
                Err(Failure::failed(codes::NO_LOG, format!("there is no log in {}", folder.display())))
            }
            Self::Folder(folder) => Ok(Arc::new(FileLog::open_reader(folder).await?)),
            Self::Nats(url) => Ok(Arc::new(jetstream::connect(url).await?)),
        }
    }

    /// The same, where a log that is not there counts as an empty one.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn open_to_read_or_empty(&self) -> Result<Arc<dyn EventLog>, Failure> {
        match self {
            Self::Folder(folder) if !folder.join("log").is_dir() => Ok(Arc::new(MemoryLog::new())),
            Self::Nats(url) => {
                let log = jetstream::connect(url).await?;
                Ok(if jetstream::ready(&log, false).await? { Arc::new(log) } else { Arc::new(MemoryLog::new()) })
            }
            Self::Folder(_) => self.open_to_read().await,
        }
    }

    /// Opens the log to write it; makes it where there is none.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn open_to_write(&self) -> Result<Arc<dyn EventLog>, Failure> {
        match self {
            Self::Folder(folder) => Ok(Arc::new(FileLog::open_writer(folder, WRITER_WAIT).await?)),
            Self::Nats(url) => {
                let log = jetstream::connect(url).await?;
                jetstream::ready(&log, true).await?;
                Ok(Arc::new(log))
            }
        }
    }
}
