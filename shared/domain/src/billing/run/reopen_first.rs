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

#[cfg(test)]
mod tests {
    use super::{
        super::sample::{bill, charge, delivered_anew, member, month, outline, payer_month, run, statement},
        *,
    };
    use crate::memo::MemberMemos;

    #[test]
    fn n20_a_closed_month_that_changed_holds_the_next_until_it_is_reopened() {
        use ClosedPeriodCorrections::{OpenPeriod, Reopen};
        use PeriodStatus::{Closed, Open};
        let cases = [
            ("corrections go to the open month", OpenPeriod, Closed, None, false),
            ("the policy wants it reopened", Reopen, Closed, None, true),
            ("it is open by now", Reopen, Open, None, false),
            ("February is billed: it cannot be reopened", Reopen, Closed, Some("first"), false),
        ];
        for (what, policy, status, february_billed_on, expected) in cases {
            let mut february = payer_month(month(2));
            february.policies.closed_period_corrections = policy;
            let former = outline(status, true, Some("first"));
            let own = outline(Open, true, february_billed_on);
            let corrected = [delivered_anew(month(1))];
            let found = month_to_reopen(&february, Some(&former), Some(&own), &corrected);
            assert_eq!(found.is_some(), expected, "{what}");
        }
    }

    #[test]
    fn n20_only_an_account_whose_part_changed_asks_for_it() {
        for (now, expected) in [("100", false), ("130", true), ("80", true)] {
            let bills = vec![bill(month(1), &[charge(now, None)])];
            let account = member(MemberMemos::default(), bills, vec![statement(month(1), "100.00", "0.00")]);
            let found = has_changed(&delivered_anew(month(1)), &payer_month(month(2)), &run(), &account).unwrap();
            assert_eq!(found, expected, "January is {now} now");
        }
    }
}
