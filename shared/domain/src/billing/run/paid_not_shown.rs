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
