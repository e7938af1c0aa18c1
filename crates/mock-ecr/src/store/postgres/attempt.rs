//! Repeats transactions that conflict with others or lose their connection.

use std::time::Duration;

use crate::clock::Stopwatch;
use crate::store::engine::Job;
use crate::store::error::StoreError;
use crate::store::postgres::Database;
use crate::store::postgres::connection::Connection;
use crate::store::postgres::failure::Failure;
use crate::store::postgres::session::DatabaseError;
use crate::store::postgres::transaction::{self, Access};
use crate::store::snapshot::Snapshot;

impl Database {
    /// Runs a transaction until it is committed, or until its changes are known to be lost. `accepted` measures the time since its caller
    /// waits.
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

/// Repeats attempts that may succeed later.
pub(super) fn repeat<T>(
    accepted: &Stopwatch,
    mut attempt: impl FnMut() -> Result<T, Failure>,
) -> Result<T, StoreError> {
    for number in 0.. {
        let error = match attempt() {
            Ok(output) => return Ok(output),
            Err(Failure::Final(error)) => return Err(error),
            Err(Failure::Conflict(error) | Failure::Disconnected(error)) => error,
        };
        if accepted.elapsed() >= MAX_DURATION {
            return Err(error.into());
        }
        std::thread::sleep(pause(number));
    }
    unreachable!("the attempts end at the deadline")
}

/// The time after which an operation is not repeated any more.
const MAX_DURATION: Duration = Duration::from_secs(10);

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

/// Returns a random pause before the next attempt, so that transactions that conflict do not meet again.
fn pause(attempt: u32) -> Duration {
    let longest = 1_u64 << attempt.min(MAX_PAUSE_EXPONENT);
    // Without random numbers, the longest pause is correct, too.
    let random = getrandom::u64().unwrap_or(u64::MAX);
    Duration::from_micros(500 * (1 + random % longest))
}

/// The longest pause is 64 ms.
const MAX_PAUSE_EXPONENT: u32 = 7;
