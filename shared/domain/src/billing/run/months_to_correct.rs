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
