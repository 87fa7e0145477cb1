//! What this service does by itself: when a bill came, when credits or policies changed.
//!
//! Everything is by target: following twice, or by two processes, records nothing twice.

use std::collections::BTreeMap;

use domain::{ids::PayerAccountId, period::BillingPeriod};
use read_model::ReadModel;
use service_kit::{Failure, UnitOfWork, codes};
use wire::{AggregateKey, Fact, Subject};

use crate::{attribute_payer, attribute_period};

/// What of a payer has to be attributed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Due {
    /// These months, in the order in which their deliveries came.
    Months(Vec<BillingPeriod>),
    /// All months, the earliest first.
    AllMonths,
}

/// Whether a fact of others leaves something to attribute. What was attributed leaves nothing.
pub fn concerns(fact: &Fact) -> bool {
    matches!(
        fact,
        Fact::DeliveryCompleted(_)
            | Fact::UpstreamCreditObserved(_)
            | Fact::UpstreamCreditRevised(_)
            | Fact::UpstreamCreditTransferred(_)
            | Fact::UpstreamCreditSplit(_)
            | Fact::UpstreamCreditPaused(_)
            | Fact::UpstreamCreditCancelled(_)
            | Fact::SuspenseAttributed(_)
            | Fact::SuspenseAttributionWithdrawn(_)
            | Fact::PolicyAdopted(_)
    )
}

/// What is due after others wrote to these subjects.
///
/// # Errors
/// [`Failure`] where the read model cannot be read.
pub fn due_after(model: &ReadModel, heard: &[Subject]) -> Result<BTreeMap<PayerAccountId, Due>, Failure> {
    let mut due: BTreeMap<PayerAccountId, Due> = BTreeMap::new();
    for subject in heard {
        match AggregateKey::of(subject).map_err(|bad| Failure::failed(codes::SUBJECT_UNKNOWN, bad))? {
            AggregateKey::Delivery { payer, period } => {
                if let Due::Months(months) = due.entry(payer).or_insert_with(|| Due::Months(Vec::new())) {
                    months.retain(|month| *month != period);
                    months.push(period);
                }
            }
            AggregateKey::UpstreamCredit { payer, .. }
            | AggregateKey::Suspense { payer, .. }
            | AggregateKey::Policy { payer } => {
                due.insert(payer, Due::AllMonths);
            }
            AggregateKey::GeneralPolicy => due.extend(everything(model)?),
            AggregateKey::Command { .. }
            | AggregateKey::Member { .. }
            | AggregateKey::ConversionRates
            | AggregateKey::MemberUsage { .. }
            | AggregateKey::Memos { .. }
            | AggregateKey::Billing { .. } => {}
        }
    }
    Ok(due)
}

/// What is due after a start: it is not known what was missed.
///
/// # Errors
/// [`Failure`] where the read model cannot be read.
pub fn everything(model: &ReadModel) -> Result<BTreeMap<PayerAccountId, Due>, Failure> {
    Ok(model.payers()?.into_iter().map(|payer| (payer, Due::AllMonths)).collect())
}

/// Does what is due of a payer.
///
/// # Errors
/// [`Failure`].
pub async fn follow(unit: &mut UnitOfWork, payer: &PayerAccountId, due: &Due) -> Result<(), Failure> {
    match due {
        Due::AllMonths => attribute_payer(unit, payer).await,
        Due::Months(months) => {
            for period in months {
                unit.correlate(&format!("attribute {payer} {period}"));
                attribute_period(unit, payer, *period).await?;
            }
            Ok(())
        }
    }
}
