//! The error for an image that an input names.

use crate::aws::error::ApiError;
use crate::aws::model::validate;
use crate::services::ecr::views::image_id::{Failure, ImageId};
use crate::types::RepositoryId;

/// Returns the error for a requested image. `member` is the member of the input that names it.
///
/// Source of the message: getmoto/moto, `ecr/exceptions.py`. A record of ECR from 2026 is equal.
pub(crate) fn image_error(
    member: &str,
    failure: &Failure,
    image_id: &ImageId,
    id: &RepositoryId,
) -> ApiError {
    let null = || "null".to_owned();
    let digest = image_id.image_digest.clone().unwrap_or_else(null);
    let tag = image_id.image_tag.clone().unwrap_or_else(null);
    match failure {
        Failure::MissingDigestAndTag | Failure::InvalidImageDigest | Failure::InvalidImageTag => {
            validate::invalid(member, "Invalid image identifier")
        }
        _ => ApiError::modelled(
            "ImageNotFoundException",
            format!(
                "The image with imageId {{imageDigest:'{digest}', imageTag:'{tag}'}} does not exist within the repository with name '{}' in the registry with id '{}'",
                id.name,
                id.account()
            ),
        ),
    }
}
