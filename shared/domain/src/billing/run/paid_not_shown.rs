//! What memos paid of an account's charges against what its statements show (rule book B.2, N21).
//!
//! Its own memos are drawn by the run that makes the statements: a difference there is a defect, or a
//! run that was cut off. Memos of another payer of ours are drawn by that payer's run: what they paid
//! since is for the next run of this one to show, and is named until then.

use money::{Exact, Money};

use super::{AccountInputs, BilledSoFar, CorrectionFault, CrossPayer, MemberInputs, PayerMonth};
use crate::ids::{MemberAccountId, PayerAccountId};

/// What memos of another payer paid of an account's charges, and what the statements say of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaidNotShown {
    /// The account.
    pub member: MemberAccountId,
    /// The memos' payer.
    pub home: PayerAccountId,
    /// What they paid.
    pub paid: Money,
    /// What the statements say.
    pub shown: Money,
    /// What this payer's next run of the month would say.
    pub next: Money,
}

impl PaidNotShown {
    /// What another run of the month would change of its statements.
    pub fn left_to_bill(&self) -> Money {
        self.next - self.shown
    }
}

/// What memos of other payers paid of an account's month otherwise than its statements say.
///
/// # Errors
/// [`CorrectionFault`].
pub fn paid_not_shown(
    month: &PayerMonth,
    across: &CrossPayer,
    member: &MemberInputs,
) -> Result<Vec<PaidNotShown>, CorrectionFault> {
    let (period, currency) = (month.period, month.currency());
    let mut found = Vec::new();
    for (home, there) in &member.elsewhere {
        let Some(shown) = member.own.shown_as_paid(period, home) else { continue };
        let paid = there.memos.paid_under(&month.payer, period).into_iter();
        let paid = paid.filter(|(memo, _)| memo.currency == currency).map(|(_, amount)| amount);
        let paid = Money::sum(currency, paid);
        if paid == shown {
            continue;
        }
        let held = across.held(member);
        let holds = member.own.memos.held_by_others(&month.rated(&member.own)?, &month.policies, &held)?;
        let of_home = holds.into_iter().filter(|(payer, _)| payer == home).map(|(_, draw)| draw.amount);
        let next = of_home.fold(Money::zero(currency), |sum, amount| sum + amount);
        found.push(PaidNotShown { member: member.own.member.clone(), home: home.clone(), paid, shown, next });
    }
    Ok(found)
}

/// What an account's own memos paid of a month less what its statements show of them: must be 0.
pub(super) fn own_not_shown(month: &PayerMonth, account: &AccountInputs, billed: &BilledSoFar) -> Exact {
    let currency = month.currency();
    let own = account.memos.memos.values().filter(|memo| memo.currency == currency);
    let drawn = Money::sum(currency, own.map(|memo| memo.applied_for(month.period)));
    let of_others = account.shown_as_paid_by_others(month.period).unwrap_or(Money::zero(currency));
    (drawn + of_others - billed.applied).to_exact()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{
        super::{
            OtherPayer,
            sample::{bill, charge, member, memo, month, own_payer, payer, payer_month, run_inputs, statement, usd},
        },
        *,
    };
    use crate::{billing::PaidAcrossPayers, memo::MemberMemos};

    /// A memo under another payer paid 80.00 of a month here; what the statement here says of it, what
    /// is charged by now, and what another run would change.
    #[test]
    fn n21_what_another_payers_memo_paid_and_the_statement_does_not_say_is_found() {
        let home = payer("999900002222");
        // The other payer's run: its memo pays 80.00 under this payer.
        let mut at_home = run_inputs(month(1), Vec::new());
        at_home.month.payer = home.clone();
        let here = payer_month(month(1));
        let charging = OtherPayer { policies: here.policies.clone(), month: Some(here), is_settled: false };
        at_home.across = CrossPayer::of(&at_home.month, month(1), BTreeMap::from([(own_payer(), charging)]));
        let mut its = member(memo("500.00"), Vec::new(), Vec::new());
        let charged_here = member(MemberMemos::default(), vec![bill(month(1), &[charge("80", None)])], Vec::new());
        its.elsewhere.insert(own_payer(), charged_here.own);
        let facts = at_home.plan_member(its.clone()).unwrap().facts;
        let mut there = its.own;
        there.memos = there.memos.after(&facts).unwrap();

        let cases = [
            ("no statement yet", None, "80", None),
            ("it says all", Some("80.00"), "80", None),
            ("it says nothing: another run would show 80.00", Some("0.00"), "80", Some("80.00")),
            ("it says 30.00 and the charges hold 50.00 by now", Some("30.00"), "50", Some("20.00")),
        ];
        for (what, said, charged, expected) in cases {
            let stated = said.map(|said| {
                let mut stated = statement(month(1), "80.00", said);
                stated.paid_by_other_payers = vec![PaidAcrossPayers {
                    payer_account_id: home.clone(),
                    memo_number: there.memos.memos.keys().next().unwrap().clone(),
                    period: month(1),
                    applied: usd(said),
                }];
                stated
            });
            let bills = vec![bill(month(1), &[charge(charged, None)])];
            let mut account = member(MemberMemos::default(), bills, stated.into_iter().collect());
            account.elsewhere.insert(home.clone(), there.clone());
            let here = payer_month(month(1));
            let other = OtherPayer { policies: here.policies.clone(), month: None, is_settled: true };
            let across = CrossPayer::of(&here, month(1), BTreeMap::from([(home.clone(), other)]));
            let found = paid_not_shown(&here, &across, &account).unwrap();
            let left: Vec<Money> = found.iter().map(PaidNotShown::left_to_bill).collect();
            assert_eq!(left, expected.map(usd).into_iter().collect::<Vec<_>>(), "{what}");
        }
    }
}
