//! The order of months (rule book N19, W7): a month is billed and closed once the one before it is
//! closed or waived. A late month is never held by those that came first, and re-sequences none.

use std::collections::BTreeMap;

use crate::{
    billing::{Blocker, PeriodOutline, PeriodStatus, StatementsBefore},
    period::BillingPeriod,
};

/// What holds a month: the one before it, from the first month on that anything is known of.
pub fn former_period_open(
    period: BillingPeriod,
    first_delivered: Option<BillingPeriod>,
    periods: &BTreeMap<BillingPeriod, PeriodOutline>,
) -> Option<Blocker> {
    let first = first_delivered.into_iter().chain(periods.keys().next().copied()).min();
    let former = period.previous();
    let is_first = first.is_none_or(|first| period <= first);
    let status = periods.get(&former).map_or(PeriodStatus::Open, |outline| outline.status);
    (!is_first && status == PeriodStatus::Open).then_some(Blocker::FormerPeriodOpen { former })
}

/// Whether a month's documents stay as they are: it is closed, or a later one's went out.
pub fn is_settled(period: BillingPeriod, periods: &BTreeMap<BillingPeriod, PeriodOutline>) -> bool {
    let Some(state) = periods.get(&period) else { return false };
    let is_followed = || periods.range(period.next()..).any(|(_, later)| later.is_issued);
    state.status == PeriodStatus::Closed || (state.is_issued && is_followed())
}

/// Which statements of a payer went out before those of a month; what its first issue found is kept.
pub fn statements_before(period: BillingPeriod, periods: &BTreeMap<BillingPeriod, PeriodOutline>) -> StatementsBefore {
    if let Some(state) = periods.get(&period)
        && let (true, Some(follows)) = (state.is_issued, state.follows)
    {
        return follows;
    }
    let last_billed = |periods: std::collections::btree_map::Range<'_, BillingPeriod, PeriodOutline>| {
        periods.rev().find(|(_, state)| state.billed().is_some()).map(|(at, _)| *at)
    };
    let (former, later) = (last_billed(periods.range(..period)), last_billed(periods.range(period.next()..)));
    StatementsBefore { former, later }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn month(text: &str) -> BillingPeriod {
        BillingPeriod::parse(text).unwrap()
    }

    fn outline(status: PeriodStatus, is_issued: bool) -> PeriodOutline {
        PeriodOutline { status, is_issued, ..PeriodOutline::default() }
    }

    /// The month asked about, the first that was delivered, the months that stand, the one that holds it.
    #[test]
    fn n19_a_month_waits_for_the_one_before_it() {
        use PeriodStatus::{Closed, Open, Waived};
        type Row = (
            &'static str,
            &'static str,
            Option<&'static str>,
            &'static [(&'static str, PeriodStatus)],
            Option<&'static str>,
        );
        let cases: [Row; 7] = [
            ("nothing is known", "2019-02", None, &[], None),
            ("it is the first", "2019-02", Some("2019-02"), &[], None),
            ("January was delivered and never billed", "2019-02", Some("2019-01"), &[], Some("2019-01")),
            ("January was billed", "2019-02", Some("2019-01"), &[("2019-01", Open)], Some("2019-01")),
            ("January was closed", "2019-02", Some("2019-01"), &[("2019-01", Closed)], None),
            ("January was waived", "2019-02", Some("2019-01"), &[("2019-01", Waived)], None),
            ("a late January before all others", "2019-01", Some("2019-01"), &[("2019-02", Closed)], None),
        ];
        for (what, asked, first, stand, expected) in cases {
            let periods = stand.iter().map(|(at, status)| (month(at), outline(*status, true))).collect();
            let found = former_period_open(month(asked), first.map(month), &periods);
            let expected = expected.map(|former| Blocker::FormerPeriodOpen { former: month(former) });
            assert_eq!(found, expected, "{what}");
        }
    }

    #[test]
    fn documents_stay_once_the_month_is_closed_or_a_later_one_went_out() {
        use PeriodStatus::{Closed, Open};
        type Row = (&'static str, &'static [(&'static str, PeriodStatus, bool)], bool);
        let cases: [Row; 6] = [
            ("it was never billed", &[("2019-02", Open, true)], false),
            ("it was drafted", &[("2019-01", Open, false)], false),
            ("it went out, none later", &[("2019-01", Open, true)], false),
            ("it is closed", &[("2019-01", Closed, true)], true),
            ("a later one went out", &[("2019-01", Open, true), ("2019-03", Open, true)], true),
            ("a later one was drafted", &[("2019-01", Open, true), ("2019-02", Open, false)], false),
        ];
        for (what, stand, expected) in cases {
            let periods = stand.iter().map(|(at, status, issued)| (month(at), outline(*status, *issued))).collect();
            assert_eq!(is_settled(month("2019-01"), &periods), expected, "{what}");
        }
    }
}
