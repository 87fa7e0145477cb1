//! Opening a back office: the log, and the read model as a cache of it. A read model that is in use
//! or damaged never stops a command: the answer is then rebuilt from the log.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use event_log::{EventLog, MemoryLog};
use event_log_file::FileLog;
use read_model::{ReadModel, SledStore, StoreFault, WhatToFold, catch_up};

use crate::{Act, BackOffice, Clock, Failure};

/// Whether a command writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// It reads; another process may write meanwhile.
    Read,
    /// It writes; it waits for another writer to end.
    Write,
}

/// What a back office is opened with.
#[derive(Debug, Clone)]
pub struct OfficeSettings {
    /// The folder of the embedded log and the read model.
    pub folder: PathBuf,
    /// Whether it writes.
    pub access: Access,
    /// The clock.
    pub clock: Clock,
    /// Who acts, and why.
    pub act: Act,
}

/// How long a writer waits for another one to end.
const WRITER_WAIT: Duration = Duration::from_secs(30);

/// How long a command waits for another one to let go of the read model.
const STORE_WAIT: Duration = Duration::from_secs(10);

impl BackOffice {
    /// Opens the embedded log alone, to follow it: without the read model, and without a lock.
    ///
    /// # Errors
    /// [`Failure`] where the log cannot be opened, or is damaged.
    pub async fn open_log_to_read(folder: &Path) -> Result<Arc<dyn EventLog>, Failure> {
        if !folder.join("log").is_dir() {
            return Err(Failure::failed(
                "CM0108",
                format!("there is no log in {}: record something first", folder.display()),
            ));
        }
        Ok(Arc::new(FileLog::open_reader(folder).await?))
    }

    /// Opens a back office on the embedded log and brings its read model up to date.
    ///
    /// # Errors
    /// [`Failure`] where the log cannot be opened, or is damaged.
    pub async fn open(settings: OfficeSettings) -> Result<Self, Failure> {
        let OfficeSettings { folder, access, clock, act } = settings;
        let writes = access == Access::Write && !act.dry_run;
        let log: Arc<dyn EventLog> = match (writes, folder.join("log").is_dir()) {
            (true, _) => {
                std::fs::create_dir_all(&folder).map_err(|cause| {
                    Failure::failed("CM0103", format!("making the folder {} failed: {cause}", folder.display()))
                })?;
                let log = FileLog::open_writer(&folder, WRITER_WAIT).await?;
                for repair in log.repairs() {
                    tracing::warn!(stream = %repair.stream, bytes = repair.bytes, "an unfinished write was cut off: {}", repair.what);
                }
                Arc::new(log)
            }
            (false, true) => Arc::new(FileLog::open_reader(&folder).await?),
            // Nothing was ever recorded here: an empty log answers, and nothing is made.
            (false, false) => Arc::new(MemoryLog::new()),
        };
        let exists = writes || folder.join("log").is_dir();
        let model = if exists {
            open_model(&folder, log.as_ref()).await?
        } else {
            ReadModel::in_memory(WhatToFold::Everything)
        };
        Self::over(log, model, clock, act).await
    }
}

async fn open_model(folder: &Path, log: &dyn EventLog) -> Result<ReadModel, Failure> {
    let directory = folder.join("read-model");
    for attempt in 0.. {
        match open_store(&directory).await {
            Ok(store) => match ReadModel::over(Box::new(store)) {
                Ok(mut model) => match catch_up(log, &mut model).await {
                    Ok(_) => return Ok(model),
                    // The store is a cache: where it does not agree with the log, the log is right.
                    // Where a rebuilt one does not either, the log itself is damaged.
                    Err(fault) if attempt == 0 => tracing::warn!(%fault, "the read model is set aside and rebuilt"),
                    Err(fault) => return Err(fault.into()),
                },
                Err(fault) if attempt == 0 => tracing::warn!(%fault, "the read model is set aside and rebuilt"),
                Err(fault) => return Err(fault.into()),
            },
            Err(StoreFault::InUse) => {
                tracing::warn!("the read model is in use by another process; rebuilding it in memory");
                let mut model = ReadModel::in_memory(WhatToFold::Everything);
                catch_up(log, &mut model).await?;
                return Ok(model);
            }
            Err(fault) if attempt == 0 => tracing::warn!(%fault, "the read model is set aside and rebuilt"),
            Err(fault) => return Err(fault.into()),
        }
        quarantine(&directory)?;
    }
    Err(Failure::failed("CM0102", "the read model cannot be opened"))
}

async fn open_store(directory: &Path) -> Result<SledStore, StoreFault> {
    let deadline = std::time::Instant::now() + STORE_WAIT;
    loop {
        match SledStore::open(directory) {
            Err(StoreFault::InUse) if std::time::Instant::now() < deadline => {
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
            outcome => return outcome,
        }
    }
}

fn quarantine(directory: &Path) -> Result<(), Failure> {
    for number in 1..1000 {
        let aside = directory.with_extension(format!("set-aside-{number}"));
        if !aside.exists() {
            return std::fs::rename(directory, &aside)
                .map_err(|cause| Failure::failed("CM0102", format!("setting the read model aside failed: {cause}")));
        }
    }
    Err(Failure::failed("CM0102", "a thousand read models were set aside: delete them"))
}
