//! Asking ECR, by whatever client.

use std::fmt;
use std::pin::Pin;

use crate::answer::AuthorizationData;
use crate::registry::Registry;

/// What is to be asked for.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Ask {
    /// The registry whose account goes into `registryIds`, and whose region is the one to call. `None` is the caller's own.
    pub registry: Option<Registry>,
}

/// Calls `GetAuthorizationToken`. A closure that takes an [`Ask`] and answers a future will do.
///
/// Retries and timeouts are its own matter, and a cancelled call is a future that is dropped.
pub trait Fetch: Send + Sync {
    /// Calls once.
    fn fetch(&self, ask: Ask) -> Fetching;
}

/// A call under way.
pub type Fetching =
    Pin<Box<dyn Future<Output = Result<Vec<AuthorizationData>, FetchError>> + Send>>;

/// Why a call failed.
pub type FetchError = Box<dyn std::error::Error + Send + Sync>;

impl<F, Answer> Fetch for F
where
    F: Fn(Ask) -> Answer + Send + Sync,
    Answer: Future<Output = Result<Vec<AuthorizationData>, FetchError>> + Send + 'static,
{
    fn fetch(&self, ask: Ask) -> Fetching {
        Box::pin(self(ask))
    }
}

impl fmt::Debug for dyn Fetch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Fetch(..)")
    }
}
