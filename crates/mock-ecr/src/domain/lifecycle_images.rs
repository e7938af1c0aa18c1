//! Reads images for the evaluation of a lifecycle policy.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::archive::active_indexes;
use crate::domain::error::RepositoryError;
use crate::domain::image_record::{ListedImage, listed, tags_in};
use crate::domain::image_status::ImageStatus;
use crate::lifecycle::{EvaluatedImage, ListedBy, StorageClass};
use crate::store::{Generation, Key, Snapshot};
use crate::types::{Digest, Tag};

/// Returns the images of a repository. The number of reads does not depend on the number of images.
pub(super) fn all(
    view: &dyn Snapshot,
    generation: &Generation,
) -> Result<Vec<EvaluatedImage>, RepositoryError> {
    let images = view.page(&generation.images(), None, usize::MAX)?;
    let images = images.iter().map(|(key, bytes)| listed(key, bytes));
    let images = images.collect::<Result<Vec<_>, _>>()?;
    let archived = images
        .iter()
        .filter(|image| image.metadata.status == ImageStatus::Archived);
    let archived: BTreeSet<&Digest> = archived.map(|image| &image.digest).collect();
    let mut tags = all_tags(view, generation)?;
    let indexes = all_indexes(view, generation, &archived)?;
    let evaluated = images.iter().filter_map(|image| {
        let tags = tags.remove(&image.digest).unwrap_or_default();
        let listed_by = indexes.get(&image.digest).copied().unwrap_or_default();
        evaluated(image, tags, listed_by)
    });
    Ok(evaluated.collect())
}

fn all_tags(
    view: &dyn Snapshot,
    generation: &Generation,
) -> Result<BTreeMap<Digest, Vec<Tag>>, RepositoryError> {
    let mut tags: BTreeMap<Digest, Vec<Tag>> = BTreeMap::new();
    for key in view.keys(&generation.all_image_tags(), None, usize::MAX)? {
        let (digest, tag) = pair(&key)?;
        tags.entry(digest).or_default().push(tag);
    }
    Ok(tags)
}

fn all_indexes(
    view: &dyn Snapshot,
    generation: &Generation,
    archived: &BTreeSet<&Digest>,
) -> Result<BTreeMap<Digest, ListedBy>, RepositoryError> {
    let mut indexes = BTreeMap::new();
    for key in view.keys(&generation.all_indexes(), None, usize::MAX)? {
        let (image, index): (Digest, Digest) = pair(&key)?;
        let listed_by = match archived.contains(&index) {
            true => ListedBy::ArchivedIndexes,
            false => ListedBy::ActiveIndex,
        };
        let found = indexes.entry(image).or_insert(listed_by);
        if listed_by == ListedBy::ActiveIndex {
            *found = listed_by;
        }
    }
    Ok(indexes)
}

/// Parses the last two parts of a key.
fn pair<A: std::str::FromStr, B: std::str::FromStr>(key: &Key) -> Result<(A, B), RepositoryError> {
    let first = key.parts().nth_back(1).and_then(|part| part.parse().ok());
    let second = key.name().parse().ok();
    let pair = first.zip(second);
    pair.ok_or_else(|| RepositoryError::InvalidKey(key.clone()))
}

/// Returns one image, unless it is being restored.
pub(super) fn one(
    view: &dyn Snapshot,
    generation: &Generation,
    image: &ListedImage,
) -> Result<Option<EvaluatedImage>, RepositoryError> {
    let tags = tags_in(view, generation, &image.digest, None, usize::MAX)?;
    let listed_by = listed_by(view, generation, &image.digest)?;
    Ok(evaluated(image, tags, listed_by))
}

/// Returns which indexes list an image.
pub(super) fn listed_by(
    view: &dyn Snapshot,
    generation: &Generation,
    image: &Digest,
) -> Result<ListedBy, RepositoryError> {
    if view.is_empty(&generation.indexes(image))? {
        return Ok(ListedBy::Nothing);
    }
    Ok(match active_indexes(view, generation, image, 1)?[..] {
        [] => ListedBy::ArchivedIndexes,
        _ => ListedBy::ActiveIndex,
    })
}

fn evaluated(
    ListedImage { digest, metadata }: &ListedImage,
    tags: Vec<Tag>,
    listed_by: ListedBy,
) -> Option<EvaluatedImage> {
    let class = match metadata.status {
        ImageStatus::Active => StorageClass::Standard,
        ImageStatus::Archived => StorageClass::Archive,
        ImageStatus::Activating { .. } => return None,
    };
    Some(EvaluatedImage {
        digest: digest.clone(),
        tags,
        class,
        pushed: metadata.pushed(),
        pulled: metadata.pulled(),
        archived: metadata.archived(),
        activated: metadata.activated(),
        listed_by,
    })
}
