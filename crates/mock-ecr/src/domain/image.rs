//! Reads and deletes images and the tags that name them.

use crate::domain::error::RepositoryError;
use crate::domain::image_record::{
    Image, ListedImage, image_of, remove_image, remove_tag, remove_unlisted, tags_in,
};
use crate::domain::repositories::Repositories;
use crate::store::{Generation, Transaction};
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
    ) -> Result<Vec<Tag>, RepositoryError> {
        let (at, digest) = (self.lookup(id), digest.clone());
        self.store
            .transact(move |records| {
                let generation = at.generation(records.view())?;
                if image_of(records.view(), &generation, &digest)?.is_none() {
                    return Err(at.image_not_found(Reference::Digest(digest.clone())));
                }
                listed.remove(records, &generation, &digest)
            })
            .await
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
    ) -> Result<(), RepositoryError> {
        let (at, tag) = (self.lookup(id), tag.clone());
        self.store
            .transact(move |records| {
                let generation = at.generation(records.view())?;
                let reference = Reference::Tag(tag.clone());
                let digest = at.resolve(records.view(), &generation, &reference)?;
                if tags_in(records.view(), &generation, &digest, None, 2)?.len() > 1 {
                    remove_tag(records, &generation, &digest, &tag);
                    return Ok(());
                }
                listed.remove(records, &generation, &digest).map(drop)
            })
            .await
    }

    /// Removes a tag, but not its image. Returns the digest of the image.
    pub(crate) async fn delete_tag(
        &self,
        id: &RepositoryId,
        tag: &Tag,
    ) -> Result<Digest, RepositoryError> {
        let (at, tag) = (self.lookup(id), tag.clone());
        self.store
            .transact(move |records| {
                let generation = at.generation(records.view())?;
                let reference = Reference::Tag(tag.clone());
                let digest = at.resolve(records.view(), &generation, &reference)?;
                remove_tag(records, &generation, &digest, &tag);
                Ok(digest)
            })
            .await
    }
}

impl ListedImages {
    /// Removes an image, and returns its tags.
    fn remove(
        self,
        records: &mut Transaction<'_>,
        generation: &Generation,
        digest: &Digest,
    ) -> Result<Vec<Tag>, RepositoryError> {
        match self {
            ListedImages::Rejected => remove_unlisted(records, generation, digest),
            ListedImages::Removed => remove_image(records, generation, digest),
        }
    }
}
