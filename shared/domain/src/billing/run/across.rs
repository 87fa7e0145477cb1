//! Members that are under two payers of ours (rule book N21): what a payer's run takes from the other.
//!
//! A memo is drawn by its own payer's run only. That run pays the other payer's charges with what is
//! left; the other payer's next run shows it on its documents. Nothing of the other payer is
//! recorded here.

use std::collections::{BTreeMap, BTreeSet};

use money::{Money, MoneyError};

use super::{AccountInputs, CorrectionFault, MemberInputs, PayerMonth, after_what_came_back};
use crate::{
    billing::PeriodOutline,
    ids::{DeliveryId, PayerAccountId, RunId},
    memo::{AcrossPayers, ChargedElsewhere, CorrectAcross, HeldElsewhere, MemberMemos, MemoFact},
    period::BillingPeriod,
    policy::Policies,
    rating::RatedMonth,
    usage::Finality,
};

/// Another payer in a month, as far as this one's depends on it.
#[derive(Debug, Clone)]
pub struct OtherPayer {
    /// Its policies of the month.
    pub policies: Policies,
    /// Its month, once its bill is there.
    pub month: Option<PayerMonth>,
    /// Its month went out.
    pub is_settled: bool,
}

/// A payer's month with the other payers that it shares members with.
#[derive(Debug, Clone)]
pub struct CrossPayer {
    payer: PayerAccountId,
    period: BillingPeriod,
    /// The run's month: refunds on bills up to it count.
    through: BillingPeriod,
    others: BTreeMap<PayerAccountId, OtherPayer>,
}

impl CrossPayer {
    /// A payer's month among the other payers, for a run of the month `through`. A bill that is not
    /// as final as this one's, or in another currency, does not count.
    pub fn of(of: &PayerMonth, through: BillingPeriod, mut others: BTreeMap<PayerAccountId, OtherPayer>) -> Self {
        for other in others.values_mut() {
            other.month = other.month.take().filter(|month| is_usable(month, of));
        }
        Self { payer: of.payer.clone(), period: of.period, through, others }
    }

    /// The deliveries of other payers that memos of this one may pay.
    pub fn deliveries(&self) -> BTreeMap<PayerAccountId, DeliveryId> {
        let usable = self.others.iter().filter_map(|(payer, other)| Some((payer, other.month.as_ref()?)));
        usable.map(|(payer, month)| (payer.clone(), month.delivery.delivery.clone())).collect()
    }

    /// The other payers whose bills of the month count.
    pub fn usable(&self) -> impl Iterator<Item = &PayerAccountId> {
        self.others.iter().filter(|(_, other)| other.month.is_some()).map(|(payer, _)| payer)
    }

    /// A member's month under the other payers.
    ///
    /// # Errors
    /// [`MoneyError`] where a sum cannot be held exactly.
    pub fn of_member(&self, member: &MemberInputs) -> Result<AcrossPayers<'_>, MoneyError> {
        let mut charged = Vec::new();
        for (payer, other) in &self.others {
            let Some((month, account)) = other.month.as_ref().zip(member.elsewhere.get(payer)) else { continue };
            charged.push(self.charged_under(member, payer, other, month, account)?);
        }
        Ok(AcrossPayers { charged, held: self.held(member) })
    }

    /// Memos of other payers that paid charges of this one.
    pub fn held(&self, member: &MemberInputs) -> Vec<HeldElsewhere<'_>> {
        self.held_under(&self.payer, member)
    }

    fn held_under(&self, charging: &PayerAccountId, member: &MemberInputs) -> Vec<HeldElsewhere<'_>> {
        let mut held = Vec::new();
        for (payer, other) in self.others.iter().filter(|(payer, _)| *payer != charging) {
            let Some(account) = member.elsewhere.get(payer) else { continue };
            let paid = account.memos.paid_under(charging, self.period);
            if !paid.is_empty() {
                held.push(HeldElsewhere { payer: payer.clone(), paid, policies: &other.policies });
            }
        }
        held
    }

    fn charged_under<'a>(
        &'a self,
        member: &MemberInputs,
        payer: &PayerAccountId,
        other: &OtherPayer,
        month: &'a PayerMonth,
        account: &AccountInputs,
    ) -> Result<ChargedElsewhere<'a>, MoneyError> {
        let charges = if month.voided.contains_key(&account.member) {
            RatedMonth::empty(self.period, month.currency())
        } else {
            month.rated_with(account, account.refunds_of(self.period, self.through))?
        };
        Ok(ChargedElsewhere {
            payer: payer.clone(),
            month: charges,
            policies: &month.policies,
            own: account.memos.clone(),
            others: self.held_under(payer, member),
            may_draw: is_one_customer(&member.own, account, self.period),
            is_settled: other.is_settled,
        })
    }
}

/// Its bill is as final as this one's, in the same currency.
fn is_usable(other: &PayerMonth, of: &PayerMonth) -> bool {
    let is_final_enough = other.delivery.finality == Finality::Final || of.delivery.finality == Finality::Estimated;
    !other.delivery.pro_forma && other.currency() == of.currency() && is_final_enough
}

/// Whether the account is the same customer's under both payers at the month's end: promotional
/// credit does not change hands by a move (rule book N22).
fn is_one_customer(here: &AccountInputs, there: &AccountInputs, period: BillingPeriod) -> bool {
    let last = period.last_day();
    let both = here.account.for_processing(period, last).zip(there.account.for_processing(period, last));
    both.is_some_and(|(here, there)| here.customer == there.customer)
}

/// A month of this payer that went out, with what its memos may pay or paid under other payers.
#[derive(Debug, Clone)]
pub struct CrossPayerMonthToCorrect {
    month: PayerMonth,
    across: CrossPayer,
    /// Payers whose bill came, or came anew, since.
    since: BTreeSet<PayerAccountId>,
}

impl CrossPayerMonthToCorrect {
    /// A month that went out and is to be corrected under other payers: their bill came since, or
    /// something was paid of it there, for that may have become less. None where neither is so.
    pub fn of(
        month: PayerMonth,
        outline: &PeriodOutline,
        across: CrossPayer,
        paid_elsewhere: &BTreeSet<BillingPeriod>,
    ) -> Option<Self> {
        let run = outline.billed().filter(|_| outline.is_issued)?;
        let mut since = across.deliveries();
        since.retain(|payer, delivery| run.other_payers.get(payer) != Some(delivery));
        let is_found = paid_elsewhere.contains(&month.period) || !since.is_empty();
        is_found.then(|| Self { month, across, since: since.into_keys().collect() })
    }

    /// The month.
    pub fn period(&self) -> BillingPeriod {
        self.month.period
    }

    /// It with the other payers.
    pub fn across(&self) -> &CrossPayer {
        &self.across
    }

    /// Decides what the run draws or takes back for this month under other payers.
    ///
    /// # Errors
    /// [`CorrectionFault`].
    pub fn decide(
        &self,
        of: &PayerMonth,
        run: &RunId,
        member: &MemberInputs,
        memos: &MemberMemos,
    ) -> Result<Vec<MemoFact>, CorrectionFault> {
        let mut after = memos.clone();
        let mut facts = Vec::new();
        for under in &self.across.of_member(member)?.charged {
            let command = CorrectAcross {
                run,
                under,
                delivered_since: self.since.contains(&under.payer),
                policies: &self.month.policies,
                policy: &self.month.policy,
                posting: of.period,
            };
            for fact in after.decide_correction_across(&command)? {
                after.evolve(&fact)?;
                facts.push(fact);
            }
        }
        facts.extend(after_what_came_back(of, memos, &facts)?);
        Ok(facts)
    }
}

/// Months of a payer of which memos of other payers paid, or one of its statements says so.
pub fn months_paid_by_others(payer: &PayerAccountId, member: &MemberInputs) -> BTreeSet<BillingPeriod> {
    let memos = member.elsewhere.values().flat_map(|account| account.memos.memos.values());
    let paid = memos.filter_map(|memo| memo.across.get(payer)).flat_map(BTreeMap::keys).copied();
    let said = member.own.statements.values().flat_map(|statement| &statement.paid_by_other_payers);
    paid.chain(said.map(|paid| paid.period)).collect()
}

/// Months of which an account's own memos paid under other payers.
pub fn months_paid_elsewhere(own: &AccountInputs) -> BTreeSet<BillingPeriod> {
    own.memos.memos.values().flat_map(|memo| memo.across.values()).flat_map(BTreeMap::keys).copied().collect()
}

/// Where a run leaves the other payer's documents, or its memos, behind: what to do about it. `member`
/// is as the run leaves it.
pub fn left_to_do(of: &PayerMonth, member: &MemberInputs) -> Vec<String> {
    let mut said = Vec::new();
    let (period, payer, account) = (of.period, &of.payer, &member.own.member);
    let sum = |memos: &MemberMemos, under: &PayerAccountId| {
        let paid = memos.paid_under(under, period);
        Money::sum(of.currency(), paid.iter().map(|(_, amount)| *amount))
    };
    for (other, there) in &member.elsewhere {
        let stands = sum(&member.own.memos, other);
        if let Some(shown) = there.shown_as_paid(period, payer)
            && shown != stands
        {
            said.push(format!(
                "memos of {account} pay {stands} of its charges under payer {other}, whose statement of {period} \
                 says {shown}: bill that payer again, or its next month where {period} is closed"
            ));
        }
        let paid_here = sum(&there.memos, payer);
        let shown = member.own.shown_as_paid(period, other).unwrap_or(paid_here);
        if shown != paid_here {
            said.push(format!(
                "memos of {account} under payer {other} paid {paid_here} of its charges of {period} here, which \
                 hold {shown}: bill that payer again, or its next month where {period} is closed"
            ));
        }
    }
    said
}
