//! Reads, mounts and deletes the layers of a repository.
//!
//! The bytes of a layer are stored once, and each repository that has the layer refers to them. A request finds a layer only through a
//! repository. Source: bazel-contrib/rules_img, docs/registry-support.md (the response to a request for a blob of another repository is 404).

use std::ops::Range;

use crate::domain::error::RepositoryError;
use crate::domain::layer_record;
use crate::domain::layer_record::{LayerRecord, add, layer_of};
use crate::domain::repositories::{Repositories, published};
use crate::domain::repository::RepositoryRecord;
use crate::store::{Folder, Generation, ObjectBytes, Snapshot, StoreError};
use crate::types::{Digest, RegistryId, RepositoryId};

/// The content of a layer, or of a range of it.
pub(crate) struct Content {
    /// The size of the complete layer, in bytes.
    pub(crate) size: u64,
    pub(crate) bytes: ObjectBytes,
    /// The size of the largest chunk of the stream that takes additional memory.
    pub(crate) chunk_size: usize,
}

/// A layer of a repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ListedLayer {
    /// In bytes.
    pub(crate) size: u64,
    /// The media type in the manifest of an image, if an image of the repository has the layer and states its type.
    pub(crate) media_type: Option<String>,
}

/// What can be mounted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mountable {
    /// Each layer, as in OCI Distribution 1.1.
    Any,
    /// A layer of an image, if both repositories are encrypted in the same way. Source: aws/containers-roadmap#2860 (2026) and the user guide of
    /// Amazon ECR, `blob-mounting.html`.
    AsInEcr,
}

impl Repositories {
    /// Returns the size of a layer in bytes, if the repository has the layer.
    pub(crate) async fn layer_size(
        &self,
        id: &RepositoryId,
        digest: &Digest,
    ) -> Result<Option<u64>, RepositoryError> {
        let (at, digest) = (self.lookup(id), digest.clone());
        self.store
            .read(move |view| match at.existing(view)? {
                Some(record) => Ok(view.read(&record.generation().layer(&digest))?),
                None => Ok(None),
            })
            .await
    }

    /// Returns the sizes and types of layers at one time, or `None` for a layer that the repository does not have.
    pub(crate) async fn layers(
        &self,
        id: &RepositoryId,
        digests: Vec<Digest>,
    ) -> Result<Vec<Option<ListedLayer>>, RepositoryError> {
        let at = self.lookup(id);
        self.store
            .read(move |view| {
                let generation = at.generation(view)?;
                let layers = digests.iter().map(|one| listed(view, &generation, one));
                Ok(layers.collect::<Result<_, _>>()?)
            })
            .await
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
        let mut layer = self.find_layer(id, digest).await?;
        loop {
            let range = range.clone().unwrap_or(0..layer.size);
            let opened = self.store.objects().open(&layer.objects, range.clone());
            let error = match opened.await {
                Ok(bytes) => {
                    let length = usize::try_from(range.end - range.start).unwrap_or(usize::MAX);
                    return Ok(Content {
                        size: layer.size,
                        chunk_size: self.store.objects().chunk_size().min(length),
                        bytes,
                    });
                }
                Err(error) => error,
            };
            // The layer can be deleted after its record was read, and pushed again.
            let current = self.find_layer(id, digest).await?;
            if current == layer {
                return Err(error.into());
            }
            layer = current;
        }
    }

    async fn find_layer(
        &self,
        id: &RepositoryId,
        digest: &Digest,
    ) -> Result<LayerRecord, RepositoryError> {
        let (at, wanted) = (self.lookup(id), digest.clone());
        let found = self.store.read(move |view| match at.existing(view)? {
            Some(record) => {
                Ok::<_, RepositoryError>(layer_of(view, &record.generation(), &wanted)?)
            }
            None => Ok(None),
        });
        let not_found = || RepositoryError::layers_not_found(id, vec![digest.clone()]);
        found.await?.ok_or_else(not_found)
    }

    /// Removes a layer, even if an image needs it.
    pub(crate) async fn delete_layer(
        &self,
        id: &RepositoryId,
        digest: &Digest,
    ) -> Result<(), RepositoryError> {
        let (at, digest) = (self.lookup(id), digest.clone());
        self.sweeper
            .transact(move |records| {
                let generation = at.generation(records.view())?;
                if !records.view().contains(&generation.layer(&digest))? {
                    let missing = vec![digest.clone()];
                    return Err(RepositoryError::layers_not_found(&at.id, missing));
                }
                Ok(layer_record::remove(records, &generation, &digest)?)
            })
            .await
    }

    /// Adds a layer of another repository. Returns `None` if neither repository has the layer, or if it cannot be mounted.
    pub(crate) async fn mount_layer(
        &self,
        from: &RepositoryId,
        to: &RepositoryId,
        digest: &Digest,
        mountable: Mountable,
    ) -> Result<Option<()>, RepositoryError> {
        let (from, to, digest) = (self.lookup(from), self.lookup(to), digest.clone());
        self.store
            .transact(move |records| {
                let target = to.find(records.view())?;
                let source = from.existing(records.view())?;
                if mountable == Mountable::AsInEcr
                    && !is_mountable(records.view(), source.as_ref(), &target, &digest)?
                {
                    return Ok(None);
                }
                let generation = target.generation();
                if records.view().contains(&generation.layer(&digest))? {
                    return Ok(Some(()));
                }
                let Some(source) = source else {
                    return Ok(None);
                };
                let layer = layer_of(records.view(), &source.generation(), &digest)?;
                Ok(layer.map(|layer| add(records, &generation, &digest, layer.size)))
            })
            .await
    }

    /// Returns repositories of a registry that have a layer: those among the first [`MAX_USERS`] that have it.
    pub(crate) async fn with_layer(
        &self,
        registry: &RegistryId,
        digest: &Digest,
    ) -> Result<Vec<RepositoryId>, RepositoryError> {
        let (registry, users) = (registry.clone(), Folder::layer_users(digest));
        self.store
            .read(move |view| {
                let users = view.page(&users, None, MAX_USERS)?;
                let generations = users.iter().map(|(key, _)| key.name().to_owned());
                let found = generations.map(|name| published(view, &Generation::new(name)));
                let found = found.filter_map(Result::transpose);
                let is_other = |one: &Result<RepositoryId, _>| {
                    one.as_ref().is_ok_and(|id| id.registry != registry)
                };
                found.filter(|one| !is_other(one)).collect()
            })
            .await
    }

    /// Returns whether an image of the repository has a layer.
    pub(crate) async fn is_referenced(
        &self,
        id: &RepositoryId,
        digest: &Digest,
    ) -> Result<bool, RepositoryError> {
        let (at, digest) = (self.lookup(id), digest.clone());
        self.store
            .read(move |view| {
                let generation = at.generation(view)?;
                Ok(!view.is_empty(&generation.layer_images(&digest))?)
            })
            .await
    }
}

fn listed(
    view: &dyn Snapshot,
    generation: &Generation,
    digest: &Digest,
) -> Result<Option<ListedLayer>, StoreError> {
    let Some(size) = view.read(&generation.layer(digest))? else {
        return Ok(None);
    };
    let image = view.page(&generation.layer_images(digest), None, 1)?.pop();
    let media_type = image.map(|(_, value)| String::from_utf8_lossy(&value).into_owned());
    Ok(Some(ListedLayer {
        size,
        media_type: media_type.filter(|text| !text.is_empty()),
    }))
}

fn is_mountable(
    view: &dyn Snapshot,
    source: Option<&RepositoryRecord>,
    target: &RepositoryRecord,
    digest: &Digest,
) -> Result<bool, StoreError> {
    match source {
        Some(source) if source.settings.is_encrypted_as(&target.settings) => {
            Ok(!view.is_empty(&source.generation().layer_images(digest))?)
        }
        _ => Ok(false),
    }
}

/// The largest number of repositories that are searched for one from which a layer can be mounted.
const MAX_USERS: usize = 100;
