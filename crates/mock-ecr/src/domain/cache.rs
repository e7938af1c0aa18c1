//! Pull-through caches: what an import from an upstream registry is for, and whether it is needed.

use std::time::Duration;

use crate::domain::error::RepositoryError;
use crate::domain::image_record::{digest_of_tag, name_digest};
use crate::domain::manifest::Manifest;
use crate::domain::mutability::TagRule;
use crate::domain::pull_through_record::PullThroughRule;
use crate::domain::pull_through_rule::rule_for;
use crate::domain::repositories::Repositories;
use crate::domain::repository::{Lookup, RepositoryRecord};
use crate::store::{Generation, Key, Snapshot};
use crate::types::timestamp::Timestamp;
use crate::types::{Digest, RepositoryId, Tag};

/// A repository to which a pull-through cache rule applies, when an import begins.
#[derive(Clone, Debug)]
pub(crate) struct Cache {
    pub(crate) rule: PullThroughRule,
    /// The content of the repository, if it exists.
    generation: Option<Generation>,
}

/// What an import is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ImportTarget {
    Tag(Tag),
    /// The images that name this one as their subject.
    Referrers(Digest),
}

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

/// The time after which the upstream registry is requested again for the referrers of an image. Source: "Pull through cache" in the user guide of
/// Amazon ECR.
const REFERRERS_INTERVAL: Duration = Duration::from_secs(6 * 3600);

impl Cache {
    /// Returns whether an import can still change the repository: not if its rule or the repository was deleted since, also if it was created again,
    /// or if the mock was reset.
    pub(super) fn is_current(
        &self,
        view: &dyn Snapshot,
        at: &Lookup,
    ) -> Result<bool, RepositoryError> {
        let rule = rule_for(view, &at.id.registry, &at.id.name)?;
        if !rule.is_some_and(|rule| rule.is_same(&self.rule)) {
            return Ok(false);
        }
        let generation = at.existing(view)?.map(|record| record.generation());
        Ok(self.generation.is_none() || generation == self.generation)
    }
}

impl Repositories {
    /// Returns the cache that a repository belongs to, and the state of a tag. `None` if no rule applies.
    pub(crate) async fn cache_of_tag(
        &self,
        id: &RepositoryId,
        tag: &Tag,
        now: Timestamp,
    ) -> Result<Option<(Cache, CacheState)>, RepositoryError> {
        let (at, tag) = (self.lookup(id), tag.clone());
        self.store
            .read(move |view| {
                let record = at.existing(view)?;
                let Some(cache) = cache_in(view, &at, record.as_ref())? else {
                    return Ok(None);
                };
                let state = state_of(view, record.as_ref(), &tag, now)?;
                Ok(Some((cache, state)))
            })
            .await
    }

    /// Returns the cache that a repository belongs to, and the size of a layer, as the manifest of an image of the repository states it. `None` if no
    /// rule applies, or if no image has the layer.
    pub(crate) async fn cache_of_layer(
        &self,
        id: &RepositoryId,
        digest: &Digest,
    ) -> Result<Option<(Cache, u64)>, RepositoryError> {
        let (at, digest) = (self.lookup(id), digest.clone());
        self.store
            .read(move |view| {
                let record = at.find(view)?;
                let Some(cache) = cache_in(view, &at, Some(&record))? else {
                    return Ok(None);
                };
                let size = stated_size(view, &record.generation(), &digest)?;
                Ok(size.map(|size| (cache, size)))
            })
            .await
    }

    /// Returns the cache that a repository belongs to, if the upstream registry is to be requested for the referrers of one of its images.
    pub(crate) async fn cache_of_referrers(
        &self,
        id: &RepositoryId,
        subject: &Digest,
        now: Timestamp,
    ) -> Result<Option<Cache>, RepositoryError> {
        let (at, subject) = (self.lookup(id), subject.clone());
        self.store
            .read(move |view| {
                let Some(record) = at.existing(view)? else {
                    return Ok(None);
                };
                let generation = record.generation();
                let requested: Option<i64> = view.read(&generation.cached_referrers(&subject))?;
                let is_due = requested.is_none_or(|millis| {
                    now >= Timestamp::from_millis(millis) + REFERRERS_INTERVAL
                });
                match is_due && view.contains(&generation.image(&subject))? {
                    true => cache_in(view, &at, Some(&record)),
                    false => Ok(None),
                }
            })
            .await
    }

    /// Returns those of the images that a repository does not have.
    pub(crate) async fn missing_images(
        &self,
        id: &RepositoryId,
        mut digests: Vec<Digest>,
    ) -> Result<Vec<Digest>, RepositoryError> {
        let at = self.lookup(id);
        self.store
            .read(move |view| {
                let generation = at.generation(view)?;
                let mut missing = Vec::new();
                for digest in digests.drain(..) {
                    if !view.contains(&generation.image(&digest))? {
                        missing.push(digest);
                    }
                }
                Ok(missing)
            })
            .await
    }

    /// Records that the upstream registry is requested for the image of a tag now, whether or not this succeeds. Returns whether the tag was
    /// stale: if several clients pull it at the same time, one of them refreshes it.
    pub(crate) async fn claim_refresh(
        &self,
        id: &RepositoryId,
        tag: &Tag,
        now: Timestamp,
    ) -> Result<bool, RepositoryError> {
        let (at, tag) = (self.lookup(id), tag.clone());
        let claimed = self.store.transact(move |records| {
            let record = at.existing(records.view())?;
            let state = state_of(records.view(), record.as_ref(), &tag, now)?;
            if let (Some(record), CacheState::Stale) = (record, state) {
                records.write(&record.generation().cached_tag(&tag), &now.as_millis());
                return Ok(true);
            }
            Ok(false)
        });
        claimed.await
    }
}

fn cache_in(
    view: &dyn Snapshot,
    at: &Lookup,
    record: Option<&RepositoryRecord>,
) -> Result<Option<Cache>, RepositoryError> {
    let rule = rule_for(view, &at.id.registry, &at.id.name)?;
    Ok(rule.map(|rule| Cache {
        rule,
        generation: record.map(RepositoryRecord::generation),
    }))
}

fn state_of(
    view: &dyn Snapshot,
    record: Option<&RepositoryRecord>,
    tag: &Tag,
    now: Timestamp,
) -> Result<CacheState, RepositoryError> {
    let Some(record) = record else {
        return Ok(CacheState::NoRepository);
    };
    let generation = record.generation();
    if digest_of_tag(view, &generation, tag)?.is_none() {
        return Ok(CacheState::NoImage);
    }
    let requested: Option<i64> = view.read(&generation.cached_tag(tag))?;
    let is_due =
        requested.is_some_and(|millis| now >= Timestamp::from_millis(millis) + REFRESH_INTERVAL);
    let is_mutable = record.settings.mutability.rule_of(tag) == TagRule::Mutable;
    Ok(match is_due && is_mutable {
        true => CacheState::Stale,
        false => CacheState::Current,
    })
}

/// Returns the record with the time at which the upstream registry was last requested.
pub(super) fn record_of(generation: &Generation, target: &ImportTarget) -> Key {
    match target {
        ImportTarget::Tag(tag) => generation.cached_tag(tag),
        ImportTarget::Referrers(subject) => generation.cached_referrers(subject),
    }
}

/// Returns whether an import that has begun at a time adds its images. It sets a tag unless the tag exists by now and is not the one that the import
/// refreshes: a client can have pushed it, another import can have set it, and it can have become immutable. The subject of referrers must exist.
pub(super) fn is_wanted(
    view: &dyn Snapshot,
    record: &RepositoryRecord,
    target: &ImportTarget,
    began: Timestamp,
) -> Result<bool, RepositoryError> {
    let generation = record.generation();
    let tag = match target {
        ImportTarget::Tag(tag) => tag,
        ImportTarget::Referrers(subject) => return Ok(view.contains(&generation.image(subject))?),
    };
    if digest_of_tag(view, &generation, tag)?.is_none() {
        return Ok(true);
    }
    let requested: Option<i64> = view.read(&generation.cached_tag(tag))?;
    let is_mutable = record.settings.mutability.rule_of(tag) == TagRule::Mutable;
    Ok(is_mutable && requested == Some(began.as_millis()))
}

fn stated_size(
    view: &dyn Snapshot,
    generation: &Generation,
    layer: &Digest,
) -> Result<Option<u64>, RepositoryError> {
    let images = view.keys(&generation.layer_images(layer), None, 1)?;
    let Some(image) = images.first() else {
        return Ok(None);
    };
    let manifest = view.get(&generation.manifest(&name_digest(image)?))?;
    let manifest = Manifest::parse(&manifest.unwrap_or_default()).unwrap_or_default();
    let mut sizes = manifest.layer_sizes();
    Ok(sizes
        .find(|(digest, _)| *digest == layer)
        .map(|(_, size)| size))
}
