//! Layers that are pushed, before a record refers to them.

use futures_util::StreamExt as _;

use crate::domain::created::Created;
use crate::domain::error::RepositoryError;
use crate::domain::hasher::{Hasher, Sha256State, sha256_digest};
use crate::domain::layer_record::{self, LayerRecord};
use crate::domain::repositories::Repositories;
use crate::domain::staged_object::{ContentStream, StagedObject, non_empty, unstage};
use crate::store::{Generation, StoreError, StoredObject, Transaction};
use crate::types::{Algorithm, Digest, RepositoryId};

/// A layer to which no record refers yet.
pub(super) struct NewLayer {
    record: LayerRecord,
    /// The state of the SHA-256 digest after the layer.
    sha256: Sha256State,
    /// The last of its objects, if no record refers to it yet.
    last: Option<StagedObject>,
}

impl NewLayer {
    /// Returns the layer that consists of `objects`, after which the digest has this state, and of `last`.
    pub(super) fn new(
        mut objects: Vec<StoredObject>,
        sha256: Sha256State,
        last: Option<StagedObject>,
    ) -> Self {
        objects.extend(last.as_ref().map(|last| last.object.clone()));
        let size = objects.iter().map(|object| object.size).sum();
        let after_last = last.as_ref().map(|last| last.sha256.clone());
        NewLayer {
            record: LayerRecord { size, objects },
            sha256: after_last.unwrap_or(sha256),
            last,
        }
    }

    /// Returns the part of a transaction that adds the layer to a repository.
    pub(super) fn insertion(
        &self,
        digest: &Digest,
    ) -> impl Fn(&mut Transaction<'_>, &Generation) -> Result<Created, StoreError> + Send + use<>
    {
        let (record, digest) = (self.record.clone(), digest.clone());
        let last = self.last.as_ref().map(|last| last.object.clone());
        move |records, generation| {
            if let Some(last) = &last {
                unstage(records, last)?;
            }
            layer_record::insert(records, generation, &digest, &record)
        }
    }

    /// Keeps the objects, to which a record refers now. Returns the size of the layer in bytes.
    pub(super) fn keep(self) -> u64 {
        if let Some(last) = self.last {
            last.keep();
        }
        self.record.size
    }
}

impl Repositories {
    /// Stores a layer.
    ///
    /// # Errors
    ///
    /// Returns an error, and stores nothing, if the client stops early or if the digest differs.
    pub(crate) async fn put_layer(
        &self,
        id: &RepositoryId,
        digest: &Digest,
        content: ContentStream<'_>,
    ) -> Result<(), RepositoryError> {
        let at = self.lookup(id);
        let repository = at.clone();
        let found = self.store.read(move |view| repository.generation(view));
        found.await?;
        let empty = Sha256State::initial();
        let object = match non_empty(content).await {
            Some(content) => Some(self.write_object(&empty, content).await?),
            None => None,
        };
        let layer = NewLayer::new(Vec::new(), empty, object);
        self.require_digest(&layer, digest).await?;
        let insert = layer.insertion(digest);
        let inserted = self.sweeper.transact(move |records| {
            let generation = at.generation(records.view())?;
            Ok(insert(records, &generation)?)
        });
        inserted.await?;
        layer.keep();
        Ok(())
    }

    /// Checks the digest of a layer.
    pub(super) async fn require_digest(
        &self,
        layer: &NewLayer,
        expected: &Digest,
    ) -> Result<(), RepositoryError> {
        let actual = self.layer_digest(layer, expected.algorithm()).await?;
        if *expected == actual {
            return Ok(());
        }
        Err(RepositoryError::LayerDigestMismatch {
            expected: expected.clone(),
            actual,
        })
    }

    /// Returns the digest of a layer. For another algorithm than SHA-256, its objects are read again.
    async fn layer_digest(
        &self,
        layer: &NewLayer,
        algorithm: Algorithm,
    ) -> Result<Digest, RepositoryError> {
        if algorithm == Algorithm::Sha256 {
            return Ok(sha256_digest(layer.sha256.resume()));
        }
        let mut hasher = Hasher::new(algorithm);
        let LayerRecord { size, objects } = &layer.record;
        let mut bytes = self.store.objects().open(objects, 0..*size).await?;
        while let Some(bytes) = bytes.next().await {
            hasher.update(&bytes?);
        }
        Ok(hasher.finish())
    }
}
