//! What the model keeps, and how it is found again: in the cache, in what waits to be written, in the
//! store. Nothing is folded here, and nothing written.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use domain::{billing::PeriodOutline, ids::PayerAccountId};
use serde::{Deserialize, Serialize};
use wire::{AggregateKey, Fact, StreamName, Subject};

use super::{CHECKPOINT_KEY, ReadModel, StreamPosition};
use crate::{
    Aggregate, Batch, MemoryStore, ReadModelFault, Store, StoreFault, SubjectPlace, SubjectRecord, Tree,
    aggregate::{NotFolded, could_fold},
};

impl ReadModel {
    pub(super) fn stored(&self, subject: &Subject) -> Result<Option<SubjectRecord>, StoreFault> {
        let Some(store) = &self.store else { return Ok(None) };
        let (tree, key) = place(subject);
        store.get(tree, &key)?.map(|bytes| decode(tree, &key, &bytes)).transpose()
    }

    /// A payer's period without its documents.
    pub(crate) fn period_outline(&self, subject: &Subject) -> Result<PeriodOutline, StoreFault> {
        if let Some(record) = self.cached.get(subject) {
            let Aggregate::Billing(state) = &record.state else { return Ok(PeriodOutline::default()) };
            return Ok(state.outline());
        }
        Ok(self.value(Tree::Periods, subject.as_str().as_bytes())?.unwrap_or_default())
    }

    /// The subjects of payers' periods that begin so, in order.
    pub(crate) fn billing_subjects<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = &'a Subject> {
        // Subjects are ordered by their text, so those of one payer follow each other.
        let from = self.billing.iter().skip_while(move |subject| !subject.as_str().starts_with(prefix));
        from.take_while(move |subject| subject.as_str().starts_with(prefix))
    }

    /// An aggregate with its place, as it stands; `None` where the log has nothing of it.
    ///
    /// # Errors
    /// [`StoreFault`].
    pub fn record(&self, subject: &Subject) -> Result<Option<SubjectRecord>, StoreFault> {
        match self.cached.get(subject) {
            Some(record) => Ok(Some(record.clone())),
            None => self.stored(subject),
        }
    }

    /// What stands against folding facts that are not recorded yet; nothing where they would be folded. The log
    /// is to hold nothing that its own reader refuses.
    ///
    /// # Errors
    /// [`ReadModelFault`] where the store cannot be read, or the subject is none of this log's.
    pub fn objection_to(&self, subject: &Subject, facts: &[Fact]) -> Result<Option<String>, ReadModelFault> {
        let key = AggregateKey::of(subject)?;
        // Only memos have balances that a fact may not follow from.
        let standing = match key {
            AggregateKey::Memos { .. } => self.record(subject)?.map(|record| record.state),
            _ => None,
        };
        Ok(could_fold(&key, standing, facts).err().map(|not_folded| match not_folded {
            NotFolded::Misplaced(fact) => format!("a fact of type {fact} has no business on {subject}"),
            NotFolded::Fault(cause) => cause.to_string(),
        }))
    }

    /// Where a subject stands, without its state: a period of many documents is not copied for it.
    ///
    /// # Errors
    /// [`StoreFault`].
    pub fn place_of(&self, subject: &Subject) -> Result<SubjectPlace, StoreFault> {
        let known = self.cached.get(subject).map(SubjectRecord::place).or_else(|| self.placed.get(subject).copied());
        match known {
            Some(place) => Ok(place),
            None => Ok(self.stored(subject)?.map(|record| record.place()).unwrap_or_default()),
        }
    }

    /// All aggregates whose subject begins so, in order of the subject; but for the usage of members,
    /// which is asked for one by one.
    ///
    /// # Errors
    /// [`ReadModelFault`].
    pub(crate) fn records(&self, prefix: &str) -> Result<BTreeMap<Subject, SubjectRecord>, ReadModelFault> {
        let mut found = BTreeMap::new();
        if let Some(store) = &self.store {
            for (key, bytes) in store.scan(Tree::Aggregates, prefix.as_bytes())? {
                let subject = Subject::parse(&String::from_utf8_lossy(&key))?;
                found.insert(subject, decode(Tree::Aggregates, &key, &bytes)?);
            }
        }
        for (subject, record) in &self.cached {
            let is_usage = matches!(record.state, Aggregate::MemberUsage(_));
            if subject.as_str().starts_with(prefix) && record.n > 0 && !is_usage {
                found.insert(subject.clone(), record.clone());
            }
        }
        Ok(found)
    }

    /// The subjects of all aggregates that begin so; their states are not read.
    pub(crate) fn subjects(&self, prefix: &str) -> Result<BTreeSet<Subject>, ReadModelFault> {
        let mut found = BTreeSet::new();
        if let Some(store) = &self.store {
            for key in store.scan_keys(Tree::Aggregates, prefix.as_bytes())? {
                found.insert(Subject::parse(&String::from_utf8_lossy(&key))?);
            }
        }
        let cached =
            self.cached.iter().filter(|(subject, record)| subject.as_str().starts_with(prefix) && record.n > 0);
        found.extend(cached.map(|(subject, _)| subject.clone()));
        Ok(found)
    }

    /// The payers of all aggregates. Of each stream one key a payer is looked at, however many accounts it has.
    pub(crate) fn known_payers(&self) -> Result<BTreeSet<PayerAccountId>, ReadModelFault> {
        let mut found = self.payers_begun.clone();
        let Some(store) = &self.store else { return Ok(found) };
        for stream in StreamName::ALL {
            let prefix = Subject::prefix(stream, None);
            let mut from = prefix.clone().into_bytes();
            while let Some(key) = store.first_key(Tree::Aggregates, prefix.as_bytes(), &from)? {
                let subject = Subject::parse(&String::from_utf8_lossy(&key))?;
                let payer = AggregateKey::of(&subject)?.payer().cloned();
                let of_payer = payer.as_ref().map(|payer| Subject::prefix(stream, Some(payer)));
                from = match of_payer.as_deref().filter(|of_payer| subject.as_str().starts_with(of_payer)) {
                    // A slash comes right after the dot that ends the payer's name.
                    Some(of_payer) => [of_payer.trim_end_matches('.').as_bytes(), b"/"].concat(),
                    None => [key.as_slice(), b"\0"].concat(),
                };
                found.extend(payer);
            }
        }
        Ok(found)
    }

    pub(crate) fn value<T: for<'de> Deserialize<'de>>(&self, tree: Tree, key: &[u8]) -> Result<Option<T>, StoreFault> {
        if let Some(bytes) = self.pending.get(&(tree, key.to_vec())) {
            return decode(tree, key, bytes).map(Some);
        }
        let Some(store) = &self.store else { return Ok(None) };
        store.get(tree, key)?.map(|bytes| decode(tree, key, &bytes)).transpose()
    }

    /// Keys of values kept beside the aggregates, in order.
    pub(crate) fn keys(&self, tree: Tree, prefix: &[u8]) -> Result<BTreeSet<Vec<u8>>, StoreFault> {
        let mut found: BTreeSet<Vec<u8>> = match &self.store {
            Some(store) => store.scan_keys(tree, prefix)?.into_iter().collect(),
            None => BTreeSet::new(),
        };
        let pending = self.pending.range((tree, prefix.to_vec())..);
        let pending = pending.take_while(|((at, key), _)| *at == tree && key.starts_with(prefix));
        found.extend(pending.map(|((_, key), _)| key.clone()));
        Ok(found)
    }

    pub(crate) fn values<T: for<'de> Deserialize<'de>>(
        &self,
        tree: Tree,
        prefix: &[u8],
    ) -> Result<Vec<(Vec<u8>, T)>, StoreFault> {
        let mut found: BTreeMap<Vec<u8>, Vec<u8>> = match &self.store {
            Some(store) => store.scan(tree, prefix)?.into_iter().collect(),
            None => BTreeMap::new(),
        };
        let pending = self.pending.range((tree, prefix.to_vec())..);
        for ((_, key), bytes) in pending.take_while(|((at, key), _)| *at == tree && key.starts_with(prefix)) {
            found.insert(key.clone(), bytes.clone());
        }
        found
            .into_iter()
            .map(|(key, bytes)| {
                let value = decode(tree, &key, &bytes)?;
                Ok((key, value))
            })
            .collect()
    }

    /// Its store, and what that has not: everything, where there is none.
    pub(crate) fn stored_and_unwritten(&self) -> Result<(Arc<dyn Store>, Batch), StoreFault> {
        let mut unwritten = self.pending.clone();
        let subjects: Vec<Subject> = match &self.store {
            Some(_) => self.dirty.iter().cloned().collect(),
            None => self.cached.keys().cloned().collect(),
        };
        self.encode_subjects(&subjects, &mut unwritten)?;
        let stored = self.store.clone().unwrap_or_else(|| Arc::new(MemoryStore::default()));
        Ok((stored, unwritten))
    }
}

/// Where an aggregate is stored.
pub(super) fn place(subject: &Subject) -> (Tree, Vec<u8>) {
    if let Ok(AggregateKey::MemberUsage { payer, member, period }) = AggregateKey::of(subject) {
        let key = crate::queries::period_member_key(&payer, period, Some(&member));
        return (Tree::MemberUsage, key.into_bytes());
    }
    (Tree::Aggregates, subject.as_str().as_bytes().to_vec())
}

/// The subjects of the periods in a store.
pub(super) fn stored_billing(store: &dyn Store) -> Result<BTreeSet<Subject>, StoreFault> {
    let read = |key: Vec<u8>| {
        let text = String::from_utf8_lossy(&key).into_owned();
        Subject::parse(&text).map_err(|_| StoreFault::Damaged { tree: Tree::Periods.name(), key: text })
    };
    store.scan_keys(Tree::Periods, b"")?.into_iter().map(read).collect()
}

/// The checkpoint of a store.
pub(super) fn stored_positions(store: &dyn Store) -> Result<BTreeMap<StreamName, StreamPosition>, StoreFault> {
    let Some(bytes) = store.get(Tree::Checkpoint, CHECKPOINT_KEY)? else { return Ok(BTreeMap::new()) };
    Ok(decode::<Vec<(String, StreamPosition)>>(Tree::Checkpoint, CHECKPOINT_KEY, &bytes)?
        .into_iter()
        .filter_map(|(name, position)| StreamName::parse(&name).map(|stream| (stream, position)))
        .collect())
}

pub(super) fn encode<T: Serialize>(value: &T) -> Result<Vec<u8>, StoreFault> {
    serde_json::to_vec(value)
        .map_err(|cause| StoreFault::Failed { doing: "encoding a value", cause: cause.to_string() })
}

pub(super) fn decode<T: for<'de> Deserialize<'de>>(tree: Tree, key: &[u8], bytes: &[u8]) -> Result<T, StoreFault> {
    serde_json::from_slice(bytes)
        .map_err(|_| StoreFault::Damaged { tree: tree.name(), key: String::from_utf8_lossy(key).into_owned() })
}
