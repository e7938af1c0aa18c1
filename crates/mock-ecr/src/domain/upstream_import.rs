//! Imports images of upstream registries into the repositories of a pull-through cache.
//!
//! The layers of an image are stored before. One transaction then creates the repository, if necessary, and adds the layers, the images and
//! the tag, so that requests find the complete image or nothing.

use std::time::Duration;

use crate::domain::created::Created;
use crate::domain::creation::{Creation, WithoutTemplate};
use crate::domain::creation_template::CreationCause;
use crate::domain::error::RepositoryError;
use crate::domain::hasher::Sha256State;
use crate::domain::image_record::digest_of_tag;
use crate::domain::mutability::TagRule;
use crate::domain::new_layer::{ExpectedDigest, NewLayer};
use crate::domain::put_image::{NewImage, Push};
use crate::domain::rejection::Rules;
use crate::domain::repositories::Repositories;
use crate::domain::staged_object::{ContentStream, non_empty};
use crate::store::{Generation, Snapshot, StoreError, Transaction};
use crate::types::timestamp::Timestamp;
use crate::types::{Digest, RepositoryId, Tag};

/// An image of an upstream registry.
pub(crate) struct UpstreamImages {
    /// The image, after the images that it lists.
    pub(crate) images: Vec<NewImage>,
    pub(crate) layers: Vec<StagedLayer>,
    /// The tag of the image.
    pub(crate) tag: Tag,
}

/// A layer that is stored, but to which no repository refers yet. If it is dropped, the sweeper removes it.
pub(crate) struct StagedLayer {
    layer: NewLayer,
    insert: Insertion,
}

/// The part of a transaction that adds a layer to a repository.
type Insertion =
    Box<dyn Fn(&mut Transaction<'_>, &Generation) -> Result<Created, StoreError> + Send + Sync>;

/// Whether a repository has the image of a tag, and whether it is current.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CacheState {
    NoRepository,
    NoImage,
    /// The upstream registry is not requested: the image was pushed, the tag is immutable, or the last request is recent.
    Current,
    /// The upstream registry can have another image by now.
    Stale,
}

/// The time after which an upstream registry is requested again. Source: "Pull through cache" in the user guide of Amazon ECR.
const REFRESH_INTERVAL: Duration = Duration::from_secs(24 * 3600);

impl Repositories {
    /// Returns the state of a tag in a pull-through cache.
    pub(crate) async fn cache_state(
        &self,
        id: &RepositoryId,
        tag: &Tag,
        now: Timestamp,
    ) -> Result<CacheState, RepositoryError> {
        let (this, id, tag) = (self.clone(), id.clone(), tag.clone());
        self.store
            .read(move |view| this.cache_state_in(view, &id, &tag, now))
            .await
    }

    fn cache_state_in(
        &self,
        view: &dyn Snapshot,
        id: &RepositoryId,
        tag: &Tag,
        now: Timestamp,
    ) -> Result<CacheState, RepositoryError> {
        let Some(record) = self.lookup(id).existing(view)? else {
            return Ok(CacheState::NoRepository);
        };
        let generation = record.generation();
        if digest_of_tag(view, &generation, tag)?.is_none() {
            return Ok(CacheState::NoImage);
        }
        let requested: Option<i64> = view.read(&generation.cached_tag(tag))?;
        let is_due = requested
            .is_some_and(|millis| now >= Timestamp::from_millis(millis) + REFRESH_INTERVAL);
        let is_mutable = record.settings.mutability.rule_of(tag) == TagRule::Mutable;
        Ok(match is_due && is_mutable {
            true => CacheState::Stale,
            false => CacheState::Current,
        })
    }

    /// Records that the upstream registry is requested for the image of a tag now, whether or not this succeeds. Returns whether the tag was
    /// stale: if several clients pull it at the same time, one of them refreshes it.
    pub(crate) async fn claim_refresh(
        &self,
        id: &RepositoryId,
        tag: &Tag,
        now: Timestamp,
    ) -> Result<bool, RepositoryError> {
        let (this, id, tag) = (self.clone(), id.clone(), tag.clone());
        let claimed = self.store.transact(move |records| {
            let state = this.cache_state_in(records.view(), &id, &tag, now)?;
            if state != CacheState::Stale {
                return Ok(false);
            }
            let generation = this.lookup(&id).generation(records.view())?;
            records.write(&generation.cached_tag(&tag), &now.as_millis());
            Ok(true)
        });
        claimed.await
    }

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

    /// Adds an image of an upstream registry to a repository, which is created by the template that applies or with the default settings. The
    /// rules of ECR for pushes do not apply. `[ASSUME]`
    ///
    /// If a client has pushed the tag since the import began, nothing is added.
    pub(crate) async fn import_upstream(
        &self,
        id: &RepositoryId,
        upstream: UpstreamImages,
        now: Timestamp,
    ) -> Result<(), RepositoryError> {
        let creation = self.cache_creation(id, now).await?;
        let UpstreamImages {
            images,
            layers,
            tag,
        } = upstream;
        let unrestricted = self.with_rules(Rules::NONE);
        let pushes = images
            .into_iter()
            .map(|one| unrestricted.checked_push(id, one, now));
        let pushes: Vec<Push> = pushes.collect::<Result<_, _>>()?;
        let (layers, inserts): (Vec<_>, Vec<_>) = layers
            .into_iter()
            .map(|one| (one.layer, one.insert))
            .unzip();
        let imported = self.sweeper.transact(move |records| {
            creation.run(records)?;
            let generation = creation.at.generation(records.view())?;
            if is_pushed(records.view(), &generation, &tag)? {
                return Ok(Imported::No);
            }
            for insert in &inserts {
                insert(records, &generation)?;
            }
            for push in &pushes {
                let pushed = push.run(records)?;
                // The images of an index are replicated with it.
                if push.has_tag() {
                    push.replicate(records, &pushed)?;
                }
            }
            records.write(&generation.cached_tag(&tag), &now.as_millis());
            Ok::<_, RepositoryError>(Imported::Yes)
        });
        if imported.await? == Imported::Yes {
            for layer in layers {
                layer.keep();
            }
            self.replicate_at_once(now).await;
        }
        Ok(())
    }

    /// Adds a layer to a repository that exists.
    pub(crate) async fn import_layer(
        &self,
        id: &RepositoryId,
        staged: StagedLayer,
    ) -> Result<(), RepositoryError> {
        let (at, StagedLayer { layer, insert }) = (self.lookup(id), staged);
        let imported = self.sweeper.transact(move |records| {
            let generation = at.generation(records.view())?;
            insert(records, &generation)?;
            Ok::<_, RepositoryError>(())
        });
        imported.await?;
        layer.keep();
        Ok(())
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

/// Whether the transaction of an import has added the image.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Imported {
    Yes,
    No,
}

/// Returns whether a client has pushed the image of a tag.
fn is_pushed(
    view: &dyn Snapshot,
    generation: &Generation,
    tag: &Tag,
) -> Result<bool, RepositoryError> {
    let exists = digest_of_tag(view, generation, tag)?.is_some();
    Ok(exists && !view.contains(&generation.cached_tag(tag))?)
}
