//! Runs transactions and reads until one of their attempts succeeds.

use crate::clock::Stopwatch;
use crate::store::engine::Job;
use crate::store::error::StoreError;
use crate::store::postgres::Database;
use crate::store::postgres::connection::Connection;
use crate::store::postgres::failure::Failure;
use crate::store::postgres::repetition::{MAX_DURATION, repeat};
use crate::store::postgres::session::DatabaseError;
use crate::store::postgres::transaction::{self, Access};
use crate::store::snapshot::Snapshot;

impl Database {
    /// Runs a transaction until it is committed, or until its changes are known to be lost. `accepted` measures the time since its caller
    /// began to wait.
    pub(super) fn transact(&self, job: &mut Job, accepted: &Stopwatch) -> Result<(), StoreError> {
        self.with_connection(accepted, |connection, access| {
            transaction::transact(connection, access, job)
        })
    }

    pub(super) fn read(&self, reader: &mut dyn FnMut(&dyn Snapshot)) -> Result<(), StoreError> {
        self.with_connection(&Stopwatch::start(), |connection, access| {
            transaction::read(connection, access, reader)
        })
    }

    fn with_connection(
        &self,
        accepted: &Stopwatch,
        mut attempt: impl FnMut(&Connection, Access) -> Result<(), Failure>,
    ) -> Result<(), StoreError> {
        let mut conflicts = 0;
        repeat(accepted, || {
            let remaining = MAX_DURATION.saturating_sub(accepted.elapsed());
            // Without this, each transaction in the queue would wait again for a database that does not respond.
            if remaining.is_zero() {
                return Err(DatabaseError::Busy.into());
            }
            let connection = self.pool.take(remaining)?;
            let ended = attempt(&connection, access(conflicts));
            if let Err(Failure::Conflict(_)) = ended {
                conflicts += 1;
            }
            ended
        })
    }
}

/// Returns the access of the next attempt. A transaction that touches many records conflicts again and again with others that are shorter, so
/// the attempt after some conflicts is exclusive. If its lock is not available, the next attempts are shared again.
fn access(conflicts: u32) -> Access {
    match conflicts % (MAX_CONFLICTS + 1) {
        MAX_CONFLICTS => Access::Exclusive,
        _ => Access::Shared,
    }
}

/// The number of conflicts after which an attempt is exclusive.
const MAX_CONFLICTS: u32 = 3;
