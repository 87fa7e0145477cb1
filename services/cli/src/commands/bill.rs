//! `bill`.

use domain::billing::{Blocker, DocumentHeader, DocumentKind};
use memo_keeper::BillOptions;
use service_kit::{Failure, UnitOfWork};

use super::{
    payer::payer_or_only,
    rows::{BlockerRow, DocumentRow, PeriodRow},
};
use crate::{
    args::{BillArgs, Global, OutputFormat},
    output,
};

/// Bills a period.
pub(crate) async fn bill(global: &Global, unit: &mut UnitOfWork, args: &BillArgs) -> Result<(), Failure> {
    let payer = payer_or_only(unit, args.of.payer.as_ref())?;
    process_manager::before_billing(unit, &payer, args.of.period).await?;
    let options = BillOptions { accept_estimated: args.accept_estimated, date: args.date };
    let outcome = match memo_keeper::bill(unit, &payer, args.of.period, options).await {
        Ok(outcome) => outcome,
        Err(failure) => {
            print_blocked(global, payer.as_str(), &args.of.period.to_string(), &failure)?;
            return Err(failure);
        }
    };
    for warning in &outcome.warnings {
        output::warn(warning);
    }
    if !outcome.unassigned.is_empty() {
        let names: Vec<&str> = outcome.unassigned.iter().map(domain::ids::MemberAccountId::as_str).collect();
        output::warn(format_args!(
            "{} member accounts have no customer and get no document: {}",
            names.len(),
            names.join(", ")
        ));
    }
    if outcome.was_closed {
        output::say(format_args!(
            "{} is closed: these are its documents, later changes post to the open period",
            args.of.period
        ));
    } else if outcome.draft {
        output::say(
            "the delivery is estimated: these are drafts without numbers; say --accept-estimated to issue them",
        );
    }
    let rows: Vec<DocumentRow> = outcome.documents.iter().map(document_row).collect();
    let mut columns =
        vec!["document_number", "kind", "customer", "po_number", "members", "currency", "gross", "applied", "due"];
    if rows.iter().any(|row| row.document_currency.is_some()) {
        columns.extend(["document_currency", "conversion_rate", "document_due"]);
    }
    output::print_rows(global.output, &rows, &columns)
}

/// With JSON, what blocks is on stdout too.
pub(crate) fn print_blocked(global: &Global, payer: &str, period: &str, failure: &Failure) -> Result<(), Failure> {
    if failure.blockers.is_empty() || global.output != OutputFormat::Json {
        return Ok(());
    }
    let row = PeriodRow {
        payer_account_id: payer.to_owned(),
        period: period.to_owned(),
        status: "blocked".to_owned(),
        waived: Vec::new(),
        blockers: failure.blockers.iter().map(blocker_row).collect(),
        pack: None,
    };
    output::print_rows(global.output, &[row], &[])
}

pub(crate) fn blocker_row(blocker: &Blocker) -> BlockerRow {
    BlockerRow { message: blocker.in_words(), blocker: blocker.clone() }
}

pub(crate) fn document_row(header: &DocumentHeader) -> DocumentRow {
    let converted = header.in_document_currency.as_ref();
    DocumentRow {
        document_number: header.document_number.as_ref().map(ToString::to_string),
        kind: match header.kind {
            DocumentKind::Draft => "draft",
            DocumentKind::Invoice => "invoice",
            DocumentKind::Superseding => "superseding",
        }
        .to_owned(),
        supersedes: header.supersedes.as_ref().map(ToString::to_string),
        payer_account_id: header.payer_account_id.to_string(),
        period: header.period.to_string(),
        customer: header.customer.to_string(),
        po_number: header.po_number.to_string(),
        date: header.date,
        currency: header.currency.to_string(),
        members: header.members,
        gross: header.gross,
        applied: header.applied,
        due: header.due,
        document_currency: converted.map(|document| document.currency.to_string()),
        conversion_rate: converted.map(|document| document.rate),
        document_gross: converted.map(|document| document.gross),
        document_applied: converted.map(|document| document.applied),
        document_due: converted.map(|document| document.due),
        digest: header.digest.clone(),
    }
}
