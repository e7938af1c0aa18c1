//! Runs one transaction on a connection.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::store::engine::{Job, Outcome};
use crate::store::error::StoreError;
use crate::store::postgres::connection::Connection;
use crate::store::postgres::failure::Failure;
use crate::store::postgres::rows::Rows;
use crate::store::postgres::session::DatabaseError;
use crate::store::snapshot::{Snapshot, Transaction, Writes};

/// How a transaction treats others that run at the same time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    /// Others can change records. The server rejects the transaction if it conflicts with them.
    Shared,
    /// Others that change records wait, so that the transaction does not conflict with them. It waits until they have ended.
    Exclusive,
}

impl Access {
    /// `LOCK` comes first, because it does not create the snapshot of the transaction. A function that takes a lock creates it.
    /// A transaction that waits for a lock sees the changes of those for which it has waited.
    ///
    /// A process that vacuums the table, or that changes its columns, has the lock for longer than other transactions can wait.
    fn begin(self) -> &'static str {
        match self {
            Access::Shared => {
                "START TRANSACTION ISOLATION LEVEL SERIALIZABLE READ WRITE;
                LOCK TABLE mock_ecr_records IN ROW EXCLUSIVE MODE"
            }
            Access::Exclusive => {
                "START TRANSACTION ISOLATION LEVEL SERIALIZABLE READ WRITE;
                SET LOCAL lock_timeout = '2s';
                LOCK TABLE mock_ecr_records IN SHARE ROW EXCLUSIVE MODE"
            }
        }
    }
}

const BEGIN_READ: &str = "START TRANSACTION ISOLATION LEVEL SERIALIZABLE READ ONLY";

/// Runs a transaction that can change records.
pub(super) fn transact(
    connection: &Connection,
    access: Access,
    job: &mut Job,
) -> Result<(), Failure> {
    roll_back_if_failed(connection, || {
        connection.session.execute(access.begin())?;
        change(connection, job)?;
        // A rejection is correct only if the records that led to it could be read in some sequence, which the server checks at the commit.
        let committed = connection.session.execute("COMMIT");
        committed.map_err(Failure::of_commit)
    })
}

/// Runs a transaction that changes nothing. One with exclusive access cannot be `READ ONLY`, because of its lock.
pub(super) fn read(
    connection: &Connection,
    access: Access,
    reader: &mut dyn FnMut(&dyn Snapshot),
) -> Result<(), Failure> {
    roll_back_if_failed(connection, || {
        connection.session.execute(match access {
            Access::Shared => BEGIN_READ,
            Access::Exclusive => access.begin(),
        })?;
        let rows = Rows::new(connection);
        reader(&rows);
        rows.finish()?;
        Ok(connection.session.execute("COMMIT")?)
    })
}

fn roll_back_if_failed(
    connection: &Connection,
    run: impl FnOnce() -> Result<(), Failure>,
) -> Result<(), Failure> {
    let ended = run();
    if ended.is_err() {
        connection.session.roll_back();
    }
    ended
}

fn change(connection: &Connection, job: &mut Job) -> Result<(), Failure> {
    let rows = Rows::new(connection);
    let mut view = Transaction::new(&rows);
    let ran = catch_unwind(AssertUnwindSafe(|| job(&mut view)));
    let writes = view.into_writes();
    rows.finish()?;
    match ran {
        Ok(Outcome::Commit) => Ok(apply(connection, writes)?),
        Ok(Outcome::Rollback) => Ok(()),
        Err(_) => Err(Failure::Final(StoreError::Panicked)),
    }
}

fn apply(connection: &Connection, writes: Writes) -> Result<(), DatabaseError> {
    let Connection {
        session,
        statements,
    } = connection;
    let (put, removed): (Vec<_>, Vec<_>) =
        writes.into_iter().partition(|(_, value)| value.is_some());
    if !put.is_empty() {
        let keys: Vec<&[u8]> = put.iter().map(|(key, _)| key.as_bytes()).collect();
        let values: Vec<&[u8]> = put.iter().flat_map(|(_, value)| value.as_deref()).collect();
        session.query(&statements.put, &[&keys, &values])?;
    }
    if !removed.is_empty() {
        let keys: Vec<&[u8]> = removed.iter().map(|(key, _)| key.as_bytes()).collect();
        session.query(&statements.remove, &[&keys])?;
    }
    Ok(())
}
