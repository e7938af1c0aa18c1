//! Lists the images and tags of a repository, with pagination.

use crate::domain::error::RepositoryError;
use crate::domain::image::Image;
use crate::domain::manifest::Manifest;
use crate::domain::repositories::Repositories;
use crate::store;
use crate::store::{Entry, Folder};
use crate::types::{Digest, RepositoryId, Tag};

impl Repositories {
    /// Returns at most `limit` tags that follow `after`, in byte order.
    pub(crate) async fn tags(
        &self,
        id: &RepositoryId,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Tag>, RepositoryError> {
        let entries = self.store.page(&Folder::tags(id), after, limit).await?;
        let names = entries.into_iter().map(|entry| entry.name);
        Ok(names.filter_map(|name| name.parse().ok()).collect())
    }

    /// Returns the digests of at most `limit` images that follow `after`, in byte order.
    pub(crate) async fn image_digests(
        &self,
        id: &RepositoryId,
        after: Option<&Digest>,
        limit: usize,
    ) -> Result<Vec<Digest>, RepositoryError> {
        let after = after.map(store::file_name);
        let folder = Folder::images(id);
        let entries = self.store.page(&folder, after.as_deref(), limit).await?;
        let digest = |entry: &Entry| store::digest(&entry.name);
        Ok(entries.iter().filter_map(digest).collect())
    }

    /// Returns the digests of the indexes that list an image.
    pub(crate) async fn parent_indexes(
        &self,
        id: &RepositoryId,
        digest: &Digest,
    ) -> Result<Vec<Digest>, RepositoryError> {
        let lists_image = |image: &Image| {
            let manifest = Manifest::parse(&image.manifest).unwrap_or_default();
            manifest
                .manifests
                .iter()
                .any(|child| child.digest == *digest)
        };
        let images = self.images(id, None, usize::MAX).await?;
        let indexes = images.into_iter().filter(lists_image);
        Ok(indexes.map(|index| index.digest).collect())
    }

    /// Returns at most `limit` images that follow `after`, in the byte order of their digests.
    pub(crate) async fn images(
        &self,
        id: &RepositoryId,
        after: Option<&Digest>,
        limit: usize,
    ) -> Result<Vec<Image>, RepositoryError> {
        let mut images = Vec::new();
        for digest in self.image_digests(id, after, limit).await? {
            images.extend(self.image_of(id, &digest).await?);
        }
        Ok(images)
    }

    /// Returns at most `limit` tags that name an image and follow `after`, in byte order.
    ///
    /// A tag that was moved to another image is still listed under the previous one. Therefore each listed tag is resolved.
    pub(crate) async fn tags_of(
        &self,
        id: &RepositoryId,
        digest: &Digest,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Tag>, RepositoryError> {
        let folder = Folder::image_tags(id, digest);
        let entries = self.store.page(&folder, after, usize::MAX).await?;
        let mut tags = Vec::new();
        for tag in entries.iter().filter_map(|entry| entry.name.parse().ok()) {
            if tags.len() == limit {
                break;
            }
            if self.resolve_tag(id, &tag).await?.as_ref() == Some(digest) {
                tags.push(tag);
            }
        }
        Ok(tags)
    }
}
