//! What is recorded of the law: funding by month, what comes back, and the surplus. Each is what differs
//! from what stands, so that deciding twice records nothing twice.

use std::collections::BTreeMap;

use money::{Exact, Money, MoneyError, Rounding};

use super::{
    layout::lay_out,
    ownerships::{Accounts, AppliedUnder, CreditOwnership, Place, ownerships},
};
use crate::{
    ids::{DeliveryId, MemoNumber, PayerAccountId, UpstreamCreditId},
    memo::{CreditMemo, FoldFault, MemoFact, MemoFunded, MemoReinstated, Returned, UpstreamSurplusStated},
    period::BillingPeriod,
    policy::MemoBasis,
};

/// Bring the funding of all memos of a credit to what AWS applied.
#[derive(Debug, Clone)]
pub struct FundCredit<'a> {
    /// The credit.
    pub credit: &'a UpstreamCreditId,
    /// What AWS applied, by payer and month.
    pub applied: &'a [AppliedUnder],
    /// How amounts become minor units, by month.
    pub roundings: &'a BTreeMap<BillingPeriod, Rounding>,
    /// The first period of each payer whose statements are not issued.
    pub first_unissued: &'a BTreeMap<PayerAccountId, BillingPeriod>,
}

/// The law cannot be laid out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LawFault {
    /// A sum cannot be held.
    #[error(transparent)]
    Money(#[from] MoneyError),
    /// What was decided does not follow from what stands: a defect.
    #[error(transparent)]
    Fold(#[from] FoldFault),
}

/// Decides the facts of a credit and folds them into the accounts.
///
/// # Errors
/// [`LawFault`].
pub fn decide_funding(accounts: &mut Accounts, command: &FundCredit<'_>) -> Result<Vec<(Place, MemoFact)>, LawFault> {
    let mut facts = Vec::new();
    for ownership in ownerships(command.credit, accounts, command.applied)? {
        let root = accounts.get(&ownership.root.0).and_then(|memos| memos.memos.get(&ownership.root.1));
        if root.is_some_and(|root| root.basis == MemoBasis::Funded) {
            grow(accounts, command, &ownership, &mut facts)?;
        } else {
            fund(accounts, command, &ownership, &mut facts)?;
        }
    }
    Ok(facts)
}

/// On the funded basis a memo grows with all that AWS applies: it has no face to stop at.
fn grow(
    accounts: &mut Accounts,
    command: &FundCredit<'_>,
    ownership: &CreditOwnership,
    facts: &mut Vec<(Place, MemoFact)>,
) -> Result<(), LawFault> {
    let (place, number) = &ownership.root;
    let Some(root) = memo_in(accounts, place, number) else { return Ok(()) };
    for period in months(root, &ownership.applied) {
        let target = ownership.applied.get(&period).copied().unwrap_or_default();
        set_funding(accounts, command, (place, number), ownership.deliveries.get(&period), (period, target), facts)?;
    }
    Ok(())
}

fn fund(
    accounts: &mut Accounts,
    command: &FundCredit<'_>,
    ownership: &CreditOwnership,
    facts: &mut Vec<(Place, MemoFact)>,
) -> Result<(), LawFault> {
    let mut shares = Vec::with_capacity(ownership.memos.len());
    for (place, number) in &ownership.memos {
        let Some(memo) = memo_in(accounts, place, number) else { return Ok(()) };
        shares.push(memo.share()?);
    }
    let laid = lay_out(&shares, &ownership.applied)?;
    for ((place, number), by_month) in ownership.memos.iter().zip(&laid.by_share) {
        let Some(memo) = memo_in(accounts, place, number) else { continue };
        for period in months(memo, by_month) {
            let target = by_month.get(&period).copied().unwrap_or_default();
            set_funding(
                accounts,
                command,
                (place, number),
                ownership.deliveries.get(&period),
                (period, target),
                facts,
            )?;
        }
        let last = ownership.applied.keys().next_back().copied();
        if let Some(last) = last {
            come_back(accounts, command, (place, number), last, facts)?;
        }
    }
    let (place, number) = &ownership.root;
    let Some(root) = memo_in(accounts, place, number) else { return Ok(()) };
    let stood: BTreeMap<BillingPeriod, Exact> = root.surplus.clone();
    let mut periods: Vec<BillingPeriod> = stood.keys().chain(laid.surplus.keys()).copied().collect();
    periods.sort();
    periods.dedup();
    for period in periods {
        let surplus_before = stood.get(&period).copied().unwrap_or_default();
        let surplus = laid.surplus.get(&period).copied().unwrap_or_default();
        let Some(root) = memo_in(accounts, place, number).filter(|_| surplus != surplus_before) else { continue };
        let fact = MemoFact::Surplus(UpstreamSurplusStated {
            memo: number.clone(),
            credit: command.credit.clone(),
            period,
            surplus_before,
            surplus,
            effective: period.last_day(),
            posting: command.posting(place, period),
            balance_before: root.open,
            balance_after: root.open,
        });
        record(accounts, place, fact, facts)?;
    }
    Ok(())
}

/// What lapsed, or was written down, comes back as far as AWS has applied it after all (rule book N14, N8).
fn come_back(
    accounts: &mut Accounts,
    command: &FundCredit<'_>,
    (place, number): (&Place, &MemoNumber),
    last: BillingPeriod,
    facts: &mut Vec<(Place, MemoFact)>,
) -> Result<(), LawFault> {
    for returned in [Returned::Lapse, Returned::WriteDown] {
        let Some(memo) = memo_in(accounts, place, number) else { return Ok(()) };
        let ended = match returned {
            Returned::Lapse => memo.lapsed,
            Returned::WriteDown => memo.written_down,
        };
        let beyond = memo.funded_units() - memo.had() - memo.open;
        let amount = beyond.at_least_zero().min(ended);
        if !amount.is_positive() {
            continue;
        }
        let fact = MemoFact::Reinstated(MemoReinstated {
            memo: number.clone(),
            amount,
            usable_until: None,
            returned: Some(returned),
            effective: last.last_day(),
            posting: command.posting(place, last),
            balance_before: memo.open,
            balance_after: memo.open + amount,
        });
        record(accounts, place, fact, facts)?;
    }
    Ok(())
}

fn set_funding(
    accounts: &mut Accounts,
    command: &FundCredit<'_>,
    (place, number): (&Place, &MemoNumber),
    delivery: Option<&DeliveryId>,
    (period, target): (BillingPeriod, Exact),
    facts: &mut Vec<(Place, MemoFact)>,
) -> Result<(), LawFault> {
    let Some(memo) = memo_in(accounts, place, number) else { return Ok(()) };
    let stands = memo.funding.get(&period).copied().unwrap_or_default();
    let amount = target.checked_sub(stands)?;
    if amount.is_zero() {
        return Ok(());
    }
    let funded_after = memo.funded.checked_add(amount)?;
    let grown = match memo.basis {
        MemoBasis::Face => Money::zero(memo.currency),
        MemoBasis::Funded => {
            let rounding = command.roundings.get(&period).copied().unwrap_or_default();
            let worth = funded_after.round_to_money(memo.currency, rounding)?;
            // Taken-back funding shrinks the memo by what is still open, never below nothing.
            // What went to other memos took its funding with it.
            (worth + memo.reassigned_out - memo.face).max(-memo.open)
        }
    };
    let fact = MemoFact::Funded(MemoFunded {
        memo: memo.number.clone(),
        period,
        amount,
        funded_before: memo.funded,
        funded_after,
        grown,
        delivery: delivery.cloned(),
        effective: period.last_day(),
        posting: command.posting(place, period),
        balance_before: memo.open,
        balance_after: memo.open + grown,
    });
    record(accounts, place, fact, facts)
}

/// The months that a memo is funded in, or is to be.
fn months(memo: &CreditMemo, by_month: &BTreeMap<BillingPeriod, Exact>) -> Vec<BillingPeriod> {
    let mut months: Vec<BillingPeriod> = memo.funding.keys().chain(by_month.keys()).copied().collect();
    months.sort();
    months.dedup();
    months
}

fn memo_in<'a>(accounts: &'a Accounts, place: &Place, number: &MemoNumber) -> Option<&'a CreditMemo> {
    accounts.get(place).and_then(|memos| memos.memos.get(number))
}

fn record(
    accounts: &mut Accounts,
    place: &Place,
    fact: MemoFact,
    facts: &mut Vec<(Place, MemoFact)>,
) -> Result<(), LawFault> {
    if let Some(memos) = accounts.get_mut(place) {
        memos.evolve(&fact)?;
    }
    facts.push((place.clone(), fact));
    Ok(())
}

impl FundCredit<'_> {
    fn posting(&self, (payer, _): &Place, period: BillingPeriod) -> BillingPeriod {
        self.first_unissued.get(payer).map_or(period, |open| (*open).max(period))
    }
}
