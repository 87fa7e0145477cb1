//! The store behind the read model: ordered keys in a few trees, written in batches that are all
//! or nothing. It is a cache of the log.

use std::collections::BTreeMap;

/// A tree of the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tree {
    /// Aggregates by subject, but for the usage of members.
    Aggregates,
    /// The usage of members by payer, period and account: what a delivery writes lies together.
    MemberUsage,
    /// Outlines of payers' periods by subject, so that who asks about months need not read their
    /// documents.
    Periods,
    /// Statements by payer, period and account.
    Statements,
    /// Which statements may say something of other months or payers' memos, by payer, account and
    /// period.
    Correcting,
    /// Statements that went out and were made anew since, by payer, period, account and position.
    FormerStatements,
    /// Memo entries with both dates, by payer, account and position.
    Entries,
    /// Members on a payer's bill, by payer, period and account.
    PeriodMembers,
    /// Conversion rates as they were stated, by position.
    Rates,
    /// Which accounts' memos something left for another's, by payer and account of both.
    Movers,
    /// Which operators' keys something was recorded under, by stream and key.
    Keys,
    /// The checkpoint.
    Checkpoint,
}

impl Tree {
    /// All of them.
    pub const ALL: [Self; 12] = [
        Self::Aggregates,
        Self::MemberUsage,
        Self::Periods,
        Self::Statements,
        Self::Correcting,
        Self::FormerStatements,
        Self::Entries,
        Self::PeriodMembers,
        Self::Rates,
        Self::Movers,
        Self::Keys,
        Self::Checkpoint,
    ];

    /// What it is called.
    pub fn name(self) -> &'static str {
        match self {
            Self::Aggregates => "aggregates",
            Self::MemberUsage => "member usage",
            Self::Periods => "periods",
            Self::Statements => "statements",
            Self::Correcting => "correcting statements",
            Self::FormerStatements => "former statements",
            Self::Entries => "entries",
            Self::PeriodMembers => "period members",
            Self::Rates => "rates",
            Self::Movers => "movers",
            Self::Keys => "operators' keys",
            Self::Checkpoint => "checkpoint",
        }
    }
}

/// Keys with their values.
pub type KeysAndValues = Vec<(Vec<u8>, Vec<u8>)>;

/// A batch of writes.
pub type Batch = BTreeMap<(Tree, Vec<u8>), Vec<u8>>;

/// The store failed, or holds something that was not written whole. Delete it: the log rebuilds it.
#[derive(Debug, thiserror::Error)]
pub enum StoreFault {
    /// Another process owns it.
    #[error("the read model is in use by another process")]
    InUse,
    /// This process may not write it. Whoever only asks can do without: the answer is made in memory.
    #[error("the read model cannot be written here: {cause}")]
    NotWritable {
        /// What the system said.
        cause: String,
    },
    /// It failed.
    #[error("the read model's store failed while {doing}: {cause}")]
    Failed {
        /// What was being done.
        doing: &'static str,
        /// What it said.
        cause: String,
    },
    /// A value is damaged.
    #[error("a value of the read model is damaged ({tree} {key}): it will be rebuilt from the log")]
    Damaged {
        /// The tree.
        tree: &'static str,
        /// The key.
        key: String,
    },
}

/// Ordered trees of bytes.
pub trait Store: Send + Sync {
    /// One value.
    ///
    /// # Errors
    /// [`StoreFault`].
    fn get(&self, tree: Tree, key: &[u8]) -> Result<Option<Vec<u8>>, StoreFault>;

    /// All values whose key begins so, in order of the key.
    ///
    /// # Errors
    /// [`StoreFault`].
    fn scan(&self, tree: Tree, prefix: &[u8]) -> Result<KeysAndValues, StoreFault>;

    /// Shows all keys that begin so, in order; their values are not read.
    ///
    /// # Errors
    /// [`StoreFault`].
    fn each_key(&self, tree: Tree, prefix: &[u8], see: &mut dyn FnMut(&[u8])) -> Result<(), StoreFault>;

    /// All keys that begin so, in order; their values are not read.
    ///
    /// # Errors
    /// [`StoreFault`].
    fn scan_keys(&self, tree: Tree, prefix: &[u8]) -> Result<Vec<Vec<u8>>, StoreFault> {
        let mut keys = Vec::new();
        self.each_key(tree, prefix, &mut |key| keys.push(key.to_vec()))?;
        Ok(keys)
    }

    /// The first key that begins so and is not before another: who looks for the different beginnings of
    /// many keys passes over those of one.
    ///
    /// # Errors
    /// [`StoreFault`].
    fn first_key(&self, tree: Tree, prefix: &[u8], from: &[u8]) -> Result<Option<Vec<u8>>, StoreFault> {
        Ok(self.scan_keys(tree, prefix)?.into_iter().find(|key| key.as_slice() >= from))
    }

    /// Writes a batch: all of it or nothing, durable before it returns.
    ///
    /// # Errors
    /// [`StoreFault`].
    fn write(&self, batch: &Batch) -> Result<(), StoreFault>;

    /// Empties every tree.
    ///
    /// # Errors
    /// [`StoreFault`].
    fn clear(&self) -> Result<(), StoreFault>;
}

/// A store in memory, for tests and for rebuilding beside the live one.
#[derive(Debug, Default)]
pub struct MemoryStore {
    values: std::sync::Mutex<Batch>,
}

impl MemoryStore {
    fn values(&self) -> std::sync::MutexGuard<'_, Batch> {
        self.values.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl Store for MemoryStore {
    fn get(&self, tree: Tree, key: &[u8]) -> Result<Option<Vec<u8>>, StoreFault> {
        Ok(self.values().get(&(tree, key.to_vec())).cloned())
    }

    fn scan(&self, tree: Tree, prefix: &[u8]) -> Result<KeysAndValues, StoreFault> {
        Ok(self
            .values()
            .range((tree, prefix.to_vec())..)
            .take_while(|((at, key), _)| *at == tree && key.starts_with(prefix))
            .map(|((_, key), value)| (key.clone(), value.clone()))
            .collect())
    }

    fn each_key(&self, tree: Tree, prefix: &[u8], see: &mut dyn FnMut(&[u8])) -> Result<(), StoreFault> {
        self.scan(tree, prefix)?.into_iter().for_each(|(key, _)| see(&key));
        Ok(())
    }

    fn write(&self, batch: &Batch) -> Result<(), StoreFault> {
        self.values().extend(batch.iter().map(|(key, value)| (key.clone(), value.clone())));
        Ok(())
    }

    fn clear(&self) -> Result<(), StoreFault> {
        self.values().clear();
        Ok(())
    }
}
