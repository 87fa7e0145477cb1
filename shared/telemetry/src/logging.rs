//! Logs for people who run the program: structured fields on stderr, nothing by default but
//! warnings. `CREDITMEMO_LOG` takes tracing's filter syntax; `json` in `CREDITMEMO_LOG_FORMAT`
//! writes JSON lines.

use std::io::IsTerminal;

use tracing_subscriber::{EnvFilter, Layer, Registry, layer::SubscriberExt, util::SubscriberInitExt};

use crate::traces::Traces;

/// Starts logging, and traces where there is somewhere to send them, once a process; a second call
/// changes nothing.
pub fn start_logging(traces: Option<&Traces>) {
    let filter = EnvFilter::try_from_env("CREDITMEMO_LOG").unwrap_or_else(|_| EnvFilter::new("warn"));
    let lines =
        tracing_subscriber::fmt::layer().with_ansi(std::io::stderr().is_terminal()).with_writer(std::io::stderr);
    let json = std::env::var("CREDITMEMO_LOG_FORMAT").is_ok_and(|format| format == "json");
    let lines: Box<dyn Layer<Registry> + Send + Sync> =
        if json { lines.json().with_filter(filter).boxed() } else { lines.without_time().with_filter(filter).boxed() };
    // The only failure is that logging was started before.
    let _ = tracing_subscriber::registry().with(lines).with(traces.map(Traces::layer)).try_init();
}
