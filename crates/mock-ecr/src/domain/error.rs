//! The errors of operations on repositories. The API and the registry translate them into their own codes and messages.

use crate::config::Quirk;
use crate::domain::image_status::ImageStatus;
use crate::domain::registry_error::RegistrySettingError;
use crate::domain::rejection::Rule;
use crate::domain::scan_error::ScanError;
use crate::iam::policy::invalid_policy::InvalidPolicy;
use crate::lifecycle::InvalidLifecyclePolicy;
use crate::store::{Key, StoreError};
use crate::types::{Digest, Reference, RepositoryId, Tag, UploadId};

/// An error of an operation on a repository.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RepositoryError {
    #[error("the repository {0} does not exist")]
    RepositoryNotFound(RepositoryId),
    #[error("the repository {0} already exists")]
    RepositoryAlreadyExists(RepositoryId),
    #[error("the repository {0} contains images")]
    RepositoryNotEmpty(RepositoryId),
    #[error("the image {reference} does not exist in {repository}")]
    ImageNotFound {
        repository: RepositoryId,
        reference: Reference,
    },
    /// The image exists already. If the request has a tag, the tag names this image.
    #[error("the image {digest} already exists in {repository}")]
    ImageAlreadyExists {
        repository: RepositoryId,
        digest: Digest,
        tag: Option<Tag>,
    },
    /// The tag is immutable and names another image.
    #[error("the tag {tag} of {repository} already exists and is immutable")]
    TagAlreadyExists { repository: RepositoryId, tag: Tag },
    /// The layer existed before the upload.
    #[error("the layer {digest} already exists in {repository}")]
    LayerAlreadyExists {
        repository: RepositoryId,
        digest: Digest,
    },
    /// The content of the layer has another digest.
    #[error("invalid digest of a layer: the digest of the content is {actual}")]
    LayerDigestMismatch { actual: Digest },
    /// The manifest has another digest.
    #[error("invalid digest of a manifest: expected {expected}, computed {actual}")]
    DigestMismatch {
        repository: RepositoryId,
        expected: Digest,
        actual: Digest,
    },
    #[error("these layers do not exist in {repository}: {layers:?}")]
    LayersNotFound {
        repository: RepositoryId,
        layers: Vec<Digest>,
    },
    /// The manifest names layers that the repository does not have.
    #[error("the manifest names layers that do not exist in {repository}: {layers:?}")]
    MissingLayers {
        repository: RepositoryId,
        layers: Vec<Digest>,
    },
    #[error("these images do not exist in {repository}: {images:?}")]
    ReferencedImagesNotFound {
        repository: RepositoryId,
        images: Vec<Digest>,
    },
    /// The image cannot be deleted.
    #[error("the image is listed by the indexes {0:?}")]
    ListedByIndexes(Vec<Digest>),
    /// The image cannot be archived.
    #[error("the image is listed by the active indexes {0:?}")]
    ListedByActiveIndexes(Vec<Digest>),
    /// The image has the requested storage class, or is being restored.
    #[error("the storage class of the image cannot be updated: the image is {}", .0.name())]
    StorageClassUnchanged(ImageStatus),
    #[error("invalid manifest: {0}")]
    InvalidManifest(InvalidManifest),
    #[error("the upload {upload} does not exist in {repository}")]
    UploadNotFound {
        repository: RepositoryId,
        upload: UploadId,
    },
    #[error("the repository has 20,000 unfinished uploads, the limit; complete or cancel some")]
    TooManyUploads,
    #[error("the upload has 4,200 parts, the limit")]
    TooManyParts,
    /// A quota does not permit another image.
    #[error(
        "the repository {repository} has reached its quota of images, {limit}: delete images, or increase quotas.images_per_repository"
    )]
    TooManyImages {
        repository: RepositoryId,
        limit: u32,
    },
    /// A quota does not permit another repository.
    #[error(
        "the repository {repository} cannot be created because its registry has reached its quota of repositories, {limit}: delete repositories, or increase quotas.repositories"
    )]
    TooManyRepositories {
        repository: RepositoryId,
        limit: u32,
    },
    /// A quota does not permit another tag.
    #[error(
        "the tag {tag} cannot be added to an image of {repository} that has reached its quota of tags, {limit}: delete tags, or increase quotas.tags_per_image"
    )]
    TooManyTags {
        repository: RepositoryId,
        tag: Tag,
        limit: u32,
    },
    /// The part does not begin at the end of the previous one.
    #[error("invalid part: it begins at byte {start}, expected {expected}")]
    PartOutOfOrder {
        repository: RepositoryId,
        upload: UploadId,
        start: u64,
        expected: u64,
    },
    #[error("a layer has no content, which ECR rejects (quirk empty_layers_rejected)")]
    EmptyUpload {
        repository: RepositoryId,
        upload: UploadId,
    },
    #[error(
        "a part of the layer that is not the last one has less than 5 MiB, which ECR rejects (quirk small_parts_rejected)"
    )]
    SmallPart,
    /// The client stopped before it had sent the complete content.
    #[error("the content ended early")]
    BrokenContent,
    #[error("{0} has no policy")]
    PolicyNotFound(RepositoryId),
    #[error("{0} has no lifecycle policy")]
    LifecyclePolicyNotFound(RepositoryId),
    #[error("{0} has no preview of a lifecycle policy")]
    LifecyclePreviewNotFound(RepositoryId),
    #[error("the previous preview of a lifecycle policy of {0} has not ended")]
    LifecyclePreviewInProgress(RepositoryId),
    #[error(transparent)]
    InvalidLifecyclePolicy(#[from] InvalidLifecyclePolicy),
    #[error(transparent)]
    Registry(#[from] RegistrySettingError),
    #[error(
        "the KMS key {0:?} is invalid: expected an alias, a key ID or an ARN of a key in the Region of the repository"
    )]
    InvalidKmsKey(String),
    #[error("a repository has at most 50 resource tags")]
    TooManyResourceTags,
    #[error(transparent)]
    Scan(#[from] ScanError),
    #[error(transparent)]
    InvalidPolicy(#[from] InvalidPolicy),
    /// The key of a record in the store is not one that this program writes.
    #[error("the store contains a record with the invalid key {0}")]
    InvalidKey(Key),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl RepositoryError {
    pub(super) fn layers_not_found(id: &RepositoryId, layers: Vec<Digest>) -> Self {
        RepositoryError::LayersNotFound {
            repository: id.clone(),
            layers,
        }
    }
}

/// The reason why a manifest is invalid.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum InvalidManifest {
    #[error("expected a JSON object")]
    Json,
    #[error("expected the fields of an image manifest or an index")]
    Shape,
    #[error("its media type differs from that of the request")]
    MediaType,
    #[error("the media type of the request has an invalid character, or more than 255 characters")]
    SentMediaType,
    #[error("it has more than 4,194,304 characters")]
    TooLong,
    #[error("{0} (quirk {quirk})", quirk = Quirk::StrictManifests.name())]
    UnknownMember(String),
    #[error("{}", rejected(*.0))]
    Rejected(Rule),
}

/// Returns what ECR rejects, and the quirk without which the registry accepts it.
fn rejected(rule: Rule) -> String {
    let rejection = rule.rejection();
    let (first, rest) = rejection.request.split_at(1);
    let text = format!("ECR rejects {}{rest}", first.to_ascii_lowercase());
    match rejection.quirk {
        Some(quirk) => format!("{text} (quirk {})", quirk.name()),
        None => text,
    }
}
