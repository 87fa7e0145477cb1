//! A second pair of eyes for acts upon a period (rule book B.2, N20, D8): reopening it, voiding one of
//! its documents. Proposal, approval and rejection are facts on the period's subject. What a person said is
//! in the proposal; what the act does is decided when it is approved, on the period as it is then.

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{BillingFact, BillingState, ReopenPeriod, ReopenRefusal, VoidDocument, VoidRefusal};
use crate::{
    day::{YearOutOfRange, check_year},
    ids::{DocumentNumber, PayerAccountId},
    memo::{ApprovalRefusal, check_second_person, posting_of_act},
    period::BillingPeriod,
    policy::{ClosedPeriodCorrections, FourEyesAct, Policies, PoliciesOfPayer},
};

/// An act upon a payer's period that may need a second person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PeriodAct {
    /// Reopen it.
    Reopen,
    /// Void one of its documents.
    Void {
        /// The document.
        document: DocumentNumber,
        /// The day it counts from; the day it is decided where none is named.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        effective: Option<NaiveDate>,
    },
}

impl PeriodAct {
    /// Whether the policies ask for a second person.
    pub fn needs_second_person(&self, policies: &Policies) -> bool {
        match self {
            // A policy that corrects closed months by reopening them reopens by approved act only.
            Self::Reopen => {
                policies.closed_period_corrections == ClosedPeriodCorrections::Reopen
                    || policies.four_eyes.contains(&FourEyesAct::Reopen)
            }
            Self::Void { .. } => policies.four_eyes.contains(&FourEyesAct::Void),
        }
    }
}

/// An act upon a period waits for a second person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PeriodActProposed {
    /// Its id.
    pub proposal: String,
    /// The payer.
    pub payer: PayerAccountId,
    /// The period.
    pub period: BillingPeriod,
    /// What is to be done.
    pub act: PeriodAct,
    /// Who proposed it.
    pub by: String,
    /// Why.
    pub reason: String,
}

/// A second person approved an act upon a period; what it does is in the same commit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PeriodActApproved {
    /// The proposal.
    pub proposal: String,
    /// Who proposed it.
    pub proposed_by: String,
    /// Who approved it.
    pub by: String,
}

/// A proposal was turned down by another person, or withdrawn by who made it. Nothing is done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PeriodActRejected {
    /// The proposal.
    pub proposal: String,
    /// Who proposed it.
    pub proposed_by: String,
    /// Who turned it down, or withdrew it.
    pub by: String,
    /// Why; blank where nobody said.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
}

/// Why an act upon a period was not done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PeriodActRefusal {
    /// It was not reopened.
    #[error(transparent)]
    Reopen(#[from] ReopenRefusal),
    /// It was not voided.
    #[error(transparent)]
    Void(#[from] VoidRefusal),
    /// A day that cannot be. Correct it.
    #[error(transparent)]
    Day(#[from] YearOutOfRange),
}

/// Why a proposal was not approved, or not rejected.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PeriodApprovalRefusal {
    /// There is no such proposal, or its maker wants to approve it.
    #[error(transparent)]
    Approval(#[from] ApprovalRefusal),
    /// What it would do is no longer possible. Reject it, and propose what is possible now.
    #[error("proposal {proposal} can no longer be done: {why}; reject it (creditmemo reject {proposal})")]
    NoLonger {
        /// The proposal.
        proposal: String,
        /// Why not.
        why: PeriodActRefusal,
    },
}

/// A period as an act upon it finds it: gathered anew each time the act is decided.
#[derive(Debug, Clone)]
pub struct PeriodActContext {
    /// The payer.
    pub payer: PayerAccountId,
    /// The period.
    pub period: BillingPeriod,
    /// How it stands.
    pub state: BillingState,
    /// How the next one stands.
    pub next: BillingState,
    /// The first period of the payer whose statements are not issued.
    pub first_unissued: Option<BillingPeriod>,
    /// Whether the period before that one is still open: a run may make its statements anew.
    pub is_last_issued_open: bool,
    /// The policies of the payer.
    pub policies: PoliciesOfPayer,
    /// The day.
    pub today: NaiveDate,
}

impl PeriodActContext {
    /// Decides an act upon the period.
    ///
    /// # Errors
    /// [`PeriodActRefusal`].
    pub fn decide(&self, act: &PeriodAct) -> Result<Vec<BillingFact>, PeriodActRefusal> {
        let (payer, period) = (self.payer.clone(), self.period);
        Ok(match act {
            PeriodAct::Reopen => {
                let next_is_billed = self.next.is_built_upon();
                self.state.decide_reopen(&ReopenPeriod { payer, period, next_is_billed })?
            }
            PeriodAct::Void { document, effective } => {
                let effective = check_year("date", effective.unwrap_or(self.today))?;
                let document = document.clone();
                let first_open = self.first_unissued.map(|unissued| match unissued.previous() {
                    last if self.is_last_issued_open && last > period => last,
                    _ => unissued,
                });
                self.state.decide_void(&VoidDocument { document, payer, period, effective, first_open })?
            }
        })
    }

    /// Whether the policies that are in force for the next statement ask for a second person.
    pub fn needs_second_person(&self, act: &PeriodAct) -> bool {
        act.needs_second_person(&self.policies.in_force(posting_of_act(self.first_unissued, self.today)))
    }

    /// Decides an approval: the act is decided anew on the period as it is now.
    ///
    /// # Errors
    /// [`PeriodApprovalRefusal`].
    pub fn decide_approve(
        &self,
        proposal: &str,
        by: &str,
    ) -> Result<(PeriodActApproved, Vec<BillingFact>), PeriodApprovalRefusal> {
        let proposed = self.state.waiting(proposal)?;
        check_second_person(&proposed.by, by)?;
        let done = self
            .decide(&proposed.act)
            .map_err(|why| PeriodApprovalRefusal::NoLonger { proposal: proposal.to_owned(), why })?;
        let approved =
            PeriodActApproved { proposal: proposal.to_owned(), proposed_by: proposed.by.clone(), by: by.to_owned() };
        Ok((approved, done))
    }
}

impl BillingState {
    fn waiting(&self, proposal: &str) -> Result<&PeriodActProposed, ApprovalRefusal> {
        self.proposals.get(proposal).ok_or_else(|| ApprovalRefusal::Unknown(proposal.to_owned()))
    }

    /// Decides a rejection, or a withdrawal by who made the proposal.
    ///
    /// # Errors
    /// [`ApprovalRefusal::Unknown`].
    pub fn decide_reject(&self, proposal: &str, by: &str, reason: &str) -> Result<PeriodActRejected, ApprovalRefusal> {
        let proposed = self.waiting(proposal)?;
        Ok(PeriodActRejected {
            proposal: proposal.to_owned(),
            proposed_by: proposed.by.clone(),
            by: by.to_owned(),
            reason: reason.to_owned(),
        })
    }
}
