//! Removes what no record refers to any more: expired uploads, the content of deleted repositories, and objects.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tokio::runtime::Handle;

use crate::domain::error::RepositoryError;
use crate::domain::garbage::remove_garbage;
use crate::domain::upload_record::{has_expired, remove_expired};
use crate::store::{Folder, Generation, Key, ProcessId, Snapshot, Store, StoreError, Transaction};
use crate::types::error_chain::chain;
use crate::types::timestamp::Timestamp;

/// Removes unused data in a task. Requests never find this data, so they do not wait for it. The task ends when this value is dropped.
#[derive(Debug)]
pub(crate) struct Sweeper(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    store: Store,
    /// The runtime in which the mock was started. A caller can use a runtime that ends earlier.
    runtime: Option<Handle>,
    flags: Arc<Flags>,
    /// The current time, on the mock's clock and on the system's, if expired uploads are to be removed.
    expired: Mutex<Option<[Timestamp; 2]>>,
}

#[derive(Debug, Default)]
struct Flags {
    is_running: AtomicBool,
    is_requested: AtomicBool,
}

impl Sweeper {
    pub(super) fn new(store: Store) -> Self {
        Sweeper(Arc::new(Shared {
            store,
            runtime: Handle::try_current().ok(),
            flags: Arc::default(),
            expired: Mutex::default(),
        }))
    }

    /// Starts to remove unused data, or lets the running task continue. If it fails, the data remains until the next start.
    pub(crate) fn start(&self) {
        let flags = &self.0.flags;
        flags.is_requested.store(true, Ordering::SeqCst);
        let Some(runtime) = self.runtime() else {
            return;
        };
        if let Some(running) = Running::begin(flags) {
            drop(runtime.spawn(run(Arc::downgrade(&self.0), running)));
        }
    }

    /// Starts when a transaction has finished, which leaves something unused.
    pub(super) fn start_after(&self, finished: impl Future<Output = ()> + Send + 'static) {
        let sweeper = Arc::downgrade(&self.0);
        if let Some(runtime) = self.runtime() {
            drop(runtime.spawn(async move {
                finished.await;
                if let Some(shared) = sweeper.upgrade() {
                    Sweeper(shared).start();
                }
            }));
        }
    }

    fn runtime(&self) -> Option<Handle> {
        let own = self.0.runtime.clone();
        own.or_else(|| Handle::try_current().ok())
    }

    /// Runs a transaction, and starts if it has left something unused.
    pub(super) async fn transact<T: Send + 'static>(
        &self,
        mut body: impl FnMut(&mut Transaction<'_>) -> Result<T, RepositoryError> + Send + 'static,
    ) -> Result<T, RepositoryError> {
        let transaction = self.0.store.transact(move |records| {
            let output = body(records)?;
            let is_unused = |folder: &FolderOf| records.has_created(&folder());
            Ok::<_, RepositoryError>((output, UNUSED.iter().any(is_unused)))
        });
        let (output, leaves_unused) = transaction.await?;
        if leaves_unused {
            self.start();
        }
        Ok(output)
    }

    /// Lets the data be removed that interrupted processes have left, and the uploads that have expired, on the mock's clock or on the
    /// system's.
    ///
    /// An empty store is only read, so that it is not created.
    pub(crate) async fn recover(&self, now: [Timestamp; 2]) -> Result<(), StoreError> {
        let store = &self.0.store;
        let mut left = store.read(unfinished).await?;
        if !left.is_empty() {
            // A process announces itself before it writes a record, so each record found above is of an announced process or of one that
            // has ended.
            let running = store.running_processes().await?;
            left.retain(|key| {
                ProcessId::of_name(key.name()).is_none_or(|id| !running.contains(&id))
            });
        }
        if !left.is_empty() {
            store
                .transact(move |records| mark_left(records, &left))
                .await?;
        }
        let is_needed = store.read(move |view| {
            Ok::<_, StoreError>(has_records(view, &UNUSED)? || has_expired(view, now)?)
        });
        if is_needed.await? {
            *self.0.expired() = Some(now);
            self.start();
        }
        Ok(())
    }

    /// Returns whether the task has ended and none was requested since then.
    #[cfg(all(test, feature = "file-store"))]
    pub(crate) fn is_idle(&self) -> bool {
        let flags = [&self.0.flags.is_running, &self.0.flags.is_requested];
        !flags.iter().any(|flag| flag.load(Ordering::SeqCst))
    }

    /// Removes all unused data.
    #[cfg(all(test, feature = "file-store"))]
    pub(crate) async fn sweep(&self) -> Result<(), RepositoryError> {
        Sweep::new(Arc::downgrade(&self.0)).run().await
    }
}

impl Shared {
    fn expired(&self) -> std::sync::MutexGuard<'_, Option<[Timestamp; 2]>> {
        self.expired.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The permission to be the only task. Dropping it lets another one start, also if the task panics or its runtime ends.
struct Running(Arc<Flags>);

impl Running {
    fn begin(flags: &Arc<Flags>) -> Option<Self> {
        let is_running = flags.is_running.swap(true, Ordering::SeqCst);
        (!is_running).then(|| Running(Arc::clone(flags)))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.is_running.store(false, Ordering::SeqCst);
    }
}

async fn run(shared: Weak<Shared>, first: Running) {
    let flags = Arc::clone(&first.0);
    let mut running = Some(first);
    while running.is_some() {
        while flags.is_requested.swap(false, Ordering::SeqCst) {
            if let Err(error) = Sweep::new(Weak::clone(&shared)).run().await {
                let error = chain(&error);
                tracing::warn!(%error, "cannot delete unused data; the next removal includes it");
                break;
            }
        }
        drop(running.take());
        // A request that was made after the last check has found the task running.
        if flags.is_requested.load(Ordering::SeqCst) {
            running = Running::begin(&flags);
        }
    }
}

/// The removal of all unused data. It uses the store for one transaction at a time, so that the store is closed soon after the mock has
/// stopped.
struct Sweep {
    shared: Weak<Shared>,
    /// The last object that was removed, or that could not be removed.
    last_object: Option<String>,
    /// The first error of an object.
    failure: Option<StoreError>,
}

/// Whether there is something left to remove.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Progress {
    More,
    Done,
}

impl Sweep {
    fn new(shared: Weak<Shared>) -> Self {
        Sweep {
            shared,
            last_object: None,
            failure: None,
        }
    }

    /// Removes all unused data. Returns the first error of an object that could not be removed, after all others were removed.
    async fn run(mut self) -> Result<(), RepositoryError> {
        while let Some(shared) = self.shared.upgrade()
            && shared.remove_records().await? == Progress::More
        {}
        while self.remove_objects().await? == Progress::More {}
        Ok(self.failure.map_or(Ok(()), Err)?)
    }

    /// Removes some objects, and the records that name them.
    async fn remove_objects(&mut self) -> Result<Progress, StoreError> {
        let (Some(store), after) = (self.store(), self.last_object.clone()) else {
            return Ok(Progress::Done);
        };
        let folder = Folder::all_unused();
        let page = store.read(move |view| view.keys(&folder, after.as_deref(), MAX_OBJECTS));
        let (mut unused, objects) = (page.await?, store.objects().clone());
        drop(store);
        let Some(last) = unused.last() else {
            return Ok(Progress::Done);
        };
        self.last_object = Some(last.name().to_owned());
        let mut removed = Vec::new();
        for key in unused.drain(..) {
            if self.shared.strong_count() == 0 {
                return Ok(Progress::Done);
            }
            match objects.remove(key.name()).await {
                Ok(()) => removed.push(key),
                Err(error) => drop(self.failure.get_or_insert(StoreError::Undeletable {
                    name: key.name().to_owned(),
                    source: error.into(),
                })),
            }
        }
        self.remove_keys(removed).await
    }

    async fn remove_keys(&self, keys: Vec<Key>) -> Result<Progress, StoreError> {
        if let Some(store) = self.store().filter(|_| !keys.is_empty()) {
            store.sync_removals().await?;
            let removed = store.transact(move |records| {
                keys.iter().for_each(|key| records.remove(key));
                Ok::<_, StoreError>(())
            });
            removed.await?;
        }
        Ok(Progress::More)
    }

    /// Returns the store, unless the mock has stopped.
    fn store(&self) -> Option<Store> {
        let shared = self.shared.upgrade()?;
        Some(shared.store.clone())
    }
}

impl Shared {
    /// Removes some records of expired uploads or of deleted repositories.
    async fn remove_records(&self) -> Result<Progress, RepositoryError> {
        let expired = *self.expired();
        if let Some(now) = expired {
            if self.store.read(move |view| has_expired(view, now)).await? {
                let remove = move |records: &mut Transaction<'_>| remove_expired(records, now);
                self.store.transact(remove).await?;
                return Ok(Progress::More);
            }
            *self.expired() = None;
        }
        let has_garbage = |view: &dyn Snapshot| has_records(view, &[Folder::all_garbage]);
        if !self.store.read(has_garbage).await? {
            return Ok(Progress::Done);
        }
        self.store.transact(remove_garbage).await?;
        Ok(Progress::More)
    }
}

/// The number of objects that are removed before their records are.
const MAX_OBJECTS: usize = 500;

/// A function that returns a folder.
type FolderOf = fn() -> Folder;

const UNUSED: [FolderOf; 2] = [Folder::all_garbage, Folder::all_unused];

fn has_records(view: &dyn Snapshot, folders: &[FolderOf]) -> Result<bool, StoreError> {
    let mut is_empty = true;
    for folder in folders {
        is_empty &= view.is_empty(&folder())?;
    }
    Ok(!is_empty)
}

/// Returns the keys of staged objects and of unpublished repositories.
fn unfinished(view: &dyn Snapshot) -> Result<Vec<Key>, StoreError> {
    let mut keys = view.keys(&Folder::all_staged(), None, usize::MAX)?;
    keys.extend(view.keys(&Folder::all_unpublished(), None, usize::MAX)?);
    Ok(keys)
}

/// Marks staged objects and unpublished repositories as unused, if they are still there.
fn mark_left(records: &mut Transaction<'_>, left: &[Key]) -> Result<(), StoreError> {
    for key in left {
        if !records.view().contains(key)? {
            continue;
        }
        records.remove(key);
        let name = key.name();
        let unused = match Folder::all_staged().contains(key) {
            true => Key::unused(name),
            false => Key::garbage(&Generation::new(name.to_owned())),
        };
        records.put(&unused, Vec::new());
    }
    Ok(())
}
