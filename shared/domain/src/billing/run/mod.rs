//! A billing run, and the closing of a month, decided in one pure place. What was gathered goes in:
//! [`RunInputs`] for the run, [`MemberInputs`] for each account, each read once. Out comes a
//! [`RunPlan`]: draws, statements, documents, what blocks it, and what an operator should know.
//!
//! One file a rule: the order of months (`period_order`, N19), which months are corrected
//! (`months_to_correct`) and how (`correct_month`, N1, N2), refunds on later bills (`refunds`, N9), a
//! month that must be reopened (`reopen_first`, N20), members under two payers (`across`, N21), a
//! change of PO number (`po_change`, N22), documents in another currency (`document_currency`, N33),
//! voided documents (`voided`, N39), what blocks a close (`what_blocks_close`), and what ties customers'
//! bills to AWS's (`customers_side`, `paid_not_shown`, B.3). `plan_run` and `member_plan` put them together;
//! `issue_run` says what a plan records on its month.
//!
//! Absent: the read model, the log, the clock. How a draw is made is [`crate::memo`]'s.

mod account;
mod across;
mod correct_month;
mod customers_side;
mod document_currency;
mod issue_run;
mod member_plan;
mod months_to_correct;
mod paid_not_shown;
mod payer_month;
mod period_order;
mod plan_run;
mod po_change;
mod refunds;
mod reopen_first;
#[cfg(test)]
mod sample;
mod voided;
mod what_blocks_close;

pub use account::{AccountInputs, BilledSoFar, MemberInputs};
pub use across::{
    CrossPayer, CrossPayerMonthToCorrect, OtherPayer, left_to_do, months_paid_by_others, months_paid_elsewhere,
};
pub use correct_month::CorrectionFault;
use correct_month::after_what_came_back;
pub use customers_side::{CustomersSide, farthest_from_nothing, last_billed};
use document_currency::{in_document_currency, missing_rate};
pub use issue_run::{IssuedRun, issued_elsewhere, says_the_same};
pub use member_plan::{MemberPlan, PlanFault};
pub use months_to_correct::{EarlierMonth, MayNeedCorrecting, MonthToCorrect, may_need_correcting};
pub use paid_not_shown::{PaidNotShown, paid_not_shown};
pub use payer_month::{PayerMonth, VoidedMembers};
pub use period_order::{former_period_open, is_settled, statements_before};
pub use plan_run::{DocumentOf, RunInputs, RunPlan, plan_run, run_of};
use po_change::reassign_to_present_po;
pub use refunds::refunds_month;
pub use voided::{has_voided_for_good, voided_members};
pub use what_blocks_close::{CloseInputs, is_billed, what_blocks_close};
