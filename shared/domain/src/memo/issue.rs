//! Issuing a memo: at the credit's face when it is registered for its owner, or at nothing on the
//! funded basis (rule book N5, N24, N40, N43).

use chrono::NaiveDate;
use money::{Currency, Exact, Money};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{CreditMemo, MemberMemos, MemoFact, MemoIssued, MemoOpened, MemoTerms};
use crate::{
    ids::{MemberAccountId, MemoNumber, PayerAccountId, UpstreamCreditId},
    period::BillingPeriod,
    policy::{MemoBasis, PolicyHash},
};

/// Issue a memo.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct IssueMemo {
    /// The payer.
    pub payer: PayerAccountId,
    /// The owner.
    pub member: MemberAccountId,
    /// The upstream credit, where there is one.
    pub credit: Option<UpstreamCreditId>,
    /// The memo it supplements.
    pub supplements: Option<MemoNumber>,
    /// The credit's description.
    pub description: String,
    /// The credit's programme.
    pub program: String,
    /// The currency.
    pub currency: Currency,
    /// What AWS will still use under the payer.
    pub face: Money,
    /// First day.
    pub start_date: NaiveDate,
    /// Last day.
    pub end_date: Option<NaiveDate>,
    /// What it may pay.
    pub terms: MemoTerms,
    /// Face or funded.
    pub basis: MemoBasis,
    /// The policies in force.
    pub policy: PolicyHash,
    /// The first period of the payer whose statements are not issued.
    pub first_unissued: Option<BillingPeriod>,
    /// AWS gave the credit to this account on the start date: an older memo of the same credit is of
    /// an older ownership.
    #[serde(default)]
    pub new_ownership: bool,
}

/// Take a memo over from another system.
#[derive(Debug, Clone)]
pub struct OpenMemo {
    /// As for a new one; its face is the original one.
    pub issue: IssueMemo,
    /// What the other system had applied.
    pub applied_before: Money,
    /// What AWS had applied.
    pub funded_before: Exact,
    /// The day the figures are of.
    pub as_of: NaiveDate,
    /// Its number there.
    pub former_number: String,
    /// What proves the figures.
    pub evidence: String,
    /// How many rows before it in the file say the very same: twelve waivers of 15.00 on one page of
    /// evidence are twelve memos, and the file once more is none.
    pub same_before: usize,
}

/// Where a memo was taken over from: what tells a repeated row of a cut-over file from a new one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TakenOver {
    /// Its number in the other system; blank where it had none.
    pub former_number: String,
    /// What had been applied.
    pub applied_before: Money,
    /// What AWS had applied.
    pub funded_before: Exact,
    /// The day the figures are of.
    pub as_of: NaiveDate,
    /// What proves the figures.
    pub evidence: String,
}

/// Why a memo was not issued.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IssueRefusal {
    /// There is nothing to owe. Correct the amount.
    #[error("a memo of {face} cannot be issued: its face must be above zero")]
    NothingToIssue {
        /// Asked for.
        face: Money,
    },
    /// It ends before it begins. Correct the dates.
    #[error("the memo ends on {end}, before it starts on {start}")]
    EndsBeforeItStarts {
        /// First day.
        start: NaiveDate,
        /// Last day.
        end: NaiveDate,
    },
    /// More was applied than the face. Correct the figures, or their evidence.
    #[error("{applied} was applied before the cut-over, more than the face {face}")]
    AppliedBeyondFace {
        /// What the other system applied.
        applied: Money,
        /// The face.
        face: Money,
    },
    /// The other system's memo was taken over with other figures. Correct the row, or adjust the memo.
    #[error("memo {former} was taken over as {memo}, as of {as_of} and with other figures: adjust that one instead")]
    TakenOverOtherwise {
        /// Its number there.
        former: String,
        /// Its number here.
        memo: MemoNumber,
        /// The day the figures were of.
        as_of: NaiveDate,
    },
    /// A monthly cap that lets the memo pay nothing. Name one above zero, or none.
    #[error("a monthly cap of {cap} lets the memo pay nothing: name one above zero")]
    CapPaysNothing {
        /// Asked for.
        cap: Money,
    },
    /// The credit has its memo. Nothing to do; use `memos adjust` to change its worth.
    #[error("credit {credit} has memo {memo} already: adjust that one instead")]
    HasMemo {
        /// The credit.
        credit: UpstreamCreditId,
        /// Its memo.
        memo: MemoNumber,
    },
}

impl TakenOver {
    fn of(command: &OpenMemo) -> Self {
        Self {
            former_number: command.former_number.clone(),
            applied_before: command.applied_before,
            funded_before: command.funded_before,
            as_of: command.as_of,
            evidence: command.evidence.clone(),
        }
    }
}

impl From<&MemoOpened> for TakenOver {
    fn from(opened: &MemoOpened) -> Self {
        Self {
            former_number: opened.former_number.clone(),
            applied_before: opened.applied_before,
            funded_before: opened.funded_before,
            as_of: opened.as_of,
            evidence: opened.evidence.clone(),
        }
    }
}

impl MemberMemos {
    /// Decides the issue of a memo. A credit whose owner has its memo already gets no second one:
    /// nothing is recorded (rule book N40).
    ///
    /// # Errors
    /// [`IssueRefusal`].
    pub fn decide_issue(&self, command: &IssueMemo) -> Result<Vec<MemoFact>, IssueRefusal> {
        if command.supplements.is_none()
            && let Some(credit) = &command.credit
            && self.has_memo_of(credit, command.new_ownership.then_some(command.start_date))
        {
            return Ok(Vec::new());
        }
        Ok(vec![MemoFact::Issued(self.issued(command)?)])
    }

    /// Whether a credit has its memo here: any, or that of the ownership which began on a day. Parts that
    /// moved here since are memos beside it, whatever day they came (rule book N25).
    fn has_memo_of(&self, credit: &UpstreamCreditId, began: Option<NaiveDate>) -> bool {
        let of_credit = |memo: &&CreditMemo| memo.credit.as_ref() == Some(credit) && memo.is_the_credits();
        self.memos.values().filter(of_credit).any(|memo| began.is_none_or(|day| memo.start_date == day))
    }

    /// Decides the take-over of a memo at cut-over.
    ///
    /// # Errors
    /// [`IssueRefusal`].
    pub fn decide_open(&self, command: &OpenMemo) -> Result<Vec<MemoFact>, IssueRefusal> {
        let issue = &command.issue;
        if let Some(credit) = &issue.credit
            && let Some(memo) = self.of_credit(credit)
        {
            if memo.face == issue.face && memo.description == issue.description {
                return Ok(Vec::new());
            }
            return Err(IssueRefusal::HasMemo { credit: credit.clone(), memo: memo.number.clone() });
        }
        if issue.credit.is_none() && self.was_taken_over(command)? {
            return Ok(Vec::new());
        }
        if command.applied_before > issue.face || command.applied_before.is_negative() {
            return Err(IssueRefusal::AppliedBeyondFace { applied: command.applied_before, face: issue.face });
        }
        // What another system owes is owed at its face, whatever the basis of new memos.
        let mut issued = self.issued(&IssueMemo { basis: MemoBasis::Face, ..issue.clone() })?;
        issued.balance_after = issued.face - command.applied_before;
        Ok(vec![MemoFact::Opened(MemoOpened {
            issued,
            applied_before: command.applied_before,
            funded_before: command.funded_before,
            as_of: command.as_of,
            former_number: command.former_number.clone(),
            evidence: command.evidence.clone(),
        })])
    }

    /// Whether a row without a credit was taken over before (rule book N40): by its number in the other
    /// system, else by all that it says.
    fn was_taken_over(&self, command: &OpenMemo) -> Result<bool, IssueRefusal> {
        let issue = &command.issue;
        let says_the_same = |memo: &CreditMemo, from: &TakenOver| {
            *from == TakenOver::of(command)
                && memo.face == issue.face
                && memo.description == issue.description
                && (memo.start_date, memo.end_date) == (issue.start_date, issue.end_date)
        };
        let known = || self.memos.values().filter_map(|memo| Some((memo, memo.taken_over.as_ref()?)));
        if command.former_number.trim().is_empty() {
            return Ok(known().filter(|(memo, from)| says_the_same(memo, from)).count() > command.same_before);
        }
        match known().find(|(_, from)| from.former_number == command.former_number) {
            None => Ok(false),
            Some((memo, from)) if says_the_same(memo, from) => Ok(true),
            Some((memo, from)) => Err(IssueRefusal::TakenOverOtherwise {
                former: command.former_number.clone(),
                memo: memo.number.clone(),
                as_of: from.as_of,
            }),
        }
    }

    pub(super) fn issued(&self, command: &IssueMemo) -> Result<MemoIssued, IssueRefusal> {
        if !command.face.is_positive() {
            return Err(IssueRefusal::NothingToIssue { face: command.face });
        }
        if let Some(end) = command.end_date
            && end < command.start_date
        {
            return Err(IssueRefusal::EndsBeforeItStarts { start: command.start_date, end });
        }
        if let Some(cap) = command.terms.monthly_cap.filter(|cap| !cap.is_positive()) {
            return Err(IssueRefusal::CapPaysNothing { cap });
        }
        let zero = command.face.zeroed();
        let face = match command.basis {
            MemoBasis::Face => command.face,
            MemoBasis::Funded => zero,
        };
        let starts = BillingPeriod::containing(command.start_date);
        Ok(MemoIssued {
            memo: self.next_number(&command.payer, &command.member),
            payer: command.payer.clone(),
            member: command.member.clone(),
            credit: command.credit.clone(),
            supplements: command.supplements.clone(),
            by_revision: false,
            after_upstream_end: false,
            customer: None,
            description: command.description.clone(),
            program: command.program.clone(),
            currency: command.currency,
            basis: command.basis,
            face,
            start_date: command.start_date,
            end_date: command.end_date,
            terms: command.terms.clone(),
            policy: command.policy.clone(),
            // A statement that went out is never changed: a memo that comes late enters with the next.
            posting: command.first_unissued.map_or(starts, |open| open.max(starts)),
            balance_before: zero,
            balance_after: face,
        })
    }
}
