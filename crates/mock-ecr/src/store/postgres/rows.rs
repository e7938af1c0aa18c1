//! Reads records in a transaction of the database.

use std::cell::RefCell;

use bytes::Bytes;
use postgres::types::ToSql;
use postgres::{Error, Row, Statement, Transaction};

use crate::store::error::StoreError;
use crate::store::key::{Folder, Key};
use crate::store::postgres::connection::{List, Statements};
use crate::store::snapshot::{Record, Snapshot};

/// The records, as a transaction sees them.
pub(super) struct Rows<'a> {
    statements: &'a Statements,
    state: RefCell<State<'a>>,
}

struct State<'a> {
    transaction: Transaction<'a>,
    /// The first error. The results of the transaction are invalid then, whatever its body returns.
    failure: Option<Error>,
}

impl<'a> Rows<'a> {
    pub(super) fn new(transaction: Transaction<'a>, statements: &'a Statements) -> Self {
        let state = State {
            transaction,
            failure: None,
        };
        Rows {
            statements,
            state: RefCell::new(state),
        }
    }

    /// Returns the transaction, or the first error of its statements.
    pub(super) fn finish(self) -> Result<Transaction<'a>, Error> {
        let State {
            transaction,
            failure,
        } = self.state.into_inner();
        failure.map_or(Ok(transaction), Err)
    }

    fn query(
        &self,
        statement: &Statement,
        parameters: &[&(dyn ToSql + Sync)],
    ) -> Result<Vec<Row>, StoreError> {
        let mut state = self.state.borrow_mut();
        if state.failure.is_none() {
            match state.transaction.query(statement, parameters) {
                Ok(rows) => return Ok(rows),
                Err(error) => state.failure = Some(error),
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
        let rows = self.query(&self.statements.get, &[&key.as_bytes()])?;
        Ok(rows.first().map(|row| bytes(row, 0)))
    }

    fn page(
        &self,
        folder: &Folder,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Record>, StoreError> {
        self.list(&self.statements.page, folder, after, limit, record)
    }

    fn keys(
        &self,
        folder: &Folder,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Key>, StoreError> {
        self.list(&self.statements.keys, folder, after, limit, key)
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
