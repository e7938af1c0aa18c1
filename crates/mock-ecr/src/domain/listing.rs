//! The images and tags of a repository, page by page.

use crate::domain::error::RepositoryError;
use crate::domain::image::Image;
use crate::domain::manifest::Manifest;
use crate::domain::repositories::Repositories;
use crate::store;
use crate::store::{Entry, Folder};
use crate::types::{Digest, RepositoryId, Tag};

impl Repositories {
    /// The first `limit` tags after another, in the order of their bytes.
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

    /// The digests of the first `limit` images after another, in their order.
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

    /// The indexes that list an image.
    pub(crate) async fn parent_indexes(
        &self,
        id: &RepositoryId,
        digest: &Digest,
    ) -> Result<Vec<Digest>, RepositoryError> {
        let lists_it = |image: &Image| {
            let manifest = Manifest::parse(&image.manifest).unwrap_or_default();
            manifest
                .manifests
                .iter()
                .any(|child| child.digest == *digest)
        };
        let images = self.images(id, None, usize::MAX).await?;
        let lists = images.into_iter().filter(lists_it);
        Ok(lists.map(|list| list.digest).collect())
    }

    /// The first `limit` images after another, in the order of their digests.
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

    /// The first `limit` tags after another that name an image.
    ///
    /// A tag that has moved on is still listed under the image that it has left, and so each is looked at.
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
