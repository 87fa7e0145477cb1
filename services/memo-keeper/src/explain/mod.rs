//! Explaining statements, memos and suspense: gathers the facts that a figure rests on, each with
//! its place in the log, as they were known when the figure was recorded, and lets the domain make
//! the derivation.
//!
//! Only the subjects that a figure rests on are read, so the work grows with the account's own
//! history and its payer's month, not with the log.

mod document;
mod memo;
mod suspense;

pub use document::explain_statement;
pub use memo::explain_one_memo;
pub use suspense::explain_item;

use domain::{
    explain::{EventPosition, Placed},
    ids::{MemberAccountId, PayerAccountId},
    period::BillingPeriod,
    usage::{ChargeAggregate, CreditLineAggregate},
};
use event_log::EventLog;
use read_model::{KnowledgeCut, PlacedFact, ReadModel, facts_of_subject};
use service_kit::Failure;
use wire::{Fact, StreamName, Subject};

/// Where a fact stands, as an explanation says it.
fn position(stream: StreamName, fact: &PlacedFact) -> EventPosition {
    EventPosition {
        stream: stream.to_string(),
        sequence: fact.sequence,
        fact: fact.at as u64,
        fact_type: fact.fact.type_name().to_owned(),
        recorded: fact.recorded,
    }
}

/// What a bill says of a member, each aggregate with the fact that holds it.
#[derive(Default)]
struct PlacedUsage {
    charges: Vec<Placed<ChargeAggregate>>,
    credit_lines: Vec<Placed<CreditLineAggregate>>,
}

/// A member's usage of a period as it counted in `past`, with places.
async fn placed_usage(
    log: &dyn EventLog,
    known: &KnowledgeCut,
    past: &ReadModel,
    payer: &PayerAccountId,
    member: &MemberAccountId,
    period: BillingPeriod,
) -> Result<PlacedUsage, Failure> {
    let deliveries = past.deliveries(payer, period)?;
    let Some(usage) = past.member_usage(payer, member, period, &deliveries)? else { return Ok(PlacedUsage::default()) };
    let mut found = PlacedUsage::default();
    let subject = Subject::member_usage(payer, member, period);
    for placed in facts_of_subject(log, known, &subject).await? {
        let at = position(StreamName::Usage, &placed);
        let Fact::MemberUsageDelivered(fact) = placed.fact else { continue };
        if fact.delivery != usage.delivery {
            continue;
        }
        // A delivery that was cut off and came again begins anew.
        if fact.part == 1 {
            found = PlacedUsage::default();
        }
        found.charges.extend(fact.charges.into_iter().map(|said| Placed { said, at: at.clone() }));
        found.credit_lines.extend(fact.credit_lines.into_iter().map(|said| Placed { said, at: at.clone() }));
    }
    Ok(found)
}
