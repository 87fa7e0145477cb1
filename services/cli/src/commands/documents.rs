//! `documents list`, `show` and `void`.

use chrono::NaiveDate;
use clap::Subcommand;
use domain::{
    billing::{BillingState, DocumentHeader, MemberStatement, PeriodAct},
    ids::{DocumentNumber, PayerAccountId},
    period::BillingPeriod,
};
use service_kit::{Access, Failure, UnitOfWork};

use super::{bill::document_row, close::say_if_proposed, rows::IssuedDocumentRow};
use crate::{args::Global, output};

/// What is done with documents.
#[derive(Debug, Subcommand)]
pub(crate) enum DocumentsCommand {
    /// List documents, void and superseded ones too.
    List {
        /// Of this payer only.
        #[arg(long, value_name = "ID", allow_hyphen_values = true)]
        payer: Option<PayerAccountId>,
        /// Of this month only.
        #[arg(long, value_name = "PERIOD")]
        period: Option<BillingPeriod>,
    },
    /// One document with its statements, as they were issued.
    Show {
        /// Its number.
        number: DocumentNumber,
    },
    /// Void a document: its memos get back what they paid of it, its number stays.
    Void {
        /// Its number.
        number: DocumentNumber,
        /// The day it counts from; today where none is named.
        #[arg(long, value_name = "DATE")]
        date: Option<NaiveDate>,
    },
}

impl DocumentsCommand {
    pub(crate) fn name_and_access(&self) -> (&'static str, Access) {
        match self {
            Self::List { .. } | Self::Show { .. } => ("documents", Access::Read),
            Self::Void { .. } => ("documents void", Access::Write),
        }
    }
}

const COLUMNS: [&str; 10] =
    ["document_number", "status", "kind", "period", "customer", "po_number", "currency", "gross", "applied", "due"];

/// Does it.
pub(crate) async fn documents(
    global: &Global,
    unit: &mut UnitOfWork,
    command: DocumentsCommand,
) -> Result<(), Failure> {
    match command {
        DocumentsCommand::List { payer, period } => list(global, unit, payer.as_ref(), period),
        DocumentsCommand::Show { number } => show(global, unit, &number),
        DocumentsCommand::Void { number, date } => void(global, unit, number, date).await,
    }
}

fn list(
    global: &Global,
    unit: &UnitOfWork,
    payer: Option<&PayerAccountId>,
    period: Option<BillingPeriod>,
) -> Result<(), Failure> {
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
            rows.extend(state.documents.values().chain(drafts).map(|header| row(&state, header, Vec::new())));
        }
    }
    output::print_rows(global.output, &rows, &COLUMNS)
}

fn row(state: &BillingState, header: &DocumentHeader, statements: Vec<MemberStatement>) -> IssuedDocumentRow {
    let number = header.document_number.as_ref();
    let standing = state.document_standing(number);
    let superseded_by = number.and_then(|number| state.superseding(number));
    IssuedDocumentRow {
        document: document_row(header),
        status: standing.word().to_owned(),
        superseded_by: superseded_by.and_then(|other| other.document_number.as_ref()).map(ToString::to_string),
        voided_in: standing.voided_in().map(|month| month.to_string()),
        statements,
    }
}

fn show(global: &Global, unit: &UnitOfWork, number: &DocumentNumber) -> Result<(), Failure> {
    let (payer, period, state, header) = memo_keeper::document_of(&unit.model, number)?;
    let mut statements = Vec::new();
    for member in unit.model.members_stated(&payer, period)? {
        let standing = unit.model.statement(&payer, &member, period)?;
        let all = unit.model.former_statements(&payer, &member, period)?.into_iter().chain(standing);
        // The last that bears the number: a document is one statement a member.
        let of_document = all.filter(|stored| stored.statement.document_number.as_ref() == Some(number)).last();
        statements.extend(of_document.map(|stored| stored.statement));
    }
    output::print_rows(global.output, &[row(&state, &header, statements)], &COLUMNS)
}

async fn void(
    global: &Global,
    unit: &mut UnitOfWork,
    number: DocumentNumber,
    date: Option<NaiveDate>,
) -> Result<(), Failure> {
    if global.reason.as_deref().is_none_or(|reason| reason.trim().is_empty()) {
        return Err(Failure::usage("CM0205", "voiding a document needs a reason: say --reason"));
    }
    let (payer, period, ..) = memo_keeper::document_of(&unit.model, &number)?;
    if !unit.was_done() {
        let effective = date.unwrap_or_else(|| unit.clock.today());
        let act = PeriodAct::Void { document: number.clone(), effective };
        let outcome = memo_keeper::act_on_period(unit, &payer, period, &act).await?;
        say_if_proposed(&outcome);
        if outcome == memo_keeper::PeriodOutcome::Done(0) {
            output::say(format_args!("{number} was void before"));
        }
    }
    show(global, unit, &number)
}
