//! The catalogue of facts: every type of event that a log may hold, with its version.
//!
//! On the wire a fact is `{"type": "memo_issued.v1", "fact": {...}}`; the type stands first, so
//! that a reader decodes in one pass. A type's meaning never changes: a new meaning is a new
//! version here, and an upcaster that makes it of the old one. An old version whose fields include those of
//! the new one is read as the new one (`alias`): what was dropped is not read.

use domain::{
    account, billing,
    billing::BillingFact,
    credit,
    credit::{CreditFact, SuspenseFact},
    memo,
    memo::MemoFact,
    policy, rates, usage,
    usage::DeliveryFact,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A fact of the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", content = "fact")]
#[allow(missing_docs, clippy::large_enum_variant)] // each variant is its fact, documented in the domain
pub enum Fact {
    #[serde(rename = "member_assigned.v1")]
    MemberAssigned(account::MemberAssigned),
    #[serde(rename = "policy_adopted.v1")]
    PolicyAdopted(policy::PolicyAdopted),
    #[serde(rename = "policies_proposed.v1")]
    PoliciesProposed(policy::PoliciesProposed),
    #[serde(rename = "policies_approved.v1")]
    PoliciesApproved(policy::PoliciesApproved),
    #[serde(rename = "policies_rejected.v1")]
    PoliciesRejected(policy::PoliciesRejected),
    #[serde(rename = "conversion_rate_stated.v1")]
    ConversionRateStated(rates::ConversionRateStated),
    #[serde(rename = "command_done.v1")]
    CommandDone(crate::CommandDone),
    #[serde(rename = "member_usage_delivered.v1")]
    MemberUsageDelivered(usage::MemberUsageDelivered),
    #[serde(rename = "delivery_completed.v1")]
    DeliveryCompleted(usage::DeliveryCompleted),
    #[serde(rename = "delivery_seen.v1")]
    DeliverySeen(usage::DeliverySeen),
    #[serde(rename = "upstream_credit_observed.v1")]
    UpstreamCreditObserved(credit::UpstreamCreditObserved),
    #[serde(rename = "upstream_credit_revised.v1")]
    UpstreamCreditRevised(credit::UpstreamCreditRevised),
    #[serde(rename = "upstream_credit_transferred.v1")]
    UpstreamCreditTransferred(credit::UpstreamCreditTransferred),
    #[serde(rename = "upstream_credit_split.v1")]
    UpstreamCreditSplit(credit::UpstreamCreditSplit),
    #[serde(rename = "upstream_credit_paused.v1")]
    UpstreamCreditPaused(credit::UpstreamCreditPaused),
    #[serde(rename = "upstream_credit_cancelled.v1")]
    UpstreamCreditCancelled(credit::UpstreamCreditCancelled),
    #[serde(rename = "applications_attributed.v1")]
    ApplicationsAttributed(credit::ApplicationsAttributed),
    #[serde(rename = "credit_allocation_observed.v1")]
    CreditAllocationObserved(credit::CreditAllocationObserved),
    #[serde(rename = "suspense_opened.v1")]
    SuspenseOpened(credit::SuspenseOpened),
    #[serde(rename = "suspense_cleared.v1")]
    SuspenseCleared(credit::SuspenseCleared),
    #[serde(rename = "suspense_attributed.v1")]
    SuspenseAttributed(credit::SuspenseAttributed),
    #[serde(rename = "suspense_attribution_withdrawn.v1")]
    SuspenseAttributionWithdrawn(credit::SuspenseAttributionWithdrawn),
    #[serde(rename = "memo_issued.v1")]
    MemoIssued(memo::MemoIssued),
    #[serde(rename = "memo_opened.v1")]
    MemoOpened(memo::MemoOpened),
    #[serde(rename = "memo_funded.v1")]
    MemoFunded(memo::MemoFunded),
    #[serde(rename = "memo_applied.v1")]
    MemoApplied(memo::MemoApplied),
    #[serde(rename = "memo_unapplied.v1")]
    MemoUnapplied(memo::MemoUnapplied),
    #[serde(rename = "memo_lapsed.v1")]
    MemoLapsed(memo::MemoExpired),
    #[serde(rename = "memo_expired.v1")]
    MemoExpired(memo::MemoExpired),
    #[serde(rename = "memo_written_off.v1")]
    MemoWrittenOff(memo::MemoWrittenOff),
    #[serde(rename = "memo_refunded.v1")]
    MemoRefunded(memo::MemoRefunded),
    #[serde(rename = "memo_reassigned_out.v1")]
    MemoReassignedOut(memo::MemoReassignedOut),
    #[serde(rename = "memo_reassigned_in.v1")]
    MemoReassignedIn(memo::MemoReassignedIn),
    #[serde(rename = "memo_po_reassigned.v1")]
    MemoPoReassigned(memo::MemoPoReassigned),
    #[serde(rename = "memo_reinstated.v1")]
    MemoReinstated(memo::MemoReinstated),
    #[serde(rename = "upstream_shortfall_stated.v1")]
    UpstreamShortfallStated(memo::UpstreamShortfallStated),
    #[serde(rename = "upstream_surplus_stated.v1")]
    UpstreamSurplusStated(memo::UpstreamSurplusStated),
    #[serde(rename = "act_proposed.v2", alias = "act_proposed.v1")]
    ActProposed(memo::ActProposed),
    #[serde(rename = "act_approved.v1")]
    ActApproved(memo::ActApproved),
    #[serde(rename = "act_rejected.v1")]
    ActRejected(memo::ActRejected),
    #[serde(rename = "billing_run_started.v1")]
    BillingRunStarted(billing::BillingRunStarted),
    #[serde(rename = "member_statement_recorded.v1")]
    MemberStatementRecorded(billing::MemberStatement),
    #[serde(rename = "document_issued.v1")]
    DocumentIssued(billing::DocumentHeader),
    #[serde(rename = "billing_run_completed.v1")]
    BillingRunCompleted(billing::BillingRunCompleted),
    #[serde(rename = "period_closed.v1")]
    PeriodClosed(billing::PeriodClosed),
    #[serde(rename = "period_reopened.v1")]
    PeriodReopened(billing::PeriodReopened),
    #[serde(rename = "period_waived.v1")]
    PeriodWaived(billing::PeriodWaived),
    #[serde(rename = "document_voided.v1")]
    DocumentVoided(billing::DocumentVoided),
    #[serde(rename = "period_act_proposed.v2", alias = "period_act_proposed.v1")]
    PeriodActProposed(billing::PeriodActProposed),
    #[serde(rename = "period_act_approved.v1")]
    PeriodActApproved(billing::PeriodActApproved),
    #[serde(rename = "period_act_rejected.v1")]
    PeriodActRejected(billing::PeriodActRejected),
    #[serde(rename = "close_pack_made.v1")]
    ClosePackMade(billing::ClosePackMade),
}

impl Fact {
    /// The type with its version, as it stands on the wire.
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::MemberAssigned(_) => "member_assigned.v1",
            Self::PolicyAdopted(_) => "policy_adopted.v1",
            Self::PoliciesProposed(_) => "policies_proposed.v1",
            Self::PoliciesApproved(_) => "policies_approved.v1",
            Self::PoliciesRejected(_) => "policies_rejected.v1",
            Self::ConversionRateStated(_) => "conversion_rate_stated.v1",
            Self::CommandDone(_) => "command_done.v1",
            Self::MemberUsageDelivered(_) => "member_usage_delivered.v1",
            Self::DeliveryCompleted(_) => "delivery_completed.v1",
            Self::DeliverySeen(_) => "delivery_seen.v1",
            Self::UpstreamCreditObserved(_) => "upstream_credit_observed.v1",
            Self::UpstreamCreditRevised(_) => "upstream_credit_revised.v1",
            Self::UpstreamCreditTransferred(_) => "upstream_credit_transferred.v1",
            Self::UpstreamCreditSplit(_) => "upstream_credit_split.v1",
            Self::UpstreamCreditPaused(_) => "upstream_credit_paused.v1",
            Self::UpstreamCreditCancelled(_) => "upstream_credit_cancelled.v1",
            Self::ApplicationsAttributed(_) => "applications_attributed.v1",
            Self::CreditAllocationObserved(_) => "credit_allocation_observed.v1",
            Self::SuspenseOpened(_) => "suspense_opened.v1",
            Self::SuspenseCleared(_) => "suspense_cleared.v1",
            Self::SuspenseAttributed(_) => "suspense_attributed.v1",
            Self::SuspenseAttributionWithdrawn(_) => "suspense_attribution_withdrawn.v1",
            Self::MemoIssued(_) => "memo_issued.v1",
            Self::MemoOpened(_) => "memo_opened.v1",
            Self::MemoFunded(_) => "memo_funded.v1",
            Self::MemoApplied(_) => "memo_applied.v1",
            Self::MemoUnapplied(_) => "memo_unapplied.v1",
            Self::MemoLapsed(_) => "memo_lapsed.v1",
            Self::MemoExpired(_) => "memo_expired.v1",
            Self::MemoWrittenOff(_) => "memo_written_off.v1",
            Self::MemoRefunded(_) => "memo_refunded.v1",
            Self::MemoReassignedOut(_) => "memo_reassigned_out.v1",
            Self::MemoReassignedIn(_) => "memo_reassigned_in.v1",
            Self::MemoPoReassigned(_) => "memo_po_reassigned.v1",
            Self::MemoReinstated(_) => "memo_reinstated.v1",
            Self::UpstreamShortfallStated(_) => "upstream_shortfall_stated.v1",
            Self::UpstreamSurplusStated(_) => "upstream_surplus_stated.v1",
            Self::ActProposed(_) => "act_proposed.v2",
            Self::ActApproved(_) => "act_approved.v1",
            Self::ActRejected(_) => "act_rejected.v1",
            Self::BillingRunStarted(_) => "billing_run_started.v1",
            Self::MemberStatementRecorded(_) => "member_statement_recorded.v1",
            Self::DocumentIssued(_) => "document_issued.v1",
            Self::BillingRunCompleted(_) => "billing_run_completed.v1",
            Self::PeriodClosed(_) => "period_closed.v1",
            Self::PeriodReopened(_) => "period_reopened.v1",
            Self::PeriodWaived(_) => "period_waived.v1",
            Self::DocumentVoided(_) => "document_voided.v1",
            Self::PeriodActProposed(_) => "period_act_proposed.v2",
            Self::PeriodActApproved(_) => "period_act_approved.v1",
            Self::PeriodActRejected(_) => "period_act_rejected.v1",
            Self::ClosePackMade(_) => "close_pack_made.v1",
        }
    }

    /// Every type that is written today.
    pub const TYPES: &'static [&'static str] = &[
        "member_assigned.v1",
        "policy_adopted.v1",
        "policies_proposed.v1",
        "policies_approved.v1",
        "policies_rejected.v1",
        "conversion_rate_stated.v1",
        "command_done.v1",
        "member_usage_delivered.v1",
        "delivery_completed.v1",
        "delivery_seen.v1",
        "upstream_credit_observed.v1",
        "upstream_credit_revised.v1",
        "upstream_credit_transferred.v1",
        "upstream_credit_split.v1",
        "upstream_credit_paused.v1",
        "upstream_credit_cancelled.v1",
        "applications_attributed.v1",
        "credit_allocation_observed.v1",
        "suspense_opened.v1",
        "suspense_cleared.v1",
        "suspense_attributed.v1",
        "suspense_attribution_withdrawn.v1",
        "memo_issued.v1",
        "memo_opened.v1",
        "memo_funded.v1",
        "memo_applied.v1",
        "memo_unapplied.v1",
        "memo_lapsed.v1",
        "memo_expired.v1",
        "memo_written_off.v1",
        "memo_refunded.v1",
        "memo_reassigned_out.v1",
        "memo_reassigned_in.v1",
        "memo_po_reassigned.v1",
        "memo_reinstated.v1",
        "upstream_shortfall_stated.v1",
        "upstream_surplus_stated.v1",
        "act_proposed.v2",
        "act_approved.v1",
        "act_rejected.v1",
        "billing_run_started.v1",
        "member_statement_recorded.v1",
        "document_issued.v1",
        "billing_run_completed.v1",
        "period_closed.v1",
        "period_reopened.v1",
        "period_waived.v1",
        "document_voided.v1",
        "period_act_proposed.v2",
        "period_act_approved.v1",
        "period_act_rejected.v1",
        "close_pack_made.v1",
    ];

    /// Types that are read and no longer written: a newer version took their place.
    pub const OLDER_TYPES: &'static [&'static str] = &["act_proposed.v1", "period_act_proposed.v1"];
}

impl From<MemoFact> for Fact {
    fn from(fact: MemoFact) -> Self {
        match fact {
            MemoFact::Issued(fact) => Self::MemoIssued(fact),
            MemoFact::Opened(fact) => Self::MemoOpened(fact),
            MemoFact::Funded(fact) => Self::MemoFunded(fact),
            MemoFact::Applied(fact) => Self::MemoApplied(fact),
            MemoFact::Unapplied(fact) => Self::MemoUnapplied(fact),
            MemoFact::Lapsed(fact) => Self::MemoLapsed(fact),
            MemoFact::Expired(fact) => Self::MemoExpired(fact),
            MemoFact::WrittenOff(fact) => Self::MemoWrittenOff(fact),
            MemoFact::Refunded(fact) => Self::MemoRefunded(fact),
            MemoFact::ReassignedOut(fact) => Self::MemoReassignedOut(fact),
            MemoFact::ReassignedIn(fact) => Self::MemoReassignedIn(fact),
            MemoFact::PoReassigned(fact) => Self::MemoPoReassigned(fact),
            MemoFact::Reinstated(fact) => Self::MemoReinstated(fact),
            MemoFact::Shortfall(fact) => Self::UpstreamShortfallStated(fact),
            MemoFact::Surplus(fact) => Self::UpstreamSurplusStated(fact),
        }
    }
}

impl Fact {
    /// As a fact of a memo, where it is one.
    pub fn as_memo_fact(&self) -> Option<MemoFact> {
        Some(match self {
            Self::MemoIssued(fact) => MemoFact::Issued(fact.clone()),
            Self::MemoOpened(fact) => MemoFact::Opened(fact.clone()),
            Self::MemoFunded(fact) => MemoFact::Funded(fact.clone()),
            Self::MemoApplied(fact) => MemoFact::Applied(fact.clone()),
            Self::MemoUnapplied(fact) => MemoFact::Unapplied(fact.clone()),
            Self::MemoLapsed(fact) => MemoFact::Lapsed(fact.clone()),
            Self::MemoExpired(fact) => MemoFact::Expired(fact.clone()),
            Self::MemoWrittenOff(fact) => MemoFact::WrittenOff(fact.clone()),
            Self::MemoRefunded(fact) => MemoFact::Refunded(fact.clone()),
            Self::MemoReassignedOut(fact) => MemoFact::ReassignedOut(fact.clone()),
            Self::MemoReassignedIn(fact) => MemoFact::ReassignedIn(fact.clone()),
            Self::MemoPoReassigned(fact) => MemoFact::PoReassigned(fact.clone()),
            Self::MemoReinstated(fact) => MemoFact::Reinstated(fact.clone()),
            Self::UpstreamShortfallStated(fact) => MemoFact::Shortfall(fact.clone()),
            Self::UpstreamSurplusStated(fact) => MemoFact::Surplus(fact.clone()),
            _ => return None,
        })
    }
}

impl From<CreditFact> for Fact {
    fn from(fact: CreditFact) -> Self {
        match fact {
            CreditFact::Observed(fact) => Self::UpstreamCreditObserved(fact),
            CreditFact::Revised(fact) => Self::UpstreamCreditRevised(fact),
            CreditFact::Transferred(fact) => Self::UpstreamCreditTransferred(fact),
            CreditFact::Split(fact) => Self::UpstreamCreditSplit(fact),
            CreditFact::Paused(fact) => Self::UpstreamCreditPaused(fact),
            CreditFact::Cancelled(fact) => Self::UpstreamCreditCancelled(fact),
            CreditFact::Attributed(fact) => Self::ApplicationsAttributed(fact),
            CreditFact::AllocationObserved(fact) => Self::CreditAllocationObserved(fact),
        }
    }
}

impl Fact {
    /// As a fact of an upstream credit, where it is one.
    pub fn as_credit_fact(&self) -> Option<CreditFact> {
        Some(match self {
            Self::UpstreamCreditObserved(fact) => CreditFact::Observed(fact.clone()),
            Self::UpstreamCreditRevised(fact) => CreditFact::Revised(fact.clone()),
            Self::UpstreamCreditTransferred(fact) => CreditFact::Transferred(fact.clone()),
            Self::UpstreamCreditSplit(fact) => CreditFact::Split(fact.clone()),
            Self::UpstreamCreditPaused(fact) => CreditFact::Paused(fact.clone()),
            Self::UpstreamCreditCancelled(fact) => CreditFact::Cancelled(fact.clone()),
            Self::ApplicationsAttributed(fact) => CreditFact::Attributed(fact.clone()),
            Self::CreditAllocationObserved(fact) => CreditFact::AllocationObserved(fact.clone()),
            _ => return None,
        })
    }
}

impl From<SuspenseFact> for Fact {
    fn from(fact: SuspenseFact) -> Self {
        match fact {
            SuspenseFact::Opened(fact) => Self::SuspenseOpened(fact),
            SuspenseFact::Cleared(fact) => Self::SuspenseCleared(fact),
            SuspenseFact::Attributed(fact) => Self::SuspenseAttributed(fact),
            SuspenseFact::Withdrawn(fact) => Self::SuspenseAttributionWithdrawn(fact),
        }
    }
}

impl Fact {
    /// As a fact of suspense, where it is one.
    pub fn as_suspense_fact(&self) -> Option<SuspenseFact> {
        Some(match self {
            Self::SuspenseOpened(fact) => SuspenseFact::Opened(fact.clone()),
            Self::SuspenseCleared(fact) => SuspenseFact::Cleared(fact.clone()),
            Self::SuspenseAttributed(fact) => SuspenseFact::Attributed(fact.clone()),
            Self::SuspenseAttributionWithdrawn(fact) => SuspenseFact::Withdrawn(fact.clone()),
            _ => return None,
        })
    }
}

impl From<DeliveryFact> for Fact {
    fn from(fact: DeliveryFact) -> Self {
        match fact {
            DeliveryFact::Completed(fact) => Self::DeliveryCompleted(fact),
            DeliveryFact::Seen(fact) => Self::DeliverySeen(fact),
        }
    }
}

impl Fact {
    /// As a fact of a delivery, where it is one.
    pub fn as_delivery_fact(&self) -> Option<DeliveryFact> {
        Some(match self {
            Self::DeliveryCompleted(fact) => DeliveryFact::Completed(fact.clone()),
            Self::DeliverySeen(fact) => DeliveryFact::Seen(fact.clone()),
            _ => return None,
        })
    }
}

impl From<BillingFact> for Fact {
    fn from(fact: BillingFact) -> Self {
        match fact {
            BillingFact::RunStarted(fact) => Self::BillingRunStarted(fact),
            BillingFact::Statement(fact) => Self::MemberStatementRecorded(fact),
            BillingFact::Document(fact) => Self::DocumentIssued(fact),
            BillingFact::RunCompleted(fact) => Self::BillingRunCompleted(fact),
            BillingFact::Closed(fact) => Self::PeriodClosed(fact),
            BillingFact::Reopened(fact) => Self::PeriodReopened(fact),
            BillingFact::Waived(fact) => Self::PeriodWaived(fact),
            BillingFact::Voided(fact) => Self::DocumentVoided(fact),
            BillingFact::ActProposed(fact) => Self::PeriodActProposed(fact),
            BillingFact::ActApproved(fact) => Self::PeriodActApproved(fact),
            BillingFact::ActRejected(fact) => Self::PeriodActRejected(fact),
            BillingFact::Packed(fact) => Self::ClosePackMade(fact),
        }
    }
}

impl Fact {
    /// As a fact of a payer's period, where it is one.
    pub fn as_billing_fact(&self) -> Option<BillingFact> {
        Some(match self {
            Self::BillingRunStarted(fact) => BillingFact::RunStarted(fact.clone()),
            Self::MemberStatementRecorded(fact) => BillingFact::Statement(fact.clone()),
            Self::DocumentIssued(fact) => BillingFact::Document(fact.clone()),
            Self::BillingRunCompleted(fact) => BillingFact::RunCompleted(fact.clone()),
            Self::PeriodClosed(fact) => BillingFact::Closed(fact.clone()),
            Self::PeriodReopened(fact) => BillingFact::Reopened(fact.clone()),
            Self::PeriodWaived(fact) => BillingFact::Waived(fact.clone()),
            Self::DocumentVoided(fact) => BillingFact::Voided(fact.clone()),
            Self::PeriodActProposed(fact) => BillingFact::ActProposed(fact.clone()),
            Self::PeriodActApproved(fact) => BillingFact::ActApproved(fact.clone()),
            Self::PeriodActRejected(fact) => BillingFact::ActRejected(fact.clone()),
            Self::ClosePackMade(fact) => BillingFact::Packed(fact.clone()),
            _ => return None,
        })
    }
}
