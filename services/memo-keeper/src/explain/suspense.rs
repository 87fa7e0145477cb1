//! A suspense item with the credit lines it stands on, as they were when it came into suspense.

use chrono::{DateTime, Utc};
use domain::{
    credit::SuspenseOpened,
    explain::{EventPosition, Placed, SuspenseBasis, SuspenseExplanation, explain_suspense},
    ids::{PayerAccountId, UpstreamCreditId},
    period::BillingPeriod,
};
use event_log::EventLog;
use read_model::{KnowledgeCut, PlacedFact, facts_of_subject, model_of_subjects};
use service_kit::{Failure, UnitOfWork};
use wire::{Fact, StreamName, Subject};

use super::{placed_usage, position};

/// Explains suspense items of this id as they stood at a recorded time, one a payer and month.
///
/// # Errors
/// [`Failure`].
pub async fn explain_item(
    unit: &UnitOfWork,
    item: &str,
    payer: Option<&PayerAccountId>,
    period: Option<BillingPeriod>,
    recorded: DateTime<Utc>,
) -> Result<Vec<SuspenseExplanation>, Failure> {
    let mut found = Vec::new();
    for (of_payer, of_period) in unit.model.all_suspense(None)?.into_keys() {
        if payer.is_none_or(|payer| *payer == of_payer) && period.is_none_or(|period| period == of_period) {
            found.extend(explain_in(unit, item, &of_payer, of_period, recorded).await?);
        }
    }
    Ok(found)
}

async fn explain_in(
    unit: &UnitOfWork,
    item: &str,
    payer: &PayerAccountId,
    period: BillingPeriod,
    recorded: DateTime<Utc>,
) -> Result<Option<SuspenseExplanation>, Failure> {
    let log = unit.log();
    let log = log.as_ref();
    let facts = facts_of_subject(log, &KnowledgeCut::At(recorded), &Subject::suspense(payer, period)).await?;
    let place = |placed: &PlacedFact| position(StreamName::Credits, placed);
    let (mut opened, mut cleared, mut by_operator) = (None, None, None);
    let mut basis = std::collections::BTreeMap::new();
    for placed in &facts {
        match &placed.fact {
            Fact::SuspenseOpened(fact) if fact.item.item == item => {
                opened = Some(Placed { said: fact.clone(), at: place(placed) });
                basis.clone_from(&placed.basis);
                cleared = None;
            }
            Fact::SuspenseCleared(fact) if fact.item == item => {
                cleared = Some(Placed { said: fact.clone(), at: place(placed) });
            }
            _ => {}
        }
    }
    let Some(opened) = opened else { return Ok(None) };
    let lines_of = &opened.said.item;
    for placed in &facts {
        if let Fact::SuspenseAttributed(fact) = &placed.fact
            && fact.member == lines_of.member
            && fact.description == lines_of.description
        {
            by_operator = Some(Placed { said: fact.clone(), at: place(placed) });
        }
    }
    let known = KnowledgeCut::Read(basis);
    let usage_subjects = [Subject::delivery(payer, period), Subject::member_usage(payer, &lines_of.member, period)];
    let past = model_of_subjects(log, &known, usage_subjects).await?;
    let mut lines = placed_usage(log, &known, &past, payer, &lines_of.member, period).await?.credit_lines;
    lines.retain(|line| line.said.key.description == lines_of.description);
    let attributed = attributed_beside(unit, log, &opened, payer, period).await?;
    let others = others_of(&facts, &opened, &place);
    Ok(Some(explain_suspense(SuspenseBasis {
        opened: &opened,
        cleared: cleared.as_ref(),
        lines,
        attributed,
        others,
        by_operator: by_operator.as_ref(),
    })?))
}

/// What credits took of the same lines, by the time the item came into suspense. The attribution of
/// a month is recorded credit by credit, the suspense of it last.
async fn attributed_beside(
    unit: &UnitOfWork,
    log: &dyn EventLog,
    opened: &Placed<SuspenseOpened>,
    payer: &PayerAccountId,
    period: BillingPeriod,
) -> Result<Vec<(UpstreamCreditId, Placed<domain::credit::AttributedLine>)>, Failure> {
    let lines_of = &opened.said.item;
    let by_then = KnowledgeCut::Read([(StreamName::Credits.to_string(), opened.at.sequence)].into());
    let mut found = Vec::new();
    for (_, credit) in unit.model.upstream_credits(Some(payer))?.into_keys() {
        let mut stands: Vec<(UpstreamCreditId, Placed<domain::credit::AttributedLine>)> = Vec::new();
        for placed in facts_of_subject(log, &by_then, &Subject::credit(payer, &credit)).await? {
            let at = position(StreamName::Credits, &placed);
            let Fact::ApplicationsAttributed(fact) = placed.fact else { continue };
            if fact.period == period {
                let of_lines = fact
                    .lines
                    .into_iter()
                    .filter(|line| line.beneficiary == lines_of.member && line.description == lines_of.description);
                stands = of_lines.map(|said| (credit.clone(), Placed { said, at: at.clone() })).collect();
            }
        }
        found.extend(stands);
    }
    Ok(found)
}

/// Other items of the same lines that were in suspense with it.
fn others_of(
    facts: &[PlacedFact],
    opened: &Placed<SuspenseOpened>,
    place: &impl Fn(&PlacedFact) -> EventPosition,
) -> Vec<Placed<SuspenseOpened>> {
    let lines_of = &opened.said.item;
    let mut others: Vec<Placed<SuspenseOpened>> = Vec::new();
    // Items that one decision opened stand in one commit.
    for placed in facts.iter().filter(|placed| placed.sequence <= opened.at.sequence) {
        match &placed.fact {
            Fact::SuspenseOpened(fact)
                if fact.item.item != lines_of.item
                    && fact.item.member == lines_of.member
                    && fact.item.description == lines_of.description =>
            {
                others.retain(|other| other.said.item.item != fact.item.item);
                others.push(Placed { said: fact.clone(), at: place(placed) });
            }
            Fact::SuspenseCleared(fact) => others.retain(|other| other.said.item.item != fact.item),
            _ => {}
        }
    }
    others
}
