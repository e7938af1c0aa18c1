//! The layers of a repository, which are its own: no other repository has them.
//!
//! Source: bazel-contrib/rules_img, docs/registry-support.md (a blob of another repository is 404).

use std::ops::Range;

use crate::domain::error::RepositoryError;
use crate::domain::image::Image;
use crate::domain::manifest::Manifest;
use crate::domain::repositories::Repositories;
use crate::store::{Content, Key};
use crate::types::{Digest, RepositoryId};

impl Repositories {
    /// How long a layer is, if it is there.
    pub(crate) async fn layer_size(
        &self,
        id: &RepositoryId,
        digest: &Digest,
    ) -> Result<Option<u64>, RepositoryError> {
        Ok(self.store.size(&Key::layer(id, digest)).await?)
    }

    /// A layer, or a part of it.
    ///
    /// # Errors
    ///
    /// When it is not there. A range must lie within it.
    pub(crate) async fn open_layer(
        &self,
        id: &RepositoryId,
        digest: &Digest,
        range: Option<Range<u64>>,
    ) -> Result<Content, RepositoryError> {
        let content = self.store.open(&Key::layer(id, digest), range).await?;
        content.ok_or_else(|| RepositoryError::layers_not_found(id, vec![digest.clone()]))
    }

    /// Removes a layer, whether an image needs it or not.
    pub(crate) async fn delete_layer(
        &self,
        id: &RepositoryId,
        digest: &Digest,
    ) -> Result<(), RepositoryError> {
        let removed = self.store.remove(&Key::layer(id, digest)).await?;
        removed.ok_or_else(|| RepositoryError::layers_not_found(id, vec![digest.clone()]))
    }

    /// Takes a layer over from another repository, unless it is here already; tells whether it is then.
    pub(crate) async fn mount_layer(
        &self,
        from: &RepositoryId,
        to: &RepositoryId,
        digest: &Digest,
    ) -> Result<Option<()>, RepositoryError> {
        if self.layer_size(to, digest).await?.is_some() {
            // A file that is copied onto another name of its own leaves a third one behind.
            return Ok(Some(()));
        }
        let (from, to) = (Key::layer(from, digest), Key::layer(to, digest));
        Ok(self.store.copy(&from, &to).await?)
    }

    /// Whether an image of the repository has a layer.
    pub(crate) async fn is_referenced(
        &self,
        id: &RepositoryId,
        digest: &Digest,
    ) -> Result<bool, RepositoryError> {
        let images = self.images(id, None, usize::MAX).await?;
        let has_it = |image: &Image| {
            Manifest::parse(&image.manifest).is_ok_and(|manifest| {
                let mut layers = manifest.required_layers();
                layers.any(|layer| layer.digest == *digest)
            })
        };
        Ok(images.iter().any(has_it))
    }

    /// Those of some layers that are not there.
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
