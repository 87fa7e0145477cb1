//! The memos of member accounts, and what each fact changed of them.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    ids::{MemberAccountId, PayerAccountId},
    memo::{MemberMemos, MemoReassignedOut},
};
use wire::{AggregateKey, StreamName, Subject};

use super::state_of;
use crate::{Aggregate, MemoEntry, ReadModel, ReadModelFault, StoreFault, Tree};

impl ReadModel {
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
        self.memos_of(None)
    }

    /// The memos of one payer or of all, by account.
    ///
    /// # Errors
    /// [`ReadModelFault`].
    pub fn memos_of(
        &self,
        payer: Option<&PayerAccountId>,
    ) -> Result<BTreeMap<(PayerAccountId, MemberAccountId), MemberMemos>, ReadModelFault> {
        let mut found = BTreeMap::new();
        for (subject, record) in self.records(&Subject::prefix(StreamName::Memos, payer))? {
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

    /// The member accounts of whose memos something left for a memo of another account, or of a payer's: to
    /// it or from it.
    ///
    /// # Errors
    /// [`ReadModelFault`].
    pub fn movers(
        &self,
        payer: Option<&PayerAccountId>,
    ) -> Result<BTreeSet<(PayerAccountId, MemberAccountId)>, ReadModelFault> {
        let mut found = BTreeSet::new();
        for key in self.keys(Tree::Movers, b"")? {
            let text = String::from_utf8_lossy(&key);
            let Some((subject, to_payer)) = text.split_once('/') else { continue };
            if let AggregateKey::Memos { payer: from, member } = AggregateKey::of(&Subject::parse(subject)?)?
                && payer.is_none_or(|payer| *payer == from || payer.as_str() == to_payer)
            {
                found.insert((from, member));
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
}

/// The mark that something left an account's memos for a payer's.
pub(crate) fn mover_key(from: &Subject, gone: &MemoReassignedOut) -> String {
    format!("{from}/{}", gone.to_payer)
}
