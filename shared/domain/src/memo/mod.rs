//! The memos of one member account: what the distributor owes it in credits.
//!
//! A memo is issued for an upstream credit, funded as AWS applies that credit anywhere in the
//! payer, drawn against its own account's charges only, and ends in exactly one of the ways that
//! its conservation law names:
//!
//! ```text
//! face = open + applied + expired + written off + refunded + reassigned out
//! ```
//!
//! One file a verb; `state.rs` holds what a memo is, `evolve.rs` what each fact makes of it.

mod aged;
mod by_hand;
mod consent;
mod cross_payer;
mod digits;
mod draw;
mod evolve;
mod facts;
mod four_eyes;
mod fund;
mod hand_act;
mod hand_context;
mod issue;
mod lapse;
mod order;
mod plan;
mod posting;
mod reinstate;
mod revise;
mod state;
mod terms;
mod transit;
mod void;

pub use aged::Ages;
pub use by_hand::{AdjustMemo, HandRefusal, ReassignPo, RefundMemo, TransferMemo, WriteOffMemo};
pub use cross_payer::{AcrossPayers, ChargedElsewhere, CorrectAcross, HeldElsewhere};
pub(crate) use digits::digits_fit;
pub use draw::{CorrectPeriod, DrawBound, DrawDecision, DrawPeriod, DrawRefusal};
pub use evolve::FoldFault;
pub use facts::{
    MemoApplied, MemoExpired, MemoFact, MemoFunded, MemoIssued, MemoOpened, MemoPoReassigned, MemoReassignedIn,
    MemoReassignedOut, MemoRefunded, MemoReinstated, MemoUnapplied, MemoWrittenOff, ServiceAmount, UnapplyCause,
    UpstreamShortfallStated, WriteOffCause,
};
pub use four_eyes::{ActApproved, ActProposed, ActRejected, ApprovalRefusal, check_second_person};
pub use fund::{FundMemo, FundingFromCredit};
pub use hand_act::{
    AdjustAct, AmountAct, HandAct, IssueAct, ReassignAct, ReinstateAct, RevisionAct, TakeOverAct, TransferAct,
};
pub use hand_context::HandContext;
pub use issue::{IssueMemo, IssueRefusal, OpenMemo, TakenOver};
pub use lapse::{ExpireMemo, LapseAtClose, expiry_in_words};
pub use order::draw_order;
pub(crate) use plan::is_eligible;
pub use plan::{DrawPlan, ExactLine, MemoDraw, PlannedLine, PlannedSeller, plan_draws};
pub use posting::posting_of_act;
pub use reinstate::{PastEnd, ReinstateMemo};
pub use revise::{EndUnfunded, ExtendMemos, ReviseMemos};
pub use state::{Application, ApplicationAcross, CreditMemo, MemberMemos, MemoStatus, Movement};
pub use terms::MemoTerms;
pub use transit::TransferOut;
pub use void::UnapplyVoided;
