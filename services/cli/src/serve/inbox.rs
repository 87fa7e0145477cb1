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

use super::{acting::in_unit, process::Process};

/// How often the folder is looked at.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Deeper than any layout that AWS or an operator makes; reading refuses what lies deeper.
const FOLDER_DEPTH_MAX: usize = 16;

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
    look_into(path, 0, &mut found);
    found.sort();
    found
}

/// Links are looked at and not followed: they may lead out of the inbox, or in a circle.
fn look_into(path: &Path, depth: usize, found: &mut Look) {
    let Ok(about) = path.symlink_metadata() else { return };
    if !about.is_dir() || depth > FOLDER_DEPTH_MAX {
        found.push((path.to_owned(), about.len(), about.modified().ok()));
        return;
    }
    let Ok(entries) = std::fs::read_dir(path) else { return };
    for entry in entries.flatten() {
        look_into(&entry.path(), depth + 1, found);
    }
}

/// What is wrong with a delivery that is neither a file nor a folder; it is not opened.
fn refusal_of_kind(delivery: &Path) -> Option<Failure> {
    let about = delivery.symlink_metadata().ok()?;
    let kind = match about.file_type() {
        kind if kind.is_file() || kind.is_dir() => return None,
        kind if kind.is_symlink() => "a link: links are not followed out of the inbox",
        _ => "a pipe, a device or a socket",
    };
    Some(Failure::refused(
        codes::BILL_REFUSED,
        format!("{}: is {kind}; drop the file or folder itself", delivery.display()),
    ))
}

/// Ingests a delivery and moves it; an error where it is to be tried again.
async fn take(process: &Process, unit: &Mutex<UnitOfWork>, folder: &Path, delivery: &Path) -> Result<(), Failure> {
    let service = ServiceName::UsageIngest;
    if let Some(failure) = refusal_of_kind(delivery) {
        return refuse(process, folder, delivery, &failure);
    }
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
        Err(failure) if failure.exit == ExitCode::InputRefused => refuse(process, folder, delivery, &failure),
        Err(failure) => Err(failure),
    }
}

fn refuse(process: &Process, folder: &Path, delivery: &Path, failure: &Failure) -> Result<(), Failure> {
    tracing::error!(delivery = %delivery.display(), %failure, "refused");
    process.figures.failed(ServiceName::UsageIngest);
    move_to(folder, REFUSED, delivery, Some(&failure.to_string()))
}

/// Moves a delivery out of the inbox, under its name or one with a number after it.
fn move_to(folder: &Path, kind: &str, delivery: &Path, reason: Option<&str>) -> Result<(), Failure> {
    let failed = |cause: std::io::Error| {
        Failure::failed(codes::INBOX_MOVE, format!("moving {} to {kind}/ failed: {cause}", delivery.display()))
    };
    let target = folder.join(kind);
    std::fs::create_dir_all(&target).map_err(failed)?;
    let name = delivery.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let free = std::iter::once(name.clone())
        .chain((2_u32..).map(|number| format!("{name}.{number}")))
        .map(|name| target.join(name))
        // A link that leads nowhere is there all the same.
        .find(|path| path.symlink_metadata().is_err());
    let Some(free) = free else { return Ok(()) };
    // The reason first: a refused delivery without one would have to be read again by a person.
    if let Some(reason) = reason {
        let mut beside = free.clone().into_os_string();
        beside.push(".reason.txt");
        std::fs::write(beside, format!("{reason}\n")).map_err(failed)?;
    }
    std::fs::rename(delivery, &free).map_err(failed)
}
