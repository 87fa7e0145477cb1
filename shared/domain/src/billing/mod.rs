//! A payer's period: billing runs, documents, statements, closing.
//!
//! A document is one a customer and PO number; it never changes once issued. What changes after
//! that is a superseding document in an open period, or a correction in a later one.

mod close;
mod conversion;
mod documents;
mod facts;
mod state;
mod statement;

pub use close::{Blocker, ClosePeriod, CloseRefusal, ReopenPeriod, WaivePeriod, within};
pub use conversion::{
    ConvertedCorrection, ConvertedDocument, ConvertedLine, ConvertedMemo, ConvertedStatement, convert,
};
pub use documents::{DocumentDecision, IssueDocument, content_digest};
pub use facts::{
    BillingFact, BillingRunCompleted, BillingRunStarted, DocumentHeader, DocumentKind, PeriodClosed, PeriodReopened,
    PeriodWaived, RunTotals,
};
pub use state::{BillingState, LastRun, PeriodStatus};
pub use statement::{
    Correction, MemberStatement, StatementInput, StatementLine, StatementMemo, StatementSeller, StatementsBefore,
    make_statement,
};
