//! Questions to the read model, in the domain's types. Everything decisions and commands read is
//! asked here.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use domain::{
    account::MemberAccountState,
    billing::{BillingState, MemberStatement, PeriodOutline},
    credit::{SuspenseState, UpstreamCreditState},
    ids::{MemberAccountId, PayerAccountId, UpstreamCreditId},
    memo::MemberMemos,
    period::BillingPeriod,
    policy::{Policies, PolicyHistory},
    rates::{ConversionRateStated, ConversionRates},
    usage::{DeliveryState, MemberUsage, MemberUsageState},
};
use serde::{Deserialize, Serialize};
use wire::{AggregateKey, CommandDone, StreamName, Subject};

use crate::{Aggregate, MemoEntry, ReadModel, ReadModelFault, StoreFault, Tree};

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
            Some(Aggregate::$variant(state)) => state,
            _ => Default::default(),
        }
    };
}

impl ReadModel {
    /// A member account's assignments.
    ///
    /// # Errors
    /// [`StoreFault`].
    pub fn member_account(
        &self,
        payer: &PayerAccountId,
        member: &MemberAccountId,
    ) -> Result<MemberAccountState, StoreFault> {
        Ok(state_of!(self, &Subject::member(payer, member), Member))
    }

    /// The policies adopted for a payer, or for all of them.
    ///
    /// # Errors
    /// [`StoreFault`].
    pub fn policy_history(&self, payer: Option<&PayerAccountId>) -> Result<PolicyHistory, StoreFault> {
        let subject = payer.map_or_else(Subject::general_policy, Subject::policy);
        Ok(state_of!(self, &subject, Policy))
    }

    /// The policies in force for a payer and period: its own, else the general ones, else the
    /// defaults.
    ///
    /// # Errors
    /// [`StoreFault`].
    pub fn policies(&self, payer: &PayerAccountId, period: BillingPeriod) -> Result<Policies, StoreFault> {
        let own = self.policy_history(Some(payer))?;
        if let Some(policies) = own.in_force(period) {
            return Ok(policies.clone());
        }
        let general = self.policy_history(None)?;
        Ok(general.in_force(period).cloned().unwrap_or_default())
    }

    /// The conversion rates in force.
    ///
    /// # Errors
    /// [`StoreFault`].
    pub fn conversion_rates(&self) -> Result<ConversionRates, StoreFault> {
        Ok(state_of!(self, &Subject::rates(), Rates))
    }

    /// Every conversion rate as it was stated, oldest first.
    ///
    /// # Errors
    /// [`StoreFault`].
    pub fn stated_rates(&self) -> Result<Vec<StoredRate>, StoreFault> {
        Ok(self.values(Tree::Rates, b"")?.into_iter().map(|(_, stored)| stored).collect())
    }

    /// What was done under an operator's key.
    ///
    /// # Errors
    /// [`StoreFault`].
    pub fn command_done(&self, key: &str) -> Result<Option<CommandDone>, StoreFault> {
        Ok(state_of!(self, &Subject::command(key), Command))
    }

    /// The deliveries of a payer and period.
    ///
    /// # Errors
    /// [`StoreFault`].
    pub fn deliveries(&self, payer: &PayerAccountId, period: BillingPeriod) -> Result<DeliveryState, StoreFault> {
        Ok(*state_of!(self, &Subject::delivery(payer, period), Delivery))
    }

    /// A member's usage of a period, all versions that may count.
    ///
    /// # Errors
    /// [`StoreFault`].
    pub fn member_usage_versions(
        &self,
        payer: &PayerAccountId,
        member: &MemberAccountId,
        period: BillingPeriod,
    ) -> Result<MemberUsageState, StoreFault> {
        Ok(state_of!(self, &Subject::member_usage(payer, member, period), MemberUsage))
    }

    /// A member's usage of a period as it counts.
    ///
    /// # Errors
    /// [`StoreFault`].
    pub fn member_usage(
        &self,
        payer: &PayerAccountId,
        member: &MemberAccountId,
        period: BillingPeriod,
        deliveries: &DeliveryState,
    ) -> Result<Option<MemberUsage>, StoreFault> {
        let versions = self.member_usage_versions(payer, member, period)?;
        Ok(versions.effective(|delivery| deliveries.is_completed(delivery)).cloned())
    }

    /// Members that any delivery of a payer and period named.
    ///
    /// # Errors
    /// [`StoreFault`].
    pub fn members_of_period(
        &self,
        payer: &PayerAccountId,
        period: BillingPeriod,
    ) -> Result<Vec<MemberAccountId>, StoreFault> {
        let prefix = period_member_key(payer, period, None);
        let keys = self.keys(Tree::PeriodMembers, prefix.as_bytes())?;
        Ok(keys
            .into_iter()
            .filter_map(|key| MemberAccountId::parse(&String::from_utf8_lossy(key.get(prefix.len()..)?)).ok())
            .collect())
    }

    /// Members that any delivery named, of all payers and periods.
    ///
    /// # Errors
    /// [`StoreFault`].
    pub fn members_billed(&self) -> Result<BTreeSet<(PayerAccountId, MemberAccountId)>, StoreFault> {
        let keys = self.keys(Tree::PeriodMembers, b"")?;
        Ok(keys
            .into_iter()
            .filter_map(|key| {
                let key = String::from_utf8_lossy(&key).into_owned();
                let mut parts = key.split('/');
                let (payer, _, member) = (parts.next()?, parts.next()?, parts.next()?);
                Some((PayerAccountId::parse(payer).ok()?, MemberAccountId::parse(member).ok()?))
            })
            .collect())
    }

    /// An upstream credit.
    ///
    /// # Errors
    /// [`StoreFault`].
    pub fn upstream_credit(
        &self,
        payer: &PayerAccountId,
        credit: &UpstreamCreditId,
    ) -> Result<UpstreamCreditState, StoreFault> {
        Ok(*state_of!(self, &Subject::credit(payer, credit), UpstreamCredit))
    }

    /// All upstream credits, of one payer or of all, in order of payer and id.
    ///
    /// # Errors
    /// [`ReadModelFault`].
    pub fn upstream_credits(
        &self,
        payer: Option<&PayerAccountId>,
    ) -> Result<BTreeMap<(PayerAccountId, UpstreamCreditId), UpstreamCreditState>, ReadModelFault> {
        let mut found = BTreeMap::new();
        for (subject, record) in self.records(&Subject::prefix(StreamName::Credits, payer))? {
            if let (AggregateKey::UpstreamCredit { payer: of, credit }, Aggregate::UpstreamCredit(state)) =
                (AggregateKey::of(&subject)?, record.state)
            {
                found.insert((of, credit), *state);
            }
        }
        Ok(found)
    }

    /// The upstream credits of a payer in the order in which they were first observed, which is that
    /// of the rows of an import.
    ///
    /// # Errors
    /// [`ReadModelFault`].
    pub fn upstream_credits_as_observed(
        &self,
        payer: &PayerAccountId,
    ) -> Result<Vec<UpstreamCreditState>, ReadModelFault> {
        let mut found = Vec::new();
        for (subject, record) in self.records(&Subject::prefix(StreamName::Credits, Some(payer)))? {
            if let (AggregateKey::UpstreamCredit { .. }, Aggregate::UpstreamCredit(state)) =
                (AggregateKey::of(&subject)?, record.state)
            {
                found.push((record.first_sequence, *state));
            }
        }
        found.sort_by_key(|(sequence, _)| *sequence);
        Ok(found.into_iter().map(|(_, state)| state).collect())
    }

    /// The suspense of a payer and period.
    ///
    /// # Errors
    /// [`StoreFault`].
    pub fn suspense(&self, payer: &PayerAccountId, period: BillingPeriod) -> Result<SuspenseState, StoreFault> {
        Ok(state_of!(self, &Subject::suspense(payer, period), Suspense))
    }

    /// The suspense of a payer, or of all, by payer and period.
    ///
    /// # Errors
    /// [`ReadModelFault`].
    pub fn all_suspense(
        &self,
        payer: Option<&PayerAccountId>,
    ) -> Result<BTreeMap<(PayerAccountId, BillingPeriod), SuspenseState>, ReadModelFault> {
        let mut found = BTreeMap::new();
        for subject in self.subjects(&Subject::prefix(StreamName::Credits, payer))? {
            if let AggregateKey::Suspense { payer, period } = AggregateKey::of(&subject)? {
                let state = self.suspense(&payer, period)?;
                found.insert((payer, period), state);
            }
        }
        Ok(found)
    }

    /// The memos of a member account.
    ///
    /// # Errors
    /// [`StoreFault`].
    pub fn memos(&self, payer: &PayerAccountId, member: &MemberAccountId) -> Result<MemberMemos, StoreFault> {
        Ok(state_of!(self, &Subject::memos(payer, member), Memos))
    }

    /// The memos of all member accounts, in order of payer and account.
    ///
    /// # Errors
    /// [`ReadModelFault`].
    pub fn all_memos(&self) -> Result<BTreeMap<(PayerAccountId, MemberAccountId), MemberMemos>, ReadModelFault> {
        let mut found = BTreeMap::new();
        for (subject, record) in self.records("memos.")? {
            if let (AggregateKey::Memos { payer, member }, Aggregate::Memos(state)) =
                (AggregateKey::of(&subject)?, record.state)
            {
                found.insert((payer, member), state);
            }
        }
        Ok(found)
    }

    /// The member accounts of a payer that have memos, sorted.
    ///
    /// # Errors
    /// [`ReadModelFault`].
    pub fn memo_holders(&self, payer: &PayerAccountId) -> Result<BTreeSet<MemberAccountId>, ReadModelFault> {
        Ok(self.memo_owners(Some(payer))?.into_iter().map(|(_, member)| member).collect())
    }

    /// The member accounts that have memos, of one payer or of all, in order of payer and account.
    ///
    /// # Errors
    /// [`ReadModelFault`].
    pub fn memo_owners(
        &self,
        payer: Option<&PayerAccountId>,
    ) -> Result<BTreeSet<(PayerAccountId, MemberAccountId)>, ReadModelFault> {
        let mut found = BTreeSet::new();
        for subject in self.subjects(&Subject::prefix(StreamName::Memos, payer))? {
            if let AggregateKey::Memos { payer, member } = AggregateKey::of(&subject)? {
                found.insert((payer, member));
            }
        }
        Ok(found)
    }

    /// What each fact changed of a member's memos, oldest first.
    ///
    /// # Errors
    /// [`StoreFault`].
    pub fn memo_entries(&self, payer: &PayerAccountId, member: &MemberAccountId) -> Result<Vec<MemoEntry>, StoreFault> {
        let prefix = format!("{}/", Subject::memos(payer, member));
        Ok(self.values(Tree::Entries, prefix.as_bytes())?.into_iter().map(|(_, entry)| entry).collect())
    }

    /// A payer's period.
    ///
    /// # Errors
    /// [`StoreFault`].
    pub fn billing(&self, payer: &PayerAccountId, period: BillingPeriod) -> Result<BillingState, StoreFault> {
        Ok(*state_of!(self, &Subject::billing(payer, period), Billing))
    }

    /// All periods of a payer that were billed, waived or closed, in outline: their documents are
    /// counted and not read.
    ///
    /// # Errors
    /// [`ReadModelFault`].
    pub fn billing_periods(
        &self,
        payer: &PayerAccountId,
    ) -> Result<BTreeMap<BillingPeriod, PeriodOutline>, ReadModelFault> {
        let mut found = BTreeMap::new();
        for period in self.periods_of(payer)? {
            found.insert(period, self.period_outline(&Subject::billing(payer, period))?);
        }
        Ok(found)
    }

    /// A payer's period without its documents.
    ///
    /// # Errors
    /// [`StoreFault`].
    pub fn billing_outline(&self, payer: &PayerAccountId, period: BillingPeriod) -> Result<PeriodOutline, StoreFault> {
        self.period_outline(&Subject::billing(payer, period))
    }

    /// The periods of a payer that were billed, waived or closed.
    ///
    /// # Errors
    /// [`ReadModelFault`].
    pub fn periods_of(&self, payer: &PayerAccountId) -> Result<BTreeSet<BillingPeriod>, ReadModelFault> {
        let mut found = BTreeSet::new();
        for subject in self.billing_subjects(&Subject::prefix(StreamName::Billing, Some(payer))) {
            if let AggregateKey::Billing { period, .. } = AggregateKey::of(subject)? {
                found.insert(period);
            }
        }
        Ok(found)
    }

    /// All periods of a payer that a delivery was completed for.
    ///
    /// # Errors
    /// [`ReadModelFault`].
    pub fn delivered_periods(
        &self,
        payer: &PayerAccountId,
    ) -> Result<BTreeMap<BillingPeriod, DeliveryState>, ReadModelFault> {
        let mut found = BTreeMap::new();
        let prefix = Subject::delivery(payer, BillingPeriod::containing(chrono::NaiveDate::MIN)).to_string();
        let prefix = prefix.rsplit_once('.').map_or(prefix.as_str(), |(head, _)| head).to_owned() + ".";
        for (subject, record) in self.records(&prefix)? {
            if let (AggregateKey::Delivery { period, .. }, Aggregate::Delivery(state)) =
                (AggregateKey::of(&subject)?, record.state)
                && state.current().is_some()
            {
                found.insert(period, *state);
            }
        }
        Ok(found)
    }

    /// All member accounts with their assignments, in order of payer and account.
    ///
    /// # Errors
    /// [`ReadModelFault`].
    pub fn member_accounts(
        &self,
    ) -> Result<BTreeMap<(PayerAccountId, MemberAccountId), MemberAccountState>, ReadModelFault> {
        let mut found = BTreeMap::new();
        for (subject, record) in self.records("accounts.")? {
            if let (AggregateKey::Member { payer, member }, Aggregate::Member(state)) =
                (AggregateKey::of(&subject)?, record.state)
            {
                found.insert((payer, member), state);
            }
        }
        Ok(found)
    }

    /// The member accounts of a payer that are known under other payers too, with those.
    ///
    /// # Errors
    /// [`ReadModelFault`].
    pub fn members_shared_with_other_payers(
        &self,
        payer: &PayerAccountId,
    ) -> Result<BTreeMap<MemberAccountId, BTreeSet<PayerAccountId>>, ReadModelFault> {
        let mut payers_of: BTreeMap<MemberAccountId, BTreeSet<PayerAccountId>> = BTreeMap::new();
        for subject in self.subjects("accounts.")? {
            if let AggregateKey::Member { payer, member } = AggregateKey::of(&subject)? {
                payers_of.entry(member).or_default().insert(payer);
            }
        }
        payers_of.retain(|_, payers| payers.remove(payer) && !payers.is_empty());
        Ok(payers_of)
    }

    /// A member's statement of a period, the one recorded last.
    ///
    /// # Errors
    /// [`StoreFault`].
    pub fn statement(
        &self,
        payer: &PayerAccountId,
        member: &MemberAccountId,
        period: BillingPeriod,
    ) -> Result<Option<StoredStatement>, StoreFault> {
        self.value(Tree::Statements, statement_key(payer, period, Some(member)).as_bytes())
    }

    /// Members of a payer that have a statement of a period, sorted.
    ///
    /// # Errors
    /// [`StoreFault`].
    pub fn members_stated(
        &self,
        payer: &PayerAccountId,
        period: BillingPeriod,
    ) -> Result<BTreeSet<MemberAccountId>, StoreFault> {
        let prefix = statement_key(payer, period, None);
        let found = self.keys(Tree::Statements, prefix.as_bytes())?;
        Ok(found
            .into_iter()
            .filter_map(|key| MemberAccountId::parse(&String::from_utf8_lossy(key.get(prefix.len()..)?)).ok())
            .collect())
    }

    /// A member's statements of a period that went out and were made anew since, oldest first.
    ///
    /// # Errors
    /// [`StoreFault`].
    pub fn former_statements(
        &self,
        payer: &PayerAccountId,
        member: &MemberAccountId,
        period: BillingPeriod,
    ) -> Result<Vec<StoredStatement>, StoreFault> {
        let prefix = format!("{}/", statement_key(payer, period, Some(member)));
        let found = self.values(Tree::FormerStatements, prefix.as_bytes())?;
        Ok(found.into_iter().map(|(_, stored)| stored).collect())
    }

    /// All statements of a member, by period.
    ///
    /// # Errors
    /// [`ReadModelFault`].
    pub fn statements(
        &self,
        payer: &PayerAccountId,
        member: &MemberAccountId,
    ) -> Result<Vec<StoredStatement>, ReadModelFault> {
        Ok(self.statements_of_periods(payer, member, &self.periods_of(payer)?)?)
    }

    /// The statements that a member has of some periods.
    ///
    /// # Errors
    /// [`StoreFault`].
    pub fn statements_of_periods(
        &self,
        payer: &PayerAccountId,
        member: &MemberAccountId,
        periods: &BTreeSet<BillingPeriod>,
    ) -> Result<Vec<StoredStatement>, StoreFault> {
        let mut found = Vec::new();
        for period in periods {
            found.extend(self.statement(payer, member, *period)?);
        }
        Ok(found)
    }

    /// The statements of a member that say something of other months, or of what memos of other
    /// payers paid, by period: the few to look at for what was corrected.
    ///
    /// # Errors
    /// [`StoreFault`].
    pub fn correcting_statements(
        &self,
        payer: &PayerAccountId,
        member: &MemberAccountId,
    ) -> Result<Vec<StoredStatement>, StoreFault> {
        let prefix = correcting_key(payer, member, None);
        let mut found = Vec::new();
        for key in self.keys(Tree::Correcting, prefix.as_bytes())? {
            let period = key.get(prefix.len()..).map(String::from_utf8_lossy);
            if let Some(period) = period.and_then(|text| BillingPeriod::parse(&text).ok()) {
                found.extend(self.statement(payer, member, period)?);
            }
        }
        Ok(found)
    }

    /// All statements, in order of payer, account and period.
    ///
    /// # Errors
    /// [`StoreFault`].
    pub fn all_statements(&self) -> Result<Vec<StoredStatement>, StoreFault> {
        let mut found: Vec<StoredStatement> =
            self.values(Tree::Statements, b"")?.into_iter().map(|(_, stored)| stored).collect();
        let place = |stored: &StoredStatement| {
            let statement = &stored.statement;
            (statement.payer_account_id.clone(), statement.member_account_id.clone(), statement.period)
        };
        found.sort_by_cached_key(place);
        Ok(found)
    }

    /// The payers that anything is known of.
    ///
    /// # Errors
    /// [`ReadModelFault`].
    pub fn payers(&self) -> Result<Vec<PayerAccountId>, ReadModelFault> {
        let mut payers = BTreeSet::new();
        for prefix in ["accounts.", "credits.", "billing.", "memos."] {
            for subject in self.subjects(prefix)? {
                payers.extend(AggregateKey::of(&subject)?.payer().cloned());
            }
        }
        Ok(payers.into_iter().collect())
    }
}
