//! Which months a run corrects (rule book N1, N2, N9, N21, N39): those whose documents went out, and
//! that were delivered anew since, refunded since, or had a document voided; and, of members under two
//! payers, those whose payment by memos of another payer changed.

use std::collections::{BTreeMap, BTreeSet};

use money::Currency;

use super::{AccountInputs, CrossPayer, PayerMonth};
use crate::{
    billing::{PeriodOutline, PeriodStatus},
    ids::MemberAccountId,
    period::BillingPeriod,
    usage::DeliveryCompleted,
};

/// A month before a run's, in outline, with the delivery that counts.
#[derive(Debug, Clone)]
pub struct EarlierMonth {
    /// The month.
    pub period: BillingPeriod,
    /// As it stands.
    pub outline: PeriodOutline,
    /// The delivery that counts.
    pub delivery: Option<DeliveryCompleted>,
}

impl EarlierMonth {
    /// Its bill was delivered anew since it was billed.
    pub(super) fn is_delivered_anew(&self) -> bool {
        let both = self.outline.billed().zip(self.delivery.as_ref());
        both.is_some_and(|(run, delivery)| run.delivery != delivery.delivery)
    }
}

/// A month that may need correcting: what is not known yet is whether a voided document was for good.
#[derive(Debug, Clone)]
pub struct MayNeedCorrecting {
    /// The month.
    pub period: BillingPeriod,
    delivered_anew: bool,
    may_be_refunded: bool,
    by_others: Option<BTreeSet<MemberAccountId>>,
}

/// The months before a run's that may need correcting, in order. Most months stand as they are, and
/// what decisions about one depend on is much to gather: so this is asked first.
///
/// A month whose bill was delivered anew after its documents went out is billed by no run again, and
/// what it refunds of months before it is for this run to give back (rule book N9).
pub fn may_need_correcting(
    currency: Currency,
    earlier: &[EarlierMonth],
    refunded: &BTreeSet<BillingPeriod>,
    paid_by_others: &BTreeMap<BillingPeriod, BTreeSet<MemberAccountId>>,
) -> Vec<MayNeedCorrecting> {
    let last_anew = earlier.iter().rev().find(|month| month.is_delivered_anew()).map(|month| month.period);
    let mut found = Vec::new();
    for month in earlier {
        let goes_out = month.outline.status == PeriodStatus::Closed || month.outline.is_issued;
        let is_billed = month.outline.billed().is_some();
        let of_currency = month.delivery.as_ref().is_some_and(|delivery| delivery.currency == currency);
        if !goes_out || !is_billed || !of_currency {
            continue;
        }
        let period = month.period;
        let delivered_anew = month.is_delivered_anew();
        let may_be_refunded = refunded.contains(&period) || last_anew.is_some_and(|anew| period < anew);
        let by_others = paid_by_others.get(&period).cloned();
        if delivered_anew || may_be_refunded || !month.outline.voided.is_empty() || by_others.is_some() {
            found.push(MayNeedCorrecting { period, delivered_anew, may_be_refunded, by_others });
        }
    }
    found
}

/// A month whose documents went out before a run, and that may need correcting in it.
#[derive(Debug, Clone)]
pub struct MonthToCorrect {
    /// The month as it is now.
    pub month: PayerMonth,
    /// Its bill was delivered anew since it was billed.
    pub delivered_anew: bool,
    /// It with the other payers.
    pub across: CrossPayer,
    /// Only of these members, and only what memos of other payers paid changed (rule book N21).
    pub only_paid_by_others: Option<BTreeSet<MemberAccountId>>,
}

impl MonthToCorrect {
    /// The month to correct, where there is something to.
    pub fn of(may: &MayNeedCorrecting, month: PayerMonth, across: CrossPayer) -> Option<Self> {
        let has_changed = may.delivered_anew || may.may_be_refunded || !month.voided.is_empty();
        let only_paid_by_others = may.by_others.clone().filter(|_| !has_changed);
        let is_found = has_changed || only_paid_by_others.is_some();
        is_found.then_some(Self { month, delivered_anew: may.delivered_anew, across, only_paid_by_others })
    }

    /// Whether its charges changed, not only what memos of other payers paid of them.
    pub fn is_changed(&self) -> bool {
        self.only_paid_by_others.is_none()
    }

    /// Whether it is corrected for an account.
    pub fn is_about(&self, account: &AccountInputs) -> bool {
        match &self.only_paid_by_others {
            Some(members) => members.contains(&account.member),
            None => self.month.is_about(account),
        }
    }

    /// Whether a statement of the account may say something of it: all but the accounts that memos of
    /// other payers paid nothing for.
    pub(super) fn concerns(&self, member: &MemberAccountId) -> bool {
        self.only_paid_by_others.as_ref().is_none_or(|members| members.contains(member))
    }
}

#[cfg(test)]
impl MayNeedCorrecting {
    /// A month that was delivered anew, for tests of how one is corrected.
    pub(super) fn anew(period: BillingPeriod) -> Self {
        Self { period, delivered_anew: true, may_be_refunded: false, by_others: None }
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::sample::{alone, delivery, month, outline, owner, payer_month},
        *,
    };

    struct Case {
        what: &'static str,
        /// Status, whether it went out, the delivery it was billed on, the delivery that counts.
        january: (PeriodStatus, bool, Option<&'static str>, &'static str),
        refunded: bool,
        paid_by_others: bool,
        voided: bool,
        currency: Currency,
        /// Found, and only for what memos of other payers paid.
        expected: Option<bool>,
    }

    #[test]
    fn a_month_is_corrected_that_went_out_and_changed() {
        use PeriodStatus::{Closed, Open};
        let closed = (Closed, true, Some("first"), "first");
        let anew = (Closed, true, Some("first"), "second");
        let plain = Case {
            what: "nothing changed",
            january: closed,
            refunded: false,
            paid_by_others: false,
            voided: false,
            currency: Currency::USD,
            expected: None,
        };
        let cases = [
            Case { what: "it was delivered anew (N1, N2)", january: anew, expected: Some(false), ..plain },
            Case { what: "it is refunded (N9)", refunded: true, expected: Some(false), ..plain },
            Case { what: "other payers' memos paid (N21)", paid_by_others: true, expected: Some(true), ..plain },
            Case { what: "both", january: anew, paid_by_others: true, expected: Some(false), ..plain },
            Case { what: "a document was voided for good (N39)", voided: true, expected: Some(false), ..plain },
            Case { what: "it is a draft", january: (Open, false, Some("first"), "second"), ..plain },
            Case { what: "it was never billed", january: (Closed, true, None, "second"), ..plain },
            Case { what: "in another currency", january: anew, currency: Currency::parse("EUR").unwrap(), ..plain },
            plain,
        ];
        for case in cases {
            let (status, issued, billed_on, counts) = case.january;
            let mut outline = outline(status, issued, billed_on);
            let document = crate::ids::DocumentNumber::parse("INV-999900001111-2019-01-00001").unwrap();
            if case.voided {
                outline.voided.insert(document.clone(), month(2));
            }
            let january = EarlierMonth { period: month(1), outline, delivery: Some(delivery(month(1), counts)) };
            let refunded = case.refunded.then(|| month(1)).into_iter().collect();
            let by_others = case.paid_by_others.then(|| (month(1), BTreeSet::from([owner()]))).into_iter().collect();
            let found = may_need_correcting(case.currency, &[january], &refunded, &by_others);
            let found = found.first().and_then(|may| {
                let mut now = payer_month(may.period);
                if case.voided {
                    now.voided.insert(owner(), (document.clone(), super::super::sample::run()));
                }
                let across = alone(&now);
                MonthToCorrect::of(may, now, across)
            });
            assert_eq!(found.map(|month| !month.is_changed()), case.expected, "{}", case.what);
        }
    }

    /// March was delivered anew after it was billed: it may refund January and February.
    #[test]
    fn n09_months_before_one_that_was_delivered_anew_may_be_refunded() {
        let of = |at, counts| EarlierMonth {
            period: month(at),
            outline: outline(PeriodStatus::Closed, true, Some("first")),
            delivery: Some(delivery(month(at), counts)),
        };
        let earlier = [of(1, "first"), of(2, "first"), of(3, "second"), of(4, "first")];
        let found = may_need_correcting(Currency::USD, &earlier, &BTreeSet::new(), &BTreeMap::new());
        let periods: Vec<BillingPeriod> = found.iter().map(|may| may.period).collect();
        assert_eq!(periods, [month(1), month(2), month(3)]);
    }
}
