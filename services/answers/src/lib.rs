//! answers: questions to the back office, one file each.
//!
//! A question is a function of the books (the read model, and the log where it reads facts), a point in
//! time with both its dates, and a filter. It answers typed rows, which have schemas: a stable contract.
//! The command line prints them; pages, an API and mail may.
//!
//! Invariants: the same books, point and filter give the same rows, in the same order; nothing is written.
//! Deliberately absent: printing, command-line arguments, and rules, which the domain and the services have.

mod accounts;
mod approvals;
mod attributions;
mod balance;
mod books;
mod credit_history;
mod credits;
mod customers;
mod differences;
mod documents;
mod exceptions;
mod explain;
mod filter;
mod memos;
mod point_in_time;
mod policy;
mod rates;
mod reconcile;
mod replay;
mod statement;
mod suspense;
mod what_if;
mod words;

pub use accounts::{AccountRow, accounts};
pub use approvals::{ProposalRow, approvals, policies_waiting};
pub use attributions::{AttributionRow, attributions};
pub use balance::{BalanceRow, balance, balance_of};
pub use books::Books;
pub use credit_history::{CreditHistoryRow, credit_history, history_of};
pub use credits::{CreditApplicationRow, CreditRow, credit, credit_of, credits};
pub use differences::{KnowledgeDifference, differences};
pub use documents::{DocumentRow, IssuedDocumentRow, document, document_row, documents};
pub use exceptions::{Exception, exceptions};
pub use explain::{ExplainedLines, Explanation, explain_memo, explain_statement, explain_suspense};
pub use filter::Filter;
pub use memos::{MemoEntryRow, MemoRow, memo, memos};
pub use point_in_time::PointInTime;
pub use policy::policy;
pub use rates::{RateRow, rates};
pub use reconcile::{Reconciliation, reconcile};
pub use replay::{CurrencyAmount, ReplayAsked, ReplayRow, Replayed, replay};
pub use statement::{
    PrintedStatement, StandingSaid, StatementAnswer, StatementAsOf, StatementAsked, StatementByProgram, statement,
    statements,
};
pub use suspense::{SuspenseRow, suspense};
pub use upstream_credits::{SimulatedRow, simulate_period};
pub use what_if::{WhatIfOutcome, WhatIfRow, what_if};
