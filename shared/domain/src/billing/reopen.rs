//! Reopening a closed period (rule book N20): an act with a reason, while the next period is not
//! billed. The close that follows is the next version; what the former one said is kept.

use super::{BillingFact, BillingState, PeriodReopened, PeriodStatus};
use crate::{
    ids::{DocumentNumber, PayerAccountId},
    period::BillingPeriod,
};

/// Reopen a closed period.
#[derive(Debug, Clone)]
pub struct ReopenPeriod {
    /// The payer.
    pub payer: PayerAccountId,
    /// The period.
    pub period: BillingPeriod,
    /// The next period is billed or closed already.
    pub next_is_billed: bool,
}

/// Why a period was not reopened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReopenRefusal {
    /// It is not closed. Nothing to do.
    #[error("{period} of {payer} is not closed")]
    NotClosed {
        /// The payer.
        payer: PayerAccountId,
        /// The period.
        period: BillingPeriod,
    },
    /// The next period was billed on top of it. Correct in the open period instead.
    #[error(
        "{period} of {payer} cannot be reopened, the next period is billed already: ingest the change, it posts to the open period"
    )]
    NextIsBilled {
        /// The payer.
        payer: PayerAccountId,
        /// The period.
        period: BillingPeriod,
    },
    /// A document of it was voided after the close, and posts to the open period. Bill that one.
    #[error("{period} of {payer} cannot be reopened: {document} was voided since, which posts to {posting}")]
    VoidedSince {
        /// The payer.
        payer: PayerAccountId,
        /// The period.
        period: BillingPeriod,
        /// The document.
        document: DocumentNumber,
        /// Where it posts to.
        posting: BillingPeriod,
    },
}

impl BillingState {
    /// Whether the period before it is built upon: it is billed, or closed.
    pub fn is_built_upon(&self) -> bool {
        self.billed().is_some() || self.status == PeriodStatus::Closed
    }

    /// Decides a reopening.
    ///
    /// # Errors
    /// [`ReopenRefusal`].
    pub fn decide_reopen(&self, command: &ReopenPeriod) -> Result<Vec<BillingFact>, ReopenRefusal> {
        let (payer, period) = (command.payer.clone(), command.period);
        if self.status != PeriodStatus::Closed {
            return Err(ReopenRefusal::NotClosed { payer, period });
        }
        if command.next_is_billed {
            return Err(ReopenRefusal::NextIsBilled { payer, period });
        }
        // Its memos have what was paid back already, in the later month.
        if let Some((document, posting)) = self.voided.iter().find(|(_, posting)| **posting > period) {
            let (document, posting) = (document.clone(), *posting);
            return Err(ReopenRefusal::VoidedSince { payer, period, document, posting });
        }
        Ok(vec![BillingFact::Reopened(PeriodReopened { payer, period })])
    }
}
