//! Logs for people who run the program: structured fields on stderr, nothing by default but
//! warnings. `CREDITMEMO_LOG` takes tracing's filter syntax; `json` in `CREDITMEMO_LOG_FORMAT`
//! writes JSON lines.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

/// Starts logging, once a process; a second call changes nothing.
pub fn start_logging() {
    let filter = EnvFilter::try_from_env("CREDITMEMO_LOG").unwrap_or_else(|_| EnvFilter::new("warn"));
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    let json = std::env::var("CREDITMEMO_LOG_FORMAT").is_ok_and(|format| format == "json");
    // The only failure is that logging was started before.
    let _ = if json { builder.json().try_init() } else { builder.without_time().try_init() };
}
