//! The images and tags of a repository, page by page.

use std::collections::BTreeMap;

use crate::name::{Digest, RepositoryId, Tag};
use crate::repository::{Image, Repositories, RepositoryError};
use crate::store::{self, Folder};

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

    /// The first `limit` images after another, in the order of their digests.
    pub(crate) async fn images(
        &self,
        id: &RepositoryId,
        after: Option<&Digest>,
        limit: usize,
    ) -> Result<Vec<Image>, RepositoryError> {
        let after = after.map(store::file_name);
        let folder = Folder::images(id);
        let entries = self.store.page(&folder, after.as_deref(), limit).await?;
        let mut images = Vec::new();
        for digest in entries
            .iter()
            .filter_map(|entry| store::digest(&entry.name))
        {
            images.extend(self.image_of(id, &digest).await?);
        }
        Ok(images)
    }

    /// Every tag, by the image that it names.
    pub(crate) async fn tags_by_image(
        &self,
        id: &RepositoryId,
    ) -> Result<BTreeMap<Digest, Vec<Tag>>, RepositoryError> {
        let mut by_image: BTreeMap<Digest, Vec<Tag>> = BTreeMap::new();
        for tag in self.tags(id, None, usize::MAX).await? {
            if let Some(digest) = self.tagged(id, &tag).await? {
                by_image.entry(digest).or_default().push(tag);
            }
        }
        Ok(by_image)
    }

    /// The tags that name an image.
    pub(crate) async fn tags_of(
        &self,
        id: &RepositoryId,
        digest: &Digest,
    ) -> Result<Vec<Tag>, RepositoryError> {
        let mut by_image = self.tags_by_image(id).await?;
        Ok(by_image.remove(digest).unwrap_or_default())
    }
}
