//! Removes the copies of deleted images and tags from another registry.

use crate::domain::error::RepositoryError;
use crate::domain::image_record::{digest_of_tag, image_of, remove_tag, remove_unlisted};
use crate::domain::replication::change::ReplicaChange;
use crate::domain::replication::failure::CopyError;
use crate::domain::replication::replicator::{Replicator, Source};
use crate::domain::repository::RepositoryRecord;
use crate::store::{Generation, Key, Transaction};
use crate::types::Tag;

impl Replicator {
    /// Removes an image or a tag of it, unless it exists in the source again. An image that an index of the destination lists is not removed.
    ///
    /// `[ASSUME]`: the permission for replication is required, too.
    pub(super) fn remove_replica(
        &self,
        records: &mut Transaction<'_>,
        source: &Source,
        change: &ReplicaChange,
    ) -> Result<(), CopyError> {
        let id = change.destination.repository(&source.id.name);
        let record: Option<RepositoryRecord> = records.view().read(&Key::repository(&id))?;
        let Some(record) = record else {
            return Ok(());
        };
        self.authorize(records.view(), source, &id, "ReplicateImage")?;
        let target = record.generation();
        match &change.tag {
            Some(tag) => remove_tag_of(records, source, &target, change, tag)?,
            None => remove_image(records, source, &target, change)?,
        }
        Ok(())
    }
}

fn remove_tag_of(
    records: &mut Transaction<'_>,
    source: &Source,
    target: &Generation,
    ReplicaChange { image, .. }: &ReplicaChange,
    tag: &Tag,
) -> Result<(), RepositoryError> {
    let exists = digest_of_tag(records.view(), &source.generation, tag)?.is_some();
    let current = digest_of_tag(records.view(), target, tag)?;
    if !exists && current.as_ref() == Some(image) {
        remove_tag(records, target, image, tag);
    }
    Ok(())
}

fn remove_image(
    records: &mut Transaction<'_>,
    source: &Source,
    target: &Generation,
    ReplicaChange { image, .. }: &ReplicaChange,
) -> Result<(), RepositoryError> {
    let view = records.view();
    let exists = image_of(view, &source.generation, image)?.is_some();
    if exists || image_of(view, target, image)?.is_none() {
        return Ok(());
    }
    match remove_unlisted(records, target, image) {
        Err(RepositoryError::ListedByIndexes(_)) => Ok(()),
        removed => removed.map(drop),
    }
}
