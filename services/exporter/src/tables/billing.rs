//! Rows of months, documents and statements.

use domain::billing::BillingState;
use domain::{ids::PayerAccountId, period::BillingPeriod};
use read_model::{ReadModel, StoredStatement};
use service_kit::Failure;

use super::cell::{Cell, row, word};

fn for_each_period(
    model: &ReadModel,
    mut take: impl FnMut(&PayerAccountId, BillingPeriod, &BillingState),
) -> Result<(), Failure> {
    for payer in model.payers()? {
        for period in model.periods_of(&payer)? {
            let state = model.billing(&payer, period)?;
            take(&payer, period, &state);
        }
    }
    Ok(())
}

pub(super) fn periods(model: &ReadModel) -> Result<Vec<Vec<Cell>>, Failure> {
    let mut rows = Vec::new();
    for_each_period(model, |payer, period, state| {
        let billed = state.billed();
        let totals = billed.map(|run| &run.totals);
        rows.push(row![
            payer.as_str(),
            period.to_string(),
            word(state.status),
            state.closes,
            billed.map(|run| run.delivery.as_str()),
            billed.map(|run| run.run.as_str()),
            billed.map(|run| run.draft),
            totals.map(|totals| totals.currency.to_string()),
            totals.map(|totals| totals.gross),
            totals.map(|totals| totals.applied),
            totals.map(|totals| totals.due),
            totals.map(|totals| totals.rounding_difference),
            totals.map(|totals| totals.kept),
        ]);
    })?;
    Ok(rows)
}

pub(super) fn documents(model: &ReadModel) -> Result<Vec<Vec<Cell>>, Failure> {
    let mut rows = Vec::new();
    for_each_period(model, |_, _, state| {
        rows.extend(state.documents.values().map(|header| {
            row![
                header.document_number.as_ref().map(|number| number.as_str()),
                word(header.kind),
                header.supersedes.as_ref().map(|number| number.as_str()),
                header.payer_account_id.as_str(),
                header.period.to_string(),
                header.customer.as_str(),
                header.po_number.as_str(),
                header.date,
                header.currency.to_string(),
                header.members,
                header.gross,
                header.applied,
                header.corrections_due,
                header.due,
                header.policy.to_string(),
                header.digest.as_str(),
                header
                    .document_number
                    .as_ref()
                    .and_then(|number| state.voided.get(number))
                    .map(|period| period.to_string()),
            ]
        }));
    })?;
    Ok(rows)
}

fn for_each_statement(model: &ReadModel, mut take: impl FnMut(&StoredStatement)) -> Result<(), Failure> {
    for (payer, member) in model.members_with_statements()? {
        model.statements(&payer, &member)?.iter().for_each(&mut take);
    }
    Ok(())
}

pub(super) fn statements(model: &ReadModel) -> Result<Vec<Vec<Cell>>, Failure> {
    let mut rows = Vec::new();
    for_each_statement(model, |stored| {
        let statement = &stored.statement;
        let converted = statement.in_document_currency.as_ref();
        rows.push(row![
            statement.payer_account_id.as_str(),
            statement.member_account_id.as_str(),
            statement.period.to_string(),
            statement.customer.as_str(),
            statement.po_number.as_str(),
            statement.currency.to_string(),
            statement.document_number.as_ref().map(|number| number.as_str()),
            statement.prior_balance,
            statement.issued,
            statement.corrections,
            statement.utilisation,
            statement.applied,
            statement.expired,
            statement.balance_of_funds,
            statement.gross,
            statement.due,
            statement.policy.to_string(),
            stored.sequence,
            stored.recorded,
            converted.map(|one| one.currency.to_string()),
            converted.map(|one| one.rate),
            converted.map(|one| one.gross),
            converted.map(|one| one.applied),
            converted.map(|one| one.due),
        ]);
    })?;
    Ok(rows)
}

pub(super) fn statement_memos(model: &ReadModel) -> Result<Vec<Vec<Cell>>, Failure> {
    let mut rows = Vec::new();
    for_each_statement(model, |stored| {
        let statement = &stored.statement;
        rows.extend(statement.memos.iter().map(|memo| {
            row![
                statement.payer_account_id.as_str(),
                statement.member_account_id.as_str(),
                statement.period.to_string(),
                memo.memo_number.as_str(),
                statement.currency.to_string(),
                memo.prior_balance,
                memo.issued,
                memo.corrections,
                memo.applied,
                memo.expired,
                memo.balance_of_funds,
            ]
        }));
    })?;
    Ok(rows)
}

pub(super) fn statement_lines(model: &ReadModel) -> Result<Vec<Vec<Cell>>, Failure> {
    let mut rows = Vec::new();
    for_each_statement(model, |stored| {
        let statement = &stored.statement;
        rows.extend(statement.lines.iter().map(|line| {
            row![
                statement.payer_account_id.as_str(),
                statement.member_account_id.as_str(),
                statement.period.to_string(),
                line.service.as_str(),
                line.charge_kind.as_str(),
                statement.currency.to_string(),
                line.gross,
                line.eligible,
                line.applied,
                line.due,
            ]
        }));
    })?;
    Ok(rows)
}

pub(super) fn corrections(model: &ReadModel) -> Result<Vec<Vec<Cell>>, Failure> {
    let mut rows = Vec::new();
    for_each_statement(model, |stored| {
        let statement = &stored.statement;
        rows.extend(statement.earlier_periods.iter().map(|correction| {
            row![
                statement.payer_account_id.as_str(),
                statement.member_account_id.as_str(),
                statement.period.to_string(),
                correction.period.to_string(),
                correction.corrects.as_ref().map(|number| number.as_str()),
                statement.currency.to_string(),
                correction.gross,
                correction.applied,
                correction.due,
            ]
        }));
    })?;
    Ok(rows)
}
