//! The interface to the function or client that calls ECR.

use std::fmt;
use std::pin::Pin;

use crate::registry::Registry;
use crate::response::AuthorizationData;

/// The parameters of a call of `GetAuthorizationToken`.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TokenRequest {
    /// The requested registry. The call must send the registry's account in `registryIds`, and must call ECR in the registry's
    /// Region. If `None`, the call requests the registry of the caller's own account, in the Region of the client.
    pub registry: Option<Registry>,
}

/// Calls `GetAuthorizationToken`. The trait is implemented for closures that receive a [`TokenRequest`] and return a future.
///
/// A [`TokenSource`](crate::TokenSource) sets no timeout and does not retry a call. If a timeout or retries are required, the
/// implementation of this trait must provide them. When the future is dropped, the call must be cancelled.
pub trait Fetch: Send + Sync {
    /// Returns the future of one call.
    ///
    /// # Errors
    ///
    /// The output of the future is an error if the call fails. If no valid token is cached, the source then returns this error
    /// in [`TokenError::Fetch`](crate::TokenError::Fetch).
    fn fetch(&self, request: TokenRequest) -> FetchFuture;
}

/// The future that [`Fetch::fetch`] returns. The output is the list `authorizationData` of the response.
pub type FetchFuture =
    Pin<Box<dyn Future<Output = Result<Vec<AuthorizationData>, FetchError>> + Send>>;

/// The error returned when a call fails.
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
