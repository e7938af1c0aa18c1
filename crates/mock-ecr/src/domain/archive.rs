//! The storage class of images: archives and restores them.
//!
//! Source: the user guide of Amazon ECR, `archive-image.html`.

use crate::domain::activation::Activation;
use crate::domain::error::RepositoryError;
use crate::domain::image_record::{ListedImage, Metadata, image_of, name_digest, write_metadata};
use crate::domain::image_status::ImageStatus;
use crate::domain::repositories::{Repositories, lookup_of};
use crate::domain::restoration;
use crate::domain::selection::{Selection, SelectionError};
use crate::lifecycle::StorageClass;
use crate::store::{Generation, Snapshot, Transaction};
use crate::types::timestamp::Timestamp;
use crate::types::{Digest, RepositoryId};

/// An image with a changed storage class, and its new status.
pub(crate) type UpdatedClass = (Digest, ImageStatus);

impl Repositories {
    /// Archives an image, or begins to restore it. A restored image is active after the configured duration.
    ///
    /// # Errors
    ///
    /// Returns an error if the image has the storage class already, or if it is archived although an active index lists it.
    pub(crate) async fn update_storage_class(
        &self,
        id: &RepositoryId,
        image: Selection,
        target: StorageClass,
        now: Timestamp,
    ) -> Result<Result<UpdatedClass, SelectionError>, RepositoryError> {
        let (at, activation) = (self.lookup(id), self.activation());
        let duration = self.background.restore_duration;
        let updated = self.store.transact(move |records| {
            let repository = at.find(records.view())?;
            let generation = repository.generation();
            let image = match image.find(records.view(), &generation)? {
                Ok(image) => image,
                Err(error) => return Ok(Err(error)),
            };
            let digest = image.digest.clone();
            let status = match target {
                StorageClass::Archive => archive(records, &generation, image, now)?,
                StorageClass::Standard if duration.is_zero() => {
                    require_archived(&image)?;
                    activation
                        .restore(records, &at.id, &repository, image, now)?
                        .status
                }
                StorageClass::Standard => {
                    begin_restoration(records, &generation, image, now + duration)?
                }
            };
            Ok::<_, RepositoryError>(Ok((digest, status)))
        });
        let updated = updated.await?;
        self.replicate_at_once(now).await;
        Ok(updated)
    }
}

fn archive(
    records: &mut Transaction<'_>,
    generation: &Generation,
    ListedImage { digest, metadata }: ListedImage,
    now: Timestamp,
) -> Result<ImageStatus, RepositoryError> {
    if !metadata.status.is_active() {
        return Err(RepositoryError::StorageClassUnchanged(metadata.status));
    }
    let indexes = active_indexes(records.view(), generation, &digest, NAMED_INDEXES)?;
    if !indexes.is_empty() {
        return Err(RepositoryError::ListedByActiveIndexes(indexes));
    }
    archive_image(records, generation, &digest, metadata, now);
    Ok(ImageStatus::Archived)
}

/// Archives an active image that no active index lists.
pub(super) fn archive_image(
    records: &mut Transaction<'_>,
    generation: &Generation,
    digest: &Digest,
    metadata: Metadata,
    now: Timestamp,
) {
    write_metadata(records, generation, digest, &metadata.archived_at(now));
}

/// The number of indexes that an error names.
const NAMED_INDEXES: usize = 10;

/// Returns at most `limit` of the indexes that list an image and are not archived.
pub(super) fn active_indexes(
    view: &dyn Snapshot,
    generation: &Generation,
    digest: &Digest,
    limit: usize,
) -> Result<Vec<Digest>, RepositoryError> {
    let (folder, mut active) = (generation.indexes(digest), Vec::new());
    let mut after: Option<Digest> = None;
    loop {
        let page = view.keys(&folder, after.as_ref().map(Digest::as_str), PAGE)?;
        for key in &page {
            let index = name_digest(key)?;
            let status: Option<ImageStatus> = view.read(&generation.inactive_image(&index))?;
            if status != Some(ImageStatus::Archived) {
                active.push(index.clone());
            }
            if active.len() == limit {
                return Ok(active);
            }
            after = Some(index);
        }
        if page.len() < PAGE {
            return Ok(active);
        }
    }
}

/// The number of indexes that are read at once.
const PAGE: usize = 100;

fn require_archived(image: &ListedImage) -> Result<(), RepositoryError> {
    match image.metadata.status {
        ImageStatus::Archived => Ok(()),
        status => Err(RepositoryError::StorageClassUnchanged(status)),
    }
}

fn begin_restoration(
    records: &mut Transaction<'_>,
    generation: &Generation,
    image: ListedImage,
    until: Timestamp,
) -> Result<ImageStatus, RepositoryError> {
    require_archived(&image)?;
    let ListedImage { digest, metadata } = image;
    let status = ImageStatus::Activating {
        until_millis: until.as_millis(),
    };
    write_metadata(records, generation, &digest, &metadata.with_status(status));
    restoration::schedule(records, generation, &digest, until);
    Ok(status)
}

/// Moves the end of the restoration of an image from one time to another. Returns `false` if the restoration does not end at the first time.
pub(super) fn move_restoration(
    records: &mut Transaction<'_>,
    generation: &Generation,
    digest: &Digest,
    (from, to): (Timestamp, Timestamp),
) -> Result<bool, RepositoryError> {
    let activating = |until: Timestamp| ImageStatus::Activating {
        until_millis: until.as_millis(),
    };
    let image = image_of(records.view(), generation, digest)?;
    let Some(image) = image.filter(|image| image.metadata.status == activating(from)) else {
        return Ok(false);
    };
    let metadata = image.metadata.with_status(activating(to));
    write_metadata(records, generation, digest, &metadata);
    Ok(true)
}

/// Ends the restoration of an image. An image that was pushed or archived in the meantime is not changed.
pub(super) fn activate(
    records: &mut Transaction<'_>,
    activation: &Activation,
    generation: &Generation,
    digest: &Digest,
    at: Timestamp,
) -> Result<(), RepositoryError> {
    let until_millis = at.as_millis();
    let Some(lookup) = lookup_of(records.view(), generation)? else {
        return Ok(());
    };
    if let Some(image) = image_of(records.view(), generation, digest)?
        && image.metadata.status == (ImageStatus::Activating { until_millis })
    {
        let repository = lookup.find(records.view())?;
        activation.restore(records, &lookup.id, &repository, image, at)?;
    }
    Ok(())
}
