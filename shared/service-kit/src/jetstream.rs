//! Opening a log on NATS JetStream: connecting, whether its streams are as they must be, and where
//! its read model is kept.

use error_codes::codes;
use std::path::{Path, PathBuf};

use event_log::EventLog;
use event_log_nats::{Address, ConnectSettings, JetStreamLog, Provision};
use sha2::{Digest, Sha256};
use wire::StreamName;

use crate::{Clock, Failure};

/// Digits of a log's identity in a folder's name: enough for one machine's logs.
const IDENTITY_DIGITS: usize = 16;

/// Connects to a log, with the login of the URL or of the environment.
///
/// # Errors
/// [`Failure`] where the URL is none, or no server can be reached.
pub async fn connect(url: &str) -> Result<JetStreamLog, Failure> {
    let mut settings = ConnectSettings::from_environment();
    let address = Address::parse(url, &mut settings).map_err(|bad| Failure::usage(codes::ADDRESS_UNREADABLE, bad))?;
    Ok(JetStreamLog::connect(address, settings).await?)
}

/// Many write to a JetStream log: a clock set by one of them would order nothing.
pub(crate) fn refuse_clock(clock: Clock) -> Result<(), Failure> {
    if clock.is_injected() {
        return Err(Failure::usage(
            codes::CLOCK_WITH_NATS,
            "CREDITMEMO_CLOCK sets the clock of the embedded log only: leave it out with --nats",
        ));
    }
    Ok(())
}

/// Whether the log is there. Where no stream is, one who writes makes them all, as the embedded log
/// is made by the first command; one who reads finds an empty log.
pub(crate) async fn ready(log: &JetStreamLog, writes: bool) -> Result<bool, Failure> {
    let plan = log.plan(Provision::default()).await?;
    if plan.absent.len() == StreamName::ALL.len() {
        if writes {
            log.apply(&plan).await?;
            tracing::info!(at = log.address(), replicas = plan.replicas, "the streams of the log were made");
        }
        return Ok(writes);
    }
    if plan.is_done() {
        return Ok(true);
    }
    let differences: Vec<String> = plan
        .changes
        .iter()
        .filter(|change| !plan.absent.contains(&change.stream))
        .map(ToString::to_string)
        .chain(plan.absent.iter().map(|stream| format!("{stream} is missing")))
        .chain(plan.refusals.iter().map(|refusal| format!("{}: {}", refusal.stream, refusal.why)))
        .collect();
    Err(Failure::failed(
        codes::STREAMS_NOT_AS_NEEDED,
        format!(
            "the streams at {} are not as the log needs them, so nothing is read or written: {}. \
             Look at `creditmemo streams apply --dry-run`, then apply it",
            log.address(),
            differences.join("; ")
        ),
    ))
}

/// Where the read model of a log is kept: a folder for each log, so that commands on one log never
/// meet the balances of another.
pub(crate) async fn folder_of(log: &dyn EventLog, data: &Path) -> Result<PathBuf, Failure> {
    let identity = log.head(StreamName::Accounts).await?.incarnation;
    let digest = hex::encode(Sha256::digest(identity.as_bytes()));
    let folder = data.join(format!("nats-{}", &digest[..IDENTITY_DIGITS]));
    std::fs::create_dir_all(&folder).map_err(|cause| {
        Failure::failed(codes::FOLDER_NOT_MADE, format!("making the folder {} failed: {cause}", folder.display()))
    })?;
    Ok(folder)
}
