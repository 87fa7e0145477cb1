//! The policy that closed months are corrected by reopening them (rule book N20): a closed month that
//! changed holds the next one until it was reopened, billed and closed again. Once the next one is
//! billed it cannot be reopened any more, and its changes are corrections in the open month.

use super::{CorrectionFault, MemberInputs, MonthToCorrect, PayerMonth};
use crate::{
    billing::{PeriodOutline, PeriodStatus},
    ids::RunId,
    policy::ClosedPeriodCorrections,
};

/// The month that would have to be reopened before a run, if a member's part of it changed.
pub(super) fn month_to_reopen<'a>(
    of: &PayerMonth,
    former: Option<&PeriodOutline>,
    own: Option<&PeriodOutline>,
    corrected: &'a [MonthToCorrect],
) -> Option<&'a MonthToCorrect> {
    let is_closed = former.is_some_and(|former| former.status == PeriodStatus::Closed);
    let is_billed = own.is_some_and(|own| own.billed().is_some());
    if of.policies.closed_period_corrections != ClosedPeriodCorrections::Reopen || !is_closed || is_billed {
        return None;
    }
    corrected.iter().find(|month| month.month.period == of.period.previous() && month.delivered_anew)
}

/// Whether a member's part of a closed month changed, before anything is drawn.
///
/// # Errors
/// [`CorrectionFault`].
pub(super) fn has_changed(
    month: &MonthToCorrect,
    of: &PayerMonth,
    run: &RunId,
    member: &MemberInputs,
) -> Result<bool, CorrectionFault> {
    let memos = &member.own.memos;
    let moves = !month.decide(of, run, member, memos)?.is_empty();
    Ok(moves || month.correction(of, member, memos)?.is_some())
}
