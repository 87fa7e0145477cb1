//! The commands, a file each. A command reads its arguments, lets a service decide, and prints.

mod accounts;
mod audit;
mod balance;
mod bill;
mod close;
pub mod close_pack;
mod credit_life;
mod credit_reports;
mod credits;
mod dates;
mod demo;
mod documents;
mod explain;
mod export;
mod generate;
mod ingest;
pub(crate) mod log;
mod memo_verbs;
mod memos;
mod payer;
mod policy;
pub(crate) mod rates;
mod reconcile;
pub mod rows;
pub mod seal;
mod statement;
pub(crate) mod streams;
mod watch;
mod what_if;

pub(crate) use accounts::{accounts_import, accounts_list};
pub(crate) use audit::{audit, audit_of_unreadable, replay};
pub(crate) use balance::balance;
pub(crate) use bill::bill;
pub(crate) use close::{close, reopen};
pub(crate) use close_pack::{ClosePackCommand, close_pack, close_pack_verify};
pub(crate) use credit_life::credit_life;
pub(crate) use credit_reports::{ExceptionsArgs, HistoryArgs, credits_exceptions, credits_history, credits_simulate};
pub(crate) use credits::{
    credits_attribute, credits_attributions, credits_import, credits_list, credits_show, credits_suspense,
};
pub(crate) use dates::DatesArgs;
pub(crate) use demo::demo;
pub(crate) use documents::{DocumentsCommand, documents};
pub(crate) use explain::{ExplainArgs, explain};
pub(crate) use export::{ExportCommand, export};
pub(crate) use generate::generate;
pub(crate) use ingest::ingest;
pub(crate) use log::log;
pub(crate) use memo_verbs::{approvals, approve, memo_verb};
pub(crate) use memos::{memos_list, memos_show};
pub(crate) use policy::{policy_adopt, policy_show};
pub(crate) use rates::{rates_import, rates_list};
pub(crate) use reconcile::{ReconcileArgs, reconcile};
pub(crate) use seal::{audit_act, statement_act};
pub(crate) use statement::statement;
pub(crate) use streams::streams;
pub(crate) use watch::watch;
pub(crate) use what_if::{WhatIfArgs, what_if};

use service_kit::{Failure, UnitOfWork};

use crate::{args::command_line, output};

/// Prints completions for a shell.
pub(crate) fn completions(shell: clap_complete::Shell) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command_line(), "creditmemo", &mut script);
    output::print_text(&String::from_utf8_lossy(&script))
}

/// Prints the manual page of the program or of a command.
pub(crate) fn man(names: &[String]) -> Result<(), Failure> {
    let mut command = command_line();
    command.build();
    for name in names {
        let found = command.find_subcommand(name).cloned();
        command = found.ok_or_else(|| {
            Failure::usage("CM0213", format!("there is no command '{}': see --help", names.join(" ")))
        })?;
    }
    let mut page = Vec::new();
    clap_mangen::Man::new(command).render(&mut page).map_err(|cause| Failure::failed("CM0110", cause))?;
    output::print_text(&String::from_utf8_lossy(&page))
}

/// Says what a dry run would have recorded.
pub(crate) fn print_dry_run(unit: &UnitOfWork) {
    let facts: usize = unit.recorded().iter().map(|recorded| recorded.facts.len()).sum();
    output::say(format_args!("dry run: {facts} facts would be recorded, nothing was"));
    for recorded in unit.recorded() {
        for fact in &recorded.facts {
            output::say(format_args!("  {} {}", recorded.subject, fact.type_name()));
        }
    }
}
