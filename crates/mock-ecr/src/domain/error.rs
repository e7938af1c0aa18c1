//! Why something cannot be done to a repository: one list for both planes, which put it into their own words.

use crate::store::StoreError;
use crate::types::{Digest, Reference, RepositoryId, Tag, UploadId};

/// What cannot be done, and why.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RepositoryError {
    #[error("there is no repository {0}")]
    RepositoryNotFound(RepositoryId),
    #[error("there is a repository {0} already")]
    RepositoryAlreadyExists(RepositoryId),
    #[error("the repository {0} has images")]
    RepositoryNotEmpty(RepositoryId),
    #[error("there is no image {reference} in {repository}")]
    ImageNotFound {
        repository: RepositoryId,
        reference: Reference,
    },
    /// The image is there, under the tag if one was given.
    #[error("there is an image {digest} in {repository} already")]
    ImageAlreadyExists {
        repository: RepositoryId,
        digest: Digest,
        tag: Option<Tag>,
    },
    /// The tag names another image, and may not be moved.
    #[error("the tag {tag} of {repository} cannot be moved")]
    TagAlreadyExists { repository: RepositoryId, tag: Tag },
    /// The layer is there, and was before.
    #[error("there is a layer {digest} in {repository} already")]
    LayerAlreadyExists {
        repository: RepositoryId,
        digest: Digest,
    },
    /// The layer is not what its digest says.
    #[error("the digest of the layer is {actual}, not {expected}")]
    LayerDigestMismatch { expected: Digest, actual: Digest },
    /// The manifest is not what its digest says.
    #[error("the digest is {actual}, not {expected}")]
    DigestMismatch { expected: Digest, actual: Digest },
    #[error("{repository} lacks the layers {layers:?}")]
    LayersNotFound {
        repository: RepositoryId,
        layers: Vec<Digest>,
    },
    #[error("{repository} lacks the images {images:?}")]
    ReferencedImagesNotFound {
        repository: RepositoryId,
        images: Vec<Digest>,
    },
    #[error("the manifest is none: {0}")]
    InvalidManifest(InvalidManifest),
    #[error("there is no upload {upload} in {repository}")]
    UploadNotFound {
        repository: RepositoryId,
        upload: UploadId,
    },
    /// A part that does not begin where the one before it ends.
    #[error("a part begins at byte {start}, expected {expected}")]
    PartOutOfOrder {
        repository: RepositoryId,
        upload: UploadId,
        start: u64,
        expected: u64,
    },
    #[error("nothing was uploaded")]
    EmptyUpload {
        repository: RepositoryId,
        upload: UploadId,
    },
    /// The client stopped in the middle of what it sent.
    #[error("the content broke off")]
    BrokenContent,
    #[error("{0} has no policy")]
    PolicyNotFound(RepositoryId),
    #[error("the policy is none: {0}")]
    InvalidPolicy(String),
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

/// Why a text is no manifest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum InvalidManifest {
    #[error("it is no JSON object")]
    Json,
    #[error("it does not name its parts as a manifest does")]
    Shape,
    #[error("its media type is not the one that it was sent as")]
    MediaType,
    #[error("it has more than 4 MiB")]
    TooLong,
}
