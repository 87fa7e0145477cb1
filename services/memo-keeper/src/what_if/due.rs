//! What the services do by themselves follows what was stated, once all of it was: a delivery of several
//! bills, an import of several credits. Here is kept what was stated and not followed yet.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use domain::{credit::UpstreamCreditTerms, ids::PayerAccountId, period::BillingPeriod};
use wire::{AggregateKey, Fact, StreamName};

use super::order::Decided;

/// What was stated and not followed yet.
#[derive(Default)]
pub(super) struct Due {
    /// Credits that were imported since memos were issued.
    pub(super) observed: Vec<UpstreamCreditTerms>,
    /// Payers whose credits changed.
    pub(super) changed: BTreeSet<PayerAccountId>,
    /// Months whose bill came, or of whose lines an operator said whose they are, in that order.
    pub(super) delivered: Vec<(PayerAccountId, BillingPeriod)>,
    /// What stated the last of it.
    stated_by: Option<Statement>,
}

#[derive(PartialEq, Eq)]
struct Statement {
    command: String,
    correlation: String,
    on: NaiveDate,
}

impl Statement {
    fn of(commit: &Decided) -> Self {
        let correlation = match commit.body.command.as_str() {
            // Each bill of a delivery is recorded by itself.
            "ingest" => String::new(),
            _ => commit.body.correlation.clone(),
        };
        Self { command: commit.body.command.clone(), correlation, on: commit.body.recorded.date_naive() }
    }
}

impl Due {
    /// Whether it is to be followed before a commit: that is not one more statement of the same act.
    pub(super) fn is_due_before(&self, commit: &Decided) -> bool {
        let states = matches!(commit.subject.stream(), StreamName::Usage | StreamName::Credits);
        let is_attribution = |fact: &Fact| {
            matches!(fact, Fact::ApplicationsAttributed(_) | Fact::SuspenseOpened(_) | Fact::SuspenseCleared(_))
        };
        self.stated_by.as_ref().is_some_and(|stated_by| {
            !states || *stated_by != Statement::of(commit) || commit.body.facts.iter().any(is_attribution)
        })
    }

    /// Notes what a commit states.
    pub(super) fn note(&mut self, commit: &Decided) {
        let Ok(key) = AggregateKey::of(&commit.subject) else { return };
        // An import issues memos at once; what happens to a credit later reaches them another way.
        let is_import = !["credits split", "credits transfer", "credits pause", "credits cancel"]
            .contains(&commit.body.command.as_str());
        let mut states = false;
        for fact in &commit.body.facts {
            states |= match (fact, &key) {
                (Fact::DeliveryCompleted(_), AggregateKey::Delivery { payer, period })
                | (
                    Fact::SuspenseAttributed(_) | Fact::SuspenseAttributionWithdrawn(_),
                    AggregateKey::Suspense { payer, period },
                ) => {
                    self.delivered.push((payer.clone(), *period));
                    true
                }
                (Fact::UpstreamCreditObserved(fact), _) if is_import => {
                    self.observed.push(fact.terms.clone());
                    self.changes(&key)
                }
                (Fact::UpstreamCreditRevised(fact), _) if is_import => {
                    self.observed.push(fact.after.clone());
                    self.changes(&key)
                }
                (
                    Fact::UpstreamCreditObserved(_)
                    | Fact::UpstreamCreditRevised(_)
                    | Fact::UpstreamCreditTransferred(_)
                    | Fact::UpstreamCreditSplit(_)
                    | Fact::UpstreamCreditPaused(_)
                    | Fact::UpstreamCreditCancelled(_),
                    _,
                ) => self.changes(&key),
                _ => false,
            };
        }
        if states {
            self.stated_by = Some(Statement::of(commit));
        }
    }

    fn changes(&mut self, key: &AggregateKey) -> bool {
        self.changed.extend(key.payer().cloned());
        true
    }
}
