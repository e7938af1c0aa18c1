//! Stores, reads and deletes images and the tags that name them.

use std::collections::BTreeMap;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::domain::error::RepositoryError;
use crate::domain::hasher::digest_of;
use crate::domain::manifest::Manifest;
use crate::domain::mutability::TagRule;
use crate::domain::repositories::Repositories;
use crate::domain::repository::Repository;
use crate::store;
use crate::store::{Created, Folder, Key, StoreError};
use crate::types::timestamp::Timestamp;
use crate::types::{Algorithm, Digest, Reference, RepositoryId, Tag};

/// A stored image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Image {
    pub(crate) digest: Digest,
    pub(crate) metadata: Metadata,
    pub(crate) manifest: Bytes,
}

/// The metadata of an image, which is stored with its manifest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Metadata {
    pub(crate) media_type: String,
    #[serde(default)]
    pub(crate) artifact_type: Option<String>,
    #[serde(default)]
    pub(crate) subject: Option<Digest>,
    /// The sum of the sizes of its blobs, in bytes.
    pub(crate) size: u64,
    #[serde(default)]
    pub(crate) annotations: Option<BTreeMap<String, serde_json::Value>>,
    pushed_at_millis: i64,
}

impl Metadata {
    fn of(
        manifest: Manifest,
        sent_as: Option<&str>,
        now: Timestamp,
    ) -> Result<Self, RepositoryError> {
        let media_type = manifest.media_type(sent_as);
        Ok(Metadata {
            media_type: media_type.map_err(RepositoryError::InvalidManifest)?,
            artifact_type: manifest.artifact_type().map(str::to_owned),
            size: manifest.size(),
            subject: manifest.subject.map(|subject| subject.digest),
            annotations: manifest.annotations,
            pushed_at_millis: now.as_millis(),
        })
    }

    pub(crate) fn pushed(&self) -> Timestamp {
        Timestamp::from_millis(self.pushed_at_millis)
    }
}

/// An image to push.
#[derive(Clone, Debug)]
pub(crate) struct NewImage {
    pub(crate) manifest: Bytes,
    /// The media type that the request states.
    pub(crate) media_type: Option<String>,
    /// The digest that the manifest must have.
    pub(crate) digest: Option<Digest>,
    pub(crate) tag: Option<Tag>,
}

/// The result of a push.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pushed {
    pub(crate) image: Image,
    /// Whether the push has stored the image or changed the tag.
    pub(crate) created: Created,
}

impl Repositories {
    /// Pushes an image. Its layers must exist in the repository, and, if it is an index, its images.
    ///
    /// The tag is written last, so that it never names an incomplete image.
    pub(crate) async fn put_image(
        &self,
        repository: &Repository,
        new: NewImage,
        now: Timestamp,
    ) -> Result<Pushed, RepositoryError> {
        let id = &repository.id;
        let manifest = Manifest::parse(&new.manifest).map_err(RepositoryError::InvalidManifest)?;
        let digest = verified_digest(&new)?;
        self.require_parts(id, &manifest).await?;
        if let Some(tag) = &new.tag {
            self.require_movable(repository, tag, &digest).await?;
        }
        let metadata = Metadata::of(manifest, new.media_type.as_deref(), now)?;
        let image = Image {
            digest,
            metadata,
            manifest: new.manifest,
        };
        let mut created = self.insert(id, &image).await?;
        if let Some(tag) = &new.tag
            && self.set_tag(repository, tag, &image.digest).await? == Created::New
        {
            created = Created::New;
        }
        Ok(Pushed { image, created })
    }

    async fn require_parts(
        &self,
        id: &RepositoryId,
        manifest: &Manifest,
    ) -> Result<(), RepositoryError> {
        let layers = manifest.required_layers().map(|part| &part.digest);
        let missing = self.missing_layers(id, layers).await?;
        if !missing.is_empty() {
            return Err(RepositoryError::layers_not_found(id, missing));
        }
        let mut images = Vec::new();
        for child in &manifest.manifests {
            let key = Key::image(id, &child.digest);
            if self.store.size(&key).await?.is_none() && !images.contains(&child.digest) {
                images.push(child.digest.clone());
            }
        }
        if images.is_empty() {
            Ok(())
        } else {
            let repository = id.clone();
            Err(RepositoryError::ReferencedImagesNotFound { repository, images })
        }
    }

    /// Checks that a tag can be set to an image. `set_tag` would reject it only after the image is stored.
    async fn require_movable(
        &self,
        repository: &Repository,
        tag: &Tag,
        digest: &Digest,
    ) -> Result<(), RepositoryError> {
        if repository.settings.mutability.rule_of(tag) == TagRule::Mutable {
            return Ok(());
        }
        match self.resolve_tag(&repository.id, tag).await? {
            Some(current) if current != *digest => Err(tag_already_exists(&repository.id, tag)),
            _ => Ok(()),
        }
    }

    /// Stores an image. An image that exists already is not changed and keeps the time of its first push.
    async fn insert(&self, id: &RepositoryId, image: &Image) -> Result<Created, RepositoryError> {
        if let Some(subject) = &image.metadata.subject {
            let key = Key::referrer(id, subject, &image.digest);
            self.store.write(&key, Bytes::new()).await?;
        }
        let key = Key::image(id, &image.digest);
        let bytes = [
            &store::serialize(&image.metadata)[..],
            b"\n",
            &image.manifest,
        ]
        .concat();
        Ok(self.store.create(&key, bytes.into()).await?)
    }

    /// Sets a tag to an image. If two pushes set the same immutable tag at the same time, the store accepts one of them.
    async fn set_tag(
        &self,
        repository: &Repository,
        tag: &Tag,
        digest: &Digest,
    ) -> Result<Created, RepositoryError> {
        // This entry is written first, so that every tag of an image is listed under the image.
        let listed = Key::image_tag(&repository.id, digest, tag);
        self.store.write(&listed, Bytes::new()).await?;
        let key = Key::tag(&repository.id, tag);
        let bytes = Bytes::from(digest.as_str().to_owned());
        if self.store.create(&key, bytes.clone()).await? == Created::New {
            return Ok(Created::New);
        }
        if self.resolve_tag(&repository.id, tag).await?.as_ref() == Some(digest) {
            return Ok(Created::Existing);
        }
        match repository.settings.mutability.rule_of(tag) {
            TagRule::Immutable => Err(tag_already_exists(&repository.id, tag)),
            TagRule::Mutable => {
                self.store.write(&key, bytes).await?;
                Ok(Created::New)
            }
        }
    }

    /// Returns the digest of the image that a tag names, if the tag exists.
    pub(crate) async fn resolve_tag(
        &self,
        id: &RepositoryId,
        tag: &Tag,
    ) -> Result<Option<Digest>, RepositoryError> {
        let text = self.store.read(&Key::tag(id, tag)).await?;
        Ok(text.and_then(|text| str::from_utf8(&text).ok()?.parse().ok()))
    }

    pub(crate) async fn image(
        &self,
        id: &RepositoryId,
        reference: &Reference,
    ) -> Result<Image, RepositoryError> {
        let not_found = || RepositoryError::ImageNotFound {
            repository: id.clone(),
            reference: reference.clone(),
        };
        let digest = match reference {
            Reference::Digest(digest) => digest.clone(),
            Reference::Tag(tag) => self.resolve_tag(id, tag).await?.ok_or_else(not_found)?,
        };
        self.image_of(id, &digest).await?.ok_or_else(not_found)
    }

    pub(super) async fn image_of(
        &self,
        id: &RepositoryId,
        digest: &Digest,
    ) -> Result<Option<Image>, RepositoryError> {
        let key = Key::image(id, digest);
        let bytes = self.store.read(&key).await?;
        Ok(bytes.map(|bytes| read(&key, digest, &bytes)).transpose()?)
    }

    /// Removes an image and all its tags. Returns the tags.
    pub(crate) async fn delete_image(
        &self,
        id: &RepositoryId,
        digest: &Digest,
    ) -> Result<Vec<Tag>, RepositoryError> {
        let reference = Reference::Digest(digest.clone());
        let image = self.image(id, &reference).await?;
        let tags = self.tags_of(id, digest, None, usize::MAX).await?;
        for tag in &tags {
            self.store.remove(&Key::tag(id, tag)).await?;
        }
        self.store.clear(&Folder::image_tags(id, digest)).await?;
        self.store.remove(&Key::image(id, digest)).await?;
        if let Some(subject) = &image.metadata.subject {
            let key = Key::referrer(id, subject, digest);
            self.store.remove(&key).await?;
        }
        Ok(tags)
    }

    /// Removes a tag, but not its image. Returns the digest of the image.
    pub(crate) async fn delete_tag(
        &self,
        id: &RepositoryId,
        tag: &Tag,
    ) -> Result<Digest, RepositoryError> {
        let reference = Reference::Tag(tag.clone());
        let image = self.image(id, &reference).await?;
        self.store.remove(&Key::tag(id, tag)).await?;
        Ok(image.digest)
    }

    /// Returns the images whose manifest names `subject` as its subject. The subject need not exist.
    pub(crate) async fn referrers(
        &self,
        id: &RepositoryId,
        subject: &Digest,
    ) -> Result<Vec<Image>, RepositoryError> {
        let entries = self.store.all(&Folder::referrers(id, subject)).await?;
        let mut images = Vec::new();
        for digest in entries
            .iter()
            .filter_map(|entry| store::digest(&entry.name))
        {
            images.extend(self.image_of(id, &digest).await?);
        }
        Ok(images)
    }
}

/// Parses the stored object of an image: the metadata on the first line, then the manifest.
fn read(key: &Key, digest: &Digest, bytes: &Bytes) -> Result<Image, StoreError> {
    let end = bytes.iter().position(|byte| *byte == b'\n');
    let end = end.unwrap_or(bytes.len());
    Ok(Image {
        digest: digest.clone(),
        metadata: store::parse(key, &bytes[..end])?,
        manifest: bytes.slice((end + 1).min(bytes.len())..),
    })
}

fn verified_digest(new: &NewImage) -> Result<Digest, RepositoryError> {
    let algorithm = match &new.digest {
        Some(expected) => expected.algorithm(),
        None => Algorithm::Sha256,
    };
    let actual = digest_of(algorithm, &new.manifest);
    match &new.digest {
        Some(expected) if *expected != actual => Err(RepositoryError::DigestMismatch {
            expected: expected.clone(),
            actual,
        }),
        _ => Ok(actual),
    }
}

fn tag_already_exists(id: &RepositoryId, tag: &Tag) -> RepositoryError {
    RepositoryError::TagAlreadyExists {
        repository: id.clone(),
        tag: tag.clone(),
    }
}
