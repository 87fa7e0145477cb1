//! What a person may ask of a memo, and nothing else (rule book D8): the memo, an amount, a day, a
//! destination, consent. It is what a proposal holds. Whatever has to be looked up (the posting month, the
//! policies, the currency, the owner, what ended upstream) is no part of it: that is `hand_context.rs`, and
//! it is looked up when the act is decided.
//!
//! Amounts are as they were written, in the memo's currency. A day that nobody named is the day on which the
//! act is decided.

use chrono::NaiveDate;
use money::{Currency, Exact};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{IssueRefusal, MemoTerms};
use crate::{
    ids::{CustomerId, MemberAccountId, MemoNumber, PayerAccountId, PoNumber, UpstreamCreditId},
    policy::FourEyesAct,
};

/// Issue a memo by hand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct IssueAct {
    /// The payer.
    pub payer: PayerAccountId,
    /// The owner.
    pub member: MemberAccountId,
    /// The upstream credit, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credit: Option<UpstreamCreditId>,
    /// What it is called on statements.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// The currency.
    pub currency: Currency,
    /// What it is worth.
    pub face: Exact,
    /// First day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_date: Option<NaiveDate>,
    /// Last day; none for a memo without end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_date: Option<NaiveDate>,
    /// What it may pay.
    #[serde(default)]
    pub terms: MemoTerms,
}

/// Change what a memo is worth.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AdjustAct {
    /// The memo.
    pub memo: MemoNumber,
    /// The change, signed.
    pub change: Exact,
    /// The day it counts from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effective: Option<NaiveDate>,
}

/// Write a memo off, pay it out, or let it expire.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AmountAct {
    /// The memo.
    pub memo: MemoNumber,
    /// How much; what the verb takes where none is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Exact>,
    /// The day it counts from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effective: Option<NaiveDate>,
}

/// Move a memo to another PO number or customer of the same account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReassignAct {
    /// The memo.
    pub memo: MemoNumber,
    /// The customer after; the same where none is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer: Option<CustomerId>,
    /// The PO number after; the same where none is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub po_number: Option<PoNumber>,
    /// The memo's customer has agreed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub consent: bool,
    /// The day it counts from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effective: Option<NaiveDate>,
}

/// Move a memo, or part of it, to another account or payer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TransferAct {
    /// The memo.
    pub memo: MemoNumber,
    /// The payer it goes to; the same where none is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to_payer: Option<PayerAccountId>,
    /// The account it goes to.
    pub to_member: MemberAccountId,
    /// How much; all that is open where none is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Exact>,
    /// The memo's customer has agreed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub consent: bool,
    /// The day it counts from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effective: Option<NaiveDate>,
}

/// Bring an expired amount back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReinstateAct {
    /// The memo.
    pub memo: MemoNumber,
    /// How much; all that expired where none is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Exact>,
    /// Until when it may be used; as the policy has it where no day is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usable_until: Option<NaiveDate>,
    /// The day it counts from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effective: Option<NaiveDate>,
}

/// Take a memo over from another system.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TakeOverAct {
    /// The payer.
    pub payer: PayerAccountId,
    /// The owner.
    pub member: MemberAccountId,
    /// The upstream credit, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credit: Option<UpstreamCreditId>,
    /// What it is called on statements.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// The credit's programme.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub program: String,
    /// The currency.
    pub currency: Currency,
    /// Its original face.
    pub face: Exact,
    /// What the other system had applied.
    pub applied_before: Exact,
    /// What AWS had applied.
    pub funded_before: Exact,
    /// First day.
    pub start_date: NaiveDate,
    /// Last day; none for a memo without end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_date: Option<NaiveDate>,
    /// What it may pay.
    #[serde(default)]
    pub terms: MemoTerms,
    /// The day the figures are of.
    pub as_of: NaiveDate,
    /// Its number in the other system; blank where it had none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub former_number: String,
    /// What proves the figures.
    pub evidence: String,
}

impl TakeOverAct {
    /// Refuses figures that no memo can have, whatever else is known of it.
    ///
    /// # Errors
    /// [`IssueRefusal`].
    pub fn check_figures(&self) -> Result<(), IssueRefusal> {
        if self.applied_before > self.face || self.applied_before.is_negative() {
            let (Ok(applied), Ok(face)) =
                (self.applied_before.to_money(self.currency), self.face.to_money(self.currency))
            else {
                return Ok(()); // parts of a minor unit are refused as such
            };
            return Err(IssueRefusal::AppliedBeyondFace { applied, face });
        }
        Ok(())
    }
}

/// Follow a credit that AWS revised: what AWS stated, not what a person said. It waits for a second person
/// where the policy asks for one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RevisionAct {
    /// The credit.
    pub credit: UpstreamCreditId,
    /// What its face has changed by since its owner has it.
    pub change: Exact,
    /// The day it counts from.
    pub effective: NaiveDate,
}

/// An act by hand upon the memos of one account: what may need a second person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[allow(clippy::large_enum_variant)] // one at a time, never in bulk
pub enum HandAct {
    /// Issue a memo.
    Issue(IssueAct),
    /// Change what a memo is worth.
    Adjust(AdjustAct),
    /// Write off; all that is open where no amount is named.
    WriteOff(AmountAct),
    /// Pay out; the funded balance where no amount is named.
    Refund(AmountAct),
    /// Move to another PO number or customer.
    ReassignPo(ReassignAct),
    /// Move to another account or payer.
    Transfer(TransferAct),
    /// Expire; all that is open where no amount is named.
    Expire(AmountAct),
    /// Bring back.
    Reinstate(ReinstateAct),
    /// Take over from another system: the rows of one file that are of one account.
    Import(Vec<TakeOverAct>),
    /// Follow a credit that AWS revised.
    Revise(RevisionAct),
}

impl HandAct {
    /// The word by which a policy asks for a second person.
    pub fn kind(&self) -> FourEyesAct {
        match self {
            Self::Issue(_) => FourEyesAct::Issue,
            Self::Adjust(_) | Self::Revise(_) => FourEyesAct::Adjust,
            Self::WriteOff(_) => FourEyesAct::WriteOff,
            Self::Refund(_) => FourEyesAct::Refund,
            Self::ReassignPo(_) | Self::Transfer(_) => FourEyesAct::Reassign,
            Self::Expire(_) => FourEyesAct::Expire,
            Self::Reinstate(_) => FourEyesAct::Reinstate,
            Self::Import(_) => FourEyesAct::Import,
        }
    }

    /// The memo it is about; none where it makes one.
    pub fn memo(&self) -> Option<&MemoNumber> {
        match self {
            Self::Adjust(act) => Some(&act.memo),
            Self::WriteOff(act) | Self::Refund(act) | Self::Expire(act) => Some(&act.memo),
            Self::ReassignPo(act) => Some(&act.memo),
            Self::Transfer(act) => Some(&act.memo),
            Self::Reinstate(act) => Some(&act.memo),
            Self::Issue(_) | Self::Import(_) | Self::Revise(_) => None,
        }
    }

    /// The account that a new memo is for, where it makes one.
    pub fn new_owner(&self) -> Option<(&PayerAccountId, &MemberAccountId)> {
        match self {
            Self::Issue(act) => Some((&act.payer, &act.member)),
            Self::Import(rows) => rows.first().map(|row| (&row.payer, &row.member)),
            _ => None,
        }
    }
}
