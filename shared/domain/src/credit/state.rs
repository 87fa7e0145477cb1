//! An upstream credit as it stands, and what an observation of it records.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use money::{Exact, MoneyError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    ApplicationsAttributed, AttributedLine, CreditAllocationObserved, CreditFact, UpstreamCreditObserved,
    UpstreamCreditPaused, UpstreamCreditRevised, UpstreamCreditTerms, UpstreamCreditTransferred, UpstreamPortion,
};
use crate::{
    ids::{DeliveryId, MemberAccountId, UpstreamCreditId},
    period::BillingPeriod,
};

/// Where a credit stands upstream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CreditStatus {
    /// AWS applies it.
    #[default]
    Active,
    /// AWS does not apply it for the time being.
    Paused,
    /// It was split into others.
    Split,
    /// It was taken away.
    Cancelled,
}

/// An operator or the API states a credit.
#[derive(Debug, Clone)]
pub struct ObserveCredit {
    /// What AWS states.
    pub terms: UpstreamCreditTerms,
    /// The day it is read: AWS names none for an owner that changed.
    pub on: NaiveDate,
}

/// Why an observation was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ObserveRefusal {
    /// The credit is worth nothing. Correct the amount, or leave the row out.
    #[error("credit {credit} has a face amount of {face}: it must be above zero")]
    NotAnAmount {
        /// The credit.
        credit: crate::ids::UpstreamCreditId,
        /// The amount.
        face: Exact,
    },
    /// It ends before it begins. Correct the dates.
    #[error("credit {credit} ends on {end}, before it starts on {start}")]
    EndsBeforeItStarts {
        /// The credit.
        credit: crate::ids::UpstreamCreditId,
        /// First day.
        start: NaiveDate,
        /// Last day.
        end: NaiveDate,
    },
    /// A credit has one currency for life. A new currency is a new credit.
    #[error("credit {credit} was observed in {before} and is now stated in {after}: a credit keeps its currency")]
    CurrencyChanged {
        /// The credit.
        credit: crate::ids::UpstreamCreditId,
        /// Before.
        before: money::Currency,
        /// Now.
        after: money::Currency,
    },
    /// It is stated for another account than it was given to. Say what happened with
    /// `credits transfer`.
    #[error(
        "credit {credit} went to {owner} on {since} and is now stated for {stated}: say what happened with credits transfer"
    )]
    OwnerUnclear {
        /// The credit.
        credit: crate::ids::UpstreamCreditId,
        /// Whose it is.
        owner: MemberAccountId,
        /// Since when.
        since: NaiveDate,
        /// Whose it is stated to be.
        stated: MemberAccountId,
    },
    /// More was split off than AWS says it was. Look at the portions again.
    #[error("credit {credit} is stated at {face}, and {split_off} of it was split off: look at its portions")]
    LessThanSplitOff {
        /// The credit.
        credit: crate::ids::UpstreamCreditId,
        /// Stated.
        face: Exact,
        /// What its portions are.
        split_off: Exact,
    },
    /// A sum cannot be held. Correct the amount.
    #[error(transparent)]
    Money(#[from] MoneyError),
}

/// What AWS applied of a credit in a period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeriodApplication {
    /// The delivery it was read from.
    pub delivery: DeliveryId,
    /// The sum.
    pub amount: Exact,
    /// The part on the owner.
    pub on_owner: Exact,
    /// The part on others.
    pub scattered: Exact,
    /// The lines.
    pub lines: Vec<AttributedLine>,
    /// Beyond the face, on the rounding account.
    #[serde(default)]
    pub beyond_face: Exact,
}

/// An upstream credit.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UpstreamCreditState {
    /// What AWS states; none before it was observed.
    pub terms: Option<UpstreamCreditTerms>,
    /// Where it stands.
    pub status: CreditStatus,
    /// What AWS last stated of it, apart from what happened to it since: a file that is read again after
    /// a split or a transfer is no news.
    #[serde(default)]
    pub stated: Option<UpstreamCreditTerms>,
    /// What its face has changed by since it was first observed.
    #[serde(default)]
    pub face_change: Exact,
    /// What it had changed by when it last changed hands: the present owner was given it as it was then.
    #[serde(default)]
    pub face_change_before_owner: Exact,
    /// The day it ended upstream before its end date: cancelled, or split.
    #[serde(default)]
    pub ended_on: Option<NaiveDate>,
    /// How it went from account to account, in order.
    #[serde(default)]
    pub transferred: Vec<UpstreamCreditTransferred>,
    /// What it is a portion of.
    #[serde(default)]
    pub split_from: Option<UpstreamCreditId>,
    /// What it was split into.
    #[serde(default)]
    pub portions: Vec<UpstreamPortion>,
    /// Owners by the day from which each owned it.
    pub owners: BTreeMap<NaiveDate, MemberAccountId>,
    /// Applications by period.
    pub applications: BTreeMap<BillingPeriod, PeriodApplication>,
    /// What AWS's allocation history says of it, by month.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub history: BTreeMap<BillingPeriod, CreditAllocationObserved>,
    /// How often AWS stated something else of it than before.
    #[serde(default)]
    pub revisions: u32,
}

impl UpstreamCreditState {
    /// Decides an observation. One that says what is known records nothing.
    ///
    /// # Errors
    /// [`ObserveRefusal`].
    pub fn decide_observe(&self, command: &ObserveCredit) -> Result<Vec<CreditFact>, ObserveRefusal> {
        let terms = &command.terms;
        if !terms.face_amount.is_positive() {
            return Err(ObserveRefusal::NotAnAmount { credit: terms.credit.clone(), face: terms.face_amount });
        }
        if let Some(end) = terms.end_date
            && end < terms.start_date
        {
            return Err(ObserveRefusal::EndsBeforeItStarts {
                credit: terms.credit.clone(),
                start: terms.start_date,
                end,
            });
        }
        let mut facts = self.decide_terms(command)?;
        facts.extend(self.decide_stated_pause(command));
        Ok(facts)
    }

    /// AWS's list says that a credit is paused or not: that is its last word on it (rule book N27).
    fn decide_stated_pause(&self, command: &ObserveCredit) -> Option<CreditFact> {
        let paused = command.terms.stated.is_paused()?;
        let is_other = match self.status {
            CreditStatus::Active => paused,
            CreditStatus::Paused => !paused,
            CreditStatus::Split | CreditStatus::Cancelled => false,
        };
        is_other.then(|| {
            CreditFact::Paused(UpstreamCreditPaused {
                credit: command.terms.credit.clone(),
                paused,
                effective: command.on,
            })
        })
    }

    fn decide_terms(&self, command: &ObserveCredit) -> Result<Vec<CreditFact>, ObserveRefusal> {
        let terms = &command.terms;
        match &self.terms {
            None => Ok(vec![CreditFact::Observed(UpstreamCreditObserved { terms: terms.clone(), split_from: None })]),
            Some(_) if self.stated.as_ref() == Some(terms) => Ok(Vec::new()),
            Some(known) if known.currency != terms.currency => Err(ObserveRefusal::CurrencyChanged {
                credit: terms.credit.clone(),
                before: known.currency,
                after: terms.currency,
            }),
            Some(known) => self.decide_stated_anew(known, command),
        }
    }

    /// What differs from what AWS stated last. The face changes by the difference, whatever a split took
    /// of it since; another owner is a transfer, from the day it is read on (rule book N25).
    fn decide_stated_anew(
        &self,
        known: &UpstreamCreditTerms,
        command: &ObserveCredit,
    ) -> Result<Vec<CreditFact>, ObserveRefusal> {
        let (terms, stated) = (&command.terms, self.stated.as_ref().unwrap_or(known));
        let mut facts = Vec::new();
        let mut before = known.clone();
        let has_ended = matches!(self.status, CreditStatus::Split | CreditStatus::Cancelled);
        if terms.owner != stated.owner && terms.owner != known.owner && !has_ended {
            if let Some(last) = self.transferred.last().filter(|last| last.effective >= command.on) {
                return Err(ObserveRefusal::OwnerUnclear {
                    credit: terms.credit.clone(),
                    owner: last.to_owner.clone(),
                    since: last.effective,
                    stated: terms.owner.clone(),
                });
            }
            facts.push(CreditFact::Transferred(UpstreamCreditTransferred {
                credit: terms.credit.clone(),
                from_owner: known.owner.clone(),
                to_owner: terms.owner.clone(),
                amount: self.remaining_on(command.on)?,
                effective: command.on,
            }));
            before.owner = terms.owner.clone();
        }
        let change = terms.face_amount.checked_sub(stated.face_amount)?;
        let face_amount = known.face_amount.checked_add(change)?;
        if face_amount.is_negative() {
            let split_off = stated.face_amount.checked_sub(known.face_amount)?;
            let (credit, face) = (terms.credit.clone(), terms.face_amount);
            return Err(ObserveRefusal::LessThanSplitOff { credit, face, split_off });
        }
        let after = UpstreamCreditTerms { owner: before.owner.clone(), face_amount, ..terms.clone() };
        if after != before {
            facts.push(CreditFact::Revised(UpstreamCreditRevised { before, after }));
        }
        Ok(facts)
    }

    /// Decides what a period's attribution records of this credit: nothing where it stands so.
    ///
    /// # Errors
    /// [`MoneyError`] where a sum cannot be held.
    pub fn decide_attribution(
        &self,
        period: BillingPeriod,
        delivery: &DeliveryId,
        lines: &[AttributedLine],
        beyond_face: Exact,
    ) -> Result<Vec<CreditFact>, MoneyError> {
        let Some(terms) = &self.terms else { return Ok(Vec::new()) };
        let stands = self.applications.get(&period);
        if stands.map_or(lines.is_empty() && beyond_face.is_zero(), |stands| {
            stands.lines == lines && stands.beyond_face == beyond_face
        }) {
            return Ok(Vec::new());
        }
        let owner = self.owner_in(period).unwrap_or(&terms.owner);
        let amount = Exact::checked_sum(lines.iter().map(|line| line.amount))?;
        let on_owner =
            Exact::checked_sum(lines.iter().filter(|line| line.beneficiary == *owner).map(|line| line.amount))?;
        Ok(vec![CreditFact::Attributed(ApplicationsAttributed {
            credit: terms.credit.clone(),
            period,
            delivery: delivery.clone(),
            amount_before: stands.map_or(Exact::ZERO, |stands| stands.amount),
            amount,
            on_owner,
            scattered: amount.checked_sub(on_owner)?,
            lines: lines.to_vec(),
            beyond_face,
        })])
    }

    /// Folds one fact in.
    pub fn evolve(&mut self, fact: &CreditFact) {
        match fact {
            CreditFact::Observed(observed) => {
                self.owners.insert(observed.terms.start_date, observed.terms.owner.clone());
                self.terms = Some(observed.terms.clone());
                self.stated = Some(observed.terms.clone());
                self.split_from.clone_from(&observed.split_from);
            }
            CreditFact::Revised(revised) => {
                self.revisions += 1;
                let change = revised.after.face_amount.checked_sub(revised.before.face_amount).unwrap_or(Exact::ZERO);
                self.face_change = self.face_change.checked_add(change).unwrap_or(self.face_change);
                if revised.before.owner != revised.after.owner {
                    self.owners.insert(revised.after.start_date, revised.after.owner.clone());
                }
                if let Some(stated) = &mut self.stated {
                    let is_same_owner = revised.before.owner == revised.after.owner;
                    *stated = UpstreamCreditTerms {
                        owner: if is_same_owner { stated.owner.clone() } else { revised.after.owner.clone() },
                        face_amount: stated.face_amount.checked_add(change).unwrap_or(revised.after.face_amount),
                        ..revised.after.clone()
                    };
                }
                self.terms = Some(revised.after.clone());
            }
            CreditFact::Transferred(transferred) => {
                // A credit may be given away before its first day.
                self.owners.retain(|from, _| *from < transferred.effective);
                self.owners.insert(transferred.effective, transferred.to_owner.clone());
                self.face_change_before_owner = self.face_change;
                self.transferred.push(transferred.clone());
                if let Some(terms) = &mut self.terms {
                    terms.owner = transferred.to_owner.clone();
                }
            }
            CreditFact::Split(split) => {
                self.status = CreditStatus::Split;
                self.ended_on = Some(split.effective);
                self.portions.clone_from(&split.portions);
                let portions = Exact::checked_sum(split.portions.iter().map(|portion| portion.amount));
                if let (Some(terms), Ok(portions)) = (&mut self.terms, portions) {
                    // What went to the children is no longer this credit's to be applied.
                    terms.face_amount = terms.face_amount.checked_sub(portions).unwrap_or(terms.face_amount);
                }
            }
            CreditFact::Paused(paused) => {
                self.status = if paused.paused { CreditStatus::Paused } else { CreditStatus::Active };
            }
            CreditFact::Cancelled(cancelled) => {
                self.status = CreditStatus::Cancelled;
                self.ended_on = Some(cancelled.effective);
            }
            CreditFact::AllocationObserved(observed) => {
                self.history.insert(observed.period, observed.clone());
            }
            CreditFact::Attributed(attributed) => {
                self.applications.insert(
                    attributed.period,
                    PeriodApplication {
                        delivery: attributed.delivery.clone(),
                        amount: attributed.amount,
                        on_owner: attributed.on_owner,
                        scattered: attributed.scattered,
                        lines: attributed.lines.clone(),
                        beyond_face: attributed.beyond_face,
                    },
                );
            }
        }
    }

    /// What its face has changed by since its owner has it.
    ///
    /// # Errors
    /// [`MoneyError`] where the difference cannot be held.
    pub fn face_change_of_owner(&self) -> Result<Exact, MoneyError> {
        self.face_change.checked_sub(self.face_change_before_owner)
    }

    /// The owner on the last day of a period.
    pub fn owner_in(&self, period: BillingPeriod) -> Option<&MemberAccountId> {
        self.owners
            .range(..=period.last_day())
            .next_back()
            .map(|(_, owner)| owner)
            .or_else(|| self.owners.values().next())
    }

    /// Every account that has owned it.
    pub fn everyone(&self) -> BTreeSet<&MemberAccountId> {
        self.owners.values().chain(self.transferred.iter().map(|transfer| &transfer.from_owner)).collect()
    }

    /// What fills its face ahead of a period's own lines: all that earlier periods have, and what later ones
    /// take back (rule book N7, N13).
    ///
    /// # Errors
    /// [`MoneyError`] where the sum cannot be held.
    pub fn applied_ahead_of(&self, period: BillingPeriod) -> Result<Exact, MoneyError> {
        let others = self.applications.iter().filter(|(at, _)| **at != period);
        Exact::checked_sum(others.map(
            |(at, applied)| {
                if *at < period { applied.amount } else { applied.amount.min(Exact::ZERO) }
            },
        ))
    }

    /// What stands on the rounding account of it in all periods but one.
    ///
    /// # Errors
    /// [`MoneyError`] where the sum cannot be held.
    pub fn beyond_face_outside(&self, period: BillingPeriod) -> Result<Exact, MoneyError> {
        let others = self.applications.iter().filter(|(at, _)| **at != period);
        Exact::checked_sum(others.map(|(_, applied)| applied.beyond_face))
    }

    /// What AWS has applied of it.
    ///
    /// # Errors
    /// [`MoneyError`] where the sum cannot be held.
    pub fn applied(&self) -> Result<Exact, MoneyError> {
        Exact::checked_sum(self.applications.values().map(|applied| applied.amount))
    }

    /// Whether AWS may apply it in a period.
    pub fn is_live_in(&self, period: BillingPeriod) -> bool {
        self.terms.as_ref().is_some_and(|terms| {
            BillingPeriod::containing(terms.start_date) <= period
                && terms.end_date.is_none_or(|end| period <= BillingPeriod::containing(end))
                && self.ended_on.is_none_or(|end| period <= BillingPeriod::containing(end))
        })
    }

    /// Whether it becomes a memo: AWS's refunds and true-ups are recorded and get none.
    pub fn gets_memo(terms: &UpstreamCreditTerms) -> bool {
        !["Refund", "TrueUp"].iter().any(|word| terms.credit_type.eq_ignore_ascii_case(word))
    }

    /// The terms that its memo is issued for; none where it gets none of its own. What was given to
    /// another account later got its memo as it was first owned, and a portion of a split is paid
    /// out of the memo that was split (rule book N25, N26).
    pub fn terms_of_own_memo(&self) -> Option<UpstreamCreditTerms> {
        let mut terms = self.terms.clone().filter(Self::gets_memo).filter(|_| self.split_from.is_none())?;
        if let Some(first_transfer) = self.transferred.first() {
            terms.owner = first_transfer.from_owner.clone();
        }
        // At the face it was first seen with: what was revised and what was split off follow by themselves.
        let split_off = Exact::checked_sum(self.portions.iter().map(|portion| portion.amount)).ok()?;
        terms.face_amount = terms.face_amount.checked_add(split_off).ok()?.checked_sub(self.face_change).ok()?;
        Some(terms)
    }
}
