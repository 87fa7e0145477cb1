//! What AWS did with a credit, as an operator states it.

use domain::{
    credit::{CreditLife, UpstreamCreditObserved, UpstreamCreditTerms},
    ids::{PayerAccountId, UpstreamCreditId},
};
use service_kit::{Failure, UnitOfWork, codes};
use wire::{Fact, Subject};

/// Records what AWS did with a credit; the children of a split are observed with it.
///
/// # Errors
/// [`Failure`]; nothing is recorded then.
pub async fn credit_life(
    unit: &mut UnitOfWork,
    payer: &PayerAccountId,
    credit: &UpstreamCreditId,
    life: &CreditLife,
) -> Result<usize, Failure> {
    // Killed before what follows of it: what AWS did is not done twice.
    if let Some(facts) = unit.recorded_before(&Subject::credit(payer, credit)).await? {
        return Ok(facts.len());
    }
    let decided = unit
        .decide_many(|model| {
            let state = model.upstream_credit(payer, credit)?;
            let facts = state
                .decide_life(credit, life)
                .map_err(|refusal| Failure::refused(codes::CREDIT_ACT_REFUSED, refusal))?;
            let mut decided = Vec::new();
            if let (CreditLife::Split { portions, effective, .. }, Some(terms)) = (life, &state.terms) {
                for (at, portion) in portions.iter().enumerate() {
                    let child = UpstreamCreditTerms {
                        credit: portion.credit.clone(),
                        owner: portion.owner.clone().unwrap_or_else(|| terms.owner.clone()),
                        // AWS's own way of naming the children of a split.
                        description: format!("{} - {}/{}", terms.description, at + 1, portions.len()),
                        face_amount: portion.amount,
                        initial_amount: None,
                        remaining_amount: None,
                        start_date: *effective,
                        end_date: terms.end_date.map(|end| end.max(*effective)),
                        ..terms.clone()
                    };
                    let facts = match model.upstream_credit(payer, &portion.credit)?.terms {
                        None => {
                            let split_from = Some(credit.clone());
                            vec![Fact::UpstreamCreditObserved(UpstreamCreditObserved { terms: child, split_from })]
                        }
                        // A split that was cut off here is completed by repeating it.
                        Some(known) if known == child => Vec::new(),
                        Some(known) => {
                            let what =
                                format!("credit {} is known already: name new ids for the portions", known.credit);
                            return Err(Failure::refused(codes::PORTION_ID_TAKEN, what));
                        }
                    };
                    decided.push((Subject::credit(payer, &portion.credit), facts));
                }
            }
            // The parent last: until it is split, a repetition does what is missing.
            decided.push((Subject::credit(payer, credit), facts.into_iter().map(Fact::from).collect()));
            Ok(decided)
        })
        .await?;
    Ok(decided.len())
}
