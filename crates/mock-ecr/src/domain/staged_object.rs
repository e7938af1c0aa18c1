//! Objects that are written before a record refers to them.

use bytes::Bytes;
use futures_util::stream::{self, BoxStream};
use futures_util::{StreamExt as _, TryStreamExt as _};
use sha2::Digest as _;

use crate::domain::error::RepositoryError;
use crate::domain::hasher::Sha256State;
use crate::domain::repositories::Repositories;
use crate::store::{Key, StoreError, StoredObject, Transaction};

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
    // Another process that took this one for ended has removed the object.
    if !records.view().contains(&staged)? {
        return Err(StoreError::MissingObject(object.name.clone()));
    }
    records.remove(&staged);
    Ok(())
}

/// Returns the content, or `None` if it is empty.
pub(super) async fn non_empty(content: ContentStream<'_>) -> Option<ContentStream<'_>> {
    let mut content = content.try_filter(|bytes| std::future::ready(!bytes.is_empty()));
    let first = content.next().await?;
    Some(stream::iter([first]).chain(content).boxed())
}

impl Repositories {
    /// Writes an object. `before` is the state of the SHA-256 digest before it.
    pub(super) async fn write_object(
        &self,
        before: &Sha256State,
        content: ContentStream<'_>,
    ) -> Result<StagedObject, RepositoryError> {
        let guard = self.stage().await?;
        let (object, sha256) = self.write_content(&guard.name, before, content).await?;
        Ok(StagedObject {
            object,
            sha256,
            guard,
        })
    }

    /// Records that an object is being written, so that it is removed if no record refers to it in the end.
    async fn stage(&self) -> Result<Guard, RepositoryError> {
        let name = self.store.unique_name().await?;
        let key = Key::staged(&name);
        let guard = Guard {
            name,
            repositories: Some(self.clone()),
        };
        let staged = self.store.transact(move |records| {
            records.put(&key, Vec::new());
            Ok::<_, RepositoryError>(())
        });
        staged.await?;
        Ok(guard)
    }

    /// Writes an object, and returns it and the state of the digest after it.
    async fn write_content(
        &self,
        name: &str,
        before: &Sha256State,
        mut content: ContentStream<'_>,
    ) -> Result<(StoredObject, Sha256State), RepositoryError> {
        let mut writer = self.store.objects().writer(name);
        let mut hasher = before.resume();
        let written = async {
            while let Some(bytes) = content.next().await {
                let bytes = bytes.map_err(|ContentError| RepositoryError::BrokenContent)?;
                hasher.update(&bytes);
                writer.write(bytes).await?;
            }
            Ok(())
        };
        if let Err(error) = written.await {
            writer.abort().await;
            return Err(error);
        }
        Ok((writer.finish().await?, Sha256State::of(&hasher)))
    }
}
