//! What happens to a credit upstream, as an operator states it: transferred, split, paused,
//! cancelled (rule book N8, N25, N26, N27, W13).
//!
//! Source: <https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_billing_SplitCredit.html>

use chrono::NaiveDate;
use money::{Exact, MoneyError};

use super::{
    CreditFact, CreditStatus, UpstreamCreditCancelled, UpstreamCreditPaused, UpstreamCreditSplit, UpstreamCreditState,
    UpstreamCreditTransferred, UpstreamPortion,
};
use crate::{
    day::{YearOutOfRange, check_year},
    ids::{MemberAccountId, UpstreamCreditId},
};

/// Portions of a split at the least and at the most.
const PORTIONS: std::ops::RangeInclusive<usize> = 2..=99;

/// The smallest portion that AWS takes, in units of the credit's currency.
const PORTION_MIN: &str = "100";

/// Something that AWS did with a credit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CreditLife {
    /// Given to another account of the family.
    Transfer {
        /// Whose it becomes.
        to_owner: MemberAccountId,
        /// The day it counts from.
        effective: NaiveDate,
    },
    /// Split into others.
    Split {
        /// The children.
        portions: Vec<UpstreamPortion>,
        /// What the parent keeps for open bills.
        reserved: Exact,
        /// The day it counts from.
        effective: NaiveDate,
    },
    /// Paused, or resumed.
    Pause {
        /// Whether it is paused from now on.
        paused: bool,
        /// The day it counts from.
        effective: NaiveDate,
    },
    /// Cancelled.
    Cancel {
        /// The day it counts from.
        effective: NaiveDate,
    },
}

/// Why it was not recorded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LifeRefusal {
    /// The credit is not known. Import it first.
    #[error("no credit {0} is known: import it first")]
    Unknown(UpstreamCreditId),
    /// It has ended already.
    #[error("credit {0} was split or cancelled before")]
    Ended(UpstreamCreditId),
    /// It has that owner already. Nothing to do.
    #[error("credit {credit} is {owner}'s already")]
    SameOwner {
        /// The credit.
        credit: UpstreamCreditId,
        /// The owner.
        owner: MemberAccountId,
    },
    /// It changed hands on that day or later. State a later day: an account owns a credit for a day
    /// at least, and history is not rewritten.
    #[error("credit {credit} went to {owner} on {last}: state a later day for what came after, with --date")]
    NotAfterTheLast {
        /// The credit.
        credit: UpstreamCreditId,
        /// Whose it is.
        owner: MemberAccountId,
        /// Since when.
        last: NaiveDate,
    },
    /// AWS takes 2 to 99 portions.
    #[error("a split has 2 to 99 portions, not {0}")]
    Portions(usize),
    /// AWS takes portions of 100.00 and more.
    #[error("the portion of {amount} for credit {credit} is below 100.00")]
    PortionTooSmall {
        /// The child.
        credit: UpstreamCreditId,
        /// Its amount.
        amount: Exact,
    },
    /// The portions must be all that is available.
    #[error(
        "the portions add up to {portions}, and {available} is available ({remaining} not applied, less {reserved} reserved)"
    )]
    PortionsDoNotAddUp {
        /// Their sum.
        portions: Exact,
        /// What is available.
        available: Exact,
        /// What AWS has not applied.
        remaining: Exact,
        /// What is reserved for open bills.
        reserved: Exact,
    },
    /// A day that cannot be. Correct it.
    #[error(transparent)]
    Day(#[from] YearOutOfRange),
    /// A sum cannot be held.
    #[error(transparent)]
    Money(#[from] MoneyError),
}

impl CreditLife {
    /// The day it counts from.
    pub fn effective(&self) -> NaiveDate {
        match self {
            Self::Transfer { effective, .. }
            | Self::Split { effective, .. }
            | Self::Pause { effective, .. }
            | Self::Cancel { effective } => *effective,
        }
    }
}

impl UpstreamCreditState {
    /// What AWS may still apply of it: what it has not applied, and never more than the face. What AWS
    /// took back beyond all that it applied (rule book N7) makes no credit larger: it is owed to AWS, and
    /// nobody may be promised it by a split or a transfer.
    ///
    /// # Errors
    /// [`MoneyError`] where a sum cannot be held.
    pub fn remaining(&self) -> Result<Exact, MoneyError> {
        self.face_less(self.applied()?)
    }

    /// The same as of a day: without the months that end on it or later, which are the next owner's
    /// where the credit changes hands on that day.
    ///
    /// # Errors
    /// [`MoneyError`] where a sum cannot be held.
    pub fn remaining_on(&self, day: NaiveDate) -> Result<Exact, MoneyError> {
        let before = self.applications.iter().filter(|(period, _)| period.last_day() < day);
        self.face_less(Exact::checked_sum(before.map(|(_, applied)| applied.amount))?)
    }

    fn face_less(&self, applied: Exact) -> Result<Exact, MoneyError> {
        let face = self.terms.as_ref().map_or(Exact::ZERO, |terms| terms.face_amount);
        Ok(face.checked_sub(applied)?.min(face))
    }

    /// Decides what an act of AWS records.
    ///
    /// # Errors
    /// [`LifeRefusal`].
    pub fn decide_life(&self, credit: &UpstreamCreditId, life: &CreditLife) -> Result<Vec<CreditFact>, LifeRefusal> {
        let terms = self.terms.as_ref().ok_or_else(|| LifeRefusal::Unknown(credit.clone()))?;
        if matches!(self.status, CreditStatus::Split | CreditStatus::Cancelled) {
            return Err(LifeRefusal::Ended(credit.clone()));
        }
        check_year("date", life.effective())?;
        let credit = credit.clone();
        Ok(match life {
            CreditLife::Transfer { to_owner, effective } => {
                if terms.owner == *to_owner {
                    return Err(LifeRefusal::SameOwner { credit, owner: to_owner.clone() });
                }
                if let Some(last) = self.transferred.last().filter(|last| last.effective >= *effective) {
                    let (owner, last) = (last.to_owner.clone(), last.effective);
                    return Err(LifeRefusal::NotAfterTheLast { credit, owner, last });
                }
                vec![CreditFact::Transferred(UpstreamCreditTransferred {
                    credit,
                    from_owner: terms.owner.clone(),
                    to_owner: to_owner.clone(),
                    amount: self.remaining_on(*effective)?,
                    effective: *effective,
                })]
            }
            CreditLife::Split { portions, reserved, effective } => {
                self.check_portions(portions, *reserved)?;
                let (reserved, effective) = (*reserved, *effective);
                vec![CreditFact::Split(UpstreamCreditSplit { credit, reserved, portions: portions.clone(), effective })]
            }
            CreditLife::Pause { paused, effective } => {
                if *paused == (self.status == CreditStatus::Paused) {
                    return Ok(Vec::new());
                }
                vec![CreditFact::Paused(UpstreamCreditPaused { credit, paused: *paused, effective: *effective })]
            }
            CreditLife::Cancel { effective } => {
                vec![CreditFact::Cancelled(UpstreamCreditCancelled { credit, effective: *effective })]
            }
        })
    }

    fn check_portions(&self, portions: &[UpstreamPortion], reserved: Exact) -> Result<(), LifeRefusal> {
        if !PORTIONS.contains(&portions.len()) {
            return Err(LifeRefusal::Portions(portions.len()));
        }
        let least = Exact::parse(PORTION_MIN)?;
        if let Some(small) = portions.iter().find(|portion| portion.amount < least) {
            return Err(LifeRefusal::PortionTooSmall { credit: small.credit.clone(), amount: small.amount });
        }
        let sum = Exact::checked_sum(portions.iter().map(|portion| portion.amount))?;
        let remaining = self.remaining()?;
        let available = remaining.checked_sub(reserved)?;
        if sum != available {
            return Err(LifeRefusal::PortionsDoNotAddUp { portions: sum, available, remaining, reserved });
        }
        Ok(())
    }
}
