//! Converts errors of repositories to the codes and messages of the ECR API.
//!
//! Sources of the messages: the table of rejections, turbot/steampipe-plugin-aws#1938 (repository not found),
//! buildkite-plugins/ecr-buildkite-plugin#111 and CircleCI-Public/aws-ecr-orb#261 (image already exists), and getmoto/moto,
//! `ecr/exceptions.py`, which took them from ECR (repository already exists, not empty, no policy). The others are `[ASSUME]`.

use crate::aws::error::{ApiError, InvalidLayerPart, KmsException};
use crate::aws::model::validate::invalid;
use crate::domain::rejection::{INVALID_PARAMETER, Rejection};
use crate::domain::{AccessError, InvalidManifest, RepositoryError};
use crate::iam::policy::accept::RejectedPolicy;
use crate::types::error_chain::chain;
use crate::types::{Digest, RepositoryId};

impl From<AccessError> for ApiError {
    fn from(error: AccessError) -> Self {
        match error {
            AccessError::Denied(denied) => ApiError::AccessDenied(Box::new(denied)),
            AccessError::Repository(error) => error.into(),
        }
    }
}

impl From<RepositoryError> for ApiError {
    fn from(error: RepositoryError) -> Self {
        if let Some((rejection, message)) = error.rejection() {
            return rejected(&error, rejection, message);
        }
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
            RepositoryError::LifecyclePolicyNotFound(_)
            | RepositoryError::LifecyclePreviewNotFound(_)
            | RepositoryError::LifecyclePreviewInProgress(_)
            | RepositoryError::InvalidLifecyclePolicy(_) => return lifecycle_error(&error),
            RepositoryError::InvalidPolicy(error) => return RejectedPolicy::from(error).into(),
            RepositoryError::TooManyResourceTags => (
                "TooManyTagsException",
                "The list of tags on the repository is over the limit. The maximum number of tags that can be applied to a repository is 50."
                    .to_owned(),
            ),
            RepositoryError::InvalidManifest(manifest) => return invalid_manifest(&manifest),
            // The code is that of the service model. The message is [ASSUME].
            RepositoryError::InvalidKmsKey(named) => {
                let message = format!(
                    "The KMS key '{named}' is invalid: expected an alias, a key ID or an ARN of a key in the Region of the repository"
                );
                return ApiError::Kms(KmsException::key_not_found(message));
            }
            RepositoryError::Registry(error) => return error.into(),
            RepositoryError::Scan(error) => return error.into(),
            error => return image_or_layer_error(error),
        };
        ApiError::modelled(code, message)
    }
}

/// Sources: cloud-custodian/cloud-custodian, `test_ecr_set_lifecycle` (2018), for a missing policy, and simple-container-com/api#34 (2025) for an invalid
/// one. The texts about previews are `[ASSUME]`.
fn lifecycle_error(error: &RepositoryError) -> ApiError {
    let (code, message) = match error {
        RepositoryError::LifecyclePolicyNotFound(id) => (
            "LifecyclePolicyNotFoundException",
            format!(
                "Lifecycle policy does not exist for the repository {} in {}",
                with_name(id),
                registry(id)
            ),
        ),
        RepositoryError::LifecyclePreviewNotFound(id) => (
            "LifecyclePolicyPreviewNotFoundException",
            format!(
                "Lifecycle policy preview does not exist for the repository {} in {}",
                with_name(id),
                registry(id)
            ),
        ),
        RepositoryError::LifecyclePreviewInProgress(_) => (
            "LifecyclePolicyPreviewInProgressException",
            "The previous lifecycle policy preview request has not completed. Wait and try again."
                .to_owned(),
        ),
        error => {
            let constraint = format!("Lifecycle policy validation failure: {error}");
            return invalid("LifecyclePolicyText", &constraint);
        }
    };
    ApiError::modelled(code, message)
}

fn rejected(error: &RepositoryError, rejection: &Rejection, message: String) -> ApiError {
    match error {
        RepositoryError::PartOutOfOrder {
            repository,
            upload,
            expected,
            ..
        } => InvalidLayerPart::new(repository, upload, *expected, message).into(),
        _ if rejection.exception == INVALID_PARAMETER => ApiError::InvalidParameter(message),
        _ => ApiError::modelled(rejection.exception, message),
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
                    "Image with digest '{digest}' and tag '{tag}' already exists in the repository {} in registry with id '{}'",
                    with_name(&repository),
                    repository.account()
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
        error @ (RepositoryError::ListedByActiveIndexes(_)
        | RepositoryError::StorageClassUnchanged(_)) => {
            return storage_class_error(&error);
        }
        error => return upload_error(error),
    };
    ApiError::modelled(code, message)
}

/// The conditions and the texts are `[ASSUME]`.
fn storage_class_error(error: &RepositoryError) -> ApiError {
    let message = match error {
        RepositoryError::ListedByActiveIndexes(lists) => {
            let lists: Vec<&str> = lists.iter().map(Digest::as_str).collect();
            let lists = lists.join(", ");
            format!("Requested image referenced by manifest list: [{lists}]")
        }
        RepositoryError::StorageClassUnchanged(status) => format!(
            "The storage class of the image cannot be updated: the image is {}",
            status.name()
        ),
        error => error.to_string(),
    };
    ApiError::modelled("ImageStorageClassUpdateNotSupportedException", message)
}

fn upload_error(error: RepositoryError) -> ApiError {
    let (code, message) = match error {
        RepositoryError::LayerAlreadyExists { repository, digest } => (
            "LayerAlreadyExistsException",
            format!(
                "The layer with digest '{digest}' already exists in the repository {} in registry with id '{}'",
                with_name(&repository),
                repository.account()
            ),
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
        error => {
            tracing::error!(error = %chain(&error), "internal error of the API");
            return ApiError::Server;
        }
    };
    ApiError::modelled(code, message)
}

fn invalid_manifest(manifest: &InvalidManifest) -> ApiError {
    let constraint = match manifest {
        InvalidManifest::SentMediaType => {
            return invalid("imageManifestMediaType", "Invalid media type");
        }
        InvalidManifest::Json
        | InvalidManifest::Shape
        | InvalidManifest::UnknownMember(_)
        | InvalidManifest::Rejected(_) => "Invalid JSON syntax",
        InvalidManifest::MediaType => "Media type does not match the one in the image manifest",
        InvalidManifest::TooLong => "must have length less than or equal to 4194304",
    };
    invalid("ImageManifest", constraint)
}

/// Returns the error for a layer that does not exist. Source of the message: monken/aws-ecr-public#11, whose quotation marks are incomplete.
pub(crate) fn layer_not_found(digest: &Digest, id: &RepositoryId) -> ApiError {
    let text = format!(
        "The layer with digest '{digest}' does not exist within the repository {} in {}",
        with_name(id),
        registry(id)
    );
    ApiError::modelled("LayersNotFoundException", text)
}

fn with_name(id: &RepositoryId) -> String {
    format!("with name '{}'", id.name)
}

fn registry(id: &RepositoryId) -> String {
    format!("the registry with id '{}'", id.account())
}
