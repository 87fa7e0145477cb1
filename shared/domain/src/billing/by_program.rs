//! The memos of a statement summed by programme (rule book N41).

use std::collections::BTreeMap;

use money::Money;
use schemars::JsonSchema;
use serde::Serialize;

use super::{MemberStatement, StatementMemo};

/// What the memos of one programme come to on a statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ProgramRow {
    /// The programme; blank where none was stated.
    pub program: String,
    /// How many memos.
    pub memos: u64,
    /// Brought forward.
    pub prior_balance: Money,
    /// Entered with this statement.
    pub issued: Money,
    /// Other changes, signed as they change the balance.
    pub corrections: Money,
    /// Paid of this period.
    pub applied: Money,
    /// Lapsed and expired.
    pub expired: Money,
    /// What is left.
    pub balance_of_funds: Money,
}

impl MemberStatement {
    /// Its memos summed by programme, in order of the programme.
    pub fn by_program(&self) -> Vec<ProgramRow> {
        let mut programs: BTreeMap<&str, Vec<&StatementMemo>> = BTreeMap::new();
        for memo in &self.memos {
            programs.entry(&memo.program).or_default().push(memo);
        }
        programs
            .into_iter()
            .map(|(program, memos)| {
                let sum = |of: fn(&StatementMemo) -> Money| Money::sum(self.currency, memos.iter().copied().map(of));
                ProgramRow {
                    program: program.to_owned(),
                    memos: memos.len() as u64,
                    prior_balance: sum(|memo| memo.prior_balance),
                    issued: sum(|memo| memo.issued),
                    corrections: sum(|memo| memo.corrections),
                    applied: sum(|memo| memo.applied),
                    expired: sum(|memo| memo.expired),
                    balance_of_funds: sum(|memo| memo.balance_of_funds),
                }
            })
            .collect()
    }
}
