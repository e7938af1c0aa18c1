//! Reads, mounts and deletes the layers of a repository. Repositories do not share layers.
//!
//! Source: bazel-contrib/rules_img, docs/registry-support.md (the response to a request for a blob of another repository is 404).

use std::ops::Range;

use crate::domain::error::RepositoryError;
use crate::domain::image::Image;
use crate::domain::manifest::Manifest;
use crate::domain::repositories::Repositories;
use crate::store::{Content, Key};
use crate::types::{Digest, RepositoryId};

impl Repositories {
    /// Returns the size of a layer in bytes, if the layer exists.
    pub(crate) async fn layer_size(
        &self,
        id: &RepositoryId,
        digest: &Digest,
    ) -> Result<Option<u64>, RepositoryError> {
        Ok(self.store.size(&Key::layer(id, digest)).await?)
    }

    /// Returns the content of a layer, or the bytes of a range, which must not exceed the layer.
    ///
    /// # Errors
    ///
    /// Returns an error if the layer does not exist.
    pub(crate) async fn open_layer(
        &self,
        id: &RepositoryId,
        digest: &Digest,
        range: Option<Range<u64>>,
    ) -> Result<Content, RepositoryError> {
        let content = self.store.open(&Key::layer(id, digest), range).await?;
        content.ok_or_else(|| RepositoryError::layers_not_found(id, vec![digest.clone()]))
    }

    /// Removes a layer, even if an image needs it.
    pub(crate) async fn delete_layer(
        &self,
        id: &RepositoryId,
        digest: &Digest,
    ) -> Result<(), RepositoryError> {
        let removed = self.store.remove(&Key::layer(id, digest)).await?;
        removed.ok_or_else(|| RepositoryError::layers_not_found(id, vec![digest.clone()]))
    }

    /// Copies a layer from another repository. Returns `None` if the layer exists in neither repository.
    pub(crate) async fn mount_layer(
        &self,
        from: &RepositoryId,
        to: &RepositoryId,
        digest: &Digest,
    ) -> Result<Option<()>, RepositoryError> {
        if self.layer_size(to, digest).await?.is_some() {
            // On a file system, copying onto an existing hard link of the same file would leave a temporary file behind.
            return Ok(Some(()));
        }
        let (from, to) = (Key::layer(from, digest), Key::layer(to, digest));
        Ok(self.store.copy(&from, &to).await?)
    }

    /// Returns whether an image of the repository has a layer.
    pub(crate) async fn is_referenced(
        &self,
        id: &RepositoryId,
        digest: &Digest,
    ) -> Result<bool, RepositoryError> {
        let images = self.images(id, None, usize::MAX).await?;
        let has_layer = |image: &Image| {
            Manifest::parse(&image.manifest).is_ok_and(|manifest| {
                let mut layers = manifest.required_layers();
                layers.any(|layer| layer.digest == *digest)
            })
        };
        Ok(images.iter().any(has_layer))
    }

    /// Returns the layers that do not exist in the repository.
    pub(super) async fn missing_layers(
        &self,
        id: &RepositoryId,
        digests: impl Iterator<Item = &Digest>,
    ) -> Result<Vec<Digest>, RepositoryError> {
        let mut missing = Vec::new();
        for digest in digests {
            if self.layer_size(id, digest).await?.is_none() && !missing.contains(digest) {
                missing.push(digest.clone());
            }
        }
        Ok(missing)
    }
}
