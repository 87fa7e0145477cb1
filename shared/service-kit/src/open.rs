//! Opening a back office: the log, and the read model as a cache of it. A read model that is in use
//! or damaged never stops a command: the answer is then rebuilt from the log.

use error_codes::codes;
use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use event_log::{EventLog, MemoryLog};
use event_log_file::FileLog;
use read_model::{ReadModel, ReadModelFault, SledStore, StoreFault, WhatToFold, catch_up};

use crate::{Act, Clock, Failure, UnitOfWork, jetstream};

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
pub struct UnitSettings {
    /// The folder of the embedded log and the read model.
    pub folder: PathBuf,
    /// The URL of a JetStream log instead of the embedded one.
    pub nats: Option<String>,
    /// Whether it writes.
    pub access: Access,
    /// The clock.
    pub clock: Clock,
    /// Who acts, and why.
    pub act: Act,
}

/// How long a writer waits for another one to end.
pub(crate) const WRITER_WAIT: Duration = Duration::from_secs(30);

/// How long a command waits for another one to let go of the read model.
const STORE_WAIT: Duration = Duration::from_secs(10);

impl UnitOfWork {
    /// Opens the log alone, to follow it: without the read model, and without a lock.
    ///
    /// # Errors
    /// [`Failure`] where the log cannot be opened, or is damaged.
    pub async fn open_log_to_read(folder: &Path, nats: Option<&str>) -> Result<Arc<dyn EventLog>, Failure> {
        if let Some(url) = nats {
            return Ok(Arc::new(jetstream::connect(url).await?));
        }
        if !folder.join("log").is_dir() {
            return Err(Failure::failed(
                codes::NO_LOG,
                format!("there is no log in {}: record something first", folder.display()),
            ));
        }
        Ok(Arc::new(FileLog::open_reader(folder).await?))
    }

    /// Where what belongs to a log alone is kept, as its read model is: the folder itself, or for a log on
    /// JetStream a folder in it.
    ///
    /// # Errors
    /// [`Failure`] where the log cannot be asked, or the folder cannot be made.
    pub async fn folder_of(log: &dyn EventLog, folder: &Path, nats: Option<&str>) -> Result<PathBuf, Failure> {
        if nats.is_some() { jetstream::folder_of(log, folder).await } else { Ok(folder.to_owned()) }
    }

    /// Opens a back office on its log and brings its read model up to date.
    ///
    /// # Errors
    /// [`Failure`] where the log cannot be opened, or is damaged.
    pub async fn open(settings: UnitSettings) -> Result<Self, Failure> {
        let UnitSettings { folder, nats, access, clock, act } = settings;
        let writes = access == Access::Write && !act.dry_run;
        if let Some(url) = nats {
            return Self::open_on_jetstream(&url, &folder, writes, clock, act).await;
        }
        let exists = folder.join("log").is_dir();
        if !exists && !writes {
            // Nothing was ever recorded here: an empty log answers, and nothing is made.
            let model = ReadModel::in_memory(WhatToFold::Everything);
            return Self::over(Arc::new(MemoryLog::new()), model, clock, act).await;
        }
        // The log is read before it is written: a writer cuts off an unfinished end, and must not
        // take for unfinished what had been read before.
        let known = match exists {
            true => {
                let log = FileLog::open_reader(&folder).await?;
                let model = open_model(&folder, &log).await?;
                if !writes {
                    return Ok(Self::over(Arc::new(log), model, clock, act).await?.with_folder(&folder));
                }
                Some(model)
            }
            false => None,
        };
        std::fs::create_dir_all(&folder).map_err(|cause| {
            Failure::failed(codes::FOLDER_NOT_MADE, format!("making the folder {} failed: {cause}", folder.display()))
        })?;
        let log = FileLog::open_writer(&folder, WRITER_WAIT).await?;
        for repair in log.repairs() {
            tracing::warn!(stream = %repair.stream, bytes = repair.bytes, "an unfinished write was cut off: {}", repair.what);
        }
        let model = match known {
            Some(mut model) => {
                catch_up(&log, &mut model).await?;
                model
            }
            None => open_model(&folder, &log).await?,
        };
        let log: Arc<dyn EventLog> = Arc::new(log);
        Ok(Self::over(log, model, clock, act).await?.with_folder(&folder))
    }

    /// The same on JetStream. Nobody is locked out: who decided on an old state is told by the log.
    async fn open_on_jetstream(
        url: &str,
        folder: &Path,
        writes: bool,
        clock: Clock,
        act: Act,
    ) -> Result<Self, Failure> {
        jetstream::refuse_clock(clock)?;
        let log = jetstream::connect(url).await?;
        if !jetstream::ready(&log, writes).await? {
            let model = ReadModel::in_memory(WhatToFold::Everything);
            return Self::over(Arc::new(MemoryLog::new()), model, clock, act).await;
        }
        let folder = jetstream::folder_of(&log, folder).await?;
        let model = open_model(&folder, &log).await?;
        Ok(Self::over(Arc::new(log), model, clock, act).await?.with_folder(&folder))
    }
}

pub(crate) async fn open_model(folder: &Path, log: &dyn EventLog) -> Result<ReadModel, Failure> {
    let directory = folder.join("read-model");
    let doubt = match try_open_model(&directory, log).await? {
        Opened::Model(model) => return Ok(model),
        Opened::InDoubt(doubt) => doubt,
    };
    // The store is a cache: where it does not agree with the log, the log is right. Where a rebuilt
    // one does not either, the log itself is damaged, and the store is put back as it was.
    tracing::warn!(%doubt, "the read model is set aside and rebuilt");
    let aside = set_aside(&directory)?;
    match try_open_model(&directory, log).await? {
        Opened::Model(model) => Ok(model),
        Opened::InDoubt(damage) => {
            let put_back = std::fs::remove_dir_all(&directory).and_then(|()| std::fs::rename(&aside, &directory));
            if let Err(cause) = put_back {
                tracing::warn!(%cause, "the read model that was set aside could not be put back");
            }
            Err(damage)
        }
    }
}

enum Opened {
    Model(ReadModel),
    InDoubt(Failure),
}

async fn try_open_model(directory: &Path, log: &dyn EventLog) -> Result<Opened, Failure> {
    let store = match open_store(directory).await {
        Ok(store) => store,
        Err(StoreFault::InUse) => {
            tracing::warn!("the read model is in use by another process; rebuilding it in memory");
            let mut model = ReadModel::in_memory(WhatToFold::Everything);
            catch_up(log, &mut model).await?;
            return Ok(Opened::Model(model));
        }
        Err(fault @ StoreFault::NotWritable { .. }) => {
            tracing::info!(%fault, "answering from a read model in memory");
            let mut model = ReadModel::in_memory(WhatToFold::Everything);
            catch_up(log, &mut model).await?;
            return Ok(Opened::Model(model));
        }
        Err(fault) => return Ok(Opened::InDoubt(fault.into())),
    };
    let mut model = match ReadModel::over(Box::new(store)) {
        Ok(model) => model,
        Err(fault) => return Ok(Opened::InDoubt(fault.into())),
    };
    refuse_remade_streams(log, &model).await?;
    match catch_up(log, &mut model).await {
        Ok(_) => Ok(Opened::Model(model)),
        // What the log itself says of its damage is not for a cache to hide.
        Err(fault @ (ReadModelFault::LostCommits { .. } | ReadModelFault::Log(_))) => Err(fault.into()),
        Err(fault) => Ok(Opened::InDoubt(fault.into())),
    }
}

/// A log whose streams were all made anew is another log, and a read model of the former one is
/// rebuilt. Where some are the same and one is another, that one was lost: its commits are gone,
/// and rebuilding would hide it.
async fn refuse_remade_streams(log: &dyn EventLog, model: &ReadModel) -> Result<(), Failure> {
    let mut same = 0;
    let mut remade = Vec::new();
    for (stream, position) in model.positions() {
        if position.incarnation.is_empty() || position.sequence == 0 {
            continue;
        }
        match log.head(stream).await?.incarnation == position.incarnation {
            true => same += 1,
            false => remade.push(stream.to_string()),
        }
    }
    if same > 0 && !remade.is_empty() {
        return Err(Failure::check(
            codes::STREAM_REMADE,
            format!(
                "{} was made anew since it was last read, and the other streams were not: its commits are lost. \
                 Restore the log from a copy, into streams of their own (`creditmemo log copy`)",
                remade.join(", ")
            ),
        ));
    }
    Ok(())
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

fn set_aside(directory: &Path) -> Result<PathBuf, Failure> {
    for number in 1..1000 {
        let aside = directory.with_extension(format!("set-aside-{number}"));
        if !aside.exists() {
            std::fs::rename(directory, &aside).map_err(|cause| {
                Failure::failed(codes::READ_MODEL_STORE, format!("setting the read model aside failed: {cause}"))
            })?;
            return Ok(aside);
        }
    }
    Err(Failure::failed(codes::READ_MODEL_STORE, "a thousand read models were set aside: delete them"))
}
