//! `documents list`, `show` and `void`.

use chrono::NaiveDate;
use domain::{
    billing::PeriodAct,
    ids::{DocumentNumber, PayerAccountId},
    period::BillingPeriod,
};
use memo_keeper::PeriodOutcome;
use service_kit::{Failure, UnitOfWork, codes};

use crate::{
    args::{DocumentsCommand, Global},
    outcome::Outcome,
    shown::{
        documents::{DOCUMENT_COLUMNS, document, issued_row},
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
        DocumentsCommand::List { payer, period } => list(unit, payer.as_ref(), period),
        DocumentsCommand::Show { number } => document(unit, &number),
        DocumentsCommand::Void { number, date } => void(global, unit, number, date).await,
    }
}

fn list(unit: &UnitOfWork, payer: Option<&PayerAccountId>, period: Option<BillingPeriod>) -> Result<Outcome, Failure> {
    let mut rows = Vec::new();
    for of_payer in unit.model.payers()? {
        if payer.is_some_and(|payer| *payer != of_payer) {
            continue;
        }
        for of_period in unit.model.periods_of(&of_payer)? {
            if period.is_some_and(|period| period != of_period) {
                continue;
            }
            let state = unit.model.billing(&of_payer, of_period)?;
            let drafts = state.standing.iter().filter(|header| header.document_number.is_none());
            rows.extend(state.documents.values().chain(drafts).map(|header| issued_row(&state, header, Vec::new())));
        }
    }
    Outcome::rows(&rows, &DOCUMENT_COLUMNS)
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
    Ok(outcome.then(document(unit, &number)?))
}
