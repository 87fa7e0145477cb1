//! Closing a period: what it needs, what blocks it, waiving (rule book N19, N45).

use money::{Currency, Exact};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{BillingFact, BillingState, PeriodClosed, PeriodStatus, PeriodWaived};
use crate::{
    ids::{DeliveryId, MemberAccountId, PayerAccountId},
    period::BillingPeriod,
    policy::PolicyHash,
};

/// Something that keeps a period from being billed or closed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", tag = "blocker")]
pub enum Blocker {
    /// No delivery was ingested.
    NotDelivered,
    /// The former period is neither closed nor waived.
    FormerPeriodOpen {
        /// The former period.
        former: BillingPeriod,
    },
    /// It was not billed.
    NotBilled,
    /// A billing run was cut off, or the delivery changed since.
    BilledOnOtherDelivery,
    /// AWS may still change the bill.
    Estimated,
    /// Documents are drafts.
    DraftsOnly,
    /// Upstream credit lines have no known owner.
    Suspense {
        /// How much.
        amount: Exact,
        /// What the policy tolerates.
        tolerance: Exact,
    },
    /// Line types that no table knows.
    Unclassified {
        /// Their sum.
        amount: Exact,
        /// Their rows.
        rows: u64,
    },
    /// Member accounts that no import names.
    Unassigned {
        /// Them.
        members: Vec<MemberAccountId>,
    },
    /// The export is pro-forma: it has no credits and no invoices.
    ProForma,
    /// The documents and AWS's bill do not tie.
    Residual {
        /// The difference.
        amount: Exact,
        /// The currency.
        currency: Currency,
    },
    /// Memos of another payer of ours paid more or less than the statements say (rule book N21).
    PaidNotShown {
        /// What another run would show.
        amount: Exact,
        /// The currency.
        currency: Currency,
    },
    /// Memos changed in this month after its statements were made.
    StatementsBehind {
        /// The accounts.
        members: Vec<MemberAccountId>,
    },
    /// A document needs a conversion rate.
    NoRate {
        /// From.
        from: Currency,
        /// To.
        to: Currency,
    },
    /// An earlier month was closed and its bill has changed since, and the policy wants it reopened.
    ClosedPeriodChanged {
        /// The earlier month.
        changed: BillingPeriod,
    },
    /// Days are missing that the policy counts.
    DaysMissing {
        /// What the refusal says.
        detail: String,
    },
}

impl Blocker {
    /// What it is and what to do.
    pub fn in_words(&self) -> String {
        match self {
            Self::NotDelivered => "no delivery was ingested: ingest the payer's bill for the period".into(),
            Self::FormerPeriodOpen { former } => {
                format!("{former} is neither closed nor waived: close it, or waive it with --reason")
            }
            Self::NotBilled => "it was not billed: run bill".into(),
            Self::BilledOnOtherDelivery => "the delivery changed since it was billed: run bill again".into(),
            Self::Estimated => {
                "AWS's bill is estimated (no invoice ids): ingest the final one, or say --accept-estimated".into()
            }
            Self::DraftsOnly => {
                "its documents are drafts: run bill with --accept-estimated, or on the final delivery".into()
            }
            Self::Suspense { amount, tolerance } => format!(
                "{amount} of upstream credits has no known owner (tolerated: {tolerance}): see credits suspense, then credits attribute"
            ),
            Self::Unclassified { amount, rows } => {
                format!(
                    "{rows} rows of {amount} have line types that no table knows: see ingest's by_type, then waive with --reason"
                )
            }
            Self::Unassigned { members } => {
                let names: Vec<&str> = members.iter().take(5).map(MemberAccountId::as_str).collect();
                let more = if members.len() > 5 { ", ..." } else { "" };
                format!(
                    "{} member accounts have no customer ({}{more}): import them, or waive with --reason",
                    members.len(),
                    names.join(", ")
                )
            }
            Self::ProForma => "the delivery is pro-forma: it serves for rating only, ingest the standard export".into(),
            Self::Residual { amount, currency } => {
                format!("documents and AWS's bill differ by {amount} {currency}: see reconcile")
            }
            Self::PaidNotShown { amount, currency } => format!(
                "memos of another payer paid {amount} {currency} more of its charges than its statements say: run bill again"
            ),
            Self::StatementsBehind { members } => format!(
                "the memos of {} member accounts changed since their statements were made: run bill again",
                members.len()
            ),
            Self::NoRate { from, to } => format!("there is no rate from {from} to {to}: import it with rates import"),
            Self::ClosedPeriodChanged { changed } => format!(
                "{changed} was closed and its bill has changed since: reopen it with --reason, have it approved, bill and close it again"
            ),
            Self::DaysMissing { detail } => detail.clone(),
        }
    }

    /// Whether an operator may waive it: what is not known yet may be waived, what is not done yet
    /// may not.
    pub fn is_waivable(&self) -> bool {
        matches!(
            self,
            Self::Suspense { .. }
                | Self::Unclassified { .. }
                | Self::Unassigned { .. }
                | Self::Estimated
                | Self::FormerPeriodOpen { .. }
        )
    }
}

/// Close a period.
#[derive(Debug, Clone)]
pub struct ClosePeriod {
    /// The payer.
    pub payer: PayerAccountId,
    /// The period.
    pub period: BillingPeriod,
    /// The delivery that counts.
    pub delivery: Option<DeliveryId>,
    /// The policies.
    pub policy: PolicyHash,
    /// What was found outside this aggregate.
    pub found: Vec<Blocker>,
    /// An estimated bill will do.
    pub accept_estimated: bool,
    /// Waive what may be waived.
    pub waive: bool,
}

/// Let a period not hold the next one.
#[derive(Debug, Clone)]
pub struct WaivePeriod {
    /// The payer.
    pub payer: PayerAccountId,
    /// The period.
    pub period: BillingPeriod,
    /// What blocks it.
    pub blockers: Vec<Blocker>,
}

/// Why a period was not closed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CloseRefusal {
    /// Something blocks it. Do what each blocker says.
    #[error("{period} of {payer} is blocked")]
    Blocked {
        /// The payer.
        payer: PayerAccountId,
        /// The period.
        period: BillingPeriod,
        /// All that blocks.
        blockers: Vec<Blocker>,
    },
}

impl BillingState {
    /// What keeps the period from being closed, given what was found outside this aggregate.
    pub fn blockers(&self, command: &ClosePeriod) -> Vec<Blocker> {
        let mut blockers = Vec::new();
        match (self.billed(), &command.delivery) {
            (_, None) => blockers.push(Blocker::NotDelivered),
            (None, Some(_)) => blockers.push(Blocker::NotBilled),
            (Some(run), Some(delivery)) if run.delivery != *delivery => blockers.push(Blocker::BilledOnOtherDelivery),
            (Some(run), Some(_)) if run.draft && !command.accept_estimated => blockers.push(Blocker::DraftsOnly),
            (Some(_), Some(_)) => {}
        }
        blockers.extend(command.found.iter().cloned());
        if command.accept_estimated {
            blockers.retain(|blocker| *blocker != Blocker::Estimated);
        }
        blockers
    }

    /// Decides a close. A period that is closed stays so: nothing is recorded.
    ///
    /// # Errors
    /// [`CloseRefusal::Blocked`] with everything that blocks.
    pub fn decide_close(&self, command: &ClosePeriod) -> Result<Vec<BillingFact>, CloseRefusal> {
        if self.status == PeriodStatus::Closed {
            return Ok(Vec::new());
        }
        let blockers = self.blockers(command);
        let (waived, blocking): (Vec<Blocker>, Vec<Blocker>) =
            blockers.into_iter().partition(|blocker| command.waive && blocker.is_waivable());
        let blocked =
            |blockers| CloseRefusal::Blocked { payer: command.payer.clone(), period: command.period, blockers };
        if !blocking.is_empty() {
            return Err(blocked(blocking));
        }
        let Some((run, delivery)) = self.billed().map(|run| &run.run).zip(command.delivery.clone()) else {
            return Err(blocked(vec![Blocker::NotBilled]));
        };
        Ok(vec![BillingFact::Closed(PeriodClosed {
            payer: command.payer.clone(),
            period: command.period,
            delivery,
            run: run.clone(),
            policy: command.policy.clone(),
            version: self.closes + 1,
            waived,
        })])
    }

    /// Decides a waiver: the next period may be billed though this one is open.
    pub fn decide_waive(&self, command: WaivePeriod) -> Vec<BillingFact> {
        if self.status != PeriodStatus::Open {
            return Vec::new();
        }
        let WaivePeriod { payer, period, blockers } = command;
        vec![BillingFact::Waived(PeriodWaived { payer, period, blockers })]
    }
}

/// Whether an amount is within a tolerance, whatever its sign.
pub fn within(amount: Exact, tolerance: Exact) -> bool {
    amount.abs() <= tolerance
}
