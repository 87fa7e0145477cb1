//! `ingest`.

use service_kit::{Failure, UnitOfWork};
use usage_ingest::IngestOptions;

use crate::{args::IngestArgs, outcome::Outcome, process_manager, progress::ReadingBar};

const COLUMNS: [&str; 14] = [
    "payer_account_id",
    "period",
    "currency",
    "rows",
    "accounts",
    "charges",
    "credits",
    "tax",
    "refunds",
    "other",
    "unclassified",
    "total",
    "finality",
    "changed_accounts",
];

/// Ingests bill files; shows progress where a person watches.
pub(crate) async fn ingest(unit: &mut UnitOfWork, args: &IngestArgs, is_watched: bool) -> Result<Outcome, Failure> {
    let bar = ReadingBar::new(is_watched);
    let ingested = usage_ingest::ingest(unit, &args.paths, IngestOptions { replace: args.replace }, &bar).await;
    bar.done();
    let ingested = ingested?;
    process_manager::after_deliveries(unit, &ingested.periods).await?;
    let mut outcome = Outcome::new();
    for warning in &ingested.warnings {
        outcome = outcome.warn(warning);
    }
    outcome.and_rows(&ingested.rows, &COLUMNS)
}
