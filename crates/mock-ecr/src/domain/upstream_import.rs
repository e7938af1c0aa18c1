//! Imports images of upstream registries into the repositories of a pull-through cache.
//!
//! The layers of an image are stored before. One transaction then creates the repository, if necessary, and adds the layers, the images and
//! the tag, so that requests find the complete image or nothing.

use crate::config::CreationCause;
use crate::domain::cache::{Cache, ImportTarget, is_wanted, record_of};
use crate::domain::created::Created;
use crate::domain::creation::{Creation, WithoutTemplate};
use crate::domain::error::RepositoryError;
use crate::domain::hasher::Sha256State;
use crate::domain::new_layer::{ExpectedDigest, NewLayer};
use crate::domain::put_image::{NewImage, Push};
use crate::domain::rejection::Rules;
use crate::domain::repositories::Repositories;
use crate::domain::staged_object::{ContentStream, non_empty};
use crate::store::{Generation, StoreError, Transaction};
use crate::types::timestamp::Timestamp;
use crate::types::{Digest, RepositoryId};

/// Images of an upstream registry.
pub(crate) struct UpstreamImages {
    /// An image follows the images that it lists.
    pub(crate) images: Vec<UpstreamImage>,
    pub(crate) layers: Vec<StagedLayer>,
    pub(crate) target: ImportTarget,
}

/// An image of an upstream registry, whose manifest is valid.
pub(crate) struct UpstreamImage {
    push: Push,
    /// The digest by which it was fetched. `None` if it was fetched by its tag.
    pub(crate) digest: Option<Digest>,
    /// Whether it is imported because an index lists it.
    pub(crate) is_listed: bool,
}

/// Whether the transaction of an import has added what was fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Imported {
    Yes,
    /// The repository has an image of the tag already.
    Existing,
    /// The rule or the repository does not exist any more.
    Obsolete,
}

/// A layer that is stored, but to which no repository refers yet. If it is dropped, the sweeper removes it.
pub(crate) struct StagedLayer {
    layer: NewLayer,
    insert: Insertion,
}

/// The part of a transaction that adds a layer to a repository.
type Insertion =
    Box<dyn Fn(&mut Transaction<'_>, &Generation) -> Result<Created, StoreError> + Send + Sync>;

impl Repositories {
    /// Stores a layer, to which no repository refers.
    ///
    /// # Errors
    ///
    /// Returns an error, and stores nothing, if the content ends early or has another digest.
    pub(crate) async fn stage_layer(
        &self,
        digest: &Digest,
        content: ContentStream<'_>,
    ) -> Result<StagedLayer, RepositoryError> {
        let empty = Sha256State::initial();
        let object = match non_empty(content).await {
            Some(content) => Some(self.write_object(&empty, content).await?),
            None => None,
        };
        let layer = NewLayer::new(Vec::new(), empty, object);
        let expected = ExpectedDigest::Exactly(digest);
        let (insert, _) = self.insertion(&layer, expected).await?;
        let insert = Box::new(insert);
        Ok(StagedLayer { layer, insert })
    }

    /// Checks the manifest of an image of an upstream registry. The rules of ECR for pushes do not apply. `[ASSUME]`
    pub(crate) fn checked_upstream(
        &self,
        id: &RepositoryId,
        new: NewImage,
        is_listed: bool,
        now: Timestamp,
    ) -> Result<UpstreamImage, RepositoryError> {
        let digest = new.digest.clone();
        let unrestricted = self.with_rules(Rules::NONE);
        Ok(UpstreamImage {
            push: unrestricted.checked_push(id, new, now)?,
            digest,
            is_listed,
        })
    }

    /// Adds images of an upstream registry to a repository, which is created by the template that applies or with the default settings.
    ///
    /// `now` is the time at which the import began. If a client or another import has set the tag since then, or if the cache does not exist any more,
    /// nothing is added.
    pub(crate) async fn import_upstream(
        &self,
        id: &RepositoryId,
        cache: Cache,
        upstream: UpstreamImages,
        now: Timestamp,
    ) -> Result<Imported, RepositoryError> {
        let creation = self.cache_creation(id, now).await?;
        let UpstreamImages {
            images,
            layers,
            target,
        } = upstream;
        let (layers, inserts): (Vec<_>, Vec<_>) = layers
            .into_iter()
            .map(|one| (one.layer, one.insert))
            .unzip();
        let imported = self.sweeper.transact(move |records| {
            if !cache.is_current(records.view(), &creation.at)? {
                return Ok(Imported::Obsolete);
            }
            creation.run(records)?;
            let record = creation.at.find(records.view())?;
            if !is_wanted(records.view(), &record, &target, now)? {
                return Ok(Imported::Existing);
            }
            let generation = record.generation();
            for insert in &inserts {
                insert(records, &generation)?;
            }
            for UpstreamImage {
                push, is_listed, ..
            } in &images
            {
                let pushed = push.run(records)?;
                // The images of an index are replicated with it.
                if !is_listed {
                    push.replicate(records, &pushed)?;
                }
            }
            records.write(&record_of(&generation, &target), &now.as_millis());
            Ok::<_, RepositoryError>(Imported::Yes)
        });
        let imported = imported.await?;
        if imported == Imported::Yes {
            for layer in layers {
                layer.keep();
            }
            self.replicate_at_once(now).await;
        }
        Ok(imported)
    }

    /// Adds a layer to a repository that exists. If the cache does not exist any more, or if no image has the layer, nothing is added.
    pub(crate) async fn import_layer(
        &self,
        id: &RepositoryId,
        cache: Cache,
        digest: &Digest,
        staged: StagedLayer,
    ) -> Result<Imported, RepositoryError> {
        let (at, digest) = (self.lookup(id), digest.clone());
        let StagedLayer { layer, insert } = staged;
        let imported = self.sweeper.transact(move |records| {
            let generation = at.generation(records.view())?;
            let is_unused = records.view().is_empty(&generation.layer_images(&digest))?;
            if is_unused || !cache.is_current(records.view(), &at)? {
                return Ok(Imported::Obsolete);
            }
            insert(records, &generation)?;
            Ok::<_, RepositoryError>(Imported::Yes)
        });
        let imported = imported.await?;
        if imported == Imported::Yes {
            layer.keep();
        }
        Ok(imported)
    }

    async fn cache_creation(
        &self,
        id: &RepositoryId,
        now: Timestamp,
    ) -> Result<Creation, RepositoryError> {
        Ok(Creation {
            at: self.lookup(id),
            generation: Generation::new(self.store.unique_name().await?),
            cause: CreationCause::PullThroughCache,
            without: WithoutTemplate::Defaults,
            quotas: self.quotas,
            now,
        })
    }
}
