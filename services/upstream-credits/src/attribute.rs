//! Attributing a period's credit lines: reads what a delivery says, lets the domain match, records
//! what differs.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    classification::CreditLineTreatment,
    credit::{
        AttributableCredit, AttributeByHand, AttributedLine, CreditStatus, KnownCredits, PromotionalLine,
        SuspenseReason, SuspenseState, UpstreamCreditState, attribute,
    },
    ids::{MemberAccountId, PayerAccountId, UpstreamCreditId},
    period::BillingPeriod,
    policy::Policies,
    usage::CreditLineAggregate,
};
use money::Exact;
use read_model::ReadModel;
use service_kit::{Failure, UnitOfWork, codes};
use wire::{Fact, Subject};

/// Attributes the credit lines of all delivered periods of a payer, the earliest first. Where a credit
/// became smaller, its latest lines are the ones beyond its face (rule book N13): what came first stays.
///
/// # Errors
/// [`Failure`].
pub async fn attribute_payer(unit: &mut UnitOfWork, payer: &PayerAccountId) -> Result<(), Failure> {
    attribute_what_lies_beyond_a_face(unit, payer).await?;
    for period in unit.model.delivered_periods(payer)?.into_keys() {
        attribute_period(unit, payer, period).await?;
    }
    Ok(())
}

/// Attributes the credit lines of a period.
///
/// # Errors
/// [`Failure`].
pub async fn attribute_period(
    unit: &mut UnitOfWork,
    payer: &PayerAccountId,
    period: BillingPeriod,
) -> Result<(), Failure> {
    unit.decide_many(|model| decide_period(model, payer, period)).await?;
    attribute_what_lies_beyond_a_face(unit, payer).await
}

/// The face of a credit is filled by its months in their order, whichever was delivered first (rule book N13,
/// D3). So news of one month may leave too much in later ones, or make room for lines of theirs that were
/// beyond the face: those months are attributed anew, the earliest first, each once.
async fn attribute_what_lies_beyond_a_face(unit: &mut UnitOfWork, payer: &PayerAccountId) -> Result<(), Failure> {
    let mut done: BTreeSet<BillingPeriod> = BTreeSet::new();
    while let Some(period) = next_to_fill(&unit.model, payer, &done)? {
        unit.decide_many(|model| decide_period(model, payer, period)).await?;
        done.insert(period);
    }
    Ok(())
}

/// The earliest month that was not attributed since, and has lines of a credit of which more is attributed
/// than its face, or lines beyond a face where a credit has room.
fn next_to_fill(
    model: &ReadModel,
    payer: &PayerAccountId,
    done: &BTreeSet<BillingPeriod>,
) -> Result<Option<BillingPeriod>, Failure> {
    let mut months: BTreeSet<BillingPeriod> = BTreeSet::new();
    let mut has_room = false;
    for credit in model.upstream_credits(Some(payer))?.into_values() {
        let Some(terms) = &credit.terms else { continue };
        let applied = credit.applied()?;
        has_room |= applied < terms.face_amount && !credit.applications.is_empty();
        if applied > terms.face_amount {
            let filled = credit.applications.iter().filter(|(_, applied)| applied.amount.is_positive());
            months.extend(filled.map(|(period, _)| *period));
        }
    }
    // A line of a later month may stand where one of an earlier month belongs.
    for ((_, period), suspense) in model.all_suspense(Some(payer))? {
        if suspense.items.values().any(|item| item.reason == SuspenseReason::BeyondFace) {
            let is_filled_later = |credit: &UpstreamCreditState| {
                credit.applications.range(period.next()..).any(|(_, applied)| applied.amount.is_positive())
            };
            if has_room || model.upstream_credits(Some(payer))?.values().any(is_filled_later) {
                months.insert(period);
            }
        }
    }
    Ok(months.into_iter().find(|period| !done.contains(period)))
}

fn decide_period(
    model: &ReadModel,
    payer: &PayerAccountId,
    period: BillingPeriod,
) -> Result<Vec<(Subject, Vec<Fact>)>, Failure> {
    let deliveries = model.deliveries(payer, period)?;
    let Some(delivery) = deliveries.current().map(|current| current.delivery.clone()) else { return Ok(Vec::new()) };
    let credits = model.upstream_credits(Some(payer))?;
    let suspense = model.suspense(payer, period)?;
    let policies = model.policies(payer, period)?;
    let lines = {
        let known = KnownCredits::of(credits.values());
        let said = said_before(model, payer, period, &credits)?;
        promotional_lines(model, payer, period, (&suspense, &said), |line| known.treat(line, &policies))?
    };
    let attributable = attributable(&credits, period, &policies)?;
    let attribution = attribute(&lines, &attributable)?;

    let mut decided = Vec::new();
    let none: Vec<AttributedLine> = Vec::new();
    for ((_, id), credit) in &credits {
        let lines = attribution.by_credit.get(id).unwrap_or(&none);
        let beyond_face = attribution.beyond_face.get(id).copied().unwrap_or(Exact::ZERO);
        let facts = credit.decide_attribution(period, &delivery, lines, beyond_face)?;
        decided.push((Subject::credit(payer, id), facts.into_iter().map(Fact::from).collect()));
    }
    let facts = suspense.decide(payer, period, &delivery, &attribution.suspense);
    decided.push((Subject::suspense(payer, period), facts.into_iter().map(Fact::from).collect()));
    Ok(decided)
}

/// What operators said of descriptions in earlier months: it is remembered (rule book N12) as long as
/// they named one credit only and AWS may still apply it.
fn said_before(
    model: &ReadModel,
    payer: &PayerAccountId,
    period: BillingPeriod,
    credits: &BTreeMap<(PayerAccountId, UpstreamCreditId), UpstreamCreditState>,
) -> Result<BTreeMap<String, UpstreamCreditId>, Failure> {
    let mut said: BTreeMap<String, BTreeSet<UpstreamCreditId>> = BTreeMap::new();
    for ((_, month), suspense) in model.all_suspense(Some(payer))? {
        if month < period {
            for one in suspense.by_operator {
                said.entry(one.description).or_default().insert(one.credit);
            }
        }
    }
    let is_live = |credit: &UpstreamCreditId| {
        credits.get(&(payer.clone(), credit.clone())).is_some_and(|state| state.is_live_in(period))
    };
    Ok(said
        .into_iter()
        .filter(|(_, named)| named.len() == 1)
        .filter_map(|(description, named)| Some((description, named.into_iter().find(is_live)?)))
        .collect())
}

/// Promotional lines of all members, summed by member, description and stated credit id.
fn promotional_lines(
    model: &ReadModel,
    payer: &PayerAccountId,
    period: BillingPeriod,
    (suspense, said_before): (&SuspenseState, &BTreeMap<String, UpstreamCreditId>),
    treat: impl Fn(&CreditLineAggregate) -> CreditLineTreatment,
) -> Result<Vec<PromotionalLine>, Failure> {
    let deliveries = model.deliveries(payer, period)?;
    let Some(currency) = deliveries.current().map(|current| current.currency) else { return Ok(Vec::new()) };
    let mut sums: BTreeMap<(MemberAccountId, String, String), Exact> = BTreeMap::new();
    for member in model.members_of_period(payer, period)? {
        let Some(usage) = model.member_usage(payer, &member, period, &deliveries)? else { continue };
        for line in usage.credit_lines.iter().filter(|line| treat(line) == CreditLineTreatment::Promotional) {
            let key = (member.clone(), line.key.description.clone(), line.key.credit_id.clone());
            let sum = sums.entry(key).or_default();
            *sum = sum.checked_sub(line.amount)?;
        }
    }
    Ok(sums
        .into_iter()
        .filter(|(_, applied)| !applied.is_zero())
        .map(|((member, description, credit_id), applied)| PromotionalLine {
            by_operator: suspense.operator_says(&member, &description).cloned(),
            remembered: said_before.get(&description).cloned(),
            currency,
            member,
            description,
            credit_id,
            applied,
        })
        .collect())
}

fn attributable(
    credits: &BTreeMap<(PayerAccountId, UpstreamCreditId), UpstreamCreditState>,
    period: BillingPeriod,
    policies: &Policies,
) -> Result<Vec<AttributableCredit>, Failure> {
    let mut found = Vec::new();
    for ((_, id), credit) in credits {
        let Some(terms) = &credit.terms else { continue };
        let tolerance = policies.over_application_tolerance.get(terms.currency.code()).copied();
        found.push(AttributableCredit {
            credit: id.clone(),
            owner: credit.owner_in(period).unwrap_or(&terms.owner).clone(),
            description: terms.description.clone(),
            remaining: terms.face_amount.checked_sub(credit.applied_ahead_of(period)?)?,
            tolerance: tolerance.unwrap_or(Exact::ZERO).checked_sub(credit.beyond_face_outside(period)?)?,
            live: credit.is_live_in(period),
            end_date: terms.end_date,
            start_date: terms.start_date,
            currency: terms.currency,
            is_split: credit.status == CreditStatus::Split,
            split_from: credit.split_from.clone(),
        });
    }
    Ok(found)
}

/// Gives a suspense item an owner and attributes its period anew.
///
/// # Errors
/// [`Failure`] where there is no such item or credit.
pub async fn attribute_by_hand(unit: &mut UnitOfWork, command: &AttributeByHand) -> Result<(), Failure> {
    if unit.model.upstream_credit(&command.payer, &command.credit)?.terms.is_none() {
        return Err(Failure::refused(
            codes::ATTRIBUTE_TO_UNKNOWN,
            format!("payer {} has no credit {}: import it first", command.payer, command.credit),
        ));
    }
    let currency = unit.model.deliveries(&command.payer, command.period)?.current().map(|current| current.currency);
    let of = unit.model.upstream_credit(&command.payer, &command.credit)?.terms.map(|terms| terms.currency);
    if let (Some(currency), Some(of)) = (currency, of)
        && currency != of
    {
        return Err(Failure::refused(
            codes::ATTRIBUTE_OTHER_CURRENCY,
            format!(
                "the bill of {} for {} is in {currency} and credit {} in {of}: a credit pays lines of its own currency",
                command.payer, command.period, command.credit
            ),
        ));
    }
    let subject = Subject::suspense(&command.payer, command.period);
    let was_said = unit.recorded_before(&subject).await?.is_some();
    unit.decide(&subject, |model| {
        if was_said {
            return Ok(Vec::new());
        }
        let state = model.suspense(&command.payer, command.period)?;
        let fact = state.decide_by_hand(command).ok_or_else(|| {
            Failure::refused(
                codes::NO_SUCH_SUSPENSE,
                format!(
                    "{} of {} has no suspense item '{}': see credits suspense",
                    command.period, command.payer, command.item
                ),
            )
        })?;
        Ok(vec![fact.into()])
    })
    .await?;
    attribute_period(unit, &command.payer, command.period).await
}

/// Takes back what an operator said of an item, and attributes its lines anew in its month and in those
/// that remembered it.
///
/// # Errors
/// [`Failure`] where nothing was said of the item.
pub async fn withdraw_attribution(
    unit: &mut UnitOfWork,
    payer: &PayerAccountId,
    period: BillingPeriod,
    item: &str,
) -> Result<(), Failure> {
    let subject = Subject::suspense(payer, period);
    let was_said = unit.recorded_before(&subject).await?.is_some();
    unit.decide(&subject, |model| {
        if was_said {
            return Ok(Vec::new());
        }
        let fact = model.suspense(payer, period)?.decide_withdraw(item).ok_or_else(|| {
            let what = format!("nothing was said of item '{item}' in {period} of {payer}: see credits attributions");
            Failure::refused(codes::NOTHING_ATTRIBUTED, what)
        })?;
        Ok(vec![fact.into()])
    })
    .await?;
    attribute_payer(unit, payer).await
}
