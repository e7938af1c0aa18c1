//! The error of a token request.

use std::sync::Arc;

use crate::response::ResponseError;

/// The error returned when no token is available. All callers that share a call receive the same error.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TokenError {
    /// The call of `GetAuthorizationToken` failed, and no valid token is cached.
    #[error("{0}")]
    Fetch(Arc<dyn std::error::Error + Send + Sync>),
    /// The response contains no usable token, and no valid token is cached.
    #[error("the response of GetAuthorizationToken is invalid: {0}")]
    Response(#[from] ResponseError),
    /// ECR returned a password that the registry has rejected before, and no valid token is cached.
    #[error("ECR returned the same token that the registry has rejected")]
    Rejected,
}
