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

#[cfg(test)]
mod tests {
    use super::{
        super::sample::{
            assign, bill, charge, member, memo, month, own_payer, owner, payer, payer_month, run_inputs, statement, usd,
        },
        *,
    };

    fn other_payer() -> PayerAccountId {
        payer("999900002222")
    }

    /// The account under the other payer, of this customer, with a bill of 200.00 there.
    fn elsewhere(customer: &str) -> AccountInputs {
        let mut there = AccountInputs::nothing(owner());
        there.usage.insert(month(1), bill(month(1), &[charge("200", None)]));
        assign(&mut there, customer, "PO-A", 1);
        there
    }

    fn other_month(change: impl FnOnce(&mut PayerMonth)) -> BTreeMap<PayerAccountId, OtherPayer> {
        let mut month = PayerMonth { payer: other_payer(), ..payer_month(month(1)) };
        change(&mut month);
        let other = OtherPayer { policies: month.policies.clone(), month: Some(month), is_settled: false };
        BTreeMap::from([(other_payer(), other)])
    }

    /// A memo of 1,000.00; 100.00 used here, 200.00 under the other payer.
    #[test]
    fn n21_n22_a_memo_pays_under_another_payer_what_is_the_same_customers_and_as_final() {
        type Change = fn(&mut PayerMonth);
        let cases: [(&str, &str, Change, &[&str]); 5] = [
            ("one customer", "acme", |_| (), &["100.00 here", "200.00 there"]),
            ("another customer", "other", |_| (), &["100.00 here"]),
            (
                "an estimated bill there",
                "acme",
                |month| month.delivery.finality = Finality::Estimated,
                &["100.00 here"],
            ),
            ("a pro-forma export there", "acme", |month| month.delivery.pro_forma = true, &["100.00 here"]),
            (
                "another currency there",
                "acme",
                |month| month.delivery.currency = money::Currency::parse("EUR").unwrap(),
                &["100.00 here"],
            ),
        ];
        for (what, customer, change, expected) in cases {
            let mut member = member(memo("1000.00"), vec![bill(month(1), &[charge("100", None)])], Vec::new());
            member.elsewhere.insert(other_payer(), elsewhere(customer));
            let mut inputs = run_inputs(month(1), Vec::new());
            inputs.across = CrossPayer::of(&inputs.month, month(1), other_month(change));
            let facts = inputs.plan_member(member).unwrap().facts;
            let drawn = facts.iter().map(|fact| match fact {
                MemoFact::Applied(one) => {
                    format!("{} {}", one.amount, if one.paid_under.is_some() { "there" } else { "here" })
                }
                other => panic!("{other:?}"),
            });
            assert_eq!(drawn.collect::<Vec<_>>(), expected, "{what}");
        }
    }

    /// January went out with the memo's payer; the other payer's bill of 200.00 came after.
    #[test]
    fn n21_a_bill_that_came_since_is_paid_by_the_next_run() {
        use super::super::sample::{outline, run};
        let january = payer_month(month(1));
        let across = CrossPayer::of(&january, month(2), other_month(|_| ()));
        let went_out = outline(crate::billing::PeriodStatus::Open, true, Some("first"));
        let of = CrossPayerMonthToCorrect::of(january, &went_out, across, &BTreeSet::new()).unwrap();
        let mut member = member(memo("1000.00"), Vec::new(), Vec::new());
        member.elsewhere.insert(other_payer(), elsewhere("acme"));
        let facts = of.decide(&payer_month(month(2)), &run(), &member, &member.own.memos).unwrap();
        assert!(
            matches!(&facts[..], [MemoFact::Applied(one)]
                if one.amount == usd("200.00") && one.period == month(1) && one.posting == month(2)),
            "{facts:?}"
        );
        member.own.memos = member.own.memos.after(&facts).unwrap();
        assert_eq!(of.decide(&payer_month(month(2)), &run(), &member, &member.own.memos).unwrap(), []);
        assert_eq!(months_paid_elsewhere(&member.own), BTreeSet::from([month(1)]));
    }

    /// What the other payer's statement says, beside the 200.00 that a memo here paid of it.
    #[test]
    fn n21_what_the_other_payers_statement_does_not_say_is_left_to_do() {
        let cases =
            [("nothing is stated there yet", None, 0), ("it says 0.00", Some("0.00"), 1), ("all", Some("200.00"), 0)];
        for (what, said, expected) in cases {
            let mut member = member(memo("1000.00"), Vec::new(), Vec::new());
            member.elsewhere.insert(other_payer(), elsewhere("acme"));
            let mut inputs = run_inputs(month(1), Vec::new());
            inputs.across = CrossPayer::of(&inputs.month, month(1), other_month(|_| ()));
            let facts = inputs.plan_member(member.clone()).unwrap().facts;
            member.own.memos = member.own.memos.after(&facts).unwrap();
            if let Some(said) = said {
                let mut stated = statement(month(1), "200.00", said);
                stated.paid_by_other_payers = vec![crate::billing::PaidAcrossPayers {
                    payer_account_id: own_payer(),
                    memo_number: member.own.memos.memos.keys().next().unwrap().clone(),
                    period: month(1),
                    applied: usd(said),
                }];
                member.elsewhere.get_mut(&other_payer()).unwrap().statements.insert(month(1), stated);
            }
            assert_eq!(left_to_do(&inputs.month, &member).len(), expected, "{what}");
        }
    }
}
