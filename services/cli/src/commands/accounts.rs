//! `accounts import` and `accounts list`.

use std::{collections::BTreeSet, path::Path};

use service_kit::{Failure, UnitOfWork, codes};

use crate::{
    args::{DatesArgs, FilterArgs},
    files::accounts::{assign, read},
    outcome::Outcome,
    shown::accounts::accounts_list,
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
    Ok(outcome.then(accounts_list(unit, &FilterArgs::default(), &DatesArgs::default()).await?))
}
