//! The commands, a file each. A command reads its arguments, lets a service decide, and answers with an outcome.
//!
//! A command knows no other command and not how it is run. What several share is in `shown` (rows), `files` and
//! `payer`; `rows` is a leaf too. What is answered is asked in the crate `answers`.

mod accounts;
mod audit;
mod balance;
mod bill;
mod close;
pub mod close_pack;
mod credit_life;
mod credit_reports;
mod credits;
mod demo;
mod documents;
mod explain;
mod explain_error;
mod export;
mod generate;
mod ingest;
pub(crate) mod log;
mod manual;
mod memo_verbs;
mod memos;
mod policy;
mod rates;
mod reconcile;
pub(crate) mod rows;
pub mod seal;
mod statement;
pub(crate) mod streams;
mod watch;
mod what_if;

pub(crate) use accounts::accounts_import;
pub(crate) use audit::{audit, audit_of_unreadable, replay};
pub(crate) use balance::balance;
pub(crate) use bill::bill;
pub(crate) use close::{close, reopen};
pub(crate) use close_pack::{close_pack, close_pack_verify};
pub(crate) use credit_life::credit_life;
pub(crate) use credit_reports::{credits_exceptions, credits_history, credits_simulate};
pub(crate) use credits::{credits_attribute, credits_import, credits_show};
pub(crate) use demo::demo;
pub(crate) use documents::documents;
pub(crate) use explain::explain;
pub(crate) use explain_error::explain_error;
pub(crate) use export::export;
pub(crate) use generate::generate;
pub(crate) use ingest::ingest;
pub(crate) use log::log;
pub(crate) use manual::{completions, man};
pub(crate) use memo_verbs::{approve, memo_verb, reject};
pub(crate) use memos::memos_show;
pub(crate) use policy::{policy_adopt, policy_show};
pub(crate) use rates::{rates_import, rates_list};
pub(crate) use reconcile::reconcile;
pub(crate) use seal::{audit_act, statement_act};
pub(crate) use statement::statement;
pub(crate) use streams::streams;
pub(crate) use watch::watch;
pub(crate) use what_if::what_if;
