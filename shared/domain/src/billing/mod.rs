//! A payer's period: billing runs, documents, statements, closing.
//!
//! A document is one a customer and PO number; it never changes once issued. What changes after
//! that is a superseding document in an open period, or a correction in a later one.

mod close;
mod close_pack;
mod close_pack_checks;
mod conversion;
mod digits;
mod documents;
mod facts;
mod four_eyes;
mod outline;
mod reopen;
pub mod run;
mod state;
mod statement;
mod void;

pub use close::{Blocker, ClosePeriod, CloseRefusal, WaivePeriod, within};
pub use close_pack::{
    CLOSE_PACK_KIND, ClosePack, ClosePackMade, PackedBalance, PackedBalanceTotal, PackedCredit, PackedDocument,
    PackedException, PackedInput, PackedPlace, PackedPolicy, PackedRun, PackedTies,
};
pub use close_pack_checks::PackCheck;
pub use conversion::{
    ConvertedCorrection, ConvertedDocument, ConvertedLine, ConvertedMemo, ConvertedStatement, convert,
};
pub use digits::check_digits;
pub use documents::{DocumentDecision, IssueDocument, content_digest};
pub use facts::{
    BillingFact, BillingRunCompleted, BillingRunStarted, DocumentHeader, DocumentKind, DocumentVoided, PeriodClosed,
    PeriodReopened, PeriodWaived, RunTotals,
};
pub use four_eyes::{
    PeriodAct, PeriodActApproved, PeriodActContext, PeriodActProposed, PeriodActRefusal, PeriodActRejected,
    PeriodApprovalRefusal,
};
pub use outline::PeriodOutline;
pub use reopen::{ReopenPeriod, ReopenRefusal};
pub use state::{BillingState, LastRun, PeriodStatus};
pub use statement::{
    Correction, MemberStatement, PaidAcrossPayers, StatementInput, StatementLine, StatementMemo, StatementSeller,
    StatementsBefore, make_statement,
};
pub use void::{VoidDocument, VoidRefusal, voided_for_good};
