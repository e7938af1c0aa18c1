//! The records of images and of the tags that name them.

use std::time::Duration;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::domain::error::{InvalidManifest, RepositoryError};
use crate::domain::image_status::ImageStatus;
use crate::domain::manifest::{LONGEST_MEDIA_TYPE, Manifest};
use crate::domain::manifest_rules::Kind;
use crate::domain::repository::Lookup;
use crate::domain::{restoration, signing_state};
use crate::store::{Folder, Generation, Key, Snapshot, Transaction, parse};
use crate::types::timestamp::Timestamp;
use crate::types::{Digest, Reference, Tag};

/// A stored image, without its manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ListedImage {
    pub(crate) digest: Digest,
    pub(crate) metadata: Metadata,
}

/// A stored image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Image {
    pub(crate) digest: Digest,
    pub(crate) metadata: Metadata,
    pub(crate) manifest: Bytes,
}

/// The metadata of an image. It is small: lists of images read it. The manifest and the annotations of an image that names a subject have
/// records of their own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Metadata {
    pub(crate) media_type: String,
    #[serde(default)]
    pub(crate) artifact_type: Option<String>,
    #[serde(default)]
    pub(crate) subject: Option<Digest>,
    /// The sum of the sizes of its blobs, in bytes.
    pub(crate) size: u64,
    /// The size of the manifest, in bytes.
    pub(crate) manifest_size: u64,
    pushed_at_millis: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pulled_at_millis: Option<i64>,
    #[serde(default, skip_serializing_if = "ImageStatus::is_active")]
    pub(crate) status: ImageStatus,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    archived_at_millis: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    activated_at_millis: Option<i64>,
}

/// The media types of the configurations of container images.
const CONFIG_TYPES: [&str; 2] = [
    "application/vnd.oci.image.config.v1+json",
    "application/vnd.docker.container.image.v1+json",
];

/// The time after which the next pull of an image is recorded. Source: the documentation of `lastRecordedPullTime` in the service model.
const PULL_INTERVAL: Duration = Duration::from_secs(24 * 3600);

impl Metadata {
    pub(super) fn of(
        manifest: &Manifest,
        bytes: &Bytes,
        sent_as: Option<&str>,
        now: Timestamp,
    ) -> Result<Self, RepositoryError> {
        let media_type = manifest.media_type(sent_as);
        let artifact_type = manifest.artifact_type().map(str::to_owned);
        if artifact_type
            .as_ref()
            .is_some_and(|text| text.len() > LONGEST_MEDIA_TYPE)
        {
            return Err(RepositoryError::InvalidManifest(InvalidManifest::Shape));
        }
        Ok(Metadata {
            media_type: media_type.map_err(RepositoryError::InvalidManifest)?,
            artifact_type,
            size: manifest.size(),
            subject: manifest.subject.as_ref().map(|one| one.digest.clone()),
            manifest_size: bytes.len() as u64,
            pushed_at_millis: now.as_millis(),
            pulled_at_millis: None,
            status: ImageStatus::Active,
            archived_at_millis: None,
            activated_at_millis: None,
        })
    }

    /// Returns the last recorded pull.
    pub(crate) fn pulled(&self) -> Option<Timestamp> {
        self.pulled_at_millis.map(Timestamp::from_millis)
    }

    /// Returns whether a pull is recorded: the first one, and then at most one in 24 hours.
    pub(super) fn records_pull(&self, now: Timestamp) -> bool {
        self.pulled()
            .is_none_or(|pulled| now >= pulled + PULL_INTERVAL)
    }

    pub(super) fn pulled_at(self, now: Timestamp) -> Self {
        Metadata {
            pulled_at_millis: Some(now.as_millis()),
            ..self
        }
    }

    /// Returns when the image was last archived.
    pub(crate) fn archived(&self) -> Option<Timestamp> {
        self.archived_at_millis.map(Timestamp::from_millis)
    }

    /// Returns when the image was pushed or last restored: a restoration counts as a push. Source: the user guide of Amazon ECR,
    /// `archive-image.html`.
    pub(crate) fn added(&self) -> Timestamp {
        self.activated().unwrap_or(self.pushed())
    }

    /// Returns when the image was last restored.
    pub(crate) fn activated(&self) -> Option<Timestamp> {
        self.activated_at_millis.map(Timestamp::from_millis)
    }

    pub(super) fn with_status(self, status: ImageStatus) -> Self {
        Metadata { status, ..self }
    }

    pub(super) fn archived_at(self, now: Timestamp) -> Self {
        Metadata {
            status: ImageStatus::Archived,
            archived_at_millis: Some(now.as_millis()),
            ..self
        }
    }

    pub(super) fn activated_at(self, now: Timestamp) -> Self {
        Metadata {
            status: ImageStatus::Active,
            activated_at_millis: Some(now.as_millis()),
            ..self
        }
    }

    /// Returns the metadata of a copy of the image that is made at a time.
    pub(super) fn copied_at(self, now: Timestamp) -> Self {
        Metadata {
            pushed_at_millis: now.as_millis(),
            pulled_at_millis: None,
            status: ImageStatus::Active,
            archived_at_millis: None,
            activated_at_millis: None,
            ..self
        }
    }

    /// Returns whether the image is neither an index nor an artifact of another kind.
    pub(crate) fn is_container_image(&self) -> bool {
        let config = self.artifact_type.as_deref();
        Kind::of(&self.media_type).is_image()
            && config.is_none_or(|config| CONFIG_TYPES.contains(&config))
    }

    pub(crate) fn pushed(&self) -> Timestamp {
        Timestamp::from_millis(self.pushed_at_millis)
    }
}

/// Writes the metadata of an image, and the record by which an image that is not active is found.
pub(super) fn write_metadata(
    records: &mut Transaction<'_>,
    generation: &Generation,
    digest: &Digest,
    metadata: &Metadata,
) {
    records.write(&generation.image(digest), metadata);
    let inactive = generation.inactive_image(digest);
    match metadata.status {
        ImageStatus::Active => records.remove(&inactive),
        status => records.write(&inactive, &status),
    }
}

impl Lookup {
    pub(super) fn image_not_found(&self, reference: Reference) -> RepositoryError {
        RepositoryError::ImageNotFound {
            repository: self.id.clone(),
            reference,
        }
    }

    pub(super) fn resolve(
        &self,
        view: &dyn Snapshot,
        generation: &Generation,
        reference: &Reference,
    ) -> Result<Digest, RepositoryError> {
        let digest = match reference {
            Reference::Digest(digest) => Some(digest.clone()),
            Reference::Tag(tag) => digest_of_tag(view, generation, tag)?,
        };
        digest.ok_or_else(|| self.image_not_found(reference.clone()))
    }
}

/// Returns the records by which an image is found by its subject, its layers, and the images that it lists. The value of the record of a layer is
/// its media type in the manifest.
pub(super) fn references(
    generation: &Generation,
    digest: &Digest,
    manifest: &Manifest,
) -> Vec<(Key, String)> {
    let subjects = manifest.subject.iter();
    let subjects = subjects.map(|one| (generation.referrers(&one.digest), ""));
    let layers = manifest.typed_layers();
    let layers = layers.map(|(layer, media_type)| (generation.layer_images(layer), media_type));
    let images = manifest.manifests.iter();
    let images = images.map(|one| (generation.indexes(&one.digest), ""));
    let records = subjects.chain(layers).chain(images);
    let records = records.map(|(folder, value)| (folder.key(digest.as_str()), value.to_owned()));
    records.collect()
}

/// Adds the records of an image.
pub(super) fn insert_image(
    records: &mut Transaction<'_>,
    generation: &Generation,
    manifest: &Manifest,
    image: &Image,
) {
    records.write(&generation.image(&image.digest), &image.metadata);
    records.put(&generation.manifest(&image.digest), image.manifest.clone());
    if let (Some(_), Some(annotations)) = (&manifest.subject, &manifest.annotations) {
        let json = annotations.as_json().to_owned();
        records.put(&generation.annotations(&image.digest), json);
    }
    for (key, value) in references(generation, &image.digest, manifest) {
        records.put(&key, value);
    }
}

/// Lets a tag name an image. `current` is the image that the tag named before.
pub(super) fn move_tag(
    records: &mut Transaction<'_>,
    generation: &Generation,
    tag: &Tag,
    current: Option<&Digest>,
    digest: &Digest,
) {
    if let Some(current) = current {
        records.remove(&generation.image_tags(current).key(tag.as_str()));
    }
    records.put(&generation.tag(tag), digest.as_str().to_owned());
    records.put(&generation.image_tags(digest).key(tag.as_str()), Vec::new());
}

pub(super) fn remove_tag(
    records: &mut Transaction<'_>,
    generation: &Generation,
    digest: &Digest,
    tag: &Tag,
) {
    records.remove(&generation.tag(tag));
    records.remove(&generation.image_tags(digest).key(tag.as_str()));
}

/// Removes an image that no index lists, and all its tags. Returns the tags.
pub(super) fn remove_unlisted(
    records: &mut Transaction<'_>,
    generation: &Generation,
    digest: &Digest,
) -> Result<Vec<Tag>, RepositoryError> {
    let indexes = digests_in(records.view(), &generation.indexes(digest))?;
    if !indexes.is_empty() {
        return Err(RepositoryError::ListedByIndexes(indexes));
    }
    remove_image(records, generation, digest)
}

pub(super) fn remove_image(
    records: &mut Transaction<'_>,
    generation: &Generation,
    digest: &Digest,
) -> Result<Vec<Tag>, RepositoryError> {
    let tags = tags_in(records.view(), generation, digest, None, usize::MAX)?;
    for tag in &tags {
        remove_tag(records, generation, digest, tag);
    }
    let key = generation.manifest(digest);
    let bytes = records.view().get(&key)?.unwrap_or_default();
    let manifest = Manifest::parse(&bytes).unwrap_or_default();
    for (reference, _) in references(generation, digest, &manifest) {
        records.remove(&reference);
    }
    records.remove(&key);
    for key in records
        .view()
        .keys(&generation.replications(digest), None, usize::MAX)?
    {
        records.remove(&key);
    }
    signing_state::remove_all(records, generation, digest)?;
    restoration::cancel(records, generation, digest)?;
    records.remove(&generation.annotations(digest));
    records.remove(&generation.cached_referrers(digest));
    records.remove(&generation.scan(digest));
    records.remove(&generation.enhanced_end(digest));
    records.remove(&generation.scan_result(digest));
    records.remove(&generation.image(digest));
    records.remove(&generation.inactive_image(digest));
    Ok(tags)
}

pub(super) fn digest_of_tag(
    view: &dyn Snapshot,
    generation: &Generation,
    tag: &Tag,
) -> Result<Option<Digest>, RepositoryError> {
    let key = generation.tag(tag);
    let Some(text) = view.get(&key)? else {
        return Ok(None);
    };
    let digest = str::from_utf8(&text)
        .ok()
        .and_then(|text| text.parse().ok());
    digest.map(Some).ok_or(RepositoryError::InvalidKey(key))
}

pub(super) fn image_of(
    view: &dyn Snapshot,
    generation: &Generation,
    digest: &Digest,
) -> Result<Option<ListedImage>, RepositoryError> {
    let metadata = view.read(&generation.image(digest))?;
    let digest = digest.clone();
    Ok(metadata.map(|metadata| ListedImage { digest, metadata }))
}

/// Parses the record of a list of images.
pub(super) fn listed(key: &Key, bytes: &[u8]) -> Result<ListedImage, RepositoryError> {
    Ok(ListedImage {
        digest: name_digest(key)?,
        metadata: parse(key, bytes)?,
    })
}

/// Parses the name of a record that is a digest.
pub(super) fn name_digest(key: &Key) -> Result<Digest, RepositoryError> {
    let digest = key.name().parse();
    digest.map_err(|_| RepositoryError::InvalidKey(key.clone()))
}

/// Returns the digests that are the names of the records in a folder.
pub(super) fn digests_in(
    view: &dyn Snapshot,
    folder: &Folder,
) -> Result<Vec<Digest>, RepositoryError> {
    let keys = view.keys(folder, None, usize::MAX)?;
    keys.iter().map(name_digest).collect()
}

/// Returns at most `limit` tags that name an image and follow `after`, in byte order.
pub(super) fn tags_in(
    view: &dyn Snapshot,
    generation: &Generation,
    digest: &Digest,
    after: Option<&str>,
    limit: usize,
) -> Result<Vec<Tag>, RepositoryError> {
    tag_names(view, &generation.image_tags(digest), after, limit)
}

/// Returns the tags that are the names of the records in a folder.
pub(super) fn tag_names(
    view: &dyn Snapshot,
    folder: &Folder,
    after: Option<&str>,
    limit: usize,
) -> Result<Vec<Tag>, RepositoryError> {
    let keys = view.keys(folder, after, limit)?;
    let tag = |key: Key| {
        let tag = key.name().parse();
        tag.map_err(|_| RepositoryError::InvalidKey(key))
    };
    keys.into_iter().map(tag).collect()
}
