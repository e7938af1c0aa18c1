//! The interface to the client that calls ECR.

use std::fmt;
use std::pin::Pin;

use crate::registry::Registry;
use crate::response::AuthorizationData;

/// The parameters of a call.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TokenRequest {
    /// The requested registry: its account is sent in `registryIds`, and its region is called. `None` requests the registry
    /// of the caller's account.
    pub registry: Option<Registry>,
}

/// Calls `GetAuthorizationToken`. Implemented for closures that take a [`TokenRequest`] and return a future.
///
/// The implementation sets retries and timeouts. Dropping the future cancels the call.
pub trait Fetch: Send + Sync {
    /// Starts one call.
    fn fetch(&self, request: TokenRequest) -> FetchFuture;
}

/// The future of a call.
pub type FetchFuture =
    Pin<Box<dyn Future<Output = Result<Vec<AuthorizationData>, FetchError>> + Send>>;

/// The error of a failed call.
pub type FetchError = Box<dyn std::error::Error + Send + Sync>;

impl<F, Response> Fetch for F
where
    F: Fn(TokenRequest) -> Response + Send + Sync,
    Response: Future<Output = Result<Vec<AuthorizationData>, FetchError>> + Send + 'static,
{
    fn fetch(&self, request: TokenRequest) -> FetchFuture {
        Box::pin(self(request))
    }
}

impl fmt::Debug for dyn Fetch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Fetch(..)")
    }
}
