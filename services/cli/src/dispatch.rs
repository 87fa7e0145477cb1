//! From a command to the function that does it, in a back office that is open.

use service_kit::{Failure, UnitOfWork};

use crate::{
    args::{AccountsCommand, Command, CreditsCommand, Global, MemosCommand, PolicyCommand, RatesCommand},
    call::Call,
    commands,
    outcome::Outcome,
    shown::{
        accounts::accounts_list,
        credits::{credits_attributions, credits_list, credits_suspense},
        memos::memos_list,
        proposals::approvals,
    },
};

/// Does a command that works on a log.
///
/// # Errors
/// [`Failure`], of what has nothing to print.
pub(crate) async fn dispatch(call: Call, unit: &mut UnitOfWork, is_watched: bool) -> Result<Outcome, Failure> {
    let Call { global, command, .. } = call;
    match command {
        Command::Accounts(AccountsCommand::Import { file }) => commands::accounts_import(unit, &file).await,
        Command::Accounts(AccountsCommand::List { filter, dates }) => accounts_list(unit, &filter, &dates).await,
        Command::Credits(command) => credits(unit, command).await,
        Command::Ingest(args) => commands::ingest(unit, &args, is_watched).await,
        Command::Bill(args) => commands::bill(unit, &args).await,
        Command::Close(args) => commands::close(&global, unit, &args).await,
        Command::ClosePack(command) => commands::close_pack(&global, unit, command).await,
        Command::Reopen(args) => commands::reopen(&global, unit, &args).await,
        Command::Policy(PolicyCommand::Show { payer, period }) => {
            commands::policy_show(unit, payer.as_ref(), period).await
        }
        Command::Policy(PolicyCommand::Adopt { file, payer, from }) => {
            commands::policy_adopt(unit, &file, payer.as_ref(), from).await
        }
        Command::Rates(RatesCommand::Import { file }) => commands::rates_import(unit, &file).await,
        Command::Rates(RatesCommand::List { period, dates }) => commands::rates_list(unit, period, &dates).await,
        Command::Memos(command) => memos(&global, unit, command).await,
        Command::Documents(documents) => commands::documents(&global, unit, documents).await,
        Command::Approve { id } => commands::approve(unit, &id).await,
        Command::Reject { id } => commands::reject(unit, &id).await,
        Command::Approvals { filter, dates } => approvals(unit, &filter, &dates).await,
        Command::Balance(args) => commands::balance(unit, &args).await,
        Command::Statement(args) => commands::statement(&global, unit, args.of.as_ref()).await,
        Command::Reconcile(args) => commands::reconcile(unit, &args).await,
        Command::Explain(args) => commands::explain(unit, &args).await,
        Command::WhatIf(args) => commands::what_if(unit, &args).await,
        Command::Replay(args) => commands::replay(&global, unit, &args).await,
        Command::Audit(_) => commands::audit(&global, unit).await,
        Command::Export(what) => commands::export(unit, what).await,
        Command::Completions { .. }
        | Command::Man { .. }
        | Command::ExplainError { .. }
        | Command::Demo(_)
        | Command::Generate(_)
        | Command::Log(_)
        | Command::Streams(_)
        | Command::Watch(_)
        | Command::Serve(_) => Ok(Outcome::new()),
    }
}

async fn credits(unit: &mut UnitOfWork, command: CreditsCommand) -> Result<Outcome, Failure> {
    match command {
        CreditsCommand::Import { file, payer } => commands::credits_import(unit, &file, payer.as_ref()).await,
        CreditsCommand::List { filter, dates } => credits_list(unit, &filter, &dates).await,
        CreditsCommand::Show { id, payer, dates } => commands::credits_show(unit, &id, payer.as_ref(), &dates).await,
        CreditsCommand::Attributions { filter } => credits_attributions(unit, &filter).await,
        CreditsCommand::Suspense { filter, period, dates } => credits_suspense(unit, period, &filter, &dates).await,
        CreditsCommand::Attribute { item, credit, withdraw: _, payer, period } => {
            commands::credits_attribute(unit, item, credit, payer, period).await
        }
        CreditsCommand::History(args) => commands::credits_history(unit, &args).await,
        CreditsCommand::Exceptions(args) => commands::credits_exceptions(unit, &args).await,
        CreditsCommand::Simulate(args) => commands::credits_simulate(unit, &args),
        life => commands::credit_life(unit, life).await,
    }
}

async fn memos(global: &Global, unit: &mut UnitOfWork, command: MemosCommand) -> Result<Outcome, Failure> {
    match command {
        MemosCommand::List { filter, dates } => memos_list(unit, &filter, &dates).await,
        MemosCommand::Show { number, dates } => commands::memos_show(unit, &number, &dates).await,
        verb => commands::memo_verb(global, unit, verb).await,
    }
}
