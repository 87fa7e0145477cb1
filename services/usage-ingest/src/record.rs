//! Recording a delivery that was read whole: its members first, then the fact that makes them count. That
//! last one is decided on what stands then: another process may have completed another delivery since.

use bill_formats::DeliveryReading;
use domain::{
    ids::MemberAccountId,
    usage::{DeliveryCompleted, DeliveryVerdict, MemberUsage},
};
use read_model::ReadModel;
use service_kit::{Failure, UnitOfWork, codes};
use wire::{Fact, Subject};

use crate::judge::{IngestOptions, judge, nothing_of};

/// How often a delivery is begun anew because another one of its month was completed meanwhile.
const OTHERS_COMPLETED_MAX: usize = 5;

/// Records a delivery; answers with the number of members that changed, or none where nothing did.
pub(crate) async fn record(
    unit: &mut UnitOfWork,
    reading: &DeliveryReading,
    options: IngestOptions,
    summary: &DeliveryCompleted,
) -> Result<Option<u64>, Failure> {
    for _ in 0..=OTHERS_COMPLETED_MAX {
        let (verdict, dropped) = judge(&unit.model, summary, reading, options)?;
        if matches!(verdict, DeliveryVerdict::New { .. }) {
            unit.correlate(&format!("ingest {}", reading.delivery));
            record_members(unit, reading, dropped).await?;
        }
        match close(unit, reading, options, summary).await?.as_slice() {
            [Fact::DeliveryCompleted(completed), ..] => return Ok(Some(completed.changed_accounts)),
            // It changes nothing, or it was here before.
            [_, ..] => return Ok(None),
            [] if matches!(verdict, DeliveryVerdict::SeenBefore) => return Ok(None),
            // Members do not stand as it says: another delivery was completed since they were recorded.
            [] => {}
        }
    }
    Err(Failure::conflict(
        codes::OTHERS_WROTE_FIRST,
        format!(
            "other deliveries of {} for payer {} were completed {OTHERS_COMPLETED_MAX} times while this one was \
             recorded: run the command again",
            reading.period, reading.payer
        ),
    ))
}

async fn record_members(
    unit: &mut UnitOfWork,
    reading: &DeliveryReading,
    dropped: Vec<MemberAccountId>,
) -> Result<(), Failure> {
    let gone: Vec<MemberUsage> = dropped.into_iter().map(|member| nothing_of(reading, member)).collect();
    unit.decide_many(|model| {
        let state = model.deliveries(&reading.payer, reading.period)?;
        let mut decided = Vec::new();
        for offered in reading.members.iter().chain(&gone) {
            let versions = model.member_usage_versions(&reading.payer, &offered.member, reading.period)?;
            let facts = versions.decide(offered, |delivery| state.place_of(delivery));
            let subject = Subject::member_usage(&reading.payer, &offered.member, reading.period);
            decided.push((subject, facts.into_iter().map(Fact::MemberUsageDelivered).collect()));
        }
        Ok(decided)
    })
    .await?;
    Ok(())
}

/// Completes a delivery: nothing counts before this fact; from here on everything does. It is decided on
/// the deliveries that stand when it is recorded, and only where each member will then stand as it says.
async fn close(
    unit: &mut UnitOfWork,
    reading: &DeliveryReading,
    options: IngestOptions,
    summary: &DeliveryCompleted,
) -> Result<Vec<Fact>, Failure> {
    let closing = Subject::delivery(&reading.payer, reading.period);
    unit.decide(&closing, |model| {
        let (verdict, dropped) = judge(model, summary, reading, options)?;
        Ok(match verdict {
            DeliveryVerdict::SeenBefore => Vec::new(),
            DeliveryVerdict::NoChange(seen) => vec![Fact::DeliverySeen(seen)],
            DeliveryVerdict::New { replaces } => changed_accounts(model, reading, dropped)?
                .map(|changed_accounts| DeliveryCompleted { replaces, changed_accounts, ..summary.clone() })
                .map(Fact::DeliveryCompleted)
                .into_iter()
                .collect(),
        })
    })
    .await
}

/// How many members a delivery changes; none where one of them does not stand as it says. Counted against
/// what counts, so that a delivery which was cut off and comes again says the same as one that was not.
fn changed_accounts(
    model: &ReadModel,
    reading: &DeliveryReading,
    dropped: Vec<MemberAccountId>,
) -> Result<Option<u64>, Failure> {
    let state = model.deliveries(&reading.payer, reading.period)?;
    let place = |delivery: &_| state.place_of(delivery);
    let gone: Vec<MemberUsage> = dropped.into_iter().map(|member| nothing_of(reading, member)).collect();
    let mut changed = 0;
    for offered in reading.members.iter().chain(&gone) {
        let versions = model.member_usage_versions(&reading.payer, &offered.member, reading.period)?;
        if !versions.stands(offered, place) {
            return Ok(None);
        }
        changed += u64::from(versions.changes(offered, place));
    }
    Ok(Some(changed))
}
