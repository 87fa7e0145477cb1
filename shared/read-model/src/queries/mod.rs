//! Questions to the read model, in the domain's types. Everything decisions and commands read is
//! asked here, a file for each kind of thing; this one has the keys that the answers lie under.

mod accounts;
mod deliveries;
mod memos;
mod periods;
mod policies;
mod statements;
mod upstream;

pub(crate) use memos::mover_key;

use chrono::{DateTime, Utc};
use domain::{
    billing::MemberStatement,
    ids::{MemberAccountId, PayerAccountId},
    period::BillingPeriod,
    rates::ConversionRateStated,
};
use serde::{Deserialize, Serialize};

/// A statement with its place in the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredStatement {
    /// As it was recorded.
    pub statement: MemberStatement,
    /// The sequence of its commit in the billing stream.
    pub sequence: u64,
    /// When it was recorded.
    pub recorded: DateTime<Utc>,
}

/// A conversion rate with its second date.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredRate {
    /// As it was stated.
    pub stated: ConversionRateStated,
    /// When it was recorded.
    pub recorded: DateTime<Utc>,
}

/// An operator's key that something was recorded under.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredKey {
    /// The hash of the input that it covers.
    pub input: String,
    /// The sequence of the first commit under it, in its stream.
    pub sequence: u64,
}

/// The key of an operator's key: by stream, since each is read by itself.
pub(crate) fn operators_key(stream: wire::StreamName, key: &str) -> String {
    format!("{}/{key}", stream.as_str())
}

/// The key of what is stored by payer, period and account: what a billing run writes lies together.
pub(crate) fn statement_key(payer: &PayerAccountId, period: BillingPeriod, member: Option<&MemberAccountId>) -> String {
    period_member_key(payer, period, member)
}

/// The key of a mark upon a statement, by account first.
pub(crate) fn correcting_key(
    payer: &PayerAccountId,
    member: &MemberAccountId,
    period: Option<BillingPeriod>,
) -> String {
    let period = period.map_or_else(String::new, |period| period.to_string());
    format!("{payer}/{member}/{period}")
}

pub(crate) fn period_member_key(
    payer: &PayerAccountId,
    period: BillingPeriod,
    member: Option<&MemberAccountId>,
) -> String {
    format!("{payer}/{period}/{}", member.map_or("", |member| member.as_str()))
}

/// The state of one kind in a record, or an empty one.
macro_rules! state_of {
    ($self:ident, $subject:expr, $variant:ident) => {
        match $self.record($subject)?.map(|record| record.state) {
            Some($crate::Aggregate::$variant(state)) => state,
            _ => Default::default(),
        }
    };
}
use state_of;
