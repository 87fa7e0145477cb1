//! The store on sled: the only file that names it.
//!
//! One sled tree holds every tree of the read model, with a byte for the tree before the key, so
//! that a batch over several trees and the checkpoint is one atomic sled batch. Each value carries
//! a checksum ([`crate::packed`]): sled's own are of pages, and a value that was not written whole
//! must be noticed.

use std::path::Path;

use rayon::prelude::*;

use crate::{
    packed::{FORM, pack, unpack},
    store::{Batch, KeysAndValues, Store, StoreFault, Tree},
};

/// A store in a directory, owned by this process.
#[derive(Debug)]
pub struct SledStore {
    database: sled::Db,
    values: sled::Tree,
}

fn failed(doing: &'static str) -> impl Fn(sled::Error) -> StoreFault {
    move |cause| StoreFault::Failed { doing, cause: cause.to_string() }
}

/// Bytes of sled's page cache; the aggregates in use are cached above it.
const CACHE_BYTES: u64 = 64 * 1024 * 1024;

/// Below this many values the threads cost more than they bring.
const PARALLEL_VALUES_MIN: usize = 256;

impl SledStore {
    /// Opens or makes the store in a directory. What a former version of the program left there is
    /// let go of.
    ///
    /// # Errors
    /// [`StoreFault::InUse`] where another process owns it, [`StoreFault::NotWritable`] where this one
    /// may not write it; otherwise it is damaged.
    pub fn open(directory: &Path) -> Result<Self, StoreFault> {
        let config = sled::Config::new()
            .path(directory)
            .cache_capacity(CACHE_BYTES)
            .mode(sled::Mode::HighThroughput)
            // The model flushes where it must be durable; a background flush would only add noise.
            .flush_every_ms(None);
        let database = config.open().map_err(|cause| match &cause {
            sled::Error::Io(io) if io.to_string().contains("lock") || io.kind() == std::io::ErrorKind::WouldBlock => {
                StoreFault::InUse
            }
            sled::Error::Io(io)
                if matches!(
                    io.kind(),
                    std::io::ErrorKind::PermissionDenied | std::io::ErrorKind::ReadOnlyFilesystem
                ) =>
            {
                StoreFault::NotWritable { cause: io.to_string() }
            }
            _ => StoreFault::Failed { doing: "opening it", cause: cause.to_string() },
        })?;
        for name in database.tree_names() {
            if name != FORM.as_bytes() && name.starts_with(b"read-model") {
                database.drop_tree(&name).map_err(failed("dropping a former version of it"))?;
            }
        }
        let values = database.open_tree(FORM).map_err(failed("opening its tree"))?;
        Ok(Self { database, values })
    }
}

/// Its number before each key. A number that means another tree is another [`FORM`].
fn number(tree: Tree) -> u8 {
    match tree {
        Tree::Aggregates => 1,
        Tree::MemberUsage => 2,
        Tree::Periods => 3,
        Tree::Statements => 4,
        Tree::Correcting => 5,
        Tree::FormerStatements => 6,
        Tree::Entries => 7,
        Tree::PeriodMembers => 8,
        Tree::Rates => 9,
        Tree::Checkpoint => 10,
        Tree::Movers => 11,
        Tree::Keys => 12,
    }
}

fn full_key(tree: Tree, key: &[u8]) -> Vec<u8> {
    let mut full = Vec::with_capacity(key.len() + 1);
    full.push(number(tree));
    full.extend_from_slice(key);
    full
}

fn own_key(full: &[u8]) -> Vec<u8> {
    full.get(1..).unwrap_or_default().to_vec()
}

fn checked(tree: Tree, key: &[u8], whole: &[u8]) -> Result<Vec<u8>, StoreFault> {
    unpack(whole)
        .ok_or_else(|| StoreFault::Damaged { tree: tree.name(), key: String::from_utf8_lossy(key).into_owned() })
}

impl Store for SledStore {
    fn get(&self, tree: Tree, key: &[u8]) -> Result<Option<Vec<u8>>, StoreFault> {
        let found = self.values.get(full_key(tree, key)).map_err(failed("reading"))?;
        found.map(|whole| checked(tree, key, &whole)).transpose()
    }

    fn scan(&self, tree: Tree, prefix: &[u8]) -> Result<KeysAndValues, StoreFault> {
        self.values
            .scan_prefix(full_key(tree, prefix))
            .map(|pair| {
                let (key, whole) = pair.map_err(failed("scanning"))?;
                let key = own_key(&key);
                let value = checked(tree, &key, &whole)?;
                Ok((key, value))
            })
            .collect()
    }

    fn each_key(&self, tree: Tree, prefix: &[u8], see: &mut dyn FnMut(&[u8])) -> Result<(), StoreFault> {
        for key in self.values.scan_prefix(full_key(tree, prefix)).keys() {
            see(key.map_err(failed("scanning"))?.get(1..).unwrap_or_default());
        }
        Ok(())
    }

    fn first_key(&self, tree: Tree, prefix: &[u8], from: &[u8]) -> Result<Option<Vec<u8>>, StoreFault> {
        let Some(first) = self.values.range(full_key(tree, prefix.max(from))..).keys().next() else { return Ok(None) };
        let first = first.map_err(failed("scanning"))?;
        Ok(Some(own_key(&first)).filter(|key| first.first() == Some(&number(tree)) && key.starts_with(prefix)))
    }

    fn write(&self, batch: &Batch) -> Result<(), StoreFault> {
        let packed: Vec<(Vec<u8>, Vec<u8>)> = match batch.len() {
            0..PARALLEL_VALUES_MIN => {
                batch.iter().map(|((tree, key), value)| (full_key(*tree, key), pack(value))).collect()
            }
            _ => batch.par_iter().map(|((tree, key), value)| (full_key(*tree, key), pack(value))).collect(),
        };
        let mut writes = sled::Batch::default();
        for (key, value) in packed {
            writes.insert(key, value);
        }
        self.values.apply_batch(writes).map_err(failed("writing"))?;
        self.database.flush().map_err(failed("flushing")).map(|_| ())
    }

    fn clear(&self) -> Result<(), StoreFault> {
        self.values.clear().map_err(failed("clearing"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_survives_reopening_and_a_second_owner_is_told() {
        let directory = tempfile::tempdir().unwrap();
        let store = SledStore::open(directory.path()).unwrap();
        let batch = Batch::from([
            ((Tree::Aggregates, b"memos.a".to_vec()), b"1".to_vec()),
            ((Tree::Aggregates, b"memos.b".to_vec()), b"2".to_vec()),
            ((Tree::Checkpoint, b"memos.a".to_vec()), b"3".to_vec()),
        ]);
        store.write(&batch).unwrap();
        assert!(matches!(SledStore::open(directory.path()), Err(StoreFault::InUse)));
        drop(store);
        let store = SledStore::open(directory.path()).unwrap();
        assert_eq!(store.scan(Tree::Aggregates, b"memos.").unwrap().len(), 2);
        assert_eq!(store.get(Tree::Checkpoint, b"memos.a").unwrap(), Some(b"3".to_vec()));
    }

    #[test]
    fn the_first_key_after_another_is_of_the_same_tree_and_beginning() {
        let directory = tempfile::tempdir().unwrap();
        let (sled, memory) = (SledStore::open(directory.path()).unwrap(), crate::MemoryStore::default());
        let keys = [(Tree::Aggregates, "accounts.1.a"), (Tree::Aggregates, "accounts.10.a"), (Tree::Periods, "b")];
        let batch: Batch = keys.map(|(tree, key)| ((tree, key.as_bytes().to_vec()), b"1".to_vec())).into();
        let stores: [&dyn Store; 2] = [&sled, &memory];
        for store in stores {
            store.write(&batch).unwrap();
            let first = |prefix: &str, from: &str| {
                let found = store.first_key(Tree::Aggregates, prefix.as_bytes(), from.as_bytes()).unwrap();
                found.map(|key| String::from_utf8(key).unwrap())
            };
            assert_eq!(first("accounts.", "").as_deref(), Some("accounts.1.a"));
            assert_eq!(first("accounts.", "accounts.1/").as_deref(), Some("accounts.10.a"));
            assert_eq!(first("accounts.", "accounts.10/"), None);
            assert_eq!(first("memos.", ""), None);
        }
    }

    #[test]
    fn a_damaged_value_is_noticed() {
        let directory = tempfile::tempdir().unwrap();
        let store = SledStore::open(directory.path()).unwrap();
        store.values.insert(full_key(Tree::Aggregates, b"x"), b"....damaged".to_vec()).unwrap();
        assert!(matches!(store.get(Tree::Aggregates, b"x"), Err(StoreFault::Damaged { .. })));
    }
}
