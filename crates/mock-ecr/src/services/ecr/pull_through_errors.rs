//! Converts errors of pull-through caches to the codes and messages of the ECR API.
//!
//! Source of the message about missing credentials: aws-controllers-k8s/community#2589 (2025) and a second report with its end. `[ASSUME]`: the
//! other messages are the descriptions in the service model.

use crate::aws::error::ApiError;
use crate::aws::model::validate::invalid;
use crate::aws::pull_through_rule::InvalidRule;
use crate::domain::RepositoryError;
use crate::services::ecr::views::image_id::Failure;
use crate::upstream::{SecretError, UpstreamError};

impl From<InvalidRule> for ApiError {
    fn from(error: InvalidRule) -> Self {
        let message = match error {
            InvalidRule::Parameter {
                parameter,
                constraint,
            } => return invalid(parameter, constraint),
            // The members of a request were validated before.
            InvalidRule::Form(text) => return ApiError::InvalidParameter(text),
            InvalidRule::UnsupportedUpstream => "The specified upstream registry isn't supported.",
            InvalidRule::SecretRequired => {
                "The specified upstream registry requires authentication. Specify a valid Secrets Manager ARN containing the upstream registry credentials."
            }
        };
        ApiError::modelled("UnsupportedUpstreamRegistryException", message.to_owned())
    }
}

/// A secret whose text is not that of credentials is accepted. Source: the tests of `aws_ecr_pull_through_cache_rule` in
/// hashicorp/terraform-provider-aws.
impl From<SecretError> for ApiError {
    fn from(error: SecretError) -> Self {
        let (code, message) = match error {
            SecretError::NotFound => (
                "SecretNotFoundException",
                "The ARN of the secret specified in the pull through cache rule was not found. Update the pull through cache rule with a valid secret ARN and try again.",
            ),
            SecretError::Denied => (
                "UnableToAccessSecretException",
                "The secret is unable to be accessed. Verify the resource permissions for the secret and try again.",
            ),
            SecretError::Undecryptable | SecretError::Malformed => (
                "UnableToDecryptSecretValueException",
                "The secret is accessible but is unable to be decrypted. Verify the resource permissions and try again.",
            ),
        };
        ApiError::modelled(code, message.to_owned())
    }
}

/// Returns why an image was not imported, or the error of the whole call.
///
/// Source of the codes: the enum `ImageFailureCode` and `UnableToGetUpstreamImageException` in the service model. When each of them is returned
/// is `[ASSUME]`.
pub(crate) fn image_failure(error: UpstreamError) -> Result<Failure, ApiError> {
    Ok(match error {
        UpstreamError::NotFound(_) => Failure::ImageNotFound,
        UpstreamError::AccessDenied(_) => Failure::UpstreamAccessDenied,
        UpstreamError::TooManyRequests(_) => Failure::UpstreamTooManyRequests,
        UpstreamError::NoAddress(_)
        | UpstreamError::Unsupported(_)
        | UpstreamError::Invalid(_)
        | UpstreamError::Unavailable(_) => Failure::UpstreamUnavailable,
        UpstreamError::Secret(_) => {
            let message = "The image or images were unable to be pulled using the pull through cache rule. This is usually caused because of an issue with the Secrets Manager secret containing the credentials for the upstream registry.";
            let code = "UnableToGetUpstreamImageException";
            return Err(ApiError::modelled(code, message.to_owned()));
        }
        UpstreamError::BuffersFull(full) => return Err(full.into()),
        UpstreamError::Repository(error) => return Err(error.into()),
    })
}

/// Returns the error for referrers that were not imported. When it is returned is `[ASSUME]`.
pub(crate) fn referrers_error(error: UpstreamError) -> ApiError {
    match error {
        UpstreamError::BuffersFull(full) => full.into(),
        UpstreamError::Repository(error) if !is_quota(&error) => error.into(),
        _ => {
            let message = "The referrer or referrers were unable to be listed using the pull through cache rule. This is usually caused because of an issue with the Secrets Manager secret containing the credentials for the upstream registry.";
            let code = "UnableToListUpstreamImageReferrersException";
            ApiError::modelled(code, message.to_owned())
        }
    }
}

/// Returns whether a quota was reached. The service model has no error of a quota for `ListImageReferrers`.
fn is_quota(error: &RepositoryError) -> bool {
    matches!(
        error,
        RepositoryError::TooManyRepositories { .. }
            | RepositoryError::TooManyImages { .. }
            | RepositoryError::TooManyTags { .. }
    )
}

/// Returns the error for a layer that was not imported.
pub(crate) fn layer_error(error: UpstreamError) -> ApiError {
    match error {
        UpstreamError::BuffersFull(full) => full.into(),
        UpstreamError::Repository(error) => error.into(),
        _ => {
            let message = "There was an issue getting the upstream layer matching the pull through cache rule.";
            let code = "UnableToGetUpstreamLayerException";
            ApiError::modelled(code, message.to_owned())
        }
    }
}
