//! Runs transactions, and repeats those that conflict with others or lose their connection.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use postgres::error::{DbError, Severity, SqlState};
use postgres::{Error, IsolationLevel, Transaction as DatabaseTransaction};

use crate::clock::Stopwatch;
use crate::store::engine::{Job, Outcome};
use crate::store::error::StoreError;
use crate::store::postgres::Database;
use crate::store::postgres::connection::{Connection, PoolError, Statements};
use crate::store::postgres::rows::Rows;
use crate::store::snapshot::{Snapshot, Transaction, Writes};

impl Database {
    /// Runs a transaction until it is committed, or until its changes are known to be lost.
    pub(super) fn transact(&self, job: &mut Job) -> Result<(), StoreError> {
        self.with_connection(|connection| transact(connection, job))
    }

    pub(super) fn read(&self, reader: &mut dyn FnMut(&dyn Snapshot)) -> Result<(), StoreError> {
        self.with_connection(|connection| read(connection, reader))
    }

    fn with_connection(
        &self,
        mut attempt: impl FnMut(&mut Connection) -> Result<(), Failure>,
    ) -> Result<(), StoreError> {
        let stopwatch = Stopwatch::start();
        self.repeat(|| {
            let remaining = MAX_DURATION.saturating_sub(stopwatch.elapsed());
            let taken = self.pool.take(remaining).map_err(Failure::of_pool);
            taken.and_then(|mut connection| attempt(&mut connection))
        })
    }

    /// Repeats attempts that may succeed later.
    pub(super) fn repeat<T>(
        &self,
        mut attempt: impl FnMut() -> Result<T, Failure>,
    ) -> Result<T, StoreError> {
        let stopwatch = Stopwatch::start();
        for number in 0.. {
            let failure = match attempt() {
                Ok(output) => return Ok(output),
                Err(failure) => failure,
            };
            match failure {
                Failure::Final(error) => return Err(error),
                Failure::Conflict(error) | Failure::Disconnected(error)
                    if stopwatch.elapsed() >= MAX_DURATION =>
                {
                    return Err(StoreError::database(error));
                }
                Failure::Conflict(_) => {}
                // The lock of this process may be lost, too. If it cannot be taken again, the next attempt fails as well.
                Failure::Disconnected(_) => drop(self.presence.renew()),
            }
            std::thread::sleep(pause(number));
        }
        unreachable!("the attempts end at the deadline")
    }
}

/// The time after which an operation is not repeated any more.
const MAX_DURATION: Duration = Duration::from_secs(10);

/// Returns a random pause before the next attempt, so that transactions that conflict do not meet again.
fn pause(attempt: u32) -> Duration {
    let longest = 1_u64 << attempt.min(MAX_PAUSE_EXPONENT);
    // Without random numbers, the longest pause is correct, too.
    let random = getrandom::u64().unwrap_or(u64::MAX);
    Duration::from_micros(500 * (1 + random % longest))
}

/// The longest pause is 64 ms.
const MAX_PAUSE_EXPONENT: u32 = 7;

/// Why an attempt has failed.
pub(super) enum Failure {
    /// Nothing was changed, because of another transaction.
    Conflict(Error),
    /// Nothing was changed, because the connection has ended or cannot be opened.
    Disconnected(Error),
    /// Another attempt would fail too, or would repeat a change.
    Final(StoreError),
}

impl Failure {
    fn of_pool(error: PoolError) -> Self {
        match error {
            PoolError::Open(error) => Failure::of(error),
            error @ PoolError::Busy => Failure::Final(StoreError::Engine(error.into())),
        }
    }

    /// Returns the failure of a statement, after which nothing is changed.
    fn of(error: Error) -> Self {
        match error.code() {
            Some(code) if CONFLICTS.contains(code) => Failure::Conflict(error),
            Some(code) if UNAVAILABLE.contains(code) => Failure::Disconnected(error),
            None if !is_rejected(&error) => Failure::Disconnected(error),
            _ => Failure::Final(StoreError::database(error)),
        }
    }

    /// Returns the failure of a commit. An error that ends the session can follow a commit.
    fn of_commit(error: Error) -> Self {
        let severity = error.as_db_error().and_then(DbError::parsed_severity);
        match severity {
            Some(Severity::Error) => Failure::of(error),
            _ => Failure::Final(StoreError::OutcomeUnknown(Box::new(error))),
        }
    }
}

const CONFLICTS: [SqlState; 2] = [
    SqlState::T_R_SERIALIZATION_FAILURE,
    SqlState::T_R_DEADLOCK_DETECTED,
];

const UNAVAILABLE: [SqlState; 5] = [
    SqlState::ADMIN_SHUTDOWN,
    SqlState::CRASH_SHUTDOWN,
    SqlState::CANNOT_CONNECT_NOW,
    SqlState::TOO_MANY_CONNECTIONS,
    SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT,
];

/// Returns whether an error without a code is one of this program, such as an invalid setting, and not of the network.
fn is_rejected(error: &Error) -> bool {
    use std::error::Error as _;
    let is_io = |error: &(dyn std::error::Error + 'static)| error.is::<std::io::Error>();
    !error.is_closed() && !error.source().is_some_and(is_io)
}

/// The failure of a statement, after which nothing is changed.
impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Failure::of(error)
    }
}

fn transact(connection: &mut Connection, job: &mut Job) -> Result<(), Failure> {
    let Connection { client, statements } = connection;
    let begun = client
        .build_transaction()
        .isolation_level(IsolationLevel::Serializable)
        .start();
    let rows = Rows::new(begun.map_err(Failure::of)?, statements);
    let mut view = Transaction::new(&rows);
    let ran = catch_unwind(AssertUnwindSafe(|| job(&mut view)));
    let writes = view.into_writes();
    let mut transaction = rows.finish().map_err(Failure::of)?;
    match ran {
        Ok(Outcome::Commit) => apply(&mut transaction, statements, writes).map_err(Failure::of)?,
        Ok(Outcome::Rollback) => {}
        Err(_) => return Err(Failure::Final(StoreError::Panicked)),
    }
    // A rejection is correct only if the records that led to it could be read in some sequence, which the server checks at the commit.
    transaction.commit().map_err(Failure::of_commit)
}

fn read(connection: &mut Connection, reader: &mut dyn FnMut(&dyn Snapshot)) -> Result<(), Failure> {
    let Connection { client, statements } = connection;
    let begun = client
        .build_transaction()
        .isolation_level(IsolationLevel::Serializable)
        .read_only(true)
        .start();
    let rows = Rows::new(begun.map_err(Failure::of)?, statements);
    reader(&rows);
    let transaction = rows.finish().map_err(Failure::of)?;
    transaction.commit().map_err(Failure::of)
}

fn apply(
    transaction: &mut DatabaseTransaction<'_>,
    statements: &Statements,
    writes: Writes,
) -> Result<(), Error> {
    let (put, removed): (Vec<_>, Vec<_>) =
        writes.into_iter().partition(|(_, value)| value.is_some());
    if !put.is_empty() {
        let keys: Vec<&[u8]> = put.iter().map(|(key, _)| key.as_bytes()).collect();
        let values: Vec<&[u8]> = put.iter().flat_map(|(_, value)| value.as_deref()).collect();
        transaction.execute(&statements.put, &[&keys, &values])?;
    }
    if !removed.is_empty() {
        let keys: Vec<&[u8]> = removed.iter().map(|(key, _)| key.as_bytes()).collect();
        transaction.execute(&statements.remove, &[&keys])?;
    }
    Ok(())
}
