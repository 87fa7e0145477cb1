//! `bill`.

use domain::ids::MemberAccountId;
use memo_keeper::BillOptions;
use service_kit::{Failure, UnitOfWork};

use super::rows::DocumentRow;
use crate::{
    args::BillArgs,
    outcome::Outcome,
    payer::payer_or_only,
    shown::{blockers::blocked, documents::document_row},
    upkeep::bring_up_to_date,
};

/// Bills a period.
pub(crate) async fn bill(unit: &mut UnitOfWork, args: &BillArgs) -> Result<Outcome, Failure> {
    let payer = payer_or_only(unit, args.of.payer.as_ref())?;
    bring_up_to_date(unit, &payer, args.of.period).await?;
    let options = BillOptions { accept_estimated: args.accept_estimated, date: args.date };
    let billed = match memo_keeper::bill(unit, &payer, args.of.period, options).await {
        Ok(billed) => billed,
        Err(failure) => return blocked(payer.as_str(), &args.of.period.to_string(), failure),
    };
    let mut outcome = Outcome::new();
    for warning in &billed.warnings {
        outcome = outcome.warn(warning);
    }
    if !billed.unassigned.is_empty() {
        let names: Vec<&str> = billed.unassigned.iter().map(MemberAccountId::as_str).collect();
        outcome = outcome.warn(format_args!(
            "{} member accounts have no customer and get no document: {}",
            names.len(),
            names.join(", ")
        ));
    }
    if billed.was_closed {
        outcome = outcome.say(format_args!(
            "{} is closed: these are its documents, later changes post to the open period",
            args.of.period
        ));
    } else if billed.draft {
        outcome = outcome
            .say("the delivery is estimated: these are drafts without numbers; say --accept-estimated to issue them");
    }
    let rows: Vec<DocumentRow> = billed.documents.iter().map(document_row).collect();
    let mut columns =
        vec!["document_number", "kind", "customer", "po_number", "members", "currency", "gross", "applied", "due"];
    if rows.iter().any(|row| row.document_currency.is_some()) {
        columns.extend(["document_currency", "conversion_rate", "document_due"]);
    }
    outcome.and_rows(&rows, &columns)
}
