//! `ingest`.

use service_kit::{Failure, UnitOfWork};
use usage_ingest::IngestOptions;

use crate::{
    args::{Global, IngestArgs},
    output,
    progress::ReadingBar,
};

/// Ingests bill files.
pub(crate) async fn ingest(global: &Global, unit: &mut UnitOfWork, args: &IngestArgs) -> Result<(), Failure> {
    let bar = ReadingBar::new();
    let outcome = usage_ingest::ingest(unit, &args.paths, IngestOptions { replace: args.replace }, &bar).await;
    bar.done();
    let ingested = outcome?;
    process_manager::after_deliveries(unit, &ingested.periods).await?;
    for warning in &ingested.warnings {
        output::warn(warning);
    }
    output::print_rows(
        global.output,
        &ingested.rows,
        &[
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
        ],
    )
}
