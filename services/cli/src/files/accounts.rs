//! The file of `accounts import`, and recording what it says.

use std::path::Path;

use domain::account::{AssignMember, MemberAccountState};
use service_kit::{Failure, UnitOfWork, codes};
use upstream_credits::{CsvFault, CsvTable};
use wire::{Fact, Subject};

const COLUMNS: [&str; 6] = ["payer_account_id", "member_account_id", "customer", "po_number", "from", "to"];

/// Reads the file.
pub(crate) fn read(file: &Path) -> Result<Vec<AssignMember>, CsvFault> {
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

/// Records assignments; says how many were new or changed.
pub(crate) async fn assign(unit: &mut UnitOfWork, mut commands: Vec<AssignMember>) -> Result<usize, Failure> {
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
                    let decided = state
                        .decide(command)
                        .map_err(|refusal| Failure::refused(codes::ASSIGNMENT_REFUSED, refusal))?;
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
