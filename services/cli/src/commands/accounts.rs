//! `accounts import` and `accounts list`.

use std::{collections::BTreeSet, path::Path};

use domain::account::{AssignMember, MemberAccountState};
use service_kit::{Failure, UnitOfWork};
use upstream_credits::{CsvFault, CsvTable};
use wire::{Fact, Subject};

use super::rows::AccountRow;
use crate::{args::Global, output};

const COLUMNS: [&str; 6] = ["payer_account_id", "member_account_id", "customer", "po_number", "from", "to"];

pub(super) fn read(file: &Path) -> Result<Vec<AssignMember>, CsvFault> {
    let table = CsvTable::read(file, &COLUMNS)?;
    let mut commands: Vec<AssignMember> = Vec::new();
    for row in table.rows() {
        let command = AssignMember {
            payer: row.id("payer_account_id")?,
            member: row.id("member_account_id")?,
            customer: row.filled("customer")?.into(),
            po_number: row.text("po_number").into(),
            from: row.date("from")?,
            to: row.optional_date("to")?,
        };
        // The rules of a row are checked against an empty account, to name the line.
        let refused = |refusal| row.fault("to", format!("{refusal}: correct the dates"));
        MemberAccountState::default().decide(&command).map_err(refused)?;
        let same = commands.iter().filter(|other| other.payer == command.payer && other.member == command.member);
        for other in same {
            let (first, second) = if other.from <= command.from { (other, &command) } else { (&command, other) };
            // An open end means "until the next row"; one that is named must not reach past it.
            if first.from < second.from && first.to.is_some_and(|to| to > second.from) {
                let what =
                    format!("{} overlaps its assignment from {}: end the former there", command.member, second.from);
                return Err(row.fault("from", what));
            }
        }
        commands.push(command);
    }
    Ok(commands)
}

/// Imports member accounts.
pub(crate) async fn accounts_import(global: &Global, unit: &mut UnitOfWork, file: &Path) -> Result<(), Failure> {
    let commands = read(file).map_err(|fault| Failure::refused("CM0340", fault))?;
    let unusual: BTreeSet<String> = commands
        .iter()
        .flat_map(|command| {
            let payer = (!command.payer.is_twelve_digits()).then(|| command.payer.to_string());
            let member = (!command.member.is_twelve_digits()).then(|| command.member.to_string());
            payer.into_iter().chain(member)
        })
        .collect();
    if let Some(example) = unusual.first() {
        output::warn(format_args!(
            "{} account ids are not of 12 digits, {example} among them: leading zeros may have been lost",
            unusual.len()
        ));
    }
    let rows = commands.len();
    let assigned = assign(unit, commands).await?;
    output::say(format_args!("{rows} rows read, {assigned} assignments new or changed"));
    print(global, unit)
}

/// Records assignments; says how many were new or changed.
pub(super) async fn assign(unit: &mut UnitOfWork, mut commands: Vec<AssignMember>) -> Result<usize, Failure> {
    // Rows of one account in the order of their days, whatever the order of the file.
    commands.sort_by(|a, b| (&a.payer, &a.member, a.from).cmp(&(&b.payer, &b.member, b.from)));
    let decided = unit
        .decide_many(|model| {
            let mut by_subject: Vec<(Subject, MemberAccountState, Vec<Fact>)> = Vec::new();
            for command in &commands {
                let subject = Subject::member(&command.payer, &command.member);
                if by_subject.last().is_none_or(|(last, ..)| *last != subject) {
                    by_subject.push((subject, model.member_account(&command.payer, &command.member)?, Vec::new()));
                }
                if let Some((_, state, facts)) = by_subject.last_mut() {
                    let decided = state.decide(command).map_err(|refusal| Failure::refused("CM0341", refusal))?;
                    for fact in decided {
                        *state = std::mem::take(state).evolve(&fact);
                        facts.push(Fact::MemberAssigned(fact));
                    }
                }
            }
            Ok(by_subject.into_iter().map(|(subject, _, facts)| (subject, facts)).collect())
        })
        .await?;
    Ok(decided.iter().map(|(_, facts)| facts.len()).sum())
}

/// Lists member accounts.
pub(crate) fn accounts_list(global: &Global, unit: &UnitOfWork) -> Result<(), Failure> {
    print(global, unit)
}

fn print(global: &Global, unit: &UnitOfWork) -> Result<(), Failure> {
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
    output::print_rows(
        global.output,
        &rows,
        &["payer_account_id", "member_account_id", "customer", "po_number", "from", "to", "assigned"],
    )
}
