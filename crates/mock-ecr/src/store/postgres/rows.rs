//! Reads records in a transaction of the database.

use std::cell::RefCell;
use std::collections::BTreeSet;

use bytes::Bytes;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Row, Statement};

use crate::store::error::StoreError;
use crate::store::key::{Folder, Key};
use crate::store::postgres::connection::{Connection, List};
use crate::store::postgres::session::DatabaseError;
use crate::store::snapshot::{Record, Snapshot};

/// The records, as a transaction of a session sees them.
pub(super) struct Rows<'a> {
    connection: &'a Connection,
    /// The first error. The results of the transaction are invalid then, whatever its body returns.
    failure: RefCell<Option<DatabaseError>>,
}

impl<'a> Rows<'a> {
    pub(super) fn new(connection: &'a Connection) -> Self {
        Rows {
            connection,
            failure: RefCell::new(None),
        }
    }

    /// Returns the first error of a statement.
    pub(super) fn finish(self) -> Result<(), DatabaseError> {
        self.failure.into_inner().map_or(Ok(()), Err)
    }

    fn query(
        &self,
        statement: &Statement,
        parameters: &[&(dyn ToSql + Sync)],
    ) -> Result<Vec<Row>, StoreError> {
        let mut failure = self.failure.borrow_mut();
        if failure.is_none() {
            match self.connection.session.query(statement, parameters) {
                Ok(rows) => return Ok(rows),
                Err(error) => *failure = Some(error),
            }
        }
        Err(StoreError::Engine(
            "a statement of the transaction has failed".into(),
        ))
    }
}

impl Rows<'_> {
    /// Returns what `row` returns for each record of a page.
    fn list<T>(
        &self,
        statement: &List,
        folder: &Folder,
        after: Option<&str>,
        limit: usize,
        row: fn(&Row) -> T,
    ) -> Result<Vec<T>, StoreError> {
        let (start, end) = (folder.key(after.unwrap_or_default()), folder.end());
        let statement = match after {
            Some(_) => &statement.after,
            None => &statement.from,
        };
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let rows = self.query(statement, &[&start.as_bytes(), &end, &limit])?;
        Ok(rows.iter().map(row).collect())
    }
}

impl Snapshot for Rows<'_> {
    fn get(&self, key: &Key) -> Result<Option<Bytes>, StoreError> {
        let rows = self.query(&self.connection.statements.get, &[&key.as_bytes()])?;
        Ok(rows.first().map(|row| bytes(row, 0)))
    }

    fn existing(&self, keys: BTreeSet<Key>) -> Result<BTreeSet<Key>, StoreError> {
        let keys: Vec<&[u8]> = keys.iter().map(Key::as_bytes).collect();
        let rows = self.query(&self.connection.statements.existing, &[&keys])?;
        Ok(rows.iter().map(key).collect())
    }

    fn page(
        &self,
        folder: &Folder,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Record>, StoreError> {
        self.list(
            &self.connection.statements.page,
            folder,
            after,
            limit,
            record,
        )
    }

    fn keys(
        &self,
        folder: &Folder,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Key>, StoreError> {
        self.list(&self.connection.statements.keys, folder, after, limit, key)
    }
}

fn record(row: &Row) -> Record {
    (key(row), bytes(row, 1))
}

fn key(row: &Row) -> Key {
    Key::from_bytes(row.get(0))
}

fn bytes(row: &Row, column: usize) -> Bytes {
    Bytes::copy_from_slice(row.get(column))
}
