//! memo-keeper: the distributor's own memos, their draws and documents.
//!
//! It issues a memo for each credit of a member account, funds it as AWS applies the credit
//! anywhere in the payer, bills periods and closes them. It writes the MEMOS and BILLING streams
//! only. A billing run is one decision a member and may be killed and repeated anywhere.

mod bill;
mod by_hand;
mod close;
mod close_pack;
mod exceptions;
mod explain;
mod exposure;
mod follow;
mod fund;
mod gather;
mod gather_month;
mod gather_run;
mod given_back;
mod in_transit;
mod issue;
mod moved;
mod period_acts;
mod reconcile;
mod split;
mod transfer;
mod undated;
mod upstream;
mod voids;
mod what_if;

pub use bill::{BillOptions, BillOutcome, bill};
pub use by_hand::{
    HandOutcome, Owner, Proposal, TakenOver, act_by_hand, approve, open_memos, owner_of, proposals, reject,
};
pub use close::{CloseOptions, CloseOutcome, close, waive};
pub use close_pack::{FiledClosePack, close_pack_again, record_close_pack};
pub use exceptions::{Exception, ExceptionKind, exceptions};
pub use explain::{explain_item, explain_one_memo, explain_statement};
pub use exposure::{Exposure, MemoExposure};
pub use follow::{concerns, follow_payer, payers_to_follow};
pub use fund::fund_payer;
pub use in_transit::{InTransit, complete_transfers};
pub use issue::issue_for_credits;
pub use period_acts::{PeriodOutcome, act_on_period, document_of, period_proposals};
pub use reconcile::{ReconciledCredit, Reconciliation, open_items, reconcile, reconcile_as_of};
pub use upstream::follow_credits;
pub use what_if::{Attribute, DifferenceOf, WhatIfOutcome, WhatIfRow, what_if};
