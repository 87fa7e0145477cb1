//! Which payers and member accounts there are, and where each account belongs.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    account::MemberAccountState,
    ids::{MemberAccountId, PayerAccountId},
};
use wire::{AggregateKey, StreamName, Subject};

use super::state_of;
use crate::{Aggregate, ReadModel, ReadModelFault, StoreFault};

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

    /// All member accounts with their assignments, in order of payer and account.
    ///
    /// # Errors
    /// [`ReadModelFault`].
    pub fn member_accounts(
        &self,
    ) -> Result<BTreeMap<(PayerAccountId, MemberAccountId), MemberAccountState>, ReadModelFault> {
        let mut found = BTreeMap::new();
        for (subject, record) in self.records(&Subject::prefix(StreamName::Accounts, None))? {
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
        for subject in self.subjects(&Subject::prefix(StreamName::Accounts, None))? {
            if let AggregateKey::Member { payer, member } = AggregateKey::of(&subject)? {
                payers_of.entry(member).or_default().insert(payer);
            }
        }
        payers_of.retain(|_, payers| payers.remove(payer) && !payers.is_empty());
        Ok(payers_of)
    }

    /// The member accounts that were billed or have memos.
    ///
    /// # Errors
    /// [`ReadModelFault`].
    pub fn members_with_statements(&self) -> Result<BTreeSet<(PayerAccountId, MemberAccountId)>, ReadModelFault> {
        let mut members = self.members_billed()?;
        members.extend(self.memo_owners(None)?);
        Ok(members)
    }

    /// The payers that anything is known of.
    ///
    /// # Errors
    /// [`ReadModelFault`].
    pub fn payers(&self) -> Result<Vec<PayerAccountId>, ReadModelFault> {
        Ok(self.known_payers()?.into_iter().collect())
    }
}
