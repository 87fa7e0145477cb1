//! Voided documents: giving back what memos paid of them. Whose they were, and what their memos get
//! back, is the domain's (rule book N39).

use domain::{
    ids::{DocumentNumber, PayerAccountId},
    memo::{PastEnd, UnapplyVoided},
    period::BillingPeriod,
};
use service_kit::{Failure, UnitOfWork, codes};
use wire::{Fact, Subject};

/// Gives back what memos paid of a voided document. By target: repeated, it does what is missing.
pub(crate) async fn give_back(
    unit: &mut UnitOfWork,
    payer: &PayerAccountId,
    period: BillingPeriod,
    document: &DocumentNumber,
) -> Result<usize, Failure> {
    let today = unit.clock.today();
    let decided = unit
        .decide_many(|model| {
            let Some(posting) = model.billing(payer, period)?.voided.get(document).copied() else {
                return Ok(Vec::new());
            };
            let past_end = PastEnd::of(&model.policies(payer, posting)?);
            let mut decided = Vec::new();
            for member in model.members_stated(payer, period)? {
                let Some(stored) = model.statement(payer, &member, period)? else { continue };
                let statement = stored.statement;
                if statement.document_number.as_ref() != Some(document) {
                    continue;
                }
                let run = &statement.run;
                let command = UnapplyVoided { document, period, run, posting, past_end: &past_end, on: today };
                let facts = model
                    .memos(payer, &member)?
                    .decide_unapply_voided(&command)
                    .map_err(|fault| Failure::check(codes::DECISION_DOES_NOT_FOLLOW, fault))?;
                decided.push((Subject::memos(payer, &member), facts.into_iter().map(Fact::from).collect()));
            }
            Ok(decided)
        })
        .await?;
    Ok(decided.iter().map(|(_, facts)| facts.len()).sum())
}
