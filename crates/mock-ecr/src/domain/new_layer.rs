//! Layers that are pushed, before a record refers to them.

use futures_util::StreamExt as _;

use crate::domain::created::Created;
use crate::domain::error::RepositoryError;
use crate::domain::hasher::{Hasher, Sha256State, sha256_digest};
use crate::domain::layer_record::{self, LayerRecord};
use crate::domain::rejection::Rule;
use crate::domain::repositories::Repositories;
use crate::domain::staged_object::{ContentStream, StagedObject, non_empty, unstage};
use crate::store::{Generation, Key, StoreError, StoredObject, Transaction};
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

    /// Returns whether the layer has a part, but not as its last one, that is smaller than ECR permits. Source: the quota "Minimum layer part
    /// size" in the ECR User Guide.
    pub(super) fn has_small_part(&self) -> bool {
        let mut parts = self.record.objects.iter().rev().skip(1);
        parts.any(|part| part.size < SMALLEST_PART)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.record.size == 0
    }

    /// Returns the part of a transaction that adds the layer to a repository. It replaces the record of a lost layer.
    fn insertion(
        &self,
        digest: &Digest,
        lost: Option<LayerRecord>,
    ) -> impl Fn(&mut Transaction<'_>, &Generation) -> Result<Created, StoreError> + Send + use<>
    {
        let (record, digest) = (self.record.clone(), digest.clone());
        let last = self.last.as_ref().map(|last| last.object.clone());
        move |records, generation| {
            if let Some(last) = &last {
                unstage(records, last)?;
            }
            layer_record::insert(records, generation, &digest, &record, lost.as_ref())
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

const SMALLEST_PART: u64 = 5 << 20;

/// The digest that a layer must have.
#[derive(Clone, Copy, Debug)]
pub(super) enum ExpectedDigest<'a> {
    Exactly(&'a Digest),
    /// One of these SHA-256 digests, or any SHA-256 digest if there are none.
    OneOf(&'a [Digest]),
}

impl ExpectedDigest<'_> {
    fn algorithm(self) -> Algorithm {
        match self {
            ExpectedDigest::Exactly(digest) => digest.algorithm(),
            ExpectedDigest::OneOf(_) => Algorithm::Sha256,
        }
    }

    fn permits(self, actual: &Digest) -> bool {
        match self {
            ExpectedDigest::Exactly(digest) => digest == actual,
            ExpectedDigest::OneOf(digests) => digests.is_empty() || digests.contains(actual),
        }
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
        if layer.is_empty() && self.rules.have(Rule::EmptyLayer) {
            let (repository, upload) = (id.clone(), self.next_upload_id().await?);
            return Err(RepositoryError::EmptyUpload { repository, upload });
        }
        let (insert, _) = self
            .insertion(&layer, ExpectedDigest::Exactly(digest))
            .await?;
        let inserted = self.sweeper.transact(move |records| {
            let generation = at.generation(records.view())?;
            Ok(insert(records, &generation)?)
        });
        inserted.await?;
        layer.keep();
        Ok(())
    }

    /// Checks the digest of a layer. Returns the part of a transaction that adds it to a repository, and its digest.
    pub(super) async fn insertion(
        &self,
        layer: &NewLayer,
        expected: ExpectedDigest<'_>,
    ) -> Result<
        (
            impl Fn(&mut Transaction<'_>, &Generation) -> Result<Created, StoreError> + Send + use<>,
            Digest,
        ),
        RepositoryError,
    > {
        let digest = self.layer_digest(layer, expected.algorithm()).await?;
        if !expected.permits(&digest) {
            return Err(RepositoryError::LayerDigestMismatch { actual: digest });
        }
        let lost = self.lost_layer(&digest).await?;
        Ok((layer.insertion(&digest, lost), digest))
    }

    /// Returns the record of a stored layer, if one of its objects is missing: a bucket can have a rule that removes old objects.
    async fn lost_layer(&self, digest: &Digest) -> Result<Option<LayerRecord>, RepositoryError> {
        let key = Key::layer(digest);
        let stored = self.store.read(move |view| view.read(&key));
        let stored: Option<LayerRecord> = stored.await?;
        Ok(match stored {
            Some(layer) if !self.store.objects().have_all(&layer.objects).await? => Some(layer),
            _ => None,
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
