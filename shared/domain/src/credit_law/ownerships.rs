//! Which memos are of one ownership of a credit, whatever they were split or moved into (rule book D4, N25),
//! and which of AWS's applications are that ownership's.

use std::collections::{BTreeMap, BTreeSet};

use money::{Exact, MoneyError};

use crate::{
    ids::{DeliveryId, MemberAccountId, MemoNumber, PayerAccountId, UpstreamCreditId},
    memo::{CreditMemo, MemberMemos},
    period::BillingPeriod,
};

/// A member account under a payer of ours.
pub type Place = (PayerAccountId, MemberAccountId);

/// The memos of the accounts that a credit's memos are in.
pub type Accounts = BTreeMap<Place, MemberMemos>;

/// What AWS applied of a credit in a month under one payer of ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppliedUnder {
    /// The payer.
    pub payer: PayerAccountId,
    /// Whose the credit was in that month.
    pub owner: MemberAccountId,
    /// The month.
    pub period: BillingPeriod,
    /// How much.
    pub amount: Exact,
    /// The delivery it comes from.
    pub delivery: Option<DeliveryId>,
}

/// One ownership of a credit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreditOwnership {
    /// The memo that the others came from.
    pub root: (Place, MemoNumber),
    /// All its memos, in the order of draws.
    pub memos: Vec<(Place, MemoNumber)>,
    /// What AWS applied of it by month, over all payers.
    pub applied: BTreeMap<BillingPeriod, Exact>,
    /// The delivery of each month.
    pub deliveries: BTreeMap<BillingPeriod, DeliveryId>,
}

/// The ownerships of a credit, in the order of their first memos.
///
/// # Errors
/// [`MoneyError`] where a sum cannot be held.
pub fn ownerships(
    credit: &UpstreamCreditId,
    accounts: &Accounts,
    applied: &[AppliedUnder],
) -> Result<Vec<CreditOwnership>, MoneyError> {
    let mut of_credit: BTreeMap<&MemoNumber, (&Place, &CreditMemo)> = BTreeMap::new();
    for (place, memos) in accounts {
        let carry = memos.memos.values().filter(|memo| memo.credit.as_ref() == Some(credit));
        of_credit.extend(carry.map(|memo| (&memo.number, (place, memo))));
    }
    let parent = |memo: &CreditMemo| {
        let of = memo.supplements.as_ref().or(memo.came_from.as_ref().map(|(_, number)| number));
        of.and_then(|number| of_credit.get(number)).map(|(_, memo)| *memo)
    };
    let root_of = |memo: &CreditMemo| {
        let (mut at, mut seen) = (memo.number.clone(), BTreeSet::new());
        while let Some((_, memo)) = of_credit.get(&at)
            && seen.insert(at.clone())
            && let Some(from) = parent(memo)
        {
            at = from.number.clone();
        }
        at
    };
    let mut found: BTreeMap<MemoNumber, CreditOwnership> = BTreeMap::new();
    for (number, (place, memo)) in &of_credit {
        let root = root_of(memo);
        let root_place = of_credit.get(&root).map_or((*place).clone(), |(place, _)| (*place).clone());
        let ownership = found.entry(root.clone()).or_insert_with(|| CreditOwnership {
            root: (root_place, root),
            memos: Vec::new(),
            applied: BTreeMap::new(),
            deliveries: BTreeMap::new(),
        });
        ownership.memos.push(((*place).clone(), (*number).clone()));
    }
    for one in applied {
        let Some(memo) = memo_of(credit, accounts, one) else { continue };
        let Some(ownership) = found.get_mut(&root_of(memo)) else { continue };
        let of_month = ownership.applied.entry(one.period).or_default();
        *of_month = of_month.checked_add(one.amount)?;
        if let Some(delivery) = &one.delivery {
            ownership.deliveries.insert(one.period, delivery.clone());
        }
    }
    let mut found: Vec<CreditOwnership> = found.into_values().collect();
    for ownership in &mut found {
        ownership.memos.sort_by_key(|(_, number)| {
            let memo = of_credit.get(number).map(|(_, memo)| *memo);
            memo.map(|memo| {
                let end = memo.end_date.unwrap_or(chrono::NaiveDate::MAX);
                (end, memo.terms.breadth(), memo.start_date, memo.ordinal, memo.number.clone())
            })
        });
    }
    Ok(found)
}

/// The memo that a month's applications are for: of its payer and owner, else of the owner under another
/// payer of ours.
fn memo_of<'a>(credit: &UpstreamCreditId, accounts: &'a Accounts, one: &AppliedUnder) -> Option<&'a CreditMemo> {
    let of = |memos: &'a MemberMemos| {
        let carried = || memos.in_order_of_issue().into_iter().find(|memo| memo.credit.as_ref() == Some(credit));
        memos.of_credit_in(credit, one.period).or_else(carried)
    };
    let own = accounts.get(&(one.payer.clone(), one.owner.clone())).and_then(of);
    own.or_else(|| accounts.iter().filter(|((_, member), _)| *member == one.owner).find_map(|(_, memos)| of(memos)))
}
