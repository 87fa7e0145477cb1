//! `accounts import` and `accounts list`.

use std::{collections::BTreeSet, path::Path};

use service_kit::{Failure, UnitOfWork, codes};

use super::rows::AccountRow;
use crate::{
    files::accounts::{assign, read},
    outcome::Outcome,
};

/// Imports member accounts.
pub(crate) async fn accounts_import(unit: &mut UnitOfWork, file: &Path) -> Result<Outcome, Failure> {
    let commands = read(file).map_err(|fault| Failure::refused(codes::ACCOUNTS_FILE_REFUSED, fault))?;
    let unusual: BTreeSet<String> = commands
        .iter()
        .flat_map(|command| {
            let payer = (!command.payer.is_twelve_digits()).then(|| command.payer.to_string());
            let member = (!command.member.is_twelve_digits()).then(|| command.member.to_string());
            payer.into_iter().chain(member)
        })
        .collect();
    let mut outcome = Outcome::new();
    if let Some(example) = unusual.first() {
        outcome = outcome.warn(format_args!(
            "{} account ids are not of 12 digits, {example} among them: leading zeros may have been lost",
            unusual.len()
        ));
    }
    let rows = commands.len();
    // The warning may say why it was refused.
    let assigned = match assign(unit, commands).await {
        Ok(assigned) => assigned,
        Err(failure) => return Ok(outcome.failing(failure)),
    };
    let outcome = outcome.say(format_args!("{rows} rows read, {assigned} assignments new or changed"));
    Ok(outcome.then(accounts_list(unit)?))
}

/// Lists member accounts.
pub(crate) fn accounts_list(unit: &UnitOfWork) -> Result<Outcome, Failure> {
    let accounts = unit.model.member_accounts()?;
    let mut rows = Vec::new();
    for ((payer, member), account) in &accounts {
        for assignment in account.assignments() {
            rows.push(AccountRow {
                payer_account_id: payer.to_string(),
                member_account_id: member.to_string(),
                customer: assignment.customer.to_string(),
                po_number: assignment.po_number.to_string(),
                from: Some(assignment.from),
                to: assignment.to,
                assigned: true,
            });
        }
    }
    let seen = unit.model.members_with_statements()?;
    for (payer, member) in seen.into_iter().filter(|key| !accounts.contains_key(key)) {
        rows.push(AccountRow {
            payer_account_id: payer.to_string(),
            member_account_id: member.to_string(),
            customer: String::new(),
            po_number: String::new(),
            from: None,
            to: None,
            assigned: false,
        });
    }
    rows.sort_by(|a, b| {
        (&a.payer_account_id, &a.member_account_id, a.from).cmp(&(&b.payer_account_id, &b.member_account_id, b.from))
    });
    Outcome::rows(&rows, &["payer_account_id", "member_account_id", "customer", "po_number", "from", "to", "assigned"])
}
