//! Objects that are written before a record refers to them.

use std::io;

use bytes::Bytes;
use futures_util::future;
use futures_util::stream::{self, BoxStream};
use futures_util::{StreamExt as _, TryStreamExt as _};
use sha2::{Digest as _, Sha256};
use tokio::runtime::Handle;
use tokio::sync::mpsc;

use crate::domain::error::RepositoryError;
use crate::domain::hasher::Sha256State;
use crate::domain::repositories::Repositories;
use crate::store::{Key, ObjectWriter, StoreError, StoredObject, Transaction};

/// The bytes that a client sends. An error means that the client stopped early.
pub(crate) type ContentStream<'a> = BoxStream<'a, Result<Bytes, ContentError>>;

/// The client stopped before it had sent the complete content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ContentError;

/// A complete object to which no record refers yet. If it is dropped without [`keep`](Self::keep), the sweeper removes the object.
pub(super) struct StagedObject {
    pub(super) object: StoredObject,
    /// The state of the SHA-256 digest after the object.
    pub(super) sha256: Sha256State,
    guard: Guard,
}

impl StagedObject {
    /// Keeps the object, to which a record refers now.
    pub(super) fn keep(self) {
        self.guard.keep();
    }
}

/// Lets the sweeper remove an object, complete or not, if it is dropped. A request can be dropped at any point, for example if its client
/// disconnects.
struct Guard {
    name: String,
    /// `None` if the object is kept.
    repositories: Option<Repositories>,
}

impl Guard {
    fn keep(mut self) {
        self.repositories = None;
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        let Some(Repositories { store, sweeper, .. }) = &self.repositories else {
            return;
        };
        let (staged, unused) = (Key::staged(&self.name), Key::unused(&self.name));
        let marked = store.transact_later(move |records| {
            // If the outcome of the transaction that refers to the object is unknown, it may have removed this record.
            if records.view().contains(&staged).unwrap_or(false) {
                records.remove(&staged);
                records.put(&unused, Vec::new());
            }
        });
        sweeper.start_after(marked);
    }
}

/// Removes the record of a staged object, to which the same transaction refers.
pub(super) fn unstage(
    records: &mut Transaction<'_>,
    object: &StoredObject,
) -> Result<(), StoreError> {
    let staged = Key::staged(&object.name);
    // Another process has removed the object, because it did not find this process running.
    if !records.view().contains(&staged)? {
        return Err(StoreError::RemovedObject(object.name.clone()));
    }
    records.remove(&staged);
    Ok(())
}

/// Returns the content, or `None` if it is empty.
pub(super) async fn non_empty(content: ContentStream<'_>) -> Option<ContentStream<'_>> {
    let mut content = content.try_filter(|bytes| future::ready(!bytes.is_empty()));
    let first = content.next().await?;
    Some(stream::iter([first]).chain(content).boxed())
}

impl Repositories {
    /// Writes an object. `before` is the state of the SHA-256 digest before it.
    ///
    /// Tasks own what they write. If this future is dropped, they end in their own time, and only then the sweeper removes the object.
    pub(super) async fn write_object(
        &self,
        before: &Sha256State,
        content: ContentStream<'_>,
    ) -> Result<StagedObject, RepositoryError> {
        let guard = run_to_end(self.clone().stage()).await?;
        let (sender, pieces) = mpsc::channel(1);
        let writer = self.store.objects().writer(&guard.name);
        let written = run_to_end(write(writer, pieces, guard));
        let sent = send(content, before.resume(), sender);
        let (hasher, written) = future::join(sent, written).await;
        let (object, guard) = written?;
        Ok(StagedObject {
            object,
            sha256: Sha256State::of(&hasher),
            guard,
        })
    }

    /// Records that an object is being written, so that it is removed if no record refers to it in the end.
    async fn stage(self) -> Result<Guard, RepositoryError> {
        let name = self.store.unique_name().await?;
        let (key, store) = (Key::staged(&name), self.store.clone());
        let guard = Guard {
            name,
            repositories: Some(self),
        };
        let staged = store.transact(move |records| {
            records.put(&key, Vec::new());
            Ok::<_, RepositoryError>(())
        });
        staged.await?;
        Ok(guard)
    }
}

/// Runs a future to its end in a task, even if the returned future is dropped. Without a runtime, it runs in place: a scheduler of a test drops
/// no future.
async fn run_to_end<T: Send + 'static>(
    future: impl Future<Output = Result<T, RepositoryError>> + Send + 'static,
) -> Result<T, RepositoryError> {
    match Handle::try_current() {
        Ok(runtime) => {
            let ended = runtime.spawn(future).await;
            ended.map_err(|error| StoreError::from(io::Error::other(error)))?
        }
        Err(_) => future.await,
    }
}

/// A message to the task that writes an object. If the sender is dropped before the end, the client has stopped early.
enum Piece {
    Bytes(Bytes),
    End,
}

/// Sends the content, and returns the state of the digest after it.
async fn send(
    mut content: ContentStream<'_>,
    mut hasher: Sha256,
    sender: mpsc::Sender<Piece>,
) -> Sha256 {
    while let Some(bytes) = content.next().await {
        let Ok(bytes) = bytes else {
            return hasher;
        };
        hasher.update(&bytes);
        if sender.send(Piece::Bytes(bytes)).await.is_err() {
            // The result of the task has the reason.
            return hasher;
        }
    }
    let _ = sender.send(Piece::End).await;
    hasher
}

/// Writes an object, or removes what was written if that fails. Only then the guard is dropped.
async fn write(
    mut writer: ObjectWriter,
    pieces: mpsc::Receiver<Piece>,
    guard: Guard,
) -> Result<(StoredObject, Guard), RepositoryError> {
    if let Err(error) = receive(&mut writer, pieces).await {
        writer.abort().await;
        return Err(error);
    }
    Ok((writer.finish().await?, guard))
}

async fn receive(
    writer: &mut ObjectWriter,
    mut pieces: mpsc::Receiver<Piece>,
) -> Result<(), RepositoryError> {
    loop {
        match pieces.recv().await {
            Some(Piece::Bytes(bytes)) => writer.write(bytes).await?,
            Some(Piece::End) => return Ok(()),
            None => return Err(RepositoryError::BrokenContent),
        }
    }
}
