//! The inbox: a folder into which deliveries are dropped, each a file or a folder.
//!
//! A delivery is taken once nothing of it has changed for a while; whoever writes slowly gives it a
//! name that begins with a dot and renames it last. What was ingested goes to `done/`, what was
//! refused to `refused/` with the reason beside it. A delivery that was ingested and not yet moved
//! when the process died is seen before the next time, which records nothing.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant, SystemTime},
};

use service_kit::{Act, ExitCode, Failure, UnitOfWork, codes};
use tokio::sync::Mutex;
use wire::ServiceName;

use super::{Process, answering::in_unit};
use crate::process_manager;

/// How often the folder is looked at.
const LOOK_EVERY: Duration = Duration::from_secs(1);

const DONE: &str = "done";
const REFUSED: &str = "refused";

/// How a delivery looked: the files in it with their sizes and times.
type Look = Vec<(PathBuf, u64, Option<SystemTime>)>;

/// Watches the inbox until the process ends.
pub(super) async fn watch(mut process: Process, unit: Arc<Mutex<UnitOfWork>>, folder: PathBuf) {
    let settle = Duration::from_secs(process.args.inbox_settle);
    let mut looks: BTreeMap<PathBuf, (Look, Instant)> = BTreeMap::new();
    while !process.is_stopping() {
        let deliveries = deliveries_in(&folder);
        looks.retain(|path, _| deliveries.contains(path));
        for delivery in deliveries {
            let look = look_at(&delivery);
            let since = match looks.get(&delivery) {
                Some((before, since)) if *before == look => *since,
                _ => {
                    looks.insert(delivery, (look, Instant::now()));
                    continue;
                }
            };
            if look.is_empty() || since.elapsed() < settle {
                continue;
            }
            looks.remove(&delivery);
            if let Err(failure) = take(&process, &unit, &folder, &delivery).await {
                tracing::warn!(delivery = %delivery.display(), %failure, "a delivery could not be ingested; it is tried again");
                process.figures.failed(ServiceName::UsageIngest);
            }
        }
        tokio::select! {
            () = tokio::time::sleep(LOOK_EVERY) => {}
            () = process.stopped() => return,
        }
    }
}

/// What lies in the inbox itself, in order of its names.
fn deliveries_in(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        tracing::warn!(inbox = %folder.display(), "the inbox cannot be read");
        return Vec::new();
    };
    let mut found: Vec<PathBuf> = entries
        .flatten()
        .filter(|entry| {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            !name.starts_with('.') && name != DONE && name != REFUSED
        })
        .map(|entry| entry.path())
        .collect();
    found.sort();
    found
}

fn look_at(path: &Path) -> Look {
    let mut found = Vec::new();
    let Ok(about) = path.metadata() else { return found };
    if about.is_file() {
        return vec![(path.to_owned(), about.len(), about.modified().ok())];
    }
    let Ok(entries) = std::fs::read_dir(path) else { return found };
    for entry in entries.flatten() {
        found.extend(look_at(&entry.path()));
    }
    found.sort();
    found
}

/// Ingests a delivery and moves it; an error where it is to be tried again.
async fn take(process: &Process, unit: &Mutex<UnitOfWork>, folder: &Path, delivery: &Path) -> Result<(), Failure> {
    let service = ServiceName::UsageIngest;
    let act = Act { command: "ingest".to_owned(), by: service.to_string(), ..Act::default() };
    let paths = [delivery.to_owned()];
    let mut unit = unit.lock().await;
    let outcome = in_unit(process, service, &mut unit, act, async |unit| {
        let options = usage_ingest::IngestOptions::default();
        let ingested = usage_ingest::ingest(unit, &paths, options, &bill_formats::NoProgress).await?;
        process_manager::after_deliveries(unit, &ingested.periods).await?;
        Ok(ingested)
    })
    .await;
    drop(unit);
    match outcome {
        Ok(ingested) => {
            for row in &ingested.rows {
                tracing::info!(delivery = %delivery.display(), payer = %row.payer_account_id, period = %row.period, changed_accounts = row.changed_accounts, "ingested");
            }
            for warning in &ingested.warnings {
                tracing::warn!(delivery = %delivery.display(), "{warning}");
            }
            move_to(folder, DONE, delivery, None)
        }
        // It is recorded; what follows from it will be recorded once who does that runs.
        Err(failure) if failure.code == codes::NOT_FOLLOWED.as_str() => {
            tracing::warn!(delivery = %delivery.display(), %failure, "ingested");
            move_to(folder, DONE, delivery, None)
        }
        Err(failure) if failure.exit == ExitCode::InputRefused => {
            tracing::error!(delivery = %delivery.display(), %failure, "refused");
            process.figures.failed(service);
            move_to(folder, REFUSED, delivery, Some(&failure.to_string()))
        }
        Err(failure) => Err(failure),
    }
}

/// Moves a delivery out of the inbox, under its name or one with a number after it.
fn move_to(folder: &Path, kind: &str, delivery: &Path, reason: Option<&str>) -> Result<(), Failure> {
    let failed = |cause: std::io::Error| {
        Failure::failed("CM0625", format!("moving {} to {kind}/ failed: {cause}", delivery.display()))
    };
    let target = folder.join(kind);
    std::fs::create_dir_all(&target).map_err(failed)?;
    let name = delivery.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let free = std::iter::once(name.clone())
        .chain((2_u32..).map(|number| format!("{name}.{number}")))
        .map(|name| target.join(name))
        .find(|path| !path.exists());
    let Some(free) = free else { return Ok(()) };
    // The reason first: a refused delivery without one would have to be read again by a person.
    if let Some(reason) = reason {
        let mut beside = free.clone().into_os_string();
        beside.push(".reason.txt");
        std::fs::write(beside, format!("{reason}\n")).map_err(failed)?;
    }
    std::fs::rename(delivery, &free).map_err(failed)
}
