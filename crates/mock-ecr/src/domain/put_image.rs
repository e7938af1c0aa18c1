//! Pushes images.

use std::collections::BTreeSet;

use bytes::Bytes;

use crate::config::Quotas;
use crate::domain::activation::Activation;
use crate::domain::created::Created;
use crate::domain::error::RepositoryError;
use crate::domain::hasher::digest_of;
use crate::domain::image_record::{
    Image, ListedImage, Metadata, digest_of_tag, image_of, insert_image, move_tag,
};
use crate::domain::manifest::Manifest;
use crate::domain::manifest_rules::check_manifest;
use crate::domain::mutability::TagRule;
use crate::domain::quota;
use crate::domain::repositories::Repositories;
use crate::domain::repository::{Lookup, RepositoryRecord};
use crate::store::{Generation, Key, Snapshot, StoreError, Transaction};
use crate::types::timestamp::Timestamp;
use crate::types::{Algorithm, Digest, RepositoryId, Tag};

/// An image to push.
#[derive(Clone, Debug)]
pub(crate) struct NewImage {
    pub(crate) manifest: Bytes,
    /// The media type that the request states.
    pub(crate) media_type: Option<String>,
    /// The digest that the manifest must have.
    pub(crate) digest: Option<Digest>,
    pub(crate) tag: Option<Tag>,
}

/// The result of a push.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pushed {
    pub(crate) image: Image,
    /// Whether the push has stored or restored the image, or changed the tag.
    pub(crate) created: Created,
}

impl Repositories {
    /// Pushes an image. A push of an image that is archived or being restored makes it active at once. Its layers must exist in the repository,
    /// and, if it is an index, its images. Logs why a manifest is invalid: most of the errors of ECR do not contain the reason.
    pub(crate) async fn put_image(
        &self,
        id: &RepositoryId,
        new: NewImage,
        now: Timestamp,
    ) -> Result<Pushed, RepositoryError> {
        let push = self.checked_push(id, new, now);
        let push = push.inspect_err(|error| {
            if let RepositoryError::InvalidManifest(reason) = error {
                let reason = reason.to_string();
                tracing::warn!(repository = %id, ?reason, "a manifest was rejected");
            }
        })?;
        let pushed = self.store.transact(move |records| {
            let pushed = push.run(records)?;
            push.replicate(records, &pushed)?;
            Ok::<_, RepositoryError>(pushed)
        });
        let pushed = pushed.await?;
        self.replicate_at_once(now).await;
        Ok(pushed)
    }

    pub(super) fn checked_push(
        &self,
        id: &RepositoryId,
        new: NewImage,
        now: Timestamp,
    ) -> Result<Push, RepositoryError> {
        let at = self.lookup(id);
        let manifest = Manifest::parse(&new.manifest).map_err(RepositoryError::InvalidManifest)?;
        let digest = verified_digest(id, &new)?;
        let sent_as = new.media_type.as_deref();
        let metadata = Metadata::of(&manifest, &new.manifest, sent_as, now)?;
        let (bytes, media_type) = (&new.manifest, &metadata.media_type);
        check_manifest(self.rules, &manifest, bytes, media_type, sent_as)
            .map_err(RepositoryError::InvalidManifest)?;
        Ok(Push {
            at,
            quotas: self.quotas,
            activation: self.activation(),
            manifest,
            tag: new.tag,
            now,
            image: Image {
                digest,
                metadata,
                manifest: new.manifest,
            },
        })
    }
}

/// The push of an image.
pub(super) struct Push {
    at: Lookup,
    quotas: Quotas,
    activation: Activation,
    manifest: Manifest,
    tag: Option<Tag>,
    image: Image,
    now: Timestamp,
}

impl Push {
    pub(super) fn run(&self, records: &mut Transaction<'_>) -> Result<Pushed, RepositoryError> {
        let record = self.at.find(records.view())?;
        let generation = record.generation();
        self.require_parts(records.view(), &generation)?;
        let mut created = Created::Existing;
        if let Some(tag) = &self.tag {
            created = self.set_tag(records, &record, tag)?;
        }
        if let Some(image) = image_of(records.view(), &generation, &self.image.digest)? {
            return self.push_existing(records, &record, image, created);
        }
        quota::check_images(records.view(), &self.at.id, &generation, self.quotas)?;
        let mut image = self.image.clone();
        image.metadata.size = self.size(records.view(), &generation)?;
        insert_image(records, &generation, &self.manifest, &image);
        let stored = (&image.digest, &image.metadata);
        self.activation
            .begin(records, &self.at.id, &record, stored, self.now)?;
        Ok(Pushed {
            image,
            created: Created::New,
        })
    }

    /// Restores an image that the repository has, or begins its signatures if its tag has changed. That no scan starts then is `[ASSUME]`.
    fn push_existing(
        &self,
        records: &mut Transaction<'_>,
        repository: &RepositoryRecord,
        image: ListedImage,
        mut created: Created,
    ) -> Result<Pushed, RepositoryError> {
        let (id, now) = (&self.at.id, self.now);
        // The image keeps the time of its first push.
        let mut metadata = image.metadata.clone();
        if !metadata.status.is_active() {
            created = Created::New;
            let activation = &self.activation;
            metadata = activation.restore(records, id, repository, image, now)?;
        } else if created == Created::New {
            let signing = &self.activation.signing;
            let (generation, image) = (repository.generation(), (&image.digest, &metadata));
            signing.begin(records, id, &generation, image, now)?;
        }
        let image = Image {
            metadata,
            ..self.image.clone()
        };
        Ok(Pushed { image, created })
    }

    /// Returns the size of an image, or the largest size of the images of an index. Source: the documentation of `imageSizeInBytes` in the
    /// service model.
    fn size(&self, view: &dyn Snapshot, generation: &Generation) -> Result<u64, RepositoryError> {
        let listed = self.manifest.manifests.iter().map(|one| &one.digest);
        let listed: BTreeSet<&Digest> = listed.collect();
        let mut size = self.image.metadata.size;
        for digest in listed {
            let image = image_of(view, generation, digest)?;
            size = size.max(image.map_or(0, |image| image.metadata.size));
        }
        Ok(size)
    }

    fn require_parts(
        &self,
        view: &dyn Snapshot,
        generation: &Generation,
    ) -> Result<(), RepositoryError> {
        let repository = self.at.id.clone();
        let layers = self.manifest.required_layers();
        let layers = missing(view, layers, |digest| generation.layer(digest))?;
        if !layers.is_empty() {
            return Err(RepositoryError::MissingLayers { repository, layers });
        }
        let images = self.manifest.manifests.iter().map(|part| &part.digest);
        let images = missing(view, images, |digest| generation.image(digest))?;
        if !images.is_empty() {
            return Err(RepositoryError::ReferencedImagesNotFound { repository, images });
        }
        Ok(())
    }

    fn set_tag(
        &self,
        records: &mut Transaction<'_>,
        record: &RepositoryRecord,
        tag: &Tag,
    ) -> Result<Created, RepositoryError> {
        let (generation, digest) = (record.generation(), &self.image.digest);
        // A pull-through cache does not replace what a client has pushed.
        records.remove(&generation.cached_tag(tag));
        let current = digest_of_tag(records.view(), &generation, tag)?;
        if current.as_ref() == Some(digest) {
            return Ok(Created::Existing);
        }
        if current.is_some() && record.settings.mutability.rule_of(tag) == TagRule::Immutable {
            return Err(RepositoryError::TagAlreadyExists {
                repository: self.at.id.clone(),
                tag: tag.clone(),
            });
        }
        let listed = generation.image_tags(digest);
        quota::check_tags(records.view(), &self.at.id, &listed, tag, self.quotas)?;
        move_tag(records, &generation, tag, current.as_ref(), digest);
        Ok(Created::New)
    }

    /// Schedules the replication of an image if the push has stored or restored it or has changed its tag. `[ASSUME]`: a push that changes
    /// nothing is not replicated.
    pub(super) fn replicate(
        &self,
        records: &mut Transaction<'_>,
        pushed: &Pushed,
    ) -> Result<(), RepositoryError> {
        if pushed.created == Created::Existing {
            return Ok(());
        }
        let (id, generation) = (&self.at.id, self.at.generation(records.view())?);
        let (digest, tag) = (&pushed.image.digest, self.tag.as_ref());
        let replication = &self.activation.replication;
        replication.pushed(records, id, &generation, digest, tag, self.now)
    }
}

/// Returns the digests whose records do not exist, each once, in the given order.
fn missing<'a>(
    view: &dyn Snapshot,
    digests: impl Iterator<Item = &'a Digest>,
    key: impl Fn(&Digest) -> Key,
) -> Result<Vec<Digest>, StoreError> {
    let mut seen = BTreeSet::new();
    let digests: Vec<&Digest> = digests.filter(|digest| seen.insert(*digest)).collect();
    let existing = view.existing(digests.iter().map(|digest| key(digest)).collect())?;
    let missing = digests.into_iter();
    let missing = missing.filter(|digest| !existing.contains(&key(digest)));
    Ok(missing.cloned().collect())
}

fn verified_digest(id: &RepositoryId, new: &NewImage) -> Result<Digest, RepositoryError> {
    let algorithm = match &new.digest {
        Some(expected) => expected.algorithm(),
        None => Algorithm::Sha256,
    };
    let actual = digest_of(algorithm, &new.manifest);
    match &new.digest {
        Some(expected) if *expected != actual => Err(RepositoryError::DigestMismatch {
            repository: id.clone(),
            expected: expected.clone(),
            actual,
        }),
        _ => Ok(actual),
    }
}
