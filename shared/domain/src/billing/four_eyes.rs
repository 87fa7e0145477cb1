//! A second pair of eyes for acts upon a period (rule book B.2, N20): reopening it, voiding one of
//! its documents. Proposal and approval are facts on the period's subject.

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::BillingState;
use crate::{
    ids::{DocumentNumber, PayerAccountId},
    period::BillingPeriod,
    policy::{ClosedPeriodCorrections, FourEyesAct, Policies},
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
        /// The day it counts from.
        effective: NaiveDate,
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

/// Why a proposal was not approved.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PeriodApprovalRefusal {
    /// There is no such proposal, or it was approved before. See `approvals`.
    #[error("no proposal {0} waits for approval")]
    Unknown(String),
    /// Maker and checker are the same. Ask someone else.
    #[error("{by} proposed it: someone else has to approve it")]
    SamePerson {
        /// Who.
        by: String,
    },
}

impl BillingState {
    /// Decides an approval; the act itself is decided anew on the period as it is now.
    ///
    /// # Errors
    /// [`PeriodApprovalRefusal`].
    pub fn decide_approve(&self, proposal: &str, by: &str) -> Result<PeriodActApproved, PeriodApprovalRefusal> {
        let proposed =
            self.proposals.get(proposal).ok_or_else(|| PeriodApprovalRefusal::Unknown(proposal.to_owned()))?;
        if proposed.by == by {
            return Err(PeriodApprovalRefusal::SamePerson { by: by.to_owned() });
        }
        Ok(PeriodActApproved { proposal: proposal.to_owned(), proposed_by: proposed.by.clone(), by: by.to_owned() })
    }
}
