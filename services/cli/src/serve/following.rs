//! Following the streams: what a service does without being asked.
//!
//! After a start everything is due, since it is not known what was missed; then only what others
//! wrote. A log that is away is waited for; a log that does not hold ends the service, which says
//! where (rule: never go on over a gap).

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use domain::ids::PayerAccountId;
use event_log::EventLog;
use futures_util::future::select_all;
use service_kit::{ExitCode, Failure, ForeignWrites, UnitOfWork};
use tracing::Instrument;
use upstream_credits::Due;
use wire::{Fact, ServiceName, StreamName, Subject};

use super::process::Process;

/// How long one wait for news lasts.
const WAIT: Duration = Duration::from_secs(1);

/// How long after a failure it is tried again.
const AGAIN_DELAY: Duration = Duration::from_secs(1);

/// What is to be done for payers, each from its time on.
#[derive(Default)]
struct Agenda(BTreeMap<PayerAccountId, (Instant, Due)>);

impl Agenda {
    /// Adds work; what was planned for a payer and not done is done with it, whole.
    fn add(&mut self, payer: PayerAccountId, from: Instant, due: Due) {
        let planned = self.0.remove(&payer);
        let entry = match planned {
            None => (from, due),
            Some((earlier, _)) => (earlier.min(from), Due::AllMonths),
        };
        self.0.insert(payer, entry);
    }

    /// The work whose time has come.
    fn take_due(&mut self) -> Vec<(PayerAccountId, Due)> {
        let now = Instant::now();
        let due: Vec<PayerAccountId> =
            self.0.iter().filter(|(_, (from, _))| *from <= now).map(|(payer, _)| payer.clone()).collect();
        due.into_iter().filter_map(|payer| self.0.remove(&payer).map(|(_, due)| (payer, due))).collect()
    }

    /// How long until the next work's time has come.
    fn wait(&self) -> Duration {
        let next = self.0.values().map(|(from, _)| from.saturating_duration_since(Instant::now())).min();
        next.map_or(WAIT, |next| next.min(WAIT))
    }
}

/// Follows the streams until the process ends.
pub(super) async fn follow(mut process: Process, service: ServiceName) -> Result<(), Failure> {
    loop {
        let outcome = follow_from_start(&mut process, service).await;
        if process.is_stopping() {
            return Ok(());
        }
        match outcome {
            Ok(()) => return Ok(()),
            // What was read is not what was written: going on would make it worse.
            Err(failure) if failure.exit == ExitCode::CheckFailed => {
                process.probe.not_ready(service.as_str(), &failure);
                return Err(failure);
            }
            Err(failure) => {
                tracing::warn!(%service, %failure, "following failed; it is tried again");
                process.probe.not_ready(service.as_str(), &failure);
                process.figures.failed(service);
                tokio::select! {
                    () = tokio::time::sleep(AGAIN_DELAY) => {}
                    () = process.stopped() => return Ok(()),
                }
            }
        }
    }
}

async fn follow_from_start(process: &mut Process, service: ServiceName) -> Result<(), Failure> {
    let mut unit = process.unit(service, "following", ForeignWrites::Leave).await?;
    unit.listen(concerns(service));
    unit.sync().await?;
    let mut agenda = Agenda::default();
    plan(process, &mut agenda, everything(service, &unit)?);
    let mut archive = super::archive::Archive::open(process, service).await?;
    while !process.is_stopping() {
        archive.keep_up(&process.log).await?;
        work(process, service, &mut unit, &mut agenda).await?;
        process.figures.note(service, &unit);
        process.probe.ready(service.as_str());
        // What was heard while something was recorded is not waited for.
        let wait = if unit.has_heard() { Duration::ZERO } else { agenda.wait() };
        let log = process.log.clone();
        let news = wait_for_news(log.as_ref(), &unit, service, wait);
        tokio::select! {
            came = news => came?,
            () = process.stopped() => continue,
        }
        // Read in any case: what others wrote while this recorded something was read then.
        unit.sync().await?;
        let heard = unit.take_heard();
        plan(process, &mut agenda, due_after(service, &unit, &heard)?);
    }
    unit.finish()
}

/// Does what is due, payer by payer, and stops between two of them where the process is to end.
async fn work(
    process: &Process,
    service: ServiceName,
    unit: &mut UnitOfWork,
    agenda: &mut Agenda,
) -> Result<(), Failure> {
    for (payer, due) in agenda.take_due() {
        if process.is_stopping() {
            return Ok(());
        }
        let span = tracing::info_span!("follow", %service, %payer);
        let outcome = match service {
            ServiceName::UpstreamCredits => upstream_credits::follow(unit, &payer, &due).instrument(span).await,
            ServiceName::MemoKeeper => {
                unit.correlate(&format!("follow {payer}"));
                memo_keeper::follow_payer(unit, &payer).instrument(span).await
            }
            ServiceName::UsageIngest | ServiceName::Projector => Ok(()),
        };
        match outcome {
            Ok(()) => process.figures.followed(service),
            // A person has to mend it; the other payers are not held up by it.
            Err(failure) if failure.exit == ExitCode::InputRefused => {
                tracing::error!(%service, %payer, %failure, "what follows for this payer is refused");
                process.figures.failed(service);
            }
            Err(failure) => return Err(failure),
        }
        for recorded in unit.recorded() {
            tracing::debug!(%service, subject = %recorded.subject, facts = recorded.facts.len(), "followed");
        }
    }
    Ok(())
}

/// Plans work: at once for the payers of this process's part, later for the others.
fn plan(process: &Process, agenda: &mut Agenda, due: BTreeMap<PayerAccountId, Due>) {
    let later = Duration::from_secs(process.args.takeover_after);
    for (payer, due) in due {
        let own = process.args.partition.has(&payer);
        let from = if own { Instant::now() } else { Instant::now() + later };
        agenda.add(payer, from, due);
    }
}

fn everything(service: ServiceName, unit: &UnitOfWork) -> Result<BTreeMap<PayerAccountId, Due>, Failure> {
    match service {
        ServiceName::UpstreamCredits | ServiceName::MemoKeeper => upstream_credits::everything(&unit.model),
        ServiceName::UsageIngest | ServiceName::Projector => Ok(BTreeMap::new()),
    }
}

fn due_after(
    service: ServiceName,
    unit: &UnitOfWork,
    heard: &[Subject],
) -> Result<BTreeMap<PayerAccountId, Due>, Failure> {
    match service {
        ServiceName::UpstreamCredits => upstream_credits::due_after(&unit.model, heard),
        ServiceName::MemoKeeper => {
            let payers = memo_keeper::payers_to_follow(heard)?;
            Ok(payers.into_iter().map(|payer| (payer, Due::AllMonths)).collect())
        }
        ServiceName::UsageIngest | ServiceName::Projector => Ok(BTreeMap::new()),
    }
}

/// The facts that a service reacts to: a unit hears the subjects of their commits only.
fn concerns(service: ServiceName) -> fn(&Fact) -> bool {
    match service {
        ServiceName::UpstreamCredits => upstream_credits::concerns,
        ServiceName::MemoKeeper => memo_keeper::concerns,
        ServiceName::UsageIngest | ServiceName::Projector => |_| false,
    }
}

/// The streams that a service reacts to; what else it reads is read with them.
fn followed(service: ServiceName) -> &'static [StreamName] {
    match service {
        ServiceName::UsageIngest => &[],
        ServiceName::UpstreamCredits => &[StreamName::Usage, StreamName::Credits, StreamName::Accounts],
        ServiceName::MemoKeeper => &[StreamName::Credits],
        ServiceName::Projector => &StreamName::ALL,
    }
}

/// Waits until one of the streams has gone on, or the time is up.
async fn wait_for_news(
    log: &dyn EventLog,
    unit: &UnitOfWork,
    service: ServiceName,
    wait: Duration,
) -> Result<(), Failure> {
    let waits = followed(service).iter().map(|stream| {
        let position = unit.model.position(*stream).sequence;
        log.wait_beyond(*stream, position, wait)
    });
    let mut waits: Vec<_> = waits.collect();
    while !waits.is_empty() {
        let (came, _, others) = select_all(waits).await;
        if came? {
            return Ok(());
        }
        waits = others;
    }
    Ok(())
}
