//! Finds and deletes the images that a request selects, all at one time.

use crate::domain::error::RepositoryError;
use crate::domain::image::{Deletion, ListedImages};
use crate::domain::image_record::{Image, ListedImage, digest_of_tag, image_of, tags_in};
use crate::domain::repositories::Repositories;
use crate::store::{Generation, Snapshot, Transaction};
use crate::types::timestamp::Timestamp;
use crate::types::{Digest, RepositoryId, Tag};

/// What selects an image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Selection {
    Digest(Digest),
    Tag(Tag),
    /// A digest and a tag that must name the same image.
    Both(Digest, Tag),
}

/// The reason why an operation on several images fails for one of them. The others are not affected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum SelectionError {
    ImageNotFound,
    /// The tag does not name the image with the digest.
    TagDoesNotMatch,
    /// The image cannot be deleted, because these indexes list it.
    ListedByIndexes(Vec<Digest>),
    /// The image cannot be pulled, because it is archived or being restored.
    Inaccessible,
}

/// The digest of a deleted image, or of an image of which a tag was deleted, and the deleted tags.
pub(crate) type Deleted = (Digest, Vec<Tag>);

/// The images that several selections select.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Selected {
    Images(Vec<Result<Image, SelectionError>>),
    /// The manifests exceed the permitted number of bytes. This is their number.
    TooLong(u64),
}

impl Repositories {
    /// Returns the selected images for a pull, if their manifests have at most `max_bytes` together.
    pub(crate) async fn selected(
        &self,
        id: &RepositoryId,
        selections: Vec<Selection>,
        max_bytes: u64,
    ) -> Result<Selected, RepositoryError> {
        let at = self.lookup(id);
        self.store
            .read(move |view| {
                let generation = at.generation(view)?;
                let found = selections.iter().map(|one| one.pull(view, &generation));
                let found = found.collect::<Result<Vec<_>, _>>()?;
                let sizes = found.iter().flatten();
                let size = sizes.map(|image| image.metadata.manifest_size).sum();
                if size > max_bytes {
                    return Ok(Selected::TooLong(size));
                }
                let images = found.into_iter().map(|found| match found {
                    Ok(image) => Ok(with_manifest(view, &generation, image)?),
                    Err(error) => Ok(Err(error)),
                });
                images.collect::<Result<_, _>>().map(Selected::Images)
            })
            .await
    }

    /// Deletes each selected image. If an image is selected by a tag and has others, only the tag is deleted.
    pub(crate) async fn delete_selected(
        &self,
        id: &RepositoryId,
        selections: Vec<Selection>,
        now: Timestamp,
    ) -> Result<Vec<Result<Deleted, SelectionError>>, RepositoryError> {
        let (at, replication) = (self.lookup(id), self.replication());
        let deleted = self.store.transact(move |records| {
            let deletion = Deletion::begin(records.view(), &at, &replication, now)?;
            let deleted = selections.iter().map(|one| one.delete(records, &deletion));
            deleted.collect::<Result<_, RepositoryError>>()
        });
        let deleted = deleted.await?;
        self.replicate_at_once(now).await;
        Ok(deleted)
    }
}

impl Selection {
    pub(super) fn find(
        &self,
        view: &dyn Snapshot,
        generation: &Generation,
    ) -> Result<Result<ListedImage, SelectionError>, RepositoryError> {
        let digest = match self {
            Selection::Digest(digest) | Selection::Both(digest, _) => Some(digest.clone()),
            Selection::Tag(tag) => digest_of_tag(view, generation, tag)?,
        };
        let image = match digest {
            Some(digest) => image_of(view, generation, &digest)?,
            None => None,
        };
        let Some(image) = image else {
            return Ok(Err(SelectionError::ImageNotFound));
        };
        match self {
            Selection::Both(digest, tag)
                if digest_of_tag(view, generation, tag)?.as_ref() != Some(digest) =>
            {
                Ok(Err(SelectionError::TagDoesNotMatch))
            }
            _ => Ok(Ok(image)),
        }
    }

    fn pull(
        &self,
        view: &dyn Snapshot,
        generation: &Generation,
    ) -> Result<Result<ListedImage, SelectionError>, RepositoryError> {
        let found = self.find(view, generation)?;
        Ok(
            found.and_then(|image| match image.metadata.status.is_active() {
                true => Ok(image),
                false => Err(SelectionError::Inaccessible),
            }),
        )
    }

    fn delete(
        &self,
        records: &mut Transaction<'_>,
        deletion: &Deletion,
    ) -> Result<Result<Deleted, SelectionError>, RepositoryError> {
        let generation = &deletion.generation;
        let image = match self.find(records.view(), generation)? {
            Ok(image) => image,
            Err(error) => return Ok(Err(error)),
        };
        if let Selection::Tag(tag) = self
            && tags_in(records.view(), generation, &image.digest, None, 2)?.len() > 1
        {
            deletion.remove_tag(records, &image.digest, tag);
            return Ok(Ok((image.digest, vec![tag.clone()])));
        }
        match deletion.remove_image(records, &image, ListedImages::Rejected) {
            Ok(tags) => Ok(Ok((image.digest, tags))),
            Err(RepositoryError::ListedByIndexes(indexes)) => {
                Ok(Err(SelectionError::ListedByIndexes(indexes)))
            }
            Err(error) => Err(error),
        }
    }
}

fn with_manifest(
    view: &dyn Snapshot,
    generation: &Generation,
    ListedImage { digest, metadata }: ListedImage,
) -> Result<Result<Image, SelectionError>, RepositoryError> {
    let manifest = view.get(&generation.manifest(&digest))?;
    let image = manifest.map(|manifest| Image {
        digest,
        metadata,
        manifest,
    });
    Ok(image.ok_or(SelectionError::ImageNotFound))
}
