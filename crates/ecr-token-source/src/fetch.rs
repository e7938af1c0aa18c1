//! Asking ECR, by whatever client.

use std::fmt;
use std::pin::Pin;

use crate::registry::Registry;
use crate::response::AuthorizationData;

/// What is to be asked for.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TokenRequest {
    /// The registry whose account goes into `registryIds`, and whose region is the one to call. `None` is the caller's own.
    pub registry: Option<Registry>,
}

/// Calls `GetAuthorizationToken`. A closure that takes an [`TokenRequest`] and answers a future will do.
///
/// Retries and timeouts are its own matter, and a cancelled call is a future that is dropped.
pub trait Fetch: Send + Sync {
    /// Calls once.
    fn fetch(&self, request: TokenRequest) -> FetchFuture;
}

/// A call under way.
pub type FetchFuture =
    Pin<Box<dyn Future<Output = Result<Vec<AuthorizationData>, FetchError>> + Send>>;

/// Why a call failed.
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
