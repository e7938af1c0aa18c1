//! Images: a manifest, what is known of it, and the tags that name it.

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

/// An image as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Image {
    pub(crate) digest: Digest,
    pub(crate) metadata: Metadata,
    pub(crate) manifest: Bytes,
}

/// What is known of an image besides its manifest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Metadata {
    pub(crate) media_type: String,
    #[serde(default)]
    pub(crate) artifact_type: Option<String>,
    #[serde(default)]
    pub(crate) subject: Option<Digest>,
    /// The sum of the sizes of its blobs.
    pub(crate) size: u64,
    #[serde(default)]
    pub(crate) annotations: Option<serde_json::Map<String, serde_json::Value>>,
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

/// An image that is pushed.
#[derive(Clone, Debug)]
pub(crate) struct NewImage {
    pub(crate) manifest: Bytes,
    /// The media type that it was sent as.
    pub(crate) media_type: Option<String>,
    /// What its digest must be.
    pub(crate) digest: Option<Digest>,
    pub(crate) tag: Option<Tag>,
}

/// What a push has come to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pushed {
    pub(crate) image: Image,
    /// Whether there was anything to do: the image or its tag was not there.
    pub(crate) created: Created,
}

impl Repositories {
    /// Pushes an image whose layers, or whose images if it is an index, are there.
    ///
    /// The tag comes last, so that it never names what is not whole.
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

    /// Refuses what would be refused at the end, before anything is kept.
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
            Some(held) if held != *digest => Err(tag_already_exists(&repository.id, tag)),
            _ => Ok(()),
        }
    }

    /// An image that is there already stays as it is, pushed when it was.
    async fn insert(&self, id: &RepositoryId, image: &Image) -> Result<Created, RepositoryError> {
        if let Some(subject) = &image.metadata.subject {
            let key = Key::referrer(id, subject, &image.digest);
            self.store.write(&key, Bytes::new()).await?;
        }
        let key = Key::image(id, &image.digest);
        let bytes = [&store::print(&image.metadata)[..], b"\n", &image.manifest].concat();
        Ok(self.store.create(&key, bytes.into()).await?)
    }

    /// Lets a tag name an image; of two who set an immutable one at once, the store lets one win.
    async fn set_tag(
        &self,
        repository: &Repository,
        tag: &Tag,
        digest: &Digest,
    ) -> Result<Created, RepositoryError> {
        // First, so that no tag names an image that does not know of it.
        let known = Key::image_tag(&repository.id, digest, tag);
        self.store.write(&known, Bytes::new()).await?;
        let key = Key::tag(&repository.id, tag);
        let bytes = Bytes::from(digest.as_str().to_owned());
        if self.store.create(&key, bytes.clone()).await? == Created::New {
            return Ok(Created::New);
        }
        if self.resolve_tag(&repository.id, tag).await?.as_ref() == Some(digest) {
            return Ok(Created::Taken);
        }
        match repository.settings.mutability.rule_of(tag) {
            TagRule::Immutable => Err(tag_already_exists(&repository.id, tag)),
            TagRule::Mutable => {
                self.store.write(&key, bytes).await?;
                Ok(Created::New)
            }
        }
    }

    /// The image that a tag names, if it names one.
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

    /// Removes an image and all its tags.
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

    /// Removes a tag, and leaves its image.
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

    /// The images that name another as their subject, whether that one is there or not.
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

/// An object of an image: the facts on its first line, then the manifest.
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
