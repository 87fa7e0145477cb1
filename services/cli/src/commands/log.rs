//! `log copy` and `log compare`: between an embedded log and a JetStream log, either way.

use std::sync::Arc;

use event_log::{CopyFault, Difference, EventLog, SideBySide};
use schemars::JsonSchema;
use serde::Serialize;
use service_kit::{Failure, codes};
use wire::StreamName;

use crate::{
    args::{Global, LogCommand, Places},
    outcome::Outcome,
};

/// What was copied of a stream.
#[derive(Debug, Serialize, JsonSchema)]
pub struct LogCopyRow {
    /// The stream.
    pub stream: String,
    /// Commits that were there, and are the same.
    pub were_there: u64,
    /// Commits that were copied; in a dry run, that would be.
    pub copied: u64,
    /// The last sequence of the copy.
    pub last_sequence: u64,
}

/// How a stream of two logs compares.
#[derive(Debug, Serialize, JsonSchema)]
pub struct LogCompareRow {
    /// The stream.
    pub stream: String,
    /// Commits of the first log.
    pub from_commits: u64,
    /// Commits of the second log.
    pub to_commits: u64,
    /// Up to this sequence both are the same, verified by their chains.
    pub equal_up_to: u64,
    /// Whether both are the same to the end.
    pub same: bool,
    /// The sequence of the first difference.
    pub differs_at: Option<u64>,
    /// The subject there, where it could be read.
    pub subject: Option<String>,
    /// What differs.
    pub difference: Option<String>,
}

/// Copies or compares.
pub(crate) async fn log(global: &Global, command: &LogCommand) -> Result<Outcome, Failure> {
    match command {
        LogCommand::Copy(places) => copy(global, places).await,
        LogCommand::Compare(places) => compare(places).await,
    }
}

async fn copy(global: &Global, places: &Places) -> Result<Outcome, Failure> {
    refuse_one_place(places)?;
    let from = places.from.open_to_read().await?;
    let to = match global.dry_run {
        true => places.to.open_to_read_or_empty().await?,
        false => places.to.open_to_write().await?,
    };
    let mut rows = Vec::new();
    for stream in StreamName::ALL {
        let were_there = to.head(stream).await?.last_sequence;
        let mut both = SideBySide::begin(stream);
        let copied = match global.dry_run {
            true => would_copy(&mut both, &from, &to).await,
            false => both.copy(&*from, &*to).await,
        };
        let copied = copied.map_err(failure_of)?;
        let last_sequence = if global.dry_run { were_there } else { both.equal() };
        rows.push(LogCopyRow { stream: stream.to_string(), were_there, copied, last_sequence });
    }
    Outcome::rows(&rows, &["stream", "were_there", "copied", "last_sequence"])
}

async fn would_copy(both: &mut SideBySide, from: &Arc<dyn EventLog>, to: &Arc<dyn EventLog>) -> Result<u64, CopyFault> {
    if let Some(difference) = both.advance(&**from, &**to).await? {
        return Err(CopyFault::Differs(difference));
    }
    Ok(from.head(both.stream()).await?.last_sequence - both.equal())
}

async fn compare(places: &Places) -> Result<Outcome, Failure> {
    refuse_one_place(places)?;
    let from = places.from.open_to_read().await?;
    let to = places.to.open_to_read().await?;
    let mut rows = Vec::new();
    for stream in StreamName::ALL {
        rows.push(compare_stream(stream, &from, &to).await?);
    }
    let columns =
        ["stream", "from_commits", "to_commits", "equal_up_to", "same", "differs_at", "subject", "difference"];
    let outcome = Outcome::rows(&rows, &columns)?;
    let differing: Vec<&str> = rows.iter().filter(|row| !row.same).map(|row| row.stream.as_str()).collect();
    if differing.is_empty() {
        return Ok(outcome);
    }
    let what = format!("the logs are not the same: {}", differing.join(", "));
    Ok(outcome.failing(Failure::check(codes::LOGS_DIFFER, what)))
}

async fn compare_stream(
    stream: StreamName,
    from: &Arc<dyn EventLog>,
    to: &Arc<dyn EventLog>,
) -> Result<LogCompareRow, Failure> {
    let (from_commits, from_fault) = commits_of(stream, from).await?;
    let (to_commits, to_fault) = commits_of(stream, to).await?;
    let mut both = SideBySide::begin(stream);
    let found = match from_fault.or(to_fault) {
        Some(fault) => Some(fault),
        None => both.advance(&**from, &**to).await?,
    };
    let found = found.or_else(|| {
        let what = "it is in one of the logs only".to_owned();
        let sequence = both.equal() + 1;
        (from_commits != to_commits).then_some(Difference { stream, sequence, subject: None, what })
    });
    Ok(LogCompareRow {
        stream: stream.to_string(),
        from_commits,
        to_commits,
        equal_up_to: both.equal(),
        same: found.is_none(),
        differs_at: found.as_ref().map(|difference| difference.sequence),
        subject: found.as_ref().and_then(|difference| difference.subject.as_ref()).map(ToString::to_string),
        difference: found.map(|difference| difference.what),
    })
}

/// The commits of a stream; a stream that says itself that some are missing is a finding.
async fn commits_of(stream: StreamName, log: &Arc<dyn EventLog>) -> Result<(u64, Option<Difference>), Failure> {
    use event_log::LogError::{Damaged, Gap};
    match log.head(stream).await {
        Ok(head) => Ok((head.last_sequence, None)),
        Err(fault @ Gap { expected, .. }) => {
            Ok((0, Some(Difference { stream, sequence: expected, subject: None, what: fault.to_string() })))
        }
        Err(fault @ Damaged { .. }) => {
            Ok((0, Some(Difference { stream, sequence: 1, subject: None, what: fault.to_string() })))
        }
        Err(fault) => Err(fault.into()),
    }
}

fn refuse_one_place(places: &Places) -> Result<(), Failure> {
    if places.from == places.to {
        return Err(Failure::usage(codes::SAME_PLACE, "--from and --to are the same place: name two"));
    }
    Ok(())
}

fn failure_of(fault: CopyFault) -> Failure {
    match fault {
        CopyFault::Differs(_) => {
            Failure::check(codes::COPY_DIFFERS, format!("{fault}; `creditmemo log compare` shows all"))
        }
        CopyFault::Log(fault) => fault.into(),
        CopyFault::Append(fault) => {
            Failure::failed(codes::COPY_FAILED, format!("writing the copy failed: {}", with_causes(&fault)))
        }
    }
}

fn with_causes(fault: &dyn std::error::Error) -> String {
    match fault.source() {
        Some(cause) => format!("{fault}: {}", with_causes(cause)),
        None => fault.to_string(),
    }
}
