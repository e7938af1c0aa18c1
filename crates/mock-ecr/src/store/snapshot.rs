//! Reads records, and changes them in transactions.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use bytes::Bytes;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::store::error::StoreError;
use crate::store::key::{Folder, Key};
use crate::types::error_chain::chain;

/// A record: its key and its value.
pub(crate) type Record = (Key, Bytes);

/// The records of a store at one time.
pub(crate) trait Snapshot {
    /// Returns the value of a record, if it exists.
    fn get(&self, key: &Key) -> Result<Option<Bytes>, StoreError>;

    /// Returns those of the keys that have a record.
    fn existing(&self, keys: BTreeSet<Key>) -> Result<BTreeSet<Key>, StoreError> {
        let mut existing = BTreeSet::new();
        for key in keys {
            if self.get(&key)?.is_some() {
                existing.insert(key);
            }
        }
        Ok(existing)
    }

    /// Returns at most `limit` records of a folder that follow the name `after`, in the byte order of their names. The cost does not depend
    /// on the number of the other records.
    fn page(
        &self,
        folder: &Folder,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Record>, StoreError>;

    /// Returns the keys of [`page`](Self::page). Values, which can have several megabytes, are not read.
    fn keys(
        &self,
        folder: &Folder,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Key>, StoreError>;
}

impl dyn Snapshot + '_ {
    /// Returns the value of a record, if it exists.
    pub(crate) fn read<T: DeserializeOwned>(&self, key: &Key) -> Result<Option<T>, StoreError> {
        let bytes = self.get(key)?;
        bytes.map(|bytes| parse(key, &bytes)).transpose()
    }

    /// Returns the value of a record that is being removed. If it cannot be parsed, it is logged and ignored.
    pub(crate) fn read_valid<T: DeserializeOwned>(
        &self,
        key: &Key,
    ) -> Result<Option<T>, StoreError> {
        match self.read(key) {
            Err(error @ StoreError::Record { .. }) => {
                let error = chain(&error);
                tracing::warn!(%error, "a record is invalid; the data that it refers to is not deleted");
                Ok(None)
            }
            read => read,
        }
    }

    pub(crate) fn contains(&self, key: &Key) -> Result<bool, StoreError> {
        Ok(self.get(key)?.is_some())
    }

    pub(crate) fn is_empty(&self, folder: &Folder) -> Result<bool, StoreError> {
        Ok(self.keys(folder, None, 1)?.is_empty())
    }
}

/// Changes to a snapshot. They are visible in the transaction; the engine applies all of them or none.
pub(crate) struct Transaction<'a> {
    base: &'a dyn Snapshot,
    writes: Writes,
}

/// The number of changes of a long transaction.
const LONG: usize = 500;

/// The changed records, with the new values. A value is `None` if the record is removed.
pub(super) type Writes = BTreeMap<Key, Option<Bytes>>;

impl<'a> Transaction<'a> {
    pub(super) fn new(base: &'a dyn Snapshot) -> Self {
        Transaction {
            base,
            writes: Writes::new(),
        }
    }

    pub(super) fn into_writes(self) -> Writes {
        self.writes
    }

    #[cfg(all(test, feature = "file-store"))]
    pub(super) fn writes(&self) -> &Writes {
        &self.writes
    }

    /// Returns the records as this transaction has changed them.
    pub(crate) fn view(&self) -> &dyn Snapshot {
        self
    }

    /// Creates or replaces a record.
    pub(crate) fn put(&mut self, key: &Key, value: impl Into<Bytes>) {
        self.writes.insert(key.clone(), Some(value.into()));
    }

    /// Creates or replaces a record with the JSON of a value.
    pub(crate) fn write<T: Serialize>(&mut self, key: &Key, value: &T) {
        let json = serde_json::to_vec(value);
        self.put(key, json.expect("records consist of strings and numbers"));
    }

    /// Returns whether the transaction creates or replaces a record of a folder.
    pub(crate) fn has_created(&self, folder: &Folder) -> bool {
        let is_listed = |key: &Key| key.as_bytes().starts_with(folder.as_bytes());
        let written = self.writes.range(folder.key("")..);
        written
            .take_while(|(key, _)| is_listed(key))
            .any(|(_, value)| value.is_some())
    }

    /// Removes a record, if it exists.
    pub(crate) fn remove(&mut self, key: &Key) {
        self.writes.insert(key.clone(), None);
    }

    /// Runs a part of the transaction. If it returns an error, none of its changes is kept, and the transaction can continue.
    pub(crate) fn attempt<T, E>(
        &mut self,
        body: impl FnOnce(&mut Transaction<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut part = Transaction::new(self);
        let result = body(&mut part)?;
        let writes = part.into_writes();
        self.writes.extend(writes);
        Ok(result)
    }

    /// Returns whether the transaction changes records.
    pub(crate) fn has_changes(&self) -> bool {
        !self.writes.is_empty()
    }

    /// Returns whether the transaction changes so many records that it should end, so that requests wait for it only briefly.
    pub(crate) fn is_long(&self) -> bool {
        self.writes.len() >= LONG
    }

    #[cfg(all(test, feature = "file-store"))]
    pub(crate) fn changes(&self) -> usize {
        self.writes.len()
    }

    /// Returns at most `limit` rows of a folder, as this transaction has changed them. `base` reads rows of the base, and `row` returns the
    /// row of a changed record.
    fn list<V>(
        &self,
        folder: &Folder,
        after: Option<&str>,
        limit: usize,
        base: impl FnOnce(usize) -> Result<Vec<(Key, V)>, StoreError>,
        row: impl Fn(&Bytes) -> V,
    ) -> Result<impl Iterator<Item = (Key, V)>, StoreError> {
        let written = self.written(folder, after);
        let more = limit.saturating_add(written.len());
        let mut rows: BTreeMap<Key, V> = base(more)?.into_iter().collect();
        for (key, value) in written {
            match value {
                Some(value) => drop(rows.insert(key.clone(), row(value))),
                None => drop(rows.remove(key)),
            }
        }
        Ok(rows.into_iter().take(limit))
    }

    /// Returns the changed records of a folder that follow the name `after`. Each can replace or remove one record of the base.
    fn written(&self, folder: &Folder, after: Option<&str>) -> Vec<(&Key, &Option<Bytes>)> {
        let start = folder.key(after.unwrap_or_default());
        let written = self.writes.range(start.clone()..);
        written
            .take_while(|(key, _)| folder.contains(key))
            .filter(|(key, _)| after.is_none() || **key != start)
            .collect()
    }
}

impl Snapshot for Transaction<'_> {
    fn get(&self, key: &Key) -> Result<Option<Bytes>, StoreError> {
        match self.writes.get(key) {
            Some(written) => Ok(written.clone()),
            None => self.base.get(key),
        }
    }

    fn existing(&self, keys: BTreeSet<Key>) -> Result<BTreeSet<Key>, StoreError> {
        let is_written = |key: &Key| self.writes.contains_key(key);
        let (written, unchanged): (BTreeSet<_>, _) = keys.into_iter().partition(is_written);
        let mut existing = self.base.existing(unchanged)?;
        let put = |key: &Key| self.writes.get(key).is_some_and(Option::is_some);
        existing.extend(written.into_iter().filter(put));
        Ok(existing)
    }

    fn page(
        &self,
        folder: &Folder,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Record>, StoreError> {
        let base = |limit| self.base.page(folder, after, limit);
        let rows = self.list(folder, after, limit, base, Bytes::clone)?;
        Ok(rows.collect())
    }

    fn keys(
        &self,
        folder: &Folder,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Key>, StoreError> {
        let base = |limit| {
            let keys = self.base.keys(folder, after, limit)?;
            Ok(keys.into_iter().map(|key| (key, ())).collect())
        };
        let rows = self.list(folder, after, limit, base, |_| ())?;
        Ok(rows.map(|(key, ())| key).collect())
    }
}

impl fmt::Debug for Transaction<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transaction")
            .field("writes", &self.writes.keys())
            .finish_non_exhaustive()
    }
}

/// Parses the value of a record.
pub(crate) fn parse<T: DeserializeOwned>(key: &Key, bytes: &[u8]) -> Result<T, StoreError> {
    serde_json::from_slice(bytes).map_err(|source| StoreError::Record {
        key: key.to_string(),
        source,
    })
}
