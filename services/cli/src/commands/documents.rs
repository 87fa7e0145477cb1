//! `documents list`, `show` and `void`.

use chrono::NaiveDate;
use domain::{billing::PeriodAct, ids::DocumentNumber};
use memo_keeper::PeriodOutcome;
use service_kit::{Failure, UnitOfWork, codes};

use crate::{
    args::{DatesArgs, DocumentsCommand, Global},
    outcome::Outcome,
    shown::{
        documents::{document, documents_list},
        proposals::said_if_proposed,
    },
};

/// Lists, shows or voids documents.
pub(crate) async fn documents(
    global: &Global,
    unit: &mut UnitOfWork,
    command: DocumentsCommand,
) -> Result<Outcome, Failure> {
    match command {
        DocumentsCommand::List { filter, period, dates } => documents_list(unit, period, &filter, &dates).await,
        DocumentsCommand::Show { number, dates } => document(unit, &number, &dates).await,
        DocumentsCommand::Void { number, date } => void(global, unit, number, date).await,
    }
}

async fn void(
    global: &Global,
    unit: &mut UnitOfWork,
    number: DocumentNumber,
    date: Option<NaiveDate>,
) -> Result<Outcome, Failure> {
    if global.reason.as_deref().is_none_or(|reason| reason.trim().is_empty()) {
        return Err(Failure::usage(codes::REASON_MISSING, "voiding a document needs a reason: say --reason"));
    }
    let (payer, period, ..) = memo_keeper::document_of(&unit.model, &number)?;
    let act = PeriodAct::Void { document: number.clone(), effective: date };
    let done = memo_keeper::act_on_period(unit, &payer, period, &act).await?;
    let mut outcome = said_if_proposed(&done);
    if done == PeriodOutcome::Done(0) {
        outcome = outcome.say(format_args!("{number} was void before"));
    }
    Ok(outcome.then(document(unit, &number, &DatesArgs::default()).await?))
}
