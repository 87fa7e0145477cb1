//! What a memo is: the fold of its facts. Amounts are kept by what became of them, so that the
//! conservation law can be asserted after every fact.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use money::{Currency, Exact, Money, Rounding};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ActProposed, MemoTerms, ServiceAmount, TakenOver, TransferOut};
use crate::{
    ids::{CustomerId, MemberAccountId, MemoNumber, PayerAccountId, PoNumber, UpstreamCreditId},
    period::BillingPeriod,
    policy::MemoBasis,
};

/// Where a memo stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum MemoStatus {
    /// It has a balance.
    Open,
    /// Nothing is left, and the last of it was applied.
    Exhausted,
    /// Nothing is left, and part of it lapsed or expired.
    Expired,
    /// Nothing is left, and the rest was written off, refunded or reassigned.
    Closed,
}

/// What a memo paid for one period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Application {
    /// How much stands applied.
    pub amount: Money,
    /// By service, as last applied.
    pub by_service: Vec<ServiceAmount>,
}

/// What a memo paid of one period's charges under another payer of ours (rule book N21).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApplicationAcross {
    /// How much stands applied.
    pub amount: Money,
    /// The same by the period whose statement shows it.
    pub by_posting: BTreeMap<BillingPeriod, Money>,
}

/// What a statement period shows of a memo.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Movement {
    /// Entered with it.
    pub issued: Money,
    /// Paid for the period itself.
    pub applied: Money,
    /// All other changes, signed as they change the balance.
    pub corrections: Money,
    /// Lapsed and expired.
    pub expired: Money,
}

impl Movement {
    pub(super) fn none(currency: Currency) -> Self {
        let zero = Money::zero(currency);
        Self { issued: zero, applied: zero, corrections: zero, expired: zero }
    }

    /// What it does to the balance.
    pub fn net(&self) -> Money {
        self.issued + self.corrections - self.applied - self.expired
    }

    /// Nothing moved.
    pub fn is_nothing(&self) -> bool {
        self.issued.is_zero() && self.applied.is_zero() && self.corrections.is_zero() && self.expired.is_zero()
    }
}

/// A credit memo.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreditMemo {
    /// Its number.
    pub number: MemoNumber,
    /// Its place among the account's memos, from 1.
    pub ordinal: u32,
    /// The upstream credit.
    pub credit: Option<UpstreamCreditId>,
    /// The memo it supplements.
    pub supplements: Option<MemoNumber>,
    /// The credit's description.
    pub description: String,
    /// The credit's programme.
    pub program: String,
    /// The currency.
    pub currency: Currency,
    /// Face or funded.
    pub basis: MemoBasis,
    /// First day.
    pub start_date: NaiveDate,
    /// Last day.
    pub end_date: Option<NaiveDate>,
    /// Last day of use, where an amount was reinstated past the end.
    pub usable_until: Option<NaiveDate>,
    /// What it may pay.
    pub terms: MemoTerms,
    /// Where it is assigned, once it was first billed or reassigned.
    pub assigned_to: Option<(CustomerId, PoNumber)>,
    /// What it was issued at, with what it grew by.
    pub face: Money,
    /// The open balance.
    pub open: Money,
    /// Applied, net of what was taken back.
    pub applied: Money,
    /// Lapsed and expired, net of what was reinstated.
    pub expired: Money,
    /// Written off.
    pub written_off: Money,
    /// Paid out.
    pub refunded: Money,
    /// Gone to other memos.
    pub reassigned_out: Money,
    /// What AWS has applied of the credit, net of what moved with reassignments.
    pub funded: Exact,
    /// AWS's applications by period.
    pub funding: BTreeMap<BillingPeriod, Exact>,
    /// Where it was taken over from at cut-over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taken_over: Option<TakenOver>,
    /// What stands applied by period of the charges.
    pub applications: BTreeMap<BillingPeriod, Application>,
    /// What stands applied to charges under other payers of ours, by payer and period of the charges.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub across: BTreeMap<PayerAccountId, BTreeMap<BillingPeriod, ApplicationAcross>>,
    /// Whose it is: as recorded at its issue, or by a reassignment since (rule book D5).
    pub customer: Option<CustomerId>,
    /// The memo that it came from, and that one's account.
    pub came_from: Option<(MemberAccountId, MemoNumber)>,
    /// What lapsed at the end date, net of what came back: part of `expired`.
    pub lapsed: Money,
    /// What a person let lapse before AWS had paid for it: part of `expired`.
    pub given_up: Money,
    /// What was written down because AWS would apply no more of the credit, net of what came back: part of
    /// `written_off`.
    pub written_down: Money,
    /// What a person wrote off of what AWS had paid for: part of `written_off`, and the distributor's gain.
    pub gain: Money,
    /// What AWS applied of the credit in a month beyond what any of its memos may have.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub surplus: BTreeMap<BillingPeriod, Exact>,
    /// It pays nothing of the charges at hand, which are another customer's (rule book D5). Set for one
    /// decision, never kept.
    #[serde(skip)]
    pub charges_are_anothers: bool,
    /// What each statement shows.
    pub movements: BTreeMap<BillingPeriod, Movement>,
    /// The end date's lapse was decided.
    pub end_settled: bool,
    /// A person moved it here: it is not the memo that its credit funds.
    #[serde(default)]
    pub moved_by_hand: bool,
    /// It supplements its credit's memo because AWS granted more: what AWS applies beyond the other's
    /// face funds it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub by_revision: bool,
    /// A person granted it after AWS had ended the credit.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub after_upstream_end: bool,
    /// What left for other memos, by transfer.
    #[serde(default)]
    pub transfers_out: BTreeMap<String, TransferOut>,
}

impl CreditMemo {
    /// Whether it is its credit's own memo: the one that AWS's applications fund.
    pub fn is_the_credits(&self) -> bool {
        self.credit.is_some() && self.supplements.is_none() && !self.moved_by_hand
    }

    /// What AWS has applied, in whole units, never more than it did.
    pub fn funded_units(&self) -> Money {
        // Funding is far inside what minor units hold; a failure would understate, never overstate.
        self.funded.round_to_money(self.currency, Rounding::HalfEven).unwrap_or(Money::zero(self.currency))
    }

    /// The part of the open balance that AWS has already taken off the payer's bill.
    pub fn funded_balance(&self) -> Money {
        let used = self.applied + self.refunded;
        let expired_of_funded = self.expired_of_funded();
        (self.funded_units() - used - expired_of_funded).at_least_zero().min(self.open)
    }

    /// The part of the open balance that AWS has not.
    pub fn unfunded_balance(&self) -> Money {
        self.open - self.funded_balance()
    }

    /// What lapsed first took the unfunded part; only the rest was funded.
    pub(crate) fn expired_of_funded(&self) -> Money {
        let gone = self.expired + self.written_off;
        let never_funded = (self.face - self.reassigned_out - self.funded_units()).at_least_zero();
        (gone - never_funded).at_least_zero()
    }

    /// What ended without AWS ever having paid for it (rule book N14).
    pub fn lapsed_unfunded(&self) -> Money {
        let never_funded = (self.face - self.reassigned_out - self.funded_units()).at_least_zero();
        self.expired.min(never_funded)
    }

    /// What was given to the customer ahead of AWS (rule book N28).
    pub fn exposure(&self) -> Money {
        (self.applied + self.refunded - self.funded_units()).at_least_zero()
    }

    /// Where it stands.
    pub fn status(&self) -> MemoStatus {
        if !self.open.is_zero() || self.face.is_zero() {
            MemoStatus::Open
        } else if !self.expired.is_zero() {
            MemoStatus::Expired
        } else if self.written_off.is_zero() && self.refunded.is_zero() && self.reassigned_out.is_zero() {
            MemoStatus::Exhausted
        } else {
            MemoStatus::Closed
        }
    }

    /// The first period it may be drawn for.
    pub fn first_period(&self) -> BillingPeriod {
        BillingPeriod::containing(self.start_date)
    }

    /// The last period it may be drawn for as a whole.
    pub fn last_period(&self) -> Option<BillingPeriod> {
        self.usable_until.max(self.end_date).map(BillingPeriod::containing)
    }

    /// What stands applied to the home payer's charges of a period.
    pub fn applied_for(&self, period: BillingPeriod) -> Money {
        self.applications.get(&period).map_or(Money::zero(self.currency), |application| application.amount)
    }

    /// What stands applied to a period's charges under another payer of ours.
    pub fn applied_under(&self, payer: &PayerAccountId, period: BillingPeriod) -> Money {
        let of_period = self.across.get(payer).and_then(|periods| periods.get(&period));
        of_period.map_or(Money::zero(self.currency), |application| application.amount)
    }

    /// What stands applied for a period, whichever payer of ours the charges are under.
    pub fn applied_in(&self, period: BillingPeriod) -> Money {
        let across = self.across.values().filter_map(|periods| periods.get(&period));
        self.applied_for(period) + Money::sum(self.currency, across.map(|application| application.amount))
    }

    /// The open balance that the statement of `period` ends with, and the one it begins with.
    pub fn balance_through(&self, period: BillingPeriod) -> Money {
        Money::sum(self.currency, self.movements.range(..=period).map(|(_, movement)| movement.net()))
    }

    /// What all statements after `former` and up to `period` show of it together.
    pub fn movement_between(&self, former: Option<BillingPeriod>, period: BillingPeriod) -> Movement {
        let mut sum = Movement::none(self.currency);
        for (at, movement) in self.movements.range(..=period) {
            if former.is_none_or(|former| *at > former) {
                sum.issued += movement.issued;
                sum.applied += movement.applied;
                sum.corrections += movement.corrections;
                sum.expired += movement.expired;
            }
        }
        sum
    }

    /// The conservation law of a memo.
    pub fn conserves(&self) -> bool {
        let accounted =
            self.open + self.applied + self.expired + self.written_off + self.refunded + self.reassigned_out;
        accounted == self.face && !self.open.is_negative() && self.open <= self.face
    }

    /// Whether the applications by period add up to what stands applied, save for what another
    /// system had applied before the cut-over.
    pub fn applications_tie(&self, applied_before_cut_over: Money) -> bool {
        let by_period = Money::sum(self.currency, self.applications.values().map(|application| application.amount));
        let across = self.across.values().flat_map(BTreeMap::values).map(|application| application.amount);
        by_period + Money::sum(self.currency, across) + applied_before_cut_over == self.applied
    }
}

/// All memos of a member account under one payer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberMemos {
    /// The payer and the account, once a memo was issued.
    pub owner: Option<(PayerAccountId, MemberAccountId)>,
    /// The memos by number.
    pub memos: BTreeMap<MemoNumber, CreditMemo>,
    /// Acts that wait for a second person, by proposal.
    #[serde(default)]
    pub proposals: BTreeMap<String, ActProposed>,
    /// Moves to other accounts that were approved, with who approved them, by proposal.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub approved_moves: BTreeMap<String, (String, ActProposed)>,
    /// Transfers that came in, each with the memo that it opened.
    #[serde(default)]
    pub transfers_in: BTreeMap<String, MemoNumber>,
    /// The charges that each closed month was last corrected upon, as a digest.
    #[serde(default)]
    pub corrected: BTreeMap<BillingPeriod, String>,
    /// The charges under other payers of ours that were last decided upon, as digests.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub decided_across: BTreeMap<PayerAccountId, BTreeMap<BillingPeriod, String>>,
    /// What revisions of a credit have changed of its memos so far.
    #[serde(default)]
    pub revised: BTreeMap<UpstreamCreditId, Money>,
    /// What persons wrote off of a credit's memos, each with what revisions had changed by then.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub written_off_by_hand: BTreeMap<UpstreamCreditId, Vec<(Money, Money)>>,
    /// By how much AWS lowered a credit below what its customer was given.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub shortfalls: BTreeMap<UpstreamCreditId, Money>,
}

impl MemberMemos {
    /// The number that the next memo gets.
    pub fn next_number(&self, payer: &PayerAccountId, member: &MemberAccountId) -> MemoNumber {
        let ordinal = self.memos.len() + 1;
        // Both ids are checked text, so their composition is a valid number.
        MemoNumber::parse(&format!("CM-{payer}-{member}-{ordinal:04}"))
            .unwrap_or_else(|_| unreachable!("ids compose to a number"))
    }

    /// The memo of a credit, the latest where it came back.
    pub fn of_credit(&self, credit: &UpstreamCreditId) -> Option<&CreditMemo> {
        self.memos
            .values()
            .filter(|memo| memo.credit.as_ref() == Some(credit) && memo.is_the_credits())
            .max_by_key(|memo| memo.ordinal)
    }

    /// The memo of a credit that a period's funding goes to: that of the ownership then.
    pub fn of_credit_in(&self, credit: &UpstreamCreditId, period: BillingPeriod) -> Option<&CreditMemo> {
        let of = |memo: &&CreditMemo| memo.credit.as_ref() == Some(credit) && memo.is_the_credits();
        let began = |memo: &&CreditMemo| memo.first_period() <= period;
        self.memos
            .values()
            .filter(of)
            .filter(began)
            .max_by_key(|memo| memo.ordinal)
            .or_else(|| self.memos.values().filter(of).min_by_key(|memo| memo.ordinal))
    }

    /// Memos in the order they were issued.
    pub fn in_order_of_issue(&self) -> Vec<&CreditMemo> {
        let mut memos: Vec<&CreditMemo> = self.memos.values().collect();
        memos.sort_by_key(|memo| memo.ordinal);
        memos
    }
}
