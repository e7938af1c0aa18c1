//! Reads records from a table of redb.

use std::cell::Cell;

use bytes::Bytes;
use redb::{AccessGuard, ReadableTable};

use crate::store::error::StoreError;
use crate::store::key::{Folder, Key};
use crate::store::snapshot::{Record, Snapshot};

/// The records of a table that a read transaction has opened.
pub(super) struct Rows<T> {
    table: T,
    has_failed: Cell<bool>,
}

impl<T> Rows<T> {
    pub(super) fn new(table: T) -> Self {
        Rows {
            table,
            has_failed: Cell::new(false),
        }
    }

    /// Returns whether a record could not be read.
    pub(super) fn has_failed(&self) -> bool {
        self.has_failed.get()
    }

    fn noted<V>(&self, result: Result<V, StoreError>) -> Result<V, StoreError> {
        if result.is_err() {
            self.has_failed.set(true);
        }
        result
    }
}

impl<T: ReadableTable<&'static [u8], &'static [u8]>> Snapshot for Rows<T> {
    fn get(&self, key: &Key) -> Result<Option<Bytes>, StoreError> {
        self.noted(get(&self.table, key))
    }

    fn page(
        &self,
        folder: &Folder,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Record>, StoreError> {
        self.noted(list(&self.table, folder, after, limit, record))
    }

    fn keys(
        &self,
        folder: &Folder,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Key>, StoreError> {
        self.noted(list(&self.table, folder, after, limit, key))
    }
}

/// The table of a write transaction.
impl Snapshot for redb::Table<'_, &'static [u8], &'static [u8]> {
    fn get(&self, key: &Key) -> Result<Option<Bytes>, StoreError> {
        get(self, key)
    }

    fn page(
        &self,
        folder: &Folder,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Record>, StoreError> {
        list(self, folder, after, limit, record)
    }

    fn keys(
        &self,
        folder: &Folder,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Key>, StoreError> {
        list(self, folder, after, limit, key)
    }
}

fn get(
    table: &impl ReadableTable<&'static [u8], &'static [u8]>,
    key: &Key,
) -> Result<Option<Bytes>, StoreError> {
    let value = table.get(key.as_bytes()).map_err(StoreError::engine)?;
    Ok(value.map(|value| Bytes::copy_from_slice(value.value())))
}

type Value<'a> = AccessGuard<'a, &'static [u8]>;

fn record(key: Key, value: &Value<'_>) -> Record {
    (key, Bytes::copy_from_slice(value.value()))
}

fn key(key: Key, _: &Value<'_>) -> Key {
    key
}

/// Returns what `item` returns for each record of a page.
fn list<T>(
    table: &impl ReadableTable<&'static [u8], &'static [u8]>,
    folder: &Folder,
    after: Option<&str>,
    limit: usize,
    item: fn(Key, &Value<'_>) -> T,
) -> Result<Vec<T>, StoreError> {
    let start = folder.key(after.unwrap_or_default());
    let rows = table
        .range(start.as_bytes()..)
        .map_err(StoreError::engine)?;
    let mut records = Vec::new();
    for row in rows {
        let (key, value) = row.map_err(StoreError::engine)?;
        if records.len() == limit || !key.value().starts_with(folder.as_bytes()) {
            break;
        }
        if after.is_none() || key.value() != start.as_bytes() {
            records.push(item(Key::from_bytes(key.value()), &value));
        }
    }
    Ok(records)
}

/// The records of a file that does not exist yet.
pub(super) struct NoRows;

impl Snapshot for NoRows {
    fn get(&self, _: &Key) -> Result<Option<Bytes>, StoreError> {
        Ok(None)
    }

    fn page(&self, _: &Folder, _: Option<&str>, _: usize) -> Result<Vec<Record>, StoreError> {
        Ok(Vec::new())
    }

    fn keys(&self, _: &Folder, _: Option<&str>, _: usize) -> Result<Vec<Key>, StoreError> {
        Ok(Vec::new())
    }
}
