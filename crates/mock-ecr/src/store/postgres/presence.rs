//! Tells the processes that use a database which of them still run.
//!
//! A process holds a lock of the database as long as its session exists. The server releases it when the process ends.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use postgres::{Client, Config, Error};

use crate::store::error::StoreError;
use crate::store::names::ProcessId;
use crate::store::postgres::connection::connect;

/// The lock of this process, after it was announced.
pub(super) struct Presence {
    config: Config,
    announced: Mutex<Option<Announced>>,
}

struct Announced {
    process: ProcessId,
    /// The session that has the lock.
    session: Client,
}

impl Presence {
    pub(super) fn new(config: Config) -> Self {
        Presence {
            config,
            announced: Mutex::new(None),
        }
    }

    pub(super) fn announce(&self, process: ProcessId) -> Result<(), StoreError> {
        let session = self.lock(process).map_err(StoreError::database)?;
        *self.announced() = Some(Announced { process, session });
        Ok(())
    }

    /// Takes the lock again if the session has ended.
    ///
    /// In the meantime, another process that starts takes this one for ended. The objects that are being written are then removed, and their
    /// requests fail: a transaction that refers to an object checks whether it is still there.
    pub(super) fn renew(&self) -> Result<(), Error> {
        let mut announced = self.announced();
        let Some(announced) = &mut *announced else {
            return Ok(());
        };
        if announced.session.is_valid(CHECK_TIMEOUT).is_err() {
            announced.session = self.lock(announced.process)?;
        }
        Ok(())
    }

    pub(super) fn running_processes(&self) -> Result<BTreeSet<ProcessId>, StoreError> {
        let read = || {
            let rows = connect(&self.config)?.query(RUNNING, &[])?;
            let ids = rows.iter().map(|row| row.get::<_, i64>(0));
            Ok(ids
                .map(|id| ProcessId::from_bits(id.cast_unsigned()))
                .collect())
        };
        read().map_err(StoreError::database)
    }

    /// Opens a session with the lock of a process. If an earlier session of this process still has it, the server has not noticed its end:
    /// then this process is announced as well.
    fn lock(&self, process: ProcessId) -> Result<Client, Error> {
        let mut session = connect(&self.config)?;
        let id = process.to_bits().cast_signed();
        session.execute("SELECT pg_advisory_lock_shared($1)", &[&id])?;
        Ok(session)
    }

    fn announced(&self) -> std::sync::MutexGuard<'_, Option<Announced>> {
        self.announced
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

const CHECK_TIMEOUT: Duration = Duration::from_secs(5);

/// The locks of this database whose name is one number of 64 bits. The server shows it in two columns.
const RUNNING: &str = "
    SELECT (classid::bigint << 32) | objid::bigint FROM pg_locks
    WHERE locktype = 'advisory' AND objsubid = 1 AND granted
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
";
