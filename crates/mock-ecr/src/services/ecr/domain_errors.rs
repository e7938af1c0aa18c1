//! Converts errors of repositories to the codes and messages of the ECR API.
//!
//! Sources of the messages: turbot/steampipe-plugin-aws#1938 (repository not found), int128/docker-manifest-create-action#63 (referenced
//! images), aws/aws-cli#8620 (manifest), and getmoto/moto, `ecr/exceptions.py`, which took them from ECR (already exists, not empty, no
//! policy). The others are `[ASSUME]`.

use crate::aws::error::ApiError;
use crate::aws::error::InvalidLayerPart;
use crate::aws::model::validate::invalid;
use crate::domain::{InvalidManifest, RepositoryError};
use crate::iam::policy::accept::RejectedPolicy;
use crate::types::error_chain::chain;
use crate::types::{Digest, RepositoryId};

impl From<RepositoryError> for ApiError {
    fn from(error: RepositoryError) -> Self {
        let (code, message) = match error {
            RepositoryError::RepositoryNotFound(id) => (
                "RepositoryNotFoundException",
                format!(
                    "The repository {} does not exist in {}",
                    with_name(&id),
                    registry(&id)
                ),
            ),
            RepositoryError::RepositoryAlreadyExists(id) => (
                "RepositoryAlreadyExistsException",
                format!(
                    "The repository {} already exists in {}",
                    with_name(&id),
                    registry(&id)
                ),
            ),
            RepositoryError::RepositoryNotEmpty(id) => (
                "RepositoryNotEmptyException",
                format!(
                    "The repository {} in registry with id '{}' cannot be deleted because it still contains images",
                    with_name(&id),
                    id.account()
                ),
            ),
            RepositoryError::PolicyNotFound(id) => (
                "RepositoryPolicyNotFoundException",
                format!(
                    "Repository policy does not exist for the repository {} in {}",
                    with_name(&id),
                    registry(&id)
                ),
            ),
            RepositoryError::InvalidPolicy(error) => return RejectedPolicy::from(error).into(),
            RepositoryError::TooManyResourceTags => (
                "TooManyTagsException",
                "The list of tags on the repository is over the limit. The maximum number of tags that can be applied to a repository is 50."
                    .to_owned(),
            ),
            RepositoryError::InvalidManifest(manifest) => return invalid_manifest(manifest),
            error => return image_or_layer_error(error),
        };
        ApiError::modelled(code, message)
    }
}

fn image_or_layer_error(error: RepositoryError) -> ApiError {
    let (code, message) = match error {
        RepositoryError::ImageAlreadyExists {
            repository,
            digest,
            tag,
        } => {
            let tag = tag.map_or_else(|| "null".to_owned(), |tag| tag.to_string());
            (
                "ImageAlreadyExistsException",
                format!(
                    "Image with digest '{digest}' and tag '{tag}' already exists in the repository {} in {}",
                    with_name(&repository),
                    registry(&repository)
                ),
            )
        }
        RepositoryError::TagAlreadyExists { repository, tag } => (
            "ImageTagAlreadyExistsException",
            format!(
                "The image tag '{tag}' already exists in the '{}' repository and cannot be overwritten because the tag is immutable.",
                repository.name
            ),
        ),
        RepositoryError::DigestMismatch { expected, actual } => (
            "ImageDigestDoesNotMatchException",
            format!("The digest '{expected}' does not match the digest '{actual}' of the content"),
        ),
        RepositoryError::LayersNotFound { repository, layers } => (
            "LayersNotFoundException",
            required_but_missing("Layers", &layers, &repository),
        ),
        RepositoryError::ReferencedImagesNotFound { repository, images } => (
            "ReferencedImagesNotFoundException",
            required_but_missing("Images", &images, &repository),
        ),
        error => return upload_error(error),
    };
    ApiError::modelled(code, message)
}

fn upload_error(error: RepositoryError) -> ApiError {
    let (code, message) = match error {
        RepositoryError::LayerAlreadyExists { repository, digest } => (
            "LayerAlreadyExistsException",
            format!(
                "The layer with digest '{digest}' already exists in the repository {} in {}",
                with_name(&repository),
                registry(&repository)
            ),
        ),
        RepositoryError::LayerDigestMismatch { expected, actual } => (
            "InvalidLayerException",
            format!("The digest '{expected}' does not match the digest '{actual}' of the layer"),
        ),
        RepositoryError::UploadNotFound { repository, upload } => (
            "UploadNotFoundException",
            format!(
                "The upload with id '{upload}' does not exist in the repository {} in {}",
                with_name(&repository),
                registry(&repository)
            ),
        ),
        RepositoryError::TooManyParts => (
            "LimitExceededException",
            "The layer upload exceeds the limit of 4200 layer parts".to_owned(),
        ),
        // [ASSUME]: a retry succeeds when uploads were completed or have expired.
        RepositoryError::TooManyUploads => (
            "ThrottlingException",
            "Too many unfinished layer uploads".to_owned(),
        ),
        RepositoryError::EmptyUpload { repository, upload } => (
            "EmptyUploadException",
            format!(
                "The upload with id '{upload}' in the repository {} in {} has no layer parts",
                with_name(&repository),
                registry(&repository)
            ),
        ),
        RepositoryError::PartOutOfOrder {
            repository,
            upload,
            start,
            expected,
        } => {
            return ApiError::InvalidLayerPart(Box::new(InvalidLayerPart::new(
                &repository,
                &upload,
                start,
                expected,
            )));
        }
        error => {
            tracing::error!(error = %chain(&error), "internal error of the API");
            return ApiError::Server;
        }
    };
    ApiError::modelled(code, message)
}

fn invalid_manifest(manifest: InvalidManifest) -> ApiError {
    let constraint = match manifest {
        InvalidManifest::SentMediaType => {
            return invalid("imageManifestMediaType", "Invalid media type");
        }
        InvalidManifest::Json => "Invalid JSON syntax",
        InvalidManifest::Shape => "Invalid image manifest",
        InvalidManifest::MediaType => "Media type does not match the one in the image manifest",
        InvalidManifest::TooLong => "Member must have length less than or equal to 4194304",
    };
    invalid("ImageManifest", constraint)
}

/// Returns the error for a layer that does not exist. The message is `[ASSUME]`.
pub(crate) fn layer_not_found(digest: &Digest, id: &RepositoryId) -> ApiError {
    let text = format!(
        "The layer with digest '{digest}' does not exist in the repository {} in {}",
        with_name(id),
        registry(id)
    );
    ApiError::modelled("LayersNotFoundException", text)
}

fn required_but_missing(what: &str, digests: &[Digest], id: &RepositoryId) -> String {
    let digests: Vec<&str> = digests.iter().map(Digest::as_str).collect();
    format!(
        "{what} with digests '[{}]' required for pushing image into repository {} in {} do not exist",
        digests.join(", "),
        with_name(id),
        registry(id)
    )
}

fn with_name(id: &RepositoryId) -> String {
    format!("with name '{}'", id.name)
}

fn registry(id: &RepositoryId) -> String {
    format!("the registry with id '{}'", id.account())
}
