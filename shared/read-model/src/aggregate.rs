//! An aggregate as the log makes it, with the numbers that place it: what decisions read.

use chrono::{DateTime, Utc};
use domain::{
    account::MemberAccountState,
    billing::BillingState,
    credit::{SuspenseState, UpstreamCreditState},
    memo::{FoldFault, MemberMemos},
    policy::PolicyHistory,
    rates::ConversionRates,
    usage::{DeliveryState, MemberUsageState},
};
use serde::{Deserialize, Serialize};
use wire::{AggregateKey, ChainHash, CommandDone, Fact};

/// The state of an aggregate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs)] // each variant is its state, documented in the domain
pub enum Aggregate {
    Policy(PolicyHistory),
    Rates(ConversionRates),
    Command(Option<CommandDone>),
    Member(MemberAccountState),
    Delivery(Box<DeliveryState>),
    MemberUsage(MemberUsageState),
    UpstreamCredit(Box<UpstreamCreditState>),
    Suspense(SuspenseState),
    Memos(MemberMemos),
    Billing(Box<BillingState>),
}

/// Why a fact was not folded.
#[derive(Debug)]
pub(crate) enum NotFolded {
    /// It has no business on this subject.
    Misplaced(&'static str),
    /// It does not follow.
    Fault(FoldFault),
}

impl Aggregate {
    /// The state before any fact.
    pub fn empty(key: &AggregateKey) -> Self {
        match key {
            AggregateKey::GeneralPolicy | AggregateKey::Policy { .. } => Self::Policy(PolicyHistory::default()),
            AggregateKey::ConversionRates => Self::Rates(ConversionRates::default()),
            AggregateKey::Command { .. } => Self::Command(None),
            AggregateKey::Member { .. } => Self::Member(MemberAccountState::default()),
            AggregateKey::Delivery { .. } => Self::Delivery(Box::default()),
            AggregateKey::MemberUsage { .. } => Self::MemberUsage(MemberUsageState::default()),
            AggregateKey::UpstreamCredit { .. } => Self::UpstreamCredit(Box::default()),
            AggregateKey::Suspense { .. } => Self::Suspense(SuspenseState::default()),
            AggregateKey::Memos { .. } => Self::Memos(MemberMemos::default()),
            AggregateKey::Billing { .. } => Self::Billing(Box::default()),
        }
    }

    pub(crate) fn fold(&mut self, fact: &Fact) -> Result<(), NotFolded> {
        let misplaced = || NotFolded::Misplaced(fact.type_name());
        match self {
            Self::Memos(memos) => match fact {
                Fact::ActProposed(proposed) => memos.propose(proposed),
                Fact::ActApproved(approved) => memos.approve(approved),
                Fact::ActRejected(rejected) => memos.reject(rejected),
                _ => memos.evolve(&fact.as_memo_fact().ok_or_else(misplaced)?).map_err(NotFolded::Fault)?,
            },
            Self::Policy(history) => match fact {
                Fact::PolicyAdopted(adopted) => *history = std::mem::take(history).evolve(adopted),
                Fact::PoliciesProposed(proposed) => history.propose(proposed),
                Fact::PoliciesApproved(approved) => history.end_proposal(&approved.proposal),
                Fact::PoliciesRejected(rejected) => history.end_proposal(&rejected.proposal),
                _ => return Err(misplaced()),
            },
            Self::Rates(rates) => match fact {
                Fact::ConversionRateStated(stated) => rates.evolve(stated),
                _ => return Err(misplaced()),
            },
            Self::Command(done) => match fact {
                // Its answer is read from the log where it is asked for.
                Fact::CommandDone(fact) => {
                    *done = Some(CommandDone { answer: String::new(), ..fact.clone() });
                }
                _ => return Err(misplaced()),
            },
            Self::Member(member) => match fact {
                Fact::MemberAssigned(assigned) => *member = std::mem::take(member).evolve(assigned),
                _ => return Err(misplaced()),
            },
            Self::MemberUsage(usage) => match fact {
                Fact::MemberUsageDelivered(delivered) => usage.evolve(delivered),
                _ => return Err(misplaced()),
            },
            Self::Delivery(delivery) => delivery.evolve(&fact.as_delivery_fact().ok_or_else(misplaced)?),
            Self::UpstreamCredit(credit) => credit.evolve(&fact.as_credit_fact().ok_or_else(misplaced)?),
            Self::Suspense(suspense) => suspense.evolve(&fact.as_suspense_fact().ok_or_else(misplaced)?),
            Self::Billing(billing) => {
                let fact = fact.as_billing_fact().ok_or_else(misplaced)?;
                domain::billing::check_digits(&fact).map_err(NotFolded::Fault)?;
                billing.evolve(&fact);
            }
        }
        Ok(())
    }
}

/// Whether facts could be folded into an aggregate, without folding them. Only what has balances looks at
/// what stands; of the others it is asked whether the facts have any business there.
pub(crate) fn could_fold(key: &AggregateKey, standing: Option<Aggregate>, facts: &[Fact]) -> Result<(), NotFolded> {
    let mut copy = standing.unwrap_or_else(|| Aggregate::empty(key));
    facts.iter().try_for_each(|fact| copy.fold(fact))
}

/// An aggregate with its place in the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubjectRecord {
    /// The stream sequence of the subject's first commit; 0 for none. What came in a file's order
    /// is found again in it.
    pub first_sequence: u64,
    /// The stream sequence of the subject's last commit; 0 for none.
    pub last_sequence: u64,
    /// The number of its last commit.
    pub n: u64,
    /// The chain after it.
    #[serde(with = "chain_text")]
    pub chain: ChainHash,
    /// When it was recorded.
    pub recorded: Option<DateTime<Utc>>,
    /// Facts of a large decision whose last part has not come: they do not count yet.
    pub held_back: crate::HeldBack,
    /// The state.
    pub state: Aggregate,
}

/// Where a subject stands in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubjectPlace {
    /// The stream sequence of its last commit; 0 for none.
    pub last_sequence: u64,
    /// The number of its last commit.
    pub n: u64,
    /// The chain after it.
    #[serde(with = "chain_text")]
    pub chain: ChainHash,
    /// When it was recorded.
    pub recorded: Option<DateTime<Utc>>,
}

impl Default for SubjectPlace {
    fn default() -> Self {
        Self { last_sequence: 0, n: 0, chain: ChainHash::START, recorded: None }
    }
}

impl SubjectRecord {
    /// Where it stands.
    pub fn place(&self) -> SubjectPlace {
        SubjectPlace { last_sequence: self.last_sequence, n: self.n, chain: self.chain, recorded: self.recorded }
    }

    /// Before any commit.
    pub fn empty(key: &AggregateKey) -> Self {
        Self {
            first_sequence: 0,
            last_sequence: 0,
            n: 0,
            chain: ChainHash::START,
            recorded: None,
            held_back: None,
            state: Aggregate::empty(key),
        }
    }
}

mod chain_text {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};
    use wire::ChainHash;

    pub(super) fn serialize<S: Serializer>(chain: &ChainHash, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(chain)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<ChainHash, D::Error> {
        let text = String::deserialize(deserializer)?;
        ChainHash::parse(&text).ok_or_else(|| D::Error::custom("not a chain hash"))
    }
}
