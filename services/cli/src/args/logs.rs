//! The arguments of what is done with whole logs: `log` and `streams`.

use clap::{Args, Subcommand};
use service_kit::LogPlace;

#[derive(Debug, Subcommand)]
pub(crate) enum LogCommand {
    /// Copy a log to another place, or bring a copy up to date. What is there is compared first; a
    /// copy that was interrupted goes on where it was.
    Copy(Places),
    /// Find the first place in each stream where two logs differ; exit code 5 where there is one.
    Compare(Places),
}

#[derive(Debug, Clone, Args)]
pub(crate) struct Places {
    /// A data folder, or the URL of a JetStream log.
    #[arg(long, value_name = "DIR|URL")]
    pub(crate) from: LogPlace,
    /// A data folder, or the URL of a JetStream log.
    #[arg(long, value_name = "DIR|URL")]
    pub(crate) to: LogPlace,
}

#[derive(Debug, Subcommand)]
pub(crate) enum StreamsCommand {
    /// Make the streams on a server, or bring them to what the log needs; shows what it changes.
    /// Applying twice changes nothing.
    Apply(StreamsArgs),
}

#[derive(Debug, Clone, Args)]
pub(crate) struct StreamsArgs {
    /// Copies of each stream; where none is named, those there are, else 1 on a single server and 3
    /// in a cluster.
    #[arg(long, value_name = "N")]
    pub(crate) replicas: Option<usize>,
}
