//! `streams apply`: the streams of a JetStream log as the log needs them.

use event_log::LogError;
use schemars::JsonSchema;
use serde::Serialize;
use service_kit::{Failure, Provision, codes, connect_to_jetstream};

use crate::{
    args::{Global, StreamsArgs, StreamsCommand},
    outcome::Outcome,
};

/// A setting of a stream that was changed, or would be.
#[derive(Debug, Serialize, JsonSchema)]
pub struct StreamChangeRow {
    /// The stream.
    pub stream: String,
    /// What of it.
    pub setting: String,
    /// How it was; null where the stream was not there.
    pub from: Option<String>,
    /// How it is to be.
    pub to: String,
}

/// Makes the streams as the log needs them.
pub(crate) async fn streams(global: &Global, command: &StreamsCommand) -> Result<Outcome, Failure> {
    let StreamsCommand::Apply(StreamsArgs { replicas }) = command;
    let url = global.nats.as_deref().ok_or_else(|| {
        Failure::usage(codes::STREAMS_NEED_SERVER, "streams are on a server: name it with --nats or in CREDITMEMO_NATS")
    })?;
    if replicas.is_some_and(|count| !(1..=5).contains(&count)) {
        return Err(Failure::usage(
            codes::REPLICAS_RANGE,
            "--replicas is a number from 1 to 5; 3 survives the loss of one server",
        ));
    }
    let log = connect_to_jetstream(url).await?;
    let plan = log.plan(Provision { replicas: *replicas }).await?;
    if !plan.refusals.is_empty() {
        let said: Vec<String> = plan.refusals.iter().map(|of| format!("{}: {}", of.stream, of.why)).collect();
        return Err(Failure::refused(
            codes::STREAMS_WEAKENED,
            format!("this would weaken the log, so nothing is done. {}", said.join("; ")),
        ));
    }
    let rows: Vec<StreamChangeRow> = plan
        .changes
        .iter()
        .map(|change| StreamChangeRow {
            stream: change.stream.to_string(),
            setting: change.setting.to_owned(),
            from: (!change.from.is_empty()).then(|| change.from.clone()),
            to: change.to.clone(),
        })
        .collect();
    if !global.dry_run {
        log.apply(&plan).await.map_err(|fault: LogError| Failure::from(fault))?;
    }
    let said = match (rows.is_empty(), global.dry_run) {
        (true, _) => "the streams are as the log needs them",
        (false, true) => "dry run: nothing was changed",
        (false, false) => "the streams are now as the log needs them",
    };
    Ok(Outcome::rows(&rows, &["stream", "setting", "from", "to"])?.say(said))
}
