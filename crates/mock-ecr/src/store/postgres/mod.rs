//! Records in a database of PostgreSQL, which several processes use at the same time.
//!
//! Transactions and reads are serializable, so they are repeated if the server finds that they conflict with others.

mod attempt;
mod connection;
mod presence;
mod rows;
#[cfg(test)]
pub(crate) mod server;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::fmt;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use crate::store::engine::{Done, Engine, Job, Reads};
use crate::store::error::StoreError;
use crate::store::names::ProcessId;
use crate::store::postgres::connection::{Pool, settings};
use crate::store::postgres::presence::Presence;
use crate::store::postgres_url::PostgresUrl;
use crate::store::snapshot::Snapshot;

/// Records in the table `mock_ecr_records` of a database.
///
/// The connections belong to threads, not to the runtime of the caller: a transaction is carried out even if the runtime ends.
pub(super) struct PostgresEngine {
    database: Option<Arc<Database>>,
    /// `None` after the engine is dropped.
    jobs: Option<Sender<Queued>>,
    threads: Vec<JoinHandle<()>>,
}

struct Queued {
    job: Job,
    done: Done,
}

struct Database {
    pool: Pool,
    presence: Presence,
}

/// The number of transactions of this process that run at the same time.
const WORKERS: usize = 8;

impl PostgresEngine {
    /// Connects to a database, and creates the table if it does not exist. Waits for the network.
    pub(super) fn open(url: &PostgresUrl) -> Result<Self, StoreError> {
        let settings = settings(url)?;
        let database = Arc::new(Database {
            pool: Pool::open(settings.clone())?,
            presence: Presence::open(settings).map_err(StoreError::database)?,
        });
        let (jobs, queue) = channel();
        let queue = Arc::new(Mutex::new(queue));
        let worker = |_| {
            let (database, queue) = (Arc::clone(&database), Arc::clone(&queue));
            std::thread::Builder::new()
                .name("mock-ecr store".to_owned())
                .spawn(move || database.run_jobs(&queue))
        };
        let threads = (0..WORKERS).map(worker).collect::<Result<_, _>>()?;
        Ok(PostgresEngine {
            database: Some(database),
            jobs: Some(jobs),
            threads,
        })
    }

    /// As [`open`](Self::open), for a test in an asynchronous task.
    #[cfg(test)]
    pub(super) fn open_in_thread(url: &PostgresUrl) -> Self {
        let url = url.clone();
        let opened = std::thread::spawn(move || PostgresEngine::open(&url)).join();
        opened.unwrap().unwrap()
    }

    fn database(&self) -> &Database {
        self.database.as_ref().expect("present until the drop")
    }
}

impl Database {
    fn run_jobs(&self, queue: &Mutex<Receiver<Queued>>) {
        loop {
            let next = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
            let Ok(Queued { mut job, done }) = next else {
                return;
            };
            // The receiver is dropped if the caller has gone.
            let _ = done.send(self.transact(&mut job));
        }
    }
}

impl Engine for PostgresEngine {
    fn read(&self, reader: &mut dyn FnMut(&dyn Snapshot)) -> Result<(), StoreError> {
        self.database().read(reader)
    }

    fn submit(&self, job: Job, done: Done) {
        let jobs = self.jobs.as_ref().expect("present until the drop");
        // If the threads have panicked, the receiver of the result finds that it was dropped.
        let _ = jobs.send(Queued { job, done });
    }

    fn reads(&self) -> Reads {
        Reads::Blocking
    }

    fn announce(&self, process: ProcessId) -> Result<(), StoreError> {
        let database = self.database();
        database.repeat(|| Ok(database.presence.announce(process)?))
    }

    fn running_processes(&self) -> Result<BTreeSet<ProcessId>, StoreError> {
        let database = self.database();
        database.repeat(|| Ok(database.presence.running_processes()?))
    }
}

/// Waits until the accepted transactions are committed and the connections are closed. A connection has a runtime of its own, which cannot
/// be dropped in an asynchronous task, so a thread drops it.
impl Drop for PostgresEngine {
    fn drop(&mut self) {
        self.jobs.take();
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
        let database = self.database.take();
        let _ = std::thread::spawn(move || drop(database)).join();
    }
}

impl fmt::Debug for PostgresEngine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresEngine").finish_non_exhaustive()
    }
}
