//! The keys of a store in memory, in their order.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::{PoisonError, RwLock};

use crate::store::entry::Entry;
use crate::store::key::{Folder, Key};

/// Every key and the size of its object, so that a page is found without a look at the others.
///
/// Only of a store that nobody else writes to: others would add keys that are not here.
#[derive(Debug, Default)]
pub(super) struct Index(RwLock<BTreeMap<String, u64>>);

impl Index {
    pub(super) fn insert(&self, key: &Key, size: u64) {
        let mut sizes = self.0.write().unwrap_or_else(PoisonError::into_inner);
        sizes.insert(key.0.to_string(), size);
    }

    pub(super) fn remove(&self, key: &Key) {
        let mut sizes = self.0.write().unwrap_or_else(PoisonError::into_inner);
        sizes.remove(key.0.as_ref());
    }

    /// Gives a key's size to another key.
    pub(super) fn copy(&self, from: &Key, to: &Key) {
        let mut sizes = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(size) = sizes.get(from.0.as_ref()).copied() {
            sizes.insert(to.0.to_string(), size);
        }
    }

    /// The first `limit` entries of a folder after a name.
    pub(super) fn page(&self, folder: &Folder, after: Option<&str>, limit: usize) -> Vec<Entry> {
        let prefix = format!("{}/", folder.0);
        let start = match after {
            Some(after) => Bound::Excluded(format!("{prefix}{after}")),
            None => Bound::Included(prefix.clone()),
        };
        let sizes = self.0.read().unwrap_or_else(PoisonError::into_inner);
        sizes
            .range((start, Bound::Unbounded))
            .map_while(|(path, size)| Some((path.strip_prefix(&prefix)?, *size)))
            .take(limit)
            .map(|(name, size)| Entry {
                name: name.to_owned(),
                size,
            })
            .collect()
    }
}
