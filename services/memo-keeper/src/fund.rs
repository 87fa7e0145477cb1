//! Funding memos: what was attributed to a credit, in each period, reaches its owner's memo.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    ids::{MemberAccountId, PayerAccountId, UpstreamCreditId},
    memo::{FundMemo, FundingFromCredit},
    period::BillingPeriod,
};
use money::{Exact, Rounding};
use read_model::ReadModel;
use service_kit::{Failure, UnitOfWork, codes};
use wire::{Fact, Subject};

/// Brings the funding of all memos of a payer to what was attributed to their credits.
///
/// # Errors
/// [`Failure`].
pub async fn fund_payer(unit: &mut UnitOfWork, payer: &PayerAccountId) -> Result<(), Failure> {
    let first_unissued = unit.first_unissued(payer)?;
    unit.decide_many(|model| {
        let mut by_owner: BTreeMap<MemberAccountId, Vec<(UpstreamCreditId, FundingFromCredit)>> = BTreeMap::new();
        for ((_, id), credit) in model.upstream_credits(Some(payer))? {
            let Some(terms) = &credit.terms else { continue };
            for (period, applied) in &credit.applications {
                let owner = credit.owner_in(*period).unwrap_or(&terms.owner);
                // Who owned it before or since is funded with nothing of this month.
                for member in credit.everyone().into_iter().chain([owner]).collect::<BTreeSet<_>>() {
                    let attributed = if member == owner { applied.amount } else { Exact::ZERO };
                    let delivery = Some(applied.delivery.clone());
                    let funding = FundingFromCredit { period: *period, attributed, delivery };
                    by_owner.entry(member.clone()).or_default().push((id.clone(), funding));
                }
            }
        }
        let mut roundings: BTreeMap<BillingPeriod, Rounding> = BTreeMap::new();
        let periods: BTreeSet<BillingPeriod> = by_owner.values().flatten().map(|(_, funding)| funding.period).collect();
        for period in periods {
            roundings.insert(period, model.policies(payer, period)?.rounding);
        }
        by_owner
            .into_iter()
            .map(|(member, funding)| {
                let facts = decide_for_owner(model, payer, &member, funding, &roundings, first_unissued)?;
                Ok((Subject::memos(payer, &member), facts))
            })
            .collect()
    })
    .await?;
    Ok(())
}

fn decide_for_owner(
    model: &ReadModel,
    payer: &PayerAccountId,
    member: &MemberAccountId,
    funding: Vec<(UpstreamCreditId, FundingFromCredit)>,
    roundings: &BTreeMap<BillingPeriod, Rounding>,
    first_unissued: Option<BillingPeriod>,
) -> Result<Vec<Fact>, Failure> {
    let mut memos = model.memos(payer, member)?;
    let mut facts = Vec::new();
    for (credit, funding) in funding {
        let rounding = roundings.get(&funding.period).copied().unwrap_or_default();
        for fact in memos.decide_fund(&FundMemo { credit, funding, rounding, first_unissued })? {
            memos.evolve(&fact).map_err(|fault| Failure::check(codes::DECISION_DOES_NOT_FOLLOW, fault))?;
            facts.push(fact.into());
        }
    }
    Ok(facts)
}
