//! Checks quotas. A check reads at most as many keys as the quota permits, in the transaction that adds the record.

use crate::config::Quotas;
use crate::domain::error::RepositoryError;
use crate::store::{Folder, Generation, Snapshot, StoreError};
use crate::types::{RepositoryId, Tag};

/// Returns an error if a repository cannot have another image.
pub(super) fn check_images(
    view: &dyn Snapshot,
    id: &RepositoryId,
    generation: &Generation,
    quotas: Quotas,
) -> Result<(), RepositoryError> {
    let reached = reached(view, &generation.images(), quotas.images_per_repository)?;
    permit(reached, |limit| RepositoryError::TooManyImages {
        repository: id.clone(),
        limit,
    })
}

/// Returns an error if an image cannot have another tag. `tags` contains the tags that it has.
pub(super) fn check_tags(
    view: &dyn Snapshot,
    id: &RepositoryId,
    tags: &Folder,
    tag: &Tag,
    quotas: Quotas,
) -> Result<(), RepositoryError> {
    let reached = reached(view, tags, quotas.tags_per_image)?;
    permit(reached, |limit| RepositoryError::TooManyTags {
        repository: id.clone(),
        tag: tag.clone(),
        limit,
    })
}

/// Returns an error if the registry of a repository cannot have another repository.
pub(super) fn check_repositories(
    view: &dyn Snapshot,
    id: &RepositoryId,
    quotas: Quotas,
) -> Result<(), RepositoryError> {
    let folder = Folder::repositories_of(&id.registry);
    let reached = reached(view, &folder, quotas.repositories)?;
    permit(reached, |limit| RepositoryError::TooManyRepositories {
        repository: id.clone(),
        limit,
    })
}

/// Returns the quota, if the folder has as many records.
fn reached(
    view: &dyn Snapshot,
    folder: &Folder,
    quota: Option<u32>,
) -> Result<Option<u32>, StoreError> {
    let Some(limit) = quota else {
        return Ok(None);
    };
    let most = usize::try_from(limit).unwrap_or(usize::MAX);
    let count = view.keys(folder, None, most)?.len();
    Ok((count >= most).then_some(limit))
}

fn permit(
    reached: Option<u32>,
    error: impl FnOnce(u32) -> RepositoryError,
) -> Result<(), RepositoryError> {
    reached.map_or(Ok(()), |limit| Err(error(limit)))
}
