//! The store: transactions on records, and the objects of layers.

use std::collections::BTreeSet;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OnceCell, oneshot};

use crate::store::engine::{Changes, Done, Engine, Job, Outcome, Reads};
use crate::store::error::StoreError;
use crate::store::memory::MemoryEngine;
use crate::store::memory_objects::MemoryObjects;
use crate::store::names::{Names, ProcessId};
use crate::store::objects::Objects;
#[cfg(feature = "file-store")]
use crate::store::owner::Owner;
use crate::store::snapshot::{Snapshot, Transaction};
use crate::types::revision::Revision;

/// A store. Clones share it.
#[derive(Clone, Debug)]
pub(crate) struct Store(Arc<Parts>);

/// The fields are dropped in this order: the lock of the directory is released after the file is closed.
#[derive(Debug)]
struct Parts {
    engine: Arc<dyn Engine>,
    objects: Objects,
    names: OnceCell<Names>,
    /// The number of transactions of this process that have changed records.
    revision: Revision,
    #[cfg(feature = "file-store")]
    _owner: Option<Owner>,
}

impl Store {
    pub(crate) fn in_memory() -> Self {
        let objects = Objects::Memory(MemoryObjects::default());
        Store::new(MemoryEngine::default(), objects)
    }

    pub(super) fn new(engine: impl Engine, objects: Objects) -> Self {
        Store(Arc::new(Parts::new(engine, objects)))
    }

    /// Returns a store that has locked its directory.
    #[cfg(feature = "file-store")]
    pub(super) fn with_owner(engine: impl Engine, objects: Objects, owner: Owner) -> Self {
        Store(Arc::new(Parts {
            _owner: Some(owner),
            ..Parts::new(engine, objects)
        }))
    }

    /// The objects in which the bytes of layers are stored.
    pub(crate) fn objects(&self) -> &Objects {
        &self.0.objects
    }

    /// Writes the removal of objects to the disk. A record that names a removed object must exist until then: after a loss of power, the
    /// object could exist again.
    pub(crate) async fn sync_removals(&self) -> Result<(), StoreError> {
        match self.objects() {
            Objects::Memory(_) => Ok(()),
            #[cfg(feature = "file-store")]
            Objects::Persistent(objects) => objects.sync_removals().await,
        }
    }

    /// Returns a name that no server on this store has returned before or will return.
    pub(crate) async fn unique_name(&self) -> Result<String, StoreError> {
        Ok(self.names().await?.next())
    }

    /// Returns the number of this process among those that have written to the store, beginning with 0.
    pub(crate) async fn epoch(&self) -> Result<u64, StoreError> {
        Ok(self.names().await?.epoch())
    }

    async fn names(&self) -> Result<&Names, StoreError> {
        let draw = || async {
            let random = [random()?, random()?];
            let drawn = self.transact(move |records| Names::draw(records, random));
            let names = drawn.await?;
            // Others must not take the first object of this process for one of a process that has ended.
            let process = names.process();
            self.call(move |engine| engine.announce(process)).await?;
            #[cfg(feature = "file-store")]
            self.mark_layers(names.before()).await?;
            Ok::<_, StoreError>(names)
        };
        self.0.names.get_or_try_init(draw).await
    }

    /// Runs a transaction. Its changes are durable when this function returns. If the body returns an error, nothing is changed.
    ///
    /// The body must not do I/O, and may run more than once. The transaction is carried out even if the future is dropped.
    pub(crate) async fn transact<T, E>(
        &self,
        mut body: impl FnMut(&mut Transaction<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let output = Arc::new(Mutex::new(None));
        let slot = Arc::clone(&output);
        let changes = self.changes();
        let has_changes = Arc::clone(&changes.has_changes);
        let job: Job = Box::new(move |transaction| {
            let result = body(transaction);
            let is_changed = result.is_ok() && transaction.has_changes();
            has_changes.store(is_changed, Ordering::SeqCst);
            let outcome = match result {
                Ok(_) => Outcome::Commit,
                Err(_) => Outcome::Rollback,
            };
            *slot.lock().unwrap_or_else(PoisonError::into_inner) = Some(result);
            outcome
        });
        let (done, finished) = oneshot::channel();
        self.0.engine.submit(job, Done::new(done, changes));
        // An engine that drops the sender has panicked.
        finished
            .await
            .unwrap_or(Err(StoreError::Panicked))
            .map_err(E::from)?;
        let mut output = output.lock().unwrap_or_else(PoisonError::into_inner);
        output.take().expect("a finished transaction has a result")
    }

    /// Runs a transaction without waiting for it, for an operation that ends early. The future waits for its end. Its error is not reported.
    pub(crate) fn transact_later(
        &self,
        mut body: impl FnMut(&mut Transaction<'_>) + Send + 'static,
    ) -> impl Future<Output = ()> + Send + 'static {
        let changes = self.changes();
        let has_changes = Arc::clone(&changes.has_changes);
        let job: Job = Box::new(move |transaction| {
            body(transaction);
            has_changes.store(transaction.has_changes(), Ordering::SeqCst);
            Outcome::Commit
        });
        let (done, finished) = oneshot::channel();
        self.0.engine.submit(job, Done::new(done, changes));
        async move { drop(finished.await) }
    }

    fn changes(&self) -> Changes {
        Changes {
            revision: self.0.revision.clone(),
            has_changes: Arc::default(),
        }
    }

    /// Returns the number of transactions of this process that have changed records. It is incremented after the changes are durable.
    pub(crate) fn revision(&self) -> &Revision {
        &self.0.revision
    }

    /// Reads the records at one time. The reader must not do I/O, and may run more than once.
    pub(crate) async fn read<T, E>(
        &self,
        mut reader: impl FnMut(&dyn Snapshot) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.call(move |engine| {
            let mut output = None;
            engine.read(&mut |view| output = Some(reader(view)))?;
            output.expect("an engine calls the reader")
        })
        .await
    }

    /// Returns the processes that use the store at the same time, if its engine permits this.
    pub(crate) async fn running_processes(&self) -> Result<BTreeSet<ProcessId>, StoreError> {
        self.call(|engine| engine.running_processes()).await
    }

    /// Calls the engine, in a blocking task if it waits for a disk or a network.
    async fn call<T, E>(
        &self,
        call: impl FnOnce(&dyn Engine) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        match self.0.engine.reads() {
            Reads::AtOnce => call(&*self.0.engine),
            #[cfg(feature = "file-store")]
            Reads::Blocking => {
                let (answer, mut answered) = oneshot::channel();
                let call = Box::new(move |engine: &dyn Engine| {
                    // If the caller was dropped, nobody waits for the answer.
                    let _ = answer.send(call(engine));
                });
                self.call_blocking(call).await?;
                answered
                    .try_recv()
                    .expect("a call that has ended has an answer")
            }
        }
    }

    /// The call is a trait object, so that the program contains the code of one task, and not one for each type of call.
    #[cfg(feature = "file-store")]
    async fn call_blocking(&self, call: BlockingCall) -> Result<(), StoreError> {
        // The lock of the directory is kept until the call has ended, even if its caller is dropped.
        let store = self.clone();
        let called = tokio::task::spawn_blocking(move || call(&*store.0.engine));
        called.await.map_err(|error| match error.is_cancelled() {
            true => StoreError::Stopped,
            false => StoreError::Panicked,
        })
    }
}

#[cfg(feature = "file-store")]
type BlockingCall = Box<dyn FnOnce(&dyn Engine) + Send>;

impl Parts {
    fn new(engine: impl Engine, objects: Objects) -> Self {
        Parts {
            engine: Arc::new(engine),
            objects,
            names: OnceCell::new(),
            revision: Revision::default(),
            #[cfg(feature = "file-store")]
            _owner: None,
        }
    }
}

fn random() -> Result<u64, StoreError> {
    Ok(getrandom::u64().map_err(std::io::Error::other)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::key::Key;

    fn put(records: &mut Transaction<'_>) {
        records.put(&Key::unused("record"), vec![0]);
    }

    #[tokio::test]
    async fn only_transactions_that_have_changed_records_are_counted() {
        let store = Store::in_memory();
        let revision = store.revision().subscribe();
        let counted = || *revision.borrow();
        store.transact(|_| Ok::<_, StoreError>(())).await.unwrap();
        let rejected = store.transact(|records| {
            put(records);
            Err::<(), _>(StoreError::Panicked)
        });
        rejected.await.unwrap_err();
        assert_eq!(counted(), 0);
        let changed = store.transact(|records| {
            put(records);
            Ok::<_, StoreError>(())
        });
        changed.await.unwrap();
        assert_eq!(counted(), 1);
        drop(store.transact_later(put));
        assert_eq!(counted(), 2, "a transaction whose caller has gone");
    }
}
