//! The errors of imports from upstream registries.

use crate::domain::RepositoryError;
use crate::http::buffers::BuffersFull;
use crate::upstream::secret::SecretError;

/// The reason why an image was not imported.
#[derive(Debug, thiserror::Error)]
pub(crate) enum UpstreamError {
    /// The upstream registry does not have the image.
    #[error("the upstream registry does not have the image")]
    NotFound,
    /// The upstream registry has rejected the credentials, or requires some.
    #[error("the upstream registry has denied the access: {0}")]
    AccessDenied(String),
    /// The secret of the rule cannot be used.
    #[error("the secret of the pull-through cache rule cannot be used: {0}")]
    Secret(#[from] SecretError),
    #[error("the upstream registry has limited the rate of requests")]
    TooManyRequests,
    /// The configuration has no address for the upstream registry.
    #[error("upstreams.addresses has no address for the upstream registry {0}")]
    NoAddress(String),
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
}
