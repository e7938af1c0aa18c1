//! Why there is no token.

use std::sync::Arc;

use crate::response::ResponseError;

/// Why there is no token. All who have waited for one call are told the same.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TokenError {
    /// The call failed, and no living token was left.
    #[error("{0}")]
    Fetch(Arc<dyn std::error::Error + Send + Sync>),
    /// What came is no use.
    #[error("the answer holds no usable token: {0}")]
    Response(#[from] ResponseError),
    /// ECR gave once more the password that the registry has refused.
    #[error("ECR has issued once more the very token that the registry refused")]
    Rejected,
}
