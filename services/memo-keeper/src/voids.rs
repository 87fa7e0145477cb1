//! Voided documents (rule book N39): whose they were, and what their memos get back.

use std::collections::BTreeMap;

use domain::{
    billing::voided_for_good,
    ids::{DocumentNumber, MemberAccountId, PayerAccountId, RunId},
    memo::{PastEnd, UnapplyVoided},
    period::BillingPeriod,
};
use read_model::ReadModel;
use service_kit::{Failure, UnitOfWork, codes};
use wire::{Fact, Subject};

use crate::members::PeriodContext;

/// Members of a month whose document was voided for good, with the document and the run it is of.
pub(crate) type VoidedMembers = BTreeMap<MemberAccountId, (DocumentNumber, RunId)>;

/// Members of a month whose document was voided after the month's statements were out.
pub(crate) fn voided_members(
    model: &ReadModel,
    basis: &PeriodContext,
    documents: &BTreeMap<DocumentNumber, BillingPeriod>,
) -> Result<VoidedMembers, Failure> {
    let mut voided = VoidedMembers::new();
    for document in voided_for_good(documents, basis.period) {
        for (member, run) in members_of(model, &basis.payer, basis.period, document)? {
            voided.insert(member, (document.clone(), run));
        }
    }
    Ok(voided)
}

/// Members whose standing statement of a month is of a document, with the run that made it.
fn members_of(
    model: &ReadModel,
    payer: &PayerAccountId,
    period: BillingPeriod,
    document: &DocumentNumber,
) -> Result<Vec<(MemberAccountId, RunId)>, Failure> {
    let mut found = Vec::new();
    for member in model.members_stated(payer, period)? {
        if let Some(stored) = model.statement(payer, &member, period)?
            && stored.statement.document_number.as_ref() == Some(document)
        {
            found.push((member, stored.statement.run));
        }
    }
    Ok(found)
}

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
            for (member, run) in members_of(model, payer, period, document)? {
                let command = UnapplyVoided { document, period, run: &run, posting, past_end: &past_end, on: today };
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
