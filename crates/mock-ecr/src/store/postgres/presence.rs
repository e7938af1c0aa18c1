//! Determines which of the processes that use a database still run.
//!
//! A process holds a lock of the database as long as its session exists. The server releases it when the process ends.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use postgres::{Client, Config, Error};

use crate::store::names::ProcessId;
use crate::store::postgres::connection::connect;

/// A session that has the lock of this process, after it was announced.
///
/// It is opened at the start: later, the other connections could be all that the database permits.
pub(super) struct Presence {
    config: Config,
    state: Mutex<State>,
}

struct State {
    session: Client,
    /// `None` until this process is announced.
    announced: Option<ProcessId>,
}

impl Presence {
    pub(super) fn open(config: Config) -> Result<Self, Error> {
        let state = State {
            session: connect(&config)?,
            announced: None,
        };
        Ok(Presence {
            config,
            state: Mutex::new(state),
        })
    }

    pub(super) fn announce(&self, process: ProcessId) -> Result<(), Error> {
        let mut state = self.state();
        state.announced = Some(process);
        let locked = lock(&mut state.session, process);
        match state.session.is_closed() {
            true => self.reopen(&mut state),
            false => locked,
        }
    }

    /// Takes the lock again if the session has ended.
    ///
    /// In the meantime, another process that starts takes this one for ended. The objects that are being written are then removed, and their
    /// requests fail: a transaction that refers to an object checks whether it is still there.
    pub(super) fn renew(&self) -> Result<(), Error> {
        let mut state = self.state();
        match state.session.is_valid(CHECK_TIMEOUT) {
            Ok(()) => Ok(()),
            Err(_) => self.reopen(&mut state),
        }
    }

    fn reopen(&self, state: &mut State) -> Result<(), Error> {
        let mut session = connect(&self.config)?;
        if let Some(process) = state.announced {
            lock(&mut session, process)?;
        }
        state.session = session;
        Ok(())
    }

    pub(super) fn running_processes(&self) -> Result<BTreeSet<ProcessId>, Error> {
        let rows = self.state().session.query(RUNNING, &[])?;
        let ids = rows.iter().map(|row| row.get::<_, i64>(0));
        Ok(ids
            .map(|id| ProcessId::from_bits(id.cast_unsigned()))
            .collect())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Takes the lock of a process. If an earlier session of this process still has it, the server has not noticed its end: then this process is
/// announced as well.
fn lock(session: &mut Client, process: ProcessId) -> Result<(), Error> {
    let id = process.to_bits().cast_signed();
    let locked = session.execute("SELECT pg_advisory_lock_shared($1)", &[&id]);
    locked.map(drop)
}

const CHECK_TIMEOUT: Duration = Duration::from_secs(5);

/// The locks of this database whose name is one number of 64 bits. The server shows it in two columns.
const RUNNING: &str = "
    SELECT (classid::bigint << 32) | objid::bigint FROM pg_locks
    WHERE locktype = 'advisory' AND objsubid = 1 AND granted
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
";
