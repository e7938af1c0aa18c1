//! The errors of imports from upstream registries.

use crate::domain::RepositoryError;
use crate::http::body::CollectError;
use crate::http::buffers::BuffersFull;
use crate::upstream::secret::SecretError;

/// The reason why an image was not imported. A text names the request that has failed. It contains no secret.
#[derive(Debug, thiserror::Error)]
pub(crate) enum UpstreamError {
    /// The upstream registry does not have the image.
    #[error("the upstream registry does not have the image: {0}")]
    NotFound(String),
    /// The upstream registry has rejected the credentials, or requires some.
    #[error("the upstream registry has denied the access: {0}")]
    AccessDenied(String),
    /// The secret of the rule cannot be used.
    #[error("the secret of the pull-through cache rule cannot be used: {0}")]
    Secret(#[from] SecretError),
    #[error("the upstream registry has limited the rate of requests: {0}")]
    TooManyRequests(String),
    /// The configuration has no address for the upstream registry.
    #[error("upstreams.addresses has no address for the upstream registry {0}")]
    NoAddress(String),
    /// The upstream registry does not implement the request.
    #[error("the upstream registry does not implement the request: {0}")]
    Unsupported(String),
    /// The upstream registry has sent an invalid image.
    #[error("the image of the upstream registry is invalid: {0}")]
    Invalid(String),
    /// The upstream registry was not reached, or has sent an invalid response.
    #[error("the upstream registry is not available: {0}")]
    Unavailable(String),
    #[error(transparent)]
    BuffersFull(#[from] BuffersFull),
    /// The repository cannot be created or changed.
    #[error(transparent)]
    Repository(#[from] RepositoryError),
}

impl UpstreamError {
    #[allow(
        clippy::needless_pass_by_value,
        reason = "`map_err` passes an error by value"
    )]
    pub(super) fn unavailable(reason: impl ToString) -> Self {
        UpstreamError::Unavailable(reason.to_string())
    }

    #[allow(
        clippy::needless_pass_by_value,
        reason = "`map_err` passes an error by value"
    )]
    pub(super) fn invalid(reason: impl ToString) -> Self {
        UpstreamError::Invalid(reason.to_string())
    }

    /// Returns the error of a body that was not read.
    pub(super) fn of_body(error: CollectError) -> Self {
        match error {
            CollectError::BuffersFull(full) => full.into(),
            error => UpstreamError::unavailable(error),
        }
    }

    /// Returns the error of an image that cannot be stored.
    pub(super) fn of_image(error: RepositoryError) -> Self {
        match error {
            error @ (RepositoryError::InvalidManifest(_)
            | RepositoryError::DigestMismatch { .. }
            | RepositoryError::MissingLayers { .. }
            | RepositoryError::ReferencedImagesNotFound { .. }) => UpstreamError::invalid(error),
            error => error.into(),
        }
    }

    /// Returns the error of an image if one of its parts was not fetched: an image without it is invalid.
    pub(super) fn of_part(self) -> Self {
        match self {
            UpstreamError::NotFound(reason) | UpstreamError::Unsupported(reason) => {
                UpstreamError::Invalid(reason)
            }
            error => error,
        }
    }

    /// Returns the error of a request that is not for an image: that the path does not exist does not mean that an image does not exist.
    pub(super) fn of_service(self) -> Self {
        match self {
            UpstreamError::NotFound(reason) | UpstreamError::Unsupported(reason) => {
                UpstreamError::Unavailable(reason)
            }
            error => error,
        }
    }

    /// Returns the same error for another request. `None` if it is an error of the store, which can be another one for that request.
    pub(super) fn share(&self) -> Option<Self> {
        Some(match self {
            UpstreamError::NotFound(reason) => UpstreamError::NotFound(reason.clone()),
            UpstreamError::AccessDenied(reason) => UpstreamError::AccessDenied(reason.clone()),
            UpstreamError::Secret(error) => UpstreamError::Secret(*error),
            UpstreamError::TooManyRequests(reason) => {
                UpstreamError::TooManyRequests(reason.clone())
            }
            UpstreamError::NoAddress(host) => UpstreamError::NoAddress(host.clone()),
            UpstreamError::Unsupported(reason) => UpstreamError::Unsupported(reason.clone()),
            UpstreamError::Invalid(reason) => UpstreamError::Invalid(reason.clone()),
            UpstreamError::Unavailable(reason) => UpstreamError::Unavailable(reason.clone()),
            UpstreamError::BuffersFull(full) => UpstreamError::BuffersFull(*full),
            UpstreamError::Repository(_) => return None,
        })
    }
}
