//! A store that lies beside a live one: a model that folds the log anew over it keeps only what comes out
//! otherwise than the live one has it.
//!
//! What is written is compared at once. Where the live store holds the same, nothing of it is kept but that
//! it was written, as a hash of its key, and who asks for it is answered from the live store; so a fold of a
//! log of any length needs little memory, as long as the live model is right. Of what differs the value is
//! kept, and the fold goes on from that: whatever the live store says, the fold is that of the log alone.
//!
//! Deliberately absent: any write to the live store, and what the differences mean (`compare.rs`).

use std::{
    collections::BTreeMap,
    hash::{BuildHasher, RandomState},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use domain::billing::PeriodOutline;
use rayon::prelude::*;
use rustc_hash::FxHashSet;
use serde::de::DeserializeOwned;

use crate::{
    Batch, KeysAndValues, MemoEntry, ReadModel, Store, StoreFault, StoredKey, StoredRate, StoredStatement,
    SubjectRecord, Tree,
};

/// Below this many values the threads cost more than they bring.
const PARALLEL_VALUES_MIN: usize = 256;

/// A store beside a live one.
pub struct Overlay {
    live: Arc<dyn Store>,
    /// What the live model has not written to its store.
    unwritten: Batch,
    /// The hashes of keys have a seed of this process: nobody can choose a key that passes for another.
    seed: RandomState,
    own: Mutex<Own>,
}

#[derive(Default)]
struct Own {
    written: FxHashSet<u64>,
    differing: Batch,
    keys: BTreeMap<Tree, u64>,
}

/// A key of which the two stores hold something else.
pub(crate) struct DifferingValue {
    pub(crate) tree: Tree,
    pub(crate) key: Vec<u8>,
    pub(crate) own: Option<Vec<u8>>,
    pub(crate) live: Option<Vec<u8>>,
}

impl ReadModel {
    /// A model that is to fold anew what a live one was folded from, with the store that compares the two.
    ///
    /// # Errors
    /// [`StoreFault`] where the live one cannot be read.
    pub fn overlay(live: &Self) -> Result<(Self, Arc<Overlay>), StoreFault> {
        let (stored, unwritten) = live.stored_and_unwritten()?;
        let overlay = Arc::new(Overlay { live: stored, unwritten, seed: RandomState::new(), own: Mutex::default() });
        let model = Self::over_shared(Arc::clone(&overlay) as Arc<dyn Store>)?;
        Ok((model, overlay))
    }
}

impl Overlay {
    fn own(&self) -> MutexGuard<'_, Own> {
        self.own.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn hash(&self, tree: Tree, key: &[u8]) -> u64 {
        self.seed.hash_one((tree, key))
    }

    /// What the live model has.
    pub(crate) fn of_live(&self, tree: Tree, key: &[u8]) -> Result<Option<Vec<u8>>, StoreFault> {
        match self.unwritten.get(&(tree, key.to_vec())) {
            Some(value) => Ok(Some(value.clone())),
            None => self.live.get(tree, key),
        }
    }

    fn each_live_key(&self, tree: Tree, see: &mut dyn FnMut(&[u8])) -> Result<(), StoreFault> {
        let unwritten = self.unwritten.keys().filter(|(of, _)| *of == tree);
        unwritten.for_each(|(_, key)| see(key));
        self.live.each_key(tree, b"", &mut |key| {
            if !self.unwritten.contains_key(&(tree, key.to_vec())) {
                see(key);
            }
        })
    }

    /// How many keys of a tree were written.
    pub(crate) fn keys_of(&self, tree: Tree) -> u64 {
        self.own().keys.get(&tree).copied().unwrap_or_default()
    }

    /// Every key of a tree that the two hold something else of, so many at the most.
    pub(crate) fn differing(&self, tree: Tree, at_most: usize) -> Result<Vec<DifferingValue>, StoreFault> {
        let own = self.own();
        let mut found = Vec::new();
        for ((_, key), value) in own.differing.range((tree, Vec::new())..).take_while(|((of, _), _)| *of == tree) {
            if found.len() == at_most {
                return Ok(found);
            }
            let live = self.of_live(tree, key)?;
            found.push(DifferingValue { tree, key: key.clone(), own: Some(value.clone()), live });
        }
        let mut live_alone = Vec::new();
        self.each_live_key(tree, &mut |key| {
            if found.len() + live_alone.len() < at_most && !own.written.contains(&self.hash(tree, key)) {
                live_alone.push(key.to_vec());
            }
        })?;
        for key in live_alone {
            let live = self.of_live(tree, &key)?;
            found.push(DifferingValue { tree, key, own: None, live });
        }
        Ok(found)
    }
}

/// Whether two texts of a value mean the same: another version may have written its fields otherwise.
fn is_same(tree: Tree, own: &[u8], live: &[u8]) -> bool {
    fn both<T: DeserializeOwned + PartialEq>(own: &[u8], live: &[u8]) -> bool {
        match (serde_json::from_slice::<T>(own), serde_json::from_slice::<T>(live)) {
            (Ok(own), Ok(live)) => own == live,
            _ => false,
        }
    }
    own == live
        || match tree {
            Tree::Aggregates | Tree::MemberUsage => both::<SubjectRecord>(own, live),
            Tree::Periods => both::<PeriodOutline>(own, live),
            Tree::Statements | Tree::FormerStatements => both::<StoredStatement>(own, live),
            Tree::Entries => both::<MemoEntry>(own, live),
            Tree::Rates => both::<StoredRate>(own, live),
            Tree::Keys => both::<StoredKey>(own, live),
            Tree::Correcting | Tree::PeriodMembers | Tree::Movers | Tree::Checkpoint => false,
        }
}

impl Store for Overlay {
    fn get(&self, tree: Tree, key: &[u8]) -> Result<Option<Vec<u8>>, StoreFault> {
        {
            let own = self.own();
            if !own.written.contains(&self.hash(tree, key)) {
                return Ok(None);
            }
            if let Some(value) = own.differing.get(&(tree, key.to_vec())) {
                return Ok(Some(value.clone()));
            }
        }
        self.of_live(tree, key)
    }

    fn scan(&self, tree: Tree, prefix: &[u8]) -> Result<KeysAndValues, StoreFault> {
        let mut found = KeysAndValues::new();
        for key in self.scan_keys(tree, prefix)? {
            if let Some(value) = self.get(tree, &key)? {
                found.push((key, value));
            }
        }
        Ok(found)
    }

    fn each_key(&self, tree: Tree, prefix: &[u8], see: &mut dyn FnMut(&[u8])) -> Result<(), StoreFault> {
        let mut keys: Vec<Vec<u8>> = Vec::new();
        let own = self.own();
        let mut add = |key: &[u8]| {
            let is_own = key.starts_with(prefix) && own.written.contains(&self.hash(tree, key));
            if is_own && !own.differing.contains_key(&(tree, key.to_vec())) {
                keys.push(key.to_vec());
            }
        };
        self.unwritten.keys().filter(|(of, _)| *of == tree).for_each(|(_, key)| add(key));
        self.live.each_key(tree, prefix, &mut |key| add(key))?;
        let differing = own.differing.range((tree, prefix.to_vec())..);
        let differing = differing.take_while(|((of, key), _)| *of == tree && key.starts_with(prefix));
        keys.extend(differing.map(|((_, key), _)| key.clone()));
        drop(own);
        keys.sort_unstable();
        keys.dedup();
        keys.iter().for_each(|key| see(key));
        Ok(())
    }

    fn write(&self, batch: &Batch) -> Result<(), StoreFault> {
        let compare = |((tree, key), value): (&(Tree, Vec<u8>), &Vec<u8>)| {
            // How far it has read is not what it says.
            if *tree == Tree::Checkpoint {
                return Ok(None);
            }
            let live = self.of_live(*tree, key)?;
            let same = live.is_some_and(|live| is_same(*tree, value, &live));
            Ok(Some((self.hash(*tree, key), same)))
        };
        let compared: Vec<Option<(u64, bool)>> = match batch.len() {
            0..PARALLEL_VALUES_MIN => batch.iter().map(compare).collect::<Result<_, StoreFault>>()?,
            _ => batch.par_iter().map(compare).collect::<Result<_, StoreFault>>()?,
        };
        let mut own = self.own();
        for ((place, value), compared) in batch.iter().zip(compared) {
            let Some((hash, same)) = compared else { continue };
            if own.written.insert(hash) {
                *own.keys.entry(place.0).or_default() += 1;
            }
            if same {
                own.differing.remove(place);
            } else {
                own.differing.insert(place.clone(), value.clone());
            }
        }
        Ok(())
    }

    fn clear(&self) -> Result<(), StoreFault> {
        *self.own() = Own::default();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::MemoryStore;

    const TREE: Tree = Tree::PeriodMembers;

    fn batch(values: &[(&str, &str)]) -> Batch {
        let value = |(key, value): &(&str, &str)| ((TREE, key.as_bytes().to_vec()), value.as_bytes().to_vec());
        values.iter().map(value).collect()
    }

    fn overlay(live: &[(&str, &str)], unwritten: &[(&str, &str)]) -> Overlay {
        let store = MemoryStore::default();
        store.write(&batch(live)).unwrap();
        let (live, unwritten) = (Arc::new(store), batch(unwritten));
        Overlay { live, unwritten, seed: RandomState::new(), own: Mutex::default() }
    }

    /// Keys with the own value and the live one.
    fn differing(overlay: &Overlay) -> Vec<(String, Option<String>, Option<String>)> {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        let found = overlay.differing(TREE, 9).unwrap().into_iter();
        found.map(|one| (text(one.key), one.own.map(text), one.live.map(text))).collect()
    }

    #[test]
    fn nothing_is_known_before_it_was_written_whatever_the_live_store_has() {
        let overlay = overlay(&[("a", "1")], &[("b", "2")]);
        assert_eq!(overlay.get(TREE, b"a").unwrap(), None);
        assert_eq!(overlay.get(TREE, b"b").unwrap(), None);
        assert_eq!(overlay.scan_keys(TREE, b"").unwrap(), Vec::<Vec<u8>>::new());
        let live_alone = |key: &str, value: &str| (key.to_owned(), None, Some(value.to_owned()));
        assert_eq!(differing(&overlay), [live_alone("b", "2"), live_alone("a", "1")]);
    }

    #[test]
    fn only_what_differs_is_held_and_all_is_answered() {
        let overlay = overlay(&[("a", "1"), ("b", "2"), ("c", "3")], &[("c", "4")]);
        overlay.write(&batch(&[("a", "1"), ("b", "9"), ("c", "4"), ("d", "5")])).unwrap();
        assert_eq!(overlay.own().differing, batch(&[("b", "9"), ("d", "5")]));
        assert_eq!(overlay.keys_of(TREE), 4);
        let scanned: Batch =
            overlay.scan(TREE, b"").unwrap().into_iter().map(|(key, value)| ((TREE, key), value)).collect();
        assert_eq!(scanned, batch(&[("a", "1"), ("b", "9"), ("c", "4"), ("d", "5")]));
        let said = |one: &str| Some(one.to_owned());
        assert_eq!(differing(&overlay), [("b".to_owned(), said("9"), said("2")), ("d".to_owned(), said("5"), None)]);
        // Written again as the live store has it, it is let go of.
        overlay.write(&batch(&[("b", "2")])).unwrap();
        assert_eq!(overlay.own().differing, batch(&[("d", "5")]));
        assert_eq!(overlay.keys_of(TREE), 4);
    }

    #[test]
    fn of_many_differences_some_are_shown() {
        let live: Vec<(String, &str)> = (0..40).map(|at| (format!("{at:02}"), "1")).collect();
        let live: Vec<(&str, &str)> = live.iter().map(|(key, value)| (key.as_str(), *value)).collect();
        let overlay = overlay(&live, &[]);
        overlay.write(&batch(&[("05", "2")])).unwrap();
        assert_eq!(differing(&overlay).len(), 9);
    }
}
