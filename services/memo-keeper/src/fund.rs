//! Funding memos: what was attributed to a credit, in each period and under each payer of ours, reaches the
//! memos that carry it. How it is laid over them is the domain's (`credit_law`).

use std::collections::{BTreeMap, BTreeSet, btree_map::Entry};

use domain::{
    credit_law::{Accounts, AppliedUnder, FundCredit, LawFault, Place, decide_funding},
    ids::{PayerAccountId, UpstreamCreditId},
    period::BillingPeriod,
};
use money::Rounding;
use read_model::ReadModel;
use service_kit::{Failure, UnitOfWork, codes};
use wire::{Fact, Subject};

use crate::issue::issue_for_credits;

/// Brings the funding of all memos of a payer's credits to what was attributed to them; what lapsed or was
/// written down comes back where AWS applied it after all (rule book D1).
///
/// # Errors
/// [`Failure`].
pub async fn fund_payer(unit: &mut UnitOfWork, payer: &PayerAccountId) -> Result<(), Failure> {
    let mut first_unissued: BTreeMap<PayerAccountId, BillingPeriod> = BTreeMap::new();
    let payers = unit.model.payers()?;
    for one in payers.iter().chain([payer]) {
        first_unissued.extend(unit.first_unissued(one)?.map(|open| (one.clone(), open)));
    }
    issue_late(unit, payer).await?;
    unit.decide_many(|model| decide(model, payer, &payers, &first_unissued)).await?;
    Ok(())
}

/// Memos of credits that had ended before they were listed, once AWS turns out to have applied some of them.
async fn issue_late(unit: &mut UnitOfWork, payer: &PayerAccountId) -> Result<(), Failure> {
    let mut late = Vec::new();
    for credit in unit.model.upstream_credits(Some(payer))?.into_values() {
        let Some(terms) = credit.terms_of_own_memo().filter(|terms| terms.remaining_amount.is_some()) else { continue };
        if credit.applied()?.is_positive() && unit.model.memos(payer, &terms.owner)?.of_credit(&terms.credit).is_none()
        {
            late.push(terms);
        }
    }
    if late.is_empty() { Ok(()) } else { issue_for_credits(unit, &late).await }
}

fn decide(
    model: &ReadModel,
    payer: &PayerAccountId,
    payers: &[PayerAccountId],
    first_unissued: &BTreeMap<PayerAccountId, BillingPeriod>,
) -> Result<Vec<(Subject, Vec<Fact>)>, Failure> {
    let mut roundings: BTreeMap<BillingPeriod, Rounding> = BTreeMap::new();
    let mut accounts = Accounts::new();
    let mut decided: BTreeMap<Place, Vec<Fact>> = BTreeMap::new();
    for ((_, id), credit) in model.upstream_credits(Some(payer))? {
        if credit.terms.is_none() || credit.applications.is_empty() {
            continue;
        }
        let applied = applied_of(model, &id, payers)?;
        let places = places_of(model, &id, &applied, &mut accounts)?;
        for one in &applied {
            if let Entry::Vacant(unknown) = roundings.entry(one.period) {
                unknown.insert(model.policies(payer, one.period)?.rounding);
            }
        }
        // Only the accounts of this credit take part; what was decided of others stays with them.
        let mut of_credit: Accounts = places.iter().filter_map(|place| accounts.remove_entry(place)).collect();
        let command = FundCredit { credit: &id, applied: &applied, roundings: &roundings, first_unissued };
        let facts = decide_funding(&mut of_credit, &command).map_err(|fault| match fault {
            LawFault::Money(fault) => Failure::from(fault),
            LawFault::Fold(fault) => Failure::check(codes::DECISION_DOES_NOT_FOLLOW, fault),
        })?;
        accounts.extend(of_credit);
        for (place, fact) in facts {
            decided.entry(place).or_default().push(fact.into());
        }
    }
    Ok(decided.into_iter().map(|((payer, member), facts)| (Subject::memos(&payer, &member), facts)).collect())
}

/// What AWS applied of a credit, under every payer of ours that has it.
pub(crate) fn applied_of(
    model: &ReadModel,
    id: &UpstreamCreditId,
    payers: &[PayerAccountId],
) -> Result<Vec<AppliedUnder>, Failure> {
    let mut found = Vec::new();
    for payer in payers {
        let credit = model.upstream_credit(payer, id)?;
        let Some(terms) = &credit.terms else { continue };
        let everyone = credit.everyone();
        for (period, applied) in &credit.applications {
            let of = |owner, amount| AppliedUnder {
                payer: payer.clone(),
                owner,
                period: *period,
                amount,
                delivery: Some(applied.delivery.clone()),
            };
            let owner = credit.owner_in(*period).unwrap_or(&terms.owner);
            found.push(of(owner.clone(), applied.amount));
            // Who owned it before or since is funded with nothing of this month.
            let others = everyone.iter().filter(|other| **other != owner);
            found.extend(others.map(|other| of((*other).clone(), money::Exact::ZERO)));
        }
    }
    Ok(found)
}

/// A month of a credit over all payers of ours: what was attributed, and what found its place.
pub(crate) struct PlacedInMonth {
    pub(crate) attributed: money::Exact,
    /// What funds its memos, with what is stated as a surplus.
    pub(crate) funded: money::Exact,
}

/// Where a month of a credit went, wherever its memos lie.
pub(crate) fn placed_in(
    model: &ReadModel,
    id: &UpstreamCreditId,
    period: BillingPeriod,
) -> Result<PlacedInMonth, Failure> {
    let applied = applied_of(model, id, &model.payers()?)?;
    let mut accounts = Accounts::new();
    places_of(model, id, &applied, &mut accounts)?;
    let of_month = applied.iter().filter(|one| one.period == period).map(|one| one.amount);
    let carry = accounts.values().flat_map(|memos| memos.memos.values());
    let carry = carry.filter(|memo| memo.credit.as_ref() == Some(id));
    let placed = carry.flat_map(|memo| memo.funding.get(&period).into_iter().chain(memo.surplus.get(&period)).copied());
    Ok(PlacedInMonth { attributed: money::Exact::checked_sum(of_month)?, funded: money::Exact::checked_sum(placed)? })
}

/// The accounts that hold memos of a credit: its owners', and where those memos went.
pub(crate) fn places_of(
    model: &ReadModel,
    id: &UpstreamCreditId,
    applied: &[AppliedUnder],
    accounts: &mut Accounts,
) -> Result<BTreeSet<Place>, Failure> {
    let mut found = BTreeSet::new();
    let mut to_visit: Vec<Place> = applied.iter().map(|one| (one.payer.clone(), one.owner.clone())).collect();
    while let Some(place) = to_visit.pop() {
        if !found.insert(place.clone()) {
            continue;
        }
        if !accounts.contains_key(&place) {
            accounts.insert(place.clone(), model.memos(&place.0, &place.1)?);
        }
        let Some(memos) = accounts.get(&place) else { continue };
        for memo in memos.memos.values().filter(|memo| memo.credit.as_ref() == Some(id)) {
            to_visit.extend(memo.transfers_out.values().map(|left| (left.to_payer.clone(), left.to_member.clone())));
            // What came from another payer of ours is of that one's ownership.
            if let Some((member, _)) = memo.came_from.as_ref().filter(|(member, _)| *member == place.1) {
                let elsewhere = model.payers()?.into_iter().filter(|payer| *payer != place.0);
                to_visit.extend(elsewhere.map(|payer| (payer, member.clone())));
            }
        }
    }
    Ok(found)
}
