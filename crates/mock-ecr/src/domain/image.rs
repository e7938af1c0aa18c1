//! Reads and deletes images and the tags that name them.

use crate::domain::error::RepositoryError;
use crate::domain::image_record::{
    Image, ListedImage, image_of, remove_image, remove_tag, remove_unlisted, tags_in,
};
use crate::domain::replication::{ReplicatedDeletions, Replication};
use crate::domain::repositories::Repositories;
use crate::domain::repository::Lookup;
use crate::store::{Generation, Snapshot, Transaction};
use crate::types::timestamp::Timestamp;
use crate::types::{Digest, Reference, RepositoryId, Tag};

/// Whether an image that an index lists can be deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ListedImages {
    Rejected,
    Removed,
}

impl Repositories {
    pub(crate) async fn image(
        &self,
        id: &RepositoryId,
        reference: &Reference,
    ) -> Result<Image, RepositoryError> {
        let (at, reference) = (self.lookup(id), reference.clone());
        self.store
            .read(move |view| {
                let Some(record) = at.existing(view)? else {
                    return Err(at.image_not_found(reference.clone()));
                };
                let generation = record.generation();
                let digest = at.resolve(view, &generation, &reference)?;
                let manifest = view.get(&generation.manifest(&digest))?;
                match (image_of(view, &generation, &digest)?, manifest) {
                    (Some(ListedImage { digest, metadata }), Some(manifest)) => Ok(Image {
                        digest,
                        metadata,
                        manifest,
                    }),
                    _ => Err(at.image_not_found(reference.clone())),
                }
            })
            .await
    }

    /// Removes an image and all its tags. Returns the tags.
    ///
    /// # Errors
    ///
    /// Returns an error if the image does not exist, or if an index lists it and `listed` does not permit this.
    pub(crate) async fn delete_image(
        &self,
        id: &RepositoryId,
        digest: &Digest,
        listed: ListedImages,
        now: Timestamp,
    ) -> Result<Vec<Tag>, RepositoryError> {
        let (at, replication, digest) = (self.lookup(id), self.replication(), digest.clone());
        let deleted = self.store.transact(move |records| {
            let deletion = Deletion::begin(records.view(), &at, &replication, now)?;
            let image = image_of(records.view(), &deletion.generation, &digest)?;
            let reference = Reference::Digest(digest.clone());
            let image = image.ok_or_else(|| at.image_not_found(reference))?;
            deletion.remove_image(records, &image, listed)
        });
        let deleted = deleted.await?;
        self.replicate_at_once(now).await;
        Ok(deleted)
    }

    /// Removes a tag, and its image if the image has no other tag.
    ///
    /// # Errors
    ///
    /// Returns an error if the tag does not exist, or if an index lists the image and `listed` does not permit this.
    pub(crate) async fn delete_last_tag(
        &self,
        id: &RepositoryId,
        tag: &Tag,
        listed: ListedImages,
        now: Timestamp,
    ) -> Result<(), RepositoryError> {
        let (at, replication, tag) = (self.lookup(id), self.replication(), tag.clone());
        let deleted = self.store.transact(move |records| {
            let deletion = Deletion::begin(records.view(), &at, &replication, now)?;
            let generation = &deletion.generation;
            let reference = Reference::Tag(tag.clone());
            let digest = at.resolve(records.view(), generation, &reference)?;
            if tags_in(records.view(), generation, &digest, None, 2)?.len() > 1 {
                deletion.remove_tag(records, &digest, &tag);
                return Ok(());
            }
            let image = image_of(records.view(), generation, &digest)?;
            let image = image.ok_or_else(|| at.image_not_found(reference))?;
            deletion.remove_image(records, &image, listed).map(drop)
        });
        deleted.await?;
        self.replicate_at_once(now).await;
        Ok(())
    }

    /// Removes a tag, but not its image. Returns the digest of the image.
    pub(crate) async fn delete_tag(
        &self,
        id: &RepositoryId,
        tag: &Tag,
        now: Timestamp,
    ) -> Result<Digest, RepositoryError> {
        let (at, replication, tag) = (self.lookup(id), self.replication(), tag.clone());
        let deleted = self.store.transact(move |records| {
            let deletion = Deletion::begin(records.view(), &at, &replication, now)?;
            let reference = Reference::Tag(tag.clone());
            let digest = at.resolve(records.view(), &deletion.generation, &reference)?;
            deletion.remove_tag(records, &digest, &tag);
            Ok::<_, RepositoryError>(digest)
        });
        let digest = deleted.await?;
        self.replicate_at_once(now).await;
        Ok(digest)
    }
}

/// A deletion of images and tags of a repository in a transaction. It can be replicated.
pub(super) struct Deletion {
    pub(super) generation: Generation,
    replicated: ReplicatedDeletions,
}

impl Deletion {
    pub(super) fn begin(
        view: &dyn Snapshot,
        at: &Lookup,
        replication: &Replication,
        now: Timestamp,
    ) -> Result<Self, RepositoryError> {
        let generation = at.generation(view)?;
        Ok(Deletion {
            replicated: replication.deletions(view, &generation, now)?,
            generation,
        })
    }

    pub(super) fn remove_tag(&self, records: &mut Transaction<'_>, image: &Digest, tag: &Tag) {
        remove_tag(records, &self.generation, image, tag);
        self.replicated.tag_deleted(records, image, tag);
    }

    /// Removes an image, and returns its tags.
    pub(super) fn remove_image(
        &self,
        records: &mut Transaction<'_>,
        image: &ListedImage,
        listed: ListedImages,
    ) -> Result<Vec<Tag>, RepositoryError> {
        let (generation, digest) = (&self.generation, &image.digest);
        let tags = match listed {
            ListedImages::Rejected => remove_unlisted(records, generation, digest)?,
            ListedImages::Removed => remove_image(records, generation, digest)?,
        };
        self.replicated.image_deleted(records, image);
        Ok(tags)
    }
}
