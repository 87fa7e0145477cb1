//! What questions are asked of: the read model as it is, and the log to rebuild it as it was.

use std::{ops::Deref, sync::Arc};

use chrono::{DateTime, NaiveDate, Utc};
use event_log::EventLog;
use read_model::{KnowledgeCut, ReadModel, SnapshotFolder, model_as_known};
use service_kit::{Failure, UnitOfWork};
use wire::StreamName;

/// The books.
pub struct Books<'a> {
    /// The read model at the head of the log.
    pub live: &'a ReadModel,
    /// The log.
    pub log: Arc<dyn EventLog>,
    /// Snapshots of it, where there are any.
    pub snapshots: Option<SnapshotFolder>,
    /// The day of the question.
    pub today: NaiveDate,
}

/// The model as it was known at a time; as it is, where none was named.
pub(crate) enum Known<'a> {
    Now(&'a ReadModel),
    Then(Box<ReadModel>),
}

impl Deref for Known<'_> {
    type Target = ReadModel;

    fn deref(&self) -> &ReadModel {
        match self {
            Self::Now(model) => model,
            Self::Then(model) => model,
        }
    }
}

impl<'a> Books<'a> {
    /// The books of a back office.
    pub fn of(unit: &'a UnitOfWork) -> Self {
        Self { live: &unit.model, log: unit.log(), snapshots: unit.snapshots(), today: unit.clock.today() }
    }

    /// The model as known at a time, as far as some streams tell. What was known then is a fold of the
    /// commits recorded by then.
    pub(crate) async fn known(
        &self,
        recorded: Option<DateTime<Utc>>,
        streams: &[StreamName],
    ) -> Result<Known<'a>, Failure> {
        let Some(time) = recorded else { return Ok(Known::Now(self.live)) };
        let cut = KnowledgeCut::At(time);
        let model = model_as_known(self.log.as_ref(), self.snapshots.as_ref(), &cut, streams).await?;
        Ok(Known::Then(Box::new(model)))
    }
}

/// Which commits count at a time; all of them where none is named.
pub(crate) fn cut_at(recorded: Option<DateTime<Utc>>) -> KnowledgeCut {
    KnowledgeCut::At(recorded.unwrap_or(DateTime::<Utc>::MAX_UTC))
}
