//! Records in a database of PostgreSQL, which several processes use at the same time.
//!
//! Transactions and reads are serializable, so they are repeated if the server finds that they conflict with others.

mod attempt;
mod connection;
mod failure;
mod presence;
mod repetition;
mod rows;
#[cfg(test)]
pub(crate) mod server;
mod session;
#[cfg(test)]
mod tests;
mod transaction;

use std::collections::BTreeSet;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use crate::clock::Stopwatch;
use crate::store::engine::{Done, Engine, Job, Reads};
use crate::store::error::StoreError;
use crate::store::names::ProcessId;
use crate::store::postgres::connection::{Pool, settings};
use crate::store::postgres::presence::Presence;
use crate::store::postgres::repetition::repeat;
use crate::store::postgres::session::Settings;
use crate::store::postgres_url::PostgresUrl;
use crate::store::snapshot::Snapshot;

/// Records in the table `mock_ecr_records` of a database.
///
/// The connections belong to threads, not to the runtime of the caller: a transaction is carried out even if the runtime ends.
pub(super) struct PostgresEngine {
    database: Arc<Database>,
    /// `None` after the engine is dropped.
    jobs: Option<Sender<Queued>>,
    threads: Vec<JoinHandle<()>>,
}

struct Queued {
    job: Job,
    done: Done,
    accepted: Stopwatch,
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
        PostgresEngine::with_settings(settings(url)?)
    }

    fn with_settings(settings: Settings) -> Result<Self, StoreError> {
        let database = Arc::new(Database {
            pool: Pool::open(settings.clone())?,
            presence: Presence::open(settings)?,
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
            database,
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
}

impl Database {
    fn run_jobs(&self, queue: &Mutex<Receiver<Queued>>) {
        loop {
            let next = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
            let Ok(queued) = next else {
                return;
            };
            let Queued {
                mut job,
                done,
                accepted,
            } = queued;
            // A panic would end the thread, and later transactions would wait for ever.
            let run = AssertUnwindSafe(|| self.transact(&mut job, &accepted));
            let result = catch_unwind(run).unwrap_or(Err(StoreError::Panicked));
            done.send(result);
        }
    }
}

impl Engine for PostgresEngine {
    fn read(&self, reader: &mut dyn FnMut(&dyn Snapshot)) -> Result<(), StoreError> {
        self.database.read(reader)
    }

    fn submit(&self, job: Job, done: Done) {
        let jobs = self.jobs.as_ref().expect("present until the drop");
        // If the threads have panicked, the receiver of the result finds that it was dropped.
        let _ = jobs.send(Queued {
            job,
            done,
            accepted: Stopwatch::start(),
        });
    }

    fn reads(&self) -> Reads {
        Reads::Blocking
    }

    fn announce(&self, process: ProcessId) -> Result<(), StoreError> {
        let presence = &self.database.presence;
        repeat(&Stopwatch::start(), || Ok(presence.announce(process)?))
    }

    fn running_processes(&self) -> Result<BTreeSet<ProcessId>, StoreError> {
        let presence = &self.database.presence;
        repeat(&Stopwatch::start(), || Ok(presence.running_processes()?))
    }
}

/// Waits until the accepted transactions are committed, or have failed. The connections are then closed.
impl Drop for PostgresEngine {
    fn drop(&mut self) {
        self.jobs.take();
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

impl fmt::Debug for PostgresEngine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresEngine").finish_non_exhaustive()
    }
}
