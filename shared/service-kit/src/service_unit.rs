//! A back office that lives on, as a service has one: over a log that is open already.

use error_codes::codes;
use std::{path::Path, sync::Arc};

use event_log::EventLog;

use crate::{Act, Clock, Failure, UnitOfWork, open::open_model};

impl UnitOfWork {
    /// Opens a back office on a log that is there already, with a read model of its own in a folder.
    ///
    /// # Errors
    /// [`Failure`] where the log cannot be read, or is damaged.
    pub async fn open_over(folder: &Path, log: Arc<dyn EventLog>, clock: Clock, act: Act) -> Result<Self, Failure> {
        std::fs::create_dir_all(folder).map_err(|cause| {
            Failure::failed(codes::FOLDER_NOT_MADE, format!("making the folder {} failed: {cause}", folder.display()))
        })?;
        let model = open_model(folder, log.as_ref()).await?;
        Ok(Self::over(log, model, clock, act).await?.with_folder(folder))
    }
}
