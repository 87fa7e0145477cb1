//! What a planned run records on its month: that it began, its documents and statements, and how it
//! ended. Each is decided from the month as it stands, so that what stands already is not recorded again.

use std::collections::BTreeMap;

use money::Money;

use super::{DocumentOf, PayerMonth, PlanFault, RunInputs, RunPlan};
use crate::{
    billing::{
        BillingFact, BillingRunCompleted, BillingRunStarted, BillingState, DocumentHeader, IssueDocument,
        MemberStatement, PeriodOutline, RunTotals, content_digest,
    },
    period::BillingPeriod,
    policy::DocumentSeries,
};

/// What stands once a run is recorded.
#[derive(Debug, Clone)]
pub struct IssuedRun {
    /// The documents that stand.
    pub documents: Vec<DocumentHeader>,
    /// How the run ended.
    pub completed: BillingRunCompleted,
}

impl RunInputs {
    /// That the run began; nothing where it did before.
    pub fn started(&self, state: &BillingState) -> Option<BillingFact> {
        let is_under_way = state.last_run.as_ref().is_some_and(|last| last.run == self.run);
        (!is_under_way).then(|| {
            BillingFact::RunStarted(BillingRunStarted {
                run: self.run.clone(),
                payer: self.month.payer.clone(),
                period: self.month.period,
                delivery: self.month.delivery.delivery.clone(),
                policy: self.month.policy.clone(),
                draft: self.draft,
                follows: self.month.follows,
            })
        })
    }
}

impl RunPlan {
    /// What is recorded of some of the documents, given the month's billing as it stands, and how many
    /// documents of the series over all months other months have issued.
    pub fn issue(
        inputs: &RunInputs,
        documents: &[DocumentOf],
        mut state: BillingState,
        issued_elsewhere: usize,
    ) -> Vec<BillingFact> {
        let mut facts = Vec::new();
        for ((customer, po_number), statements) in documents {
            let decision = state.decide_document(IssueDocument {
                payer: &inputs.month.payer,
                period: inputs.month.period,
                customer,
                po_number,
                currency: inputs.month.currency(),
                date: inputs.date,
                statements: statements.clone(),
                policies: &inputs.month.policies,
                policy: &inputs.month.policy,
                run: &inputs.run,
                draft: inputs.draft,
                issued_elsewhere,
            });
            for fact in decision.facts {
                state.evolve(&fact);
                facts.push(fact);
            }
        }
        facts
    }

    /// What stands once all is recorded: `state` is the month's billing by then.
    ///
    /// # Errors
    /// [`PlanFault`] where a sum cannot be held.
    pub fn issued(&self, inputs: &RunInputs, state: &BillingState) -> Result<IssuedRun, PlanFault> {
        let currency = inputs.month.currency();
        let mut documents = Vec::new();
        let mut statements: Vec<&MemberStatement> = Vec::new();
        for ((customer, po_number), of_customer) in &self.documents {
            if let Some(header) = state.standing_for(customer, po_number) {
                statements.extend(of_customer);
                documents.push(header.clone());
            }
        }
        statements.extend(&self.without_document);
        let sum = |of: fn(&MemberStatement) -> Money| Money::sum(currency, statements.iter().map(|one| of(one)));
        let gross = sum(|statement| statement.gross);
        let totals = RunTotals {
            currency,
            members: statements.len() as u64,
            unassigned: self.unassigned.len() as u64,
            documents: documents.len() as u64,
            gross,
            applied: sum(|statement| Money::sum(statement.currency, statement.lines.iter().map(|line| line.applied))),
            due: sum(|statement| statement.due),
            rounding_difference: self.exact_gross.checked_sub(gross.to_exact())?,
            kept: self.kept,
        };
        let completed = BillingRunCompleted {
            run: inputs.run.clone(),
            delivery: inputs.month.delivery.delivery.clone(),
            draft: inputs.draft,
            totals,
            other_payers: inputs.across.deliveries(),
        };
        Ok(IssuedRun { documents, completed })
    }
}

impl IssuedRun {
    /// That the run ended; nothing where it ended so before.
    pub fn ended(&self, state: &BillingState) -> Option<BillingFact> {
        let stands = state.billed() == Some(&self.completed);
        (!stands).then(|| BillingFact::RunCompleted(self.completed.clone()))
    }
}

/// Whether a statement on no document says what stands, runs apart.
pub fn says_the_same(stands: &MemberStatement, planned: &MemberStatement) -> bool {
    let digest = |one: &MemberStatement| content_digest(std::slice::from_ref(one));
    digest(stands) == digest(planned)
}

/// Documents of the series over all months that other months have issued.
pub fn issued_elsewhere(month: &PayerMonth, periods: &BTreeMap<BillingPeriod, PeriodOutline>) -> usize {
    if month.policies.document_series != DocumentSeries::Payer {
        return 0;
    }
    periods.iter().filter(|(period, _)| **period != month.period).map(|(_, state)| state.in_payer_series).sum()
}
