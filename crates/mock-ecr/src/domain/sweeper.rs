//! Removes what no record refers to any more: the content of deleted repositories, and objects.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::runtime::Handle;

use crate::domain::error::RepositoryError;
use crate::domain::layer_record;
use crate::domain::upload_record;
use crate::store::{Folder, Generation, Key, ProcessId, Snapshot, Store, StoreError, Transaction};

/// Removes unused data in a task. Requests never find this data, so they do not wait for it.
#[derive(Debug)]
pub(crate) struct Sweeper(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    store: Store,
    is_running: AtomicBool,
    is_requested: AtomicBool,
}

impl Sweeper {
    pub(super) fn new(store: Store) -> Self {
        Sweeper(Arc::new(Shared {
            store,
            is_running: AtomicBool::new(false),
            is_requested: AtomicBool::new(false),
        }))
    }

    /// Starts to remove unused data, or lets the running task continue. If it fails, the data remains until the next start.
    pub(crate) fn start(&self) {
        self.0.is_requested.store(true, Ordering::SeqCst);
        if self.0.is_running.swap(true, Ordering::SeqCst) {
            return;
        }
        match Handle::try_current() {
            Ok(runtime) => drop(runtime.spawn(Arc::clone(&self.0).run())),
            Err(_) => self.0.is_running.store(false, Ordering::SeqCst),
        }
    }

    /// Starts when a transaction has finished, which leaves something unused.
    pub(super) fn start_after(&self, finished: impl Future<Output = ()> + Send + 'static) {
        let sweeper = Sweeper(Arc::clone(&self.0));
        if let Ok(runtime) = Handle::try_current() {
            drop(runtime.spawn(async move {
                finished.await;
                sweeper.start();
            }));
        }
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

    /// Lets the data be removed that interrupted processes have left.
    ///
    /// An empty store is only read, so that it is not created.
    pub(crate) async fn recover(&self) -> Result<(), StoreError> {
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
        if store.read(|view| has_records(view, &UNUSED)).await? {
            self.start();
        }
        Ok(())
    }

    /// Returns whether the task has ended and none was requested since then.
    #[cfg(test)]
    pub(crate) fn is_idle(&self) -> bool {
        let flags = [&self.0.is_running, &self.0.is_requested];
        !flags.iter().any(|flag| flag.load(Ordering::SeqCst))
    }

    /// Removes all unused data.
    #[cfg(test)]
    pub(crate) async fn sweep(&self) -> Result<(), RepositoryError> {
        self.0.sweep().await
    }
}

impl Shared {
    async fn run(self: Arc<Self>) {
        loop {
            while self.is_requested.swap(false, Ordering::SeqCst) {
                if let Err(error) = self.sweep().await {
                    tracing::warn!(%error, "cannot remove unused data of the store");
                    break;
                }
            }
            self.is_running.store(false, Ordering::SeqCst);
            // A request that was made after the last check has found the task running.
            let is_requested = self.is_requested.load(Ordering::SeqCst);
            if !is_requested || self.is_running.swap(true, Ordering::SeqCst) {
                return;
            }
        }
    }

    async fn sweep(&self) -> Result<(), RepositoryError> {
        let has_garbage = |view: &dyn Snapshot| has_records(view, &[Folder::all_garbage]);
        while self.store.read(has_garbage).await? {
            self.store.transact(remove_garbage).await?;
        }
        loop {
            let unused = self
                .store
                .read(|view| view.page(&Folder::all_unused(), None, MAX_REMOVED));
            let unused = unused.await?;
            if unused.is_empty() {
                return Ok(());
            }
            for (key, _) in &unused {
                self.store.objects().remove(key.name()).await?;
            }
            let removed = self.store.transact(move |records| {
                unused.iter().for_each(|(key, _)| records.remove(key));
                Ok::<_, StoreError>(())
            });
            removed.await?;
        }
    }
}

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
    let mut records = view.page(&Folder::all_staged(), None, usize::MAX)?;
    records.extend(view.page(&Folder::all_unpublished(), None, usize::MAX)?);
    Ok(records.into_iter().map(|(key, _)| key).collect())
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

/// Removes records of the first deleted repository. The record that names its generation is removed last.
fn remove_garbage(records: &mut Transaction<'_>) -> Result<(), StoreError> {
    let garbage = records.view().page(&Folder::all_garbage(), None, 1)?;
    let Some((key, _)) = garbage.first() else {
        return Ok(());
    };
    let generation = Generation::new(key.name().to_owned());
    let content = records
        .view()
        .page(&generation.content(), None, MAX_REMOVED)?;
    for (key, value) in &content {
        let mut parts = key.parts().skip(2);
        match parts.next() {
            Some("layer") => match key.name().parse() {
                Ok(digest) => layer_record::remove(records, &generation, &digest)?,
                Err(_) => records.remove(key),
            },
            Some("upload") => upload_record::discard(records, &generation, key, value)?,
            _ => records.remove(key),
        }
    }
    if content.len() < MAX_REMOVED {
        records.remove(key);
    }
    Ok(())
}

/// The largest number of records in a transaction of the sweeper, so that requests wait for it only briefly.
const MAX_REMOVED: usize = 500;
