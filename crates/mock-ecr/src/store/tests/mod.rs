//! Stores for tests: their engine and objects fail from a step on, or run their transactions when a scheduler chooses.

mod failing;
mod full_disk;
mod hooked;
mod keys;
mod marker;
mod observed;
mod power_loss;
mod recording;
mod scheduled;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::TryStreamExt as _;
use object_store::ObjectStore;
use object_store::memory::InMemory;

pub(crate) use failing::{Failure, Steps};
pub(crate) use hooked::Hooks;
pub(crate) use recording::Recorder;

use crate::store::engine::{Done, Engine, Job, Reads};
use crate::store::error::StoreError;
use crate::store::marker::MARKER;
use crate::store::memory::MemoryEngine;
use crate::store::names::ProcessId;
use crate::store::objects::Objects;
use crate::store::part_writer::Parts;
use crate::store::persistent_objects::PersistentObjects;
use crate::store::records::Store;
use crate::store::snapshot::Snapshot;
use failing::FailingEngine;
use observed::ObservedObjects;
use recording::RecordingEngine;
use scheduled::ScheduledEngine;

/// The data of a store, which outlives the stores that use it.
#[derive(Clone, Debug)]
pub(crate) struct Disk {
    engine: Arc<dyn Engine>,
    objects: Arc<InMemory>,
    /// The number of transactions that wait for the scheduler.
    waiting: Arc<AtomicUsize>,
}

impl Default for Disk {
    fn default() -> Self {
        Disk::of(MemoryEngine::default())
    }
}

impl Disk {
    /// Removes the records of a database, and returns them without objects.
    #[cfg(feature = "postgres")]
    pub(crate) fn in_database(server: &crate::store::postgres::server::Server) -> Self {
        let url = server.url().parse().unwrap();
        let engine = crate::store::postgres::PostgresEngine::open_in_thread(&url);
        let disk = Disk::of(Alone(Arc::new(engine)));
        server.remove_records();
        disk
    }

    fn of(engine: impl Engine) -> Self {
        Disk {
            engine: Arc::new(engine),
            objects: Arc::default(),
            waiting: Arc::default(),
        }
    }

    /// Returns a store as a new process opens it.
    pub(crate) fn open(&self) -> Store {
        self.failing(&Steps::unlimited())
    }

    /// Returns a store that fails when the steps are used up.
    pub(crate) fn failing(&self, steps: &Steps) -> Store {
        let engine = FailingEngine::new(Arc::clone(&self.engine), steps);
        let objects = ObservedObjects::new(Arc::clone(&self.objects), steps);
        in_bucket(engine, objects)
    }

    /// Returns a store that records the order of its calls. Its objects are written in parts of two bytes.
    pub(crate) fn recorded(&self, recorder: &Recorder) -> Store {
        let engine = RecordingEngine::new(Arc::clone(&self.engine), recorder);
        let objects = ObservedObjects::new(Arc::clone(&self.objects), recorder);
        let objects = PersistentObjects::in_bucket(objects).with_parts(Parts::new(2, 9));
        Store::new(engine, Objects::Persistent(objects))
    }

    /// Returns a store that runs futures of the test before it writes and reads objects.
    pub(crate) fn hooked(&self, hooks: &Hooks) -> Store {
        let objects = ObservedObjects::new(Arc::clone(&self.objects), hooks);
        let engine = Arc::clone(&self.engine);
        in_bucket(engine, objects)
    }

    /// Returns a store whose transactions run in tasks of the scheduler of shuttle.
    pub(crate) fn scheduled(&self) -> Store {
        let engine = ScheduledEngine::new(Arc::clone(&self.engine), Arc::clone(&self.waiting));
        in_bucket(engine, Arc::clone(&self.objects))
    }

    /// Returns a store like [`scheduled`](Self::scheduled), whose transactions are steps.
    pub(crate) fn counted(&self, steps: &Steps) -> Store {
        let engine: Arc<dyn Engine> = Arc::new(FailingEngine::new(Arc::clone(&self.engine), steps));
        let engine = ScheduledEngine::new(engine, Arc::clone(&self.waiting));
        in_bucket(engine, Arc::clone(&self.objects))
    }

    /// Waits until the scheduler has run all transactions.
    pub(crate) async fn settle(&self) {
        while self.waiting.load(Ordering::SeqCst) > 0 {
            shuttle::future::yield_now().await;
        }
    }

    /// Returns whether a store is open.
    pub(crate) fn is_open(&self) -> bool {
        Arc::strong_count(&self.engine) > 1
    }

    /// Returns the names of all objects but the marker.
    pub(crate) async fn object_names(&self) -> Vec<String> {
        let objects: Vec<_> = self.objects.list(None).try_collect().await.unwrap();
        let names = objects.into_iter().map(|one| one.location.to_string());
        names.filter(|name| name != MARKER).collect()
    }
}

fn in_bucket(engine: impl Engine, objects: impl ObjectStore) -> Store {
    let objects = PersistentObjects::in_bucket(objects);
    Store::new(engine, Objects::Persistent(objects))
}

#[cfg(feature = "postgres")]
pub(crate) use crate::store::postgres::server::Server as DatabaseServer;

/// Returns a server of PostgreSQL for a test.
#[cfg(feature = "postgres")]
pub(crate) fn database_server() -> DatabaseServer {
    DatabaseServer::start()
}

/// An engine on a database whose processes end together: each process that starts later is the only one.
#[cfg(feature = "postgres")]
#[derive(Clone, Debug)]
struct Alone(Arc<crate::store::postgres::PostgresEngine>);

#[cfg(feature = "postgres")]
impl Engine for Alone {
    fn read(&self, reader: &mut dyn FnMut(&dyn Snapshot)) -> Result<(), StoreError> {
        self.0.read(reader)
    }

    fn submit(&self, job: Job, done: Done) {
        self.0.submit(job, done);
    }

    fn reads(&self) -> Reads {
        self.0.reads()
    }
}

impl<E: Engine + ?Sized> Engine for Arc<E> {
    fn read(&self, reader: &mut dyn FnMut(&dyn Snapshot)) -> Result<(), StoreError> {
        (**self).read(reader)
    }

    fn submit(&self, job: Job, done: Done) {
        (**self).submit(job, done);
    }

    fn reads(&self) -> Reads {
        (**self).reads()
    }

    fn announce(&self, process: ProcessId) -> Result<(), StoreError> {
        (**self).announce(process)
    }

    fn running_processes(&self) -> Result<BTreeSet<ProcessId>, StoreError> {
        (**self).running_processes()
    }
}
