//! The options of `serve`.

use std::{net::SocketAddr, path::PathBuf};

use clap::Args;
use service_kit::{Failure, codes};
use wire::ServiceName;

use crate::partition::Partition;

/// What to serve, and how.
#[derive(Debug, Clone, Args)]
pub(crate) struct ServeArgs {
    /// The services: usage-ingest, upstream-credits, memo-keeper, projector; all where none is named.
    #[arg(value_name = "SERVICE")]
    pub(crate) services: Vec<ServiceName>,
    /// Answer /healthz, /readyz and /metrics on this address.
    #[arg(long, env = "CREDITMEMO_LISTEN", value_name = "ADDRESS:PORT")]
    pub(crate) listen: Option<SocketAddr>,
    /// usage-ingest: take deliveries that are dropped into this folder.
    #[arg(long, env = "CREDITMEMO_INBOX", value_name = "DIR")]
    pub(crate) inbox: Option<PathBuf>,
    /// usage-ingest: also ingest what requests name below this folder; may be said several times.
    #[arg(long, value_name = "DIR")]
    pub(crate) ingest_from: Vec<PathBuf>,
    /// usage-ingest: a delivery is taken once nothing of it has changed for so long.
    #[arg(long, default_value_t = 10, value_name = "SECONDS")]
    pub(crate) inbox_settle: u64,
    /// projector: keep a copy of the log in this folder, in the form of the embedded one.
    #[arg(long, env = "CREDITMEMO_ARCHIVE", value_name = "DIR")]
    pub(crate) archive: Option<PathBuf>,
    /// Follow this part of the payers first, for example 1/3; the other parts with a delay.
    #[arg(long, default_value = "1/1", value_name = "PART/PARTS")]
    pub(crate) partition: Partition,
    /// Send traces to this OpenTelemetry collector, as OTLP over HTTP.
    #[arg(long, env = "OTEL_EXPORTER_OTLP_ENDPOINT", value_name = "http://HOST:PORT")]
    pub(crate) otlp: Option<String>,
    /// How long the other parts are left to those who follow them first.
    #[arg(long, default_value_t = 5, value_name = "SECONDS")]
    pub(crate) takeover_after: u64,
}

impl ServeArgs {
    /// The collector, where one is named.
    pub(crate) fn collector(&self) -> Option<&str> {
        self.otlp.as_deref().filter(|address| !address.is_empty())
    }

    /// Options that no service of this process looks at are a mistake.
    pub(crate) fn check(&self, services: &[ServiceName]) -> Result<(), Failure> {
        let misplaced = |given: bool, option: &str, of: ServiceName| {
            let missing = given && !services.contains(&of);
            missing.then(|| {
                Failure::usage(
                    codes::OPTION_OF_OTHER_SERVICE,
                    format!("{option} is for {of}, which is not served here"),
                )
            })
        };
        let found = misplaced(self.inbox.is_some(), "--inbox", ServiceName::UsageIngest)
            .or_else(|| misplaced(!self.ingest_from.is_empty(), "--ingest-from", ServiceName::UsageIngest))
            .or_else(|| misplaced(self.archive.is_some(), "--archive", ServiceName::Projector));
        found.map_or(Ok(()), Err)
    }
}
