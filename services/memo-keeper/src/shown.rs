//! What memos paid of a payer's charges against what its statements show (rule book B.2).
//!
//! Its own memos are drawn by the run that makes the statements: a difference there is a defect, or a run
//! that was cut off. Memos of another payer of ours are drawn by that payer's run (rule book N21): what
//! they paid since is for the next run of this one to show, and is named until then.

use domain::{
    ids::{MemberAccountId, PayerAccountId},
    period::BillingPeriod,
};
use money::{Exact, Money};
use read_model::ReadModel;
use service_kit::{Failure, codes};

use crate::{
    corrections::BilledSoFar,
    cross_payer::{CrossPayer, shown_as_paid},
    exceptions::{Exception, ExceptionKind},
    members::PeriodContext,
};

/// What memos of another payer paid of an account's charges, and what the statements say of it.
pub(crate) struct PaidNotShown {
    member: MemberAccountId,
    home: PayerAccountId,
    paid: Money,
    shown: Money,
    /// What this payer's next run of the month would say.
    next: Money,
}

/// Accounts of a month that memos of other payers paid for otherwise than its statements say.
pub(crate) fn paid_not_shown(model: &ReadModel, basis: &PeriodContext) -> Result<Vec<PaidNotShown>, Failure> {
    let (payer, period, zero) = (&basis.payer, basis.period, Money::zero(basis.currency()));
    let mut found = Vec::new();
    for (member, others) in model.members_shared_with_other_payers(payer)? {
        for home in others {
            let Some(shown) = shown_as_paid(model, payer, &member, period, &home)? else { continue };
            let paid = paid_by(model, basis, &member, &home)?;
            if paid == shown {
                continue;
            }
            let across = CrossPayer::read(model, basis, period)?;
            let held = across.held(model, &member)?;
            let month = basis.rated(model, &member)?;
            let holds = model.memos(payer, &member)?.held_by_others(&month, &basis.policies, &held);
            let holds = holds.map_err(|refusal| Failure::check(codes::DAYS_MISSING, refusal))?;
            let of_home = holds.into_iter().filter(|(payer, _)| *payer == home).map(|(_, draw)| draw.amount);
            let next = of_home.fold(zero, |sum, amount| sum + amount);
            found.push(PaidNotShown { member: member.clone(), home, paid, shown, next });
        }
    }
    Ok(found)
}

fn paid_by(
    model: &ReadModel,
    basis: &PeriodContext,
    member: &MemberAccountId,
    home: &PayerAccountId,
) -> Result<Money, Failure> {
    let paid = model.memos(home, member)?.paid_under(&basis.payer, basis.period);
    let paid = paid.into_iter().filter(|(memo, _)| memo.currency == basis.currency());
    Ok(Money::sum(basis.currency(), paid.map(|(_, amount)| amount)))
}

impl PaidNotShown {
    /// What another run of the month would change of its statements.
    pub(crate) fn left_to_bill(&self) -> Money {
        self.next - self.shown
    }

    /// The open item of a month, and what to do about it.
    pub(crate) fn open_item(self, basis: &PeriodContext) -> Exception {
        let Self { member, home, paid, shown, .. } = &self;
        let (payer, period) = (&basis.payer, basis.period);
        let whose = if self.left_to_bill().is_zero() { home } else { payer };
        let message = format!(
            "memos of {member} under payer {home} paid {paid} of its charges of {period}, and the statements of payer \
             {payer} say {shown}: bill payer {whose} again, or its next month where {period} is closed"
        );
        Exception {
            exception: ExceptionKind::PaidNotShown,
            payer_account_id: payer.clone(),
            period: Some(period),
            member_account_id: Some(member.clone()),
            memo_number: None,
            credit_id: None,
            currency: basis.currency().to_string(),
            amount: (*paid - *shown).to_exact(),
            age_days: None,
            message,
        }
    }
}

/// What an account's own memos paid of a month less what its statements show of them: must be 0.
pub(crate) fn own_not_shown(
    model: &ReadModel,
    basis: &PeriodContext,
    member: &MemberAccountId,
    settled: &BilledSoFar,
) -> Result<Exact, Failure> {
    let currency = basis.currency();
    let memos = model.memos(&basis.payer, member)?;
    let own = memos.memos.values().filter(|memo| memo.currency == currency);
    let drawn = Money::sum(currency, own.map(|memo| memo.applied_for(basis.period)));
    let of_others = said_of_others(model, &basis.payer, member, basis.period)?;
    let of_others = of_others.unwrap_or(Money::zero(currency));
    Ok((drawn + of_others - settled.applied).to_exact())
}

/// What the statements of a payer say that memos of any other paid of a month.
fn said_of_others(
    model: &ReadModel,
    payer: &PayerAccountId,
    member: &MemberAccountId,
    period: BillingPeriod,
) -> Result<Option<Money>, Failure> {
    let stored = model.correcting_statements(payer, member)?;
    let said = stored.iter().flat_map(|stored| &stored.statement.paid_by_other_payers);
    Ok(said.filter(|paid| paid.period == period).map(|paid| paid.applied).sum())
}
