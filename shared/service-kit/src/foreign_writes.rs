//! What is another service's to record: a service waits for it, reading the log, and never asks.
//!
//! The wait ends when the decision comes out empty: whatever the other has to do is then done. So
//! a command answers once everything that follows from it stands, whoever recorded it.

use error_codes::codes;
use std::time::{Duration, Instant};

use wire::{Fact, ServiceName, StreamName, Subject};

use crate::{Failure, ForeignWrites, UnitOfWork, Writes};

/// How long one wait for news lasts: it bounds how late a stop is noticed.
const WAIT: Duration = Duration::from_millis(500);

/// Since when something is waited for.
#[derive(Debug, Default)]
pub(crate) struct Awaited(Option<Instant>);

type Decided = Vec<(Subject, Vec<Fact>)>;

impl UnitOfWork {
    /// Whether a stream is this unit's to write, and not another service's.
    pub fn may_write(&self, stream: StreamName) -> bool {
        match self.writes {
            Writes::Everything => true,
            Writes::OwnStreams { service, .. } => service.writes().contains(&stream),
        }
    }

    /// What this unit records, and a stream of what another one has to record before this is done.
    pub(crate) fn split_by_writer(&self, decided: Decided) -> (Decided, Option<StreamName>) {
        let Writes::OwnStreams { service, foreign: rule } = self.writes else { return (decided, None) };
        if self.records_nothing() {
            return (decided, None);
        }
        let (own, foreign): (Decided, Decided) =
            decided.into_iter().partition(|(subject, _)| service.writes().contains(&subject.stream()));
        let awaited = foreign.first().map(|(subject, _)| subject.stream());
        (own, awaited.filter(|_| rule != ForeignWrites::Leave))
    }

    /// Waits for news of a stream, and reads it.
    pub(crate) async fn await_other(&mut self, stream: StreamName, awaited: &mut Awaited) -> Result<(), Failure> {
        let since = *awaited.0.get_or_insert_with(Instant::now);
        let Writes::OwnStreams { foreign: ForeignWrites::Await(patience), .. } = self.writes else { return Ok(()) };
        if since.elapsed() > patience {
            let writer = ServiceName::writing(stream).map_or("an operator", ServiceName::as_str);
            return Err(Failure::failed(
                codes::NOT_FOLLOWED,
                format!(
                    "what follows from this is {writer}'s to record on {stream}, and it has not for {} s; what the \
                     command itself decided is recorded: see that {writer} runs, then run the command again",
                    patience.as_secs()
                ),
            ));
        }
        let position = self.model.position(stream).sequence;
        self.log.wait_beyond(stream, position, WAIT).await?;
        self.sync().await
    }
}
