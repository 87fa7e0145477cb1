//! Whether a delivery is new, and whom it drops: asked before anything is recorded, and again when it is.

use std::collections::BTreeSet;

use bill_formats::DeliveryReading;
use domain::{
    ids::MemberAccountId,
    usage::{DeliveryCompleted, DeliveryState, DeliveryVerdict, MemberUsage, OfferDelivery},
};
use read_model::ReadModel;
use service_kit::{Failure, codes};

/// How to ingest.
#[derive(Debug, Clone, Copy, Default)]
pub struct IngestOptions {
    /// A delivery may drop members or bill types that the former one had.
    pub replace: bool,
}

/// What a delivery is beside those that stand, and the members that it drops.
pub(crate) fn judge(
    model: &ReadModel,
    summary: &DeliveryCompleted,
    reading: &DeliveryReading,
    options: IngestOptions,
) -> Result<(DeliveryVerdict, Vec<MemberAccountId>), Failure> {
    let state = model.deliveries(&summary.payer, summary.period)?;
    let dropped = dropped_members(model, &state, reading)?;
    let offer = OfferDelivery {
        delivery: summary,
        dropped_members: dropped.len(),
        dropped_example: dropped.first().map(ToString::to_string),
        replace: options.replace,
    };
    let verdict = state.decide(&offer).map_err(|refusal| Failure::refused(codes::DELIVERY_DROPS_MEMBERS, refusal))?;
    Ok((verdict, dropped))
}

/// Members that the delivery which counts now has and this one has not.
fn dropped_members(
    model: &ReadModel,
    state: &DeliveryState,
    reading: &DeliveryReading,
) -> Result<Vec<MemberAccountId>, Failure> {
    if state.current().is_none() {
        return Ok(Vec::new());
    }
    let named: BTreeSet<&MemberAccountId> = reading.members.iter().map(|usage| &usage.member).collect();
    let mut dropped = Vec::new();
    for member in model.members_of_period(&reading.payer, reading.period)? {
        if named.contains(&member) {
            continue;
        }
        let usage = model.member_usage(&reading.payer, &member, reading.period, state)?;
        if usage.is_some_and(|usage| !usage.charges.is_empty() || !usage.credit_lines.is_empty()) {
            dropped.push(member);
        }
    }
    Ok(dropped)
}

/// A member that a replacing delivery no longer has.
pub(crate) fn nothing_of(reading: &DeliveryReading, member: MemberAccountId) -> MemberUsage {
    MemberUsage {
        payer: reading.payer.clone(),
        member,
        period: reading.period,
        delivery: reading.delivery.clone(),
        currency: reading.currency,
        charges: Vec::new(),
        credit_lines: Vec::new(),
    }
}
