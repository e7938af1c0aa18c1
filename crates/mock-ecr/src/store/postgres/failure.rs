//! Determines whether a failed attempt can be repeated.

use tokio_postgres::Error;
use tokio_postgres::error::{DbError, Severity, SqlState};

use crate::store::error::StoreError;
use crate::store::postgres::session::DatabaseError;

/// Why an attempt has failed.
pub(super) enum Failure {
    /// Nothing was changed, because of another transaction.
    Conflict(DatabaseError),
    /// Nothing was changed, because the connection has ended or cannot be opened.
    Disconnected(DatabaseError),
    /// Another attempt would fail too, or would repeat a change.
    Final(StoreError),
}

impl Failure {
    /// Returns the failure of a commit. An error that ends the session can follow a commit.
    pub(super) fn of_commit(error: DatabaseError) -> Self {
        let severity = match &error {
            DatabaseError::Reported(error) => {
                error.as_db_error().and_then(DbError::parsed_severity)
            }
            _ => None,
        };
        match severity {
            Some(Severity::Error) => Failure::from(error),
            _ => Failure::Final(StoreError::OutcomeUnknown(Box::new(error))),
        }
    }
}

/// The failure of a statement, after which nothing is changed.
impl From<DatabaseError> for Failure {
    fn from(error: DatabaseError) -> Self {
        match &error {
            DatabaseError::Reported(reported) => match reported.code() {
                Some(code) if CONFLICTS.contains(code) => Failure::Conflict(error),
                Some(code) if UNAVAILABLE.contains(code) => Failure::Disconnected(error),
                None if !is_rejected(reported) => Failure::Disconnected(error),
                _ => Failure::Final(error.into()),
            },
            DatabaseError::System(_) => Failure::Disconnected(error),
            DatabaseError::NoResponse | DatabaseError::Busy => Failure::Final(error.into()),
        }
    }
}

impl From<DatabaseError> for StoreError {
    fn from(error: DatabaseError) -> Self {
        StoreError::Engine(error.into())
    }
}

/// `LOCK_NOT_AVAILABLE`: a transaction with exclusive access has not received its lock.
const CONFLICTS: [SqlState; 3] = [
    SqlState::T_R_SERIALIZATION_FAILURE,
    SqlState::T_R_DEADLOCK_DETECTED,
    SqlState::LOCK_NOT_AVAILABLE,
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
