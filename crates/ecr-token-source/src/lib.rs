//! Caches authorization tokens of Amazon ECR and renews them before they expire.
//!
//! A [`TokenSource`] calls `GetAuthorizationToken` and caches the token. Concurrent callers share one call. The source requests
//! a new token before the cached token expires. If the registry rejects a token that has not expired,
//! [`TokenSource::get_after_rejection`] replaces the token.
//!
//! ```
//! use ecr_token_source::{TokenRequest, AuthorizationData, FetchError, Registry, TokenSource};
//!
//! async fn get_authorization_token(request: TokenRequest) -> Result<Vec<AuthorizationData>, FetchError> {
//!     // Call ECR here. With the feature `sdk`, pass `SdkFetcher::new(client)` instead of this function.
//! #   let registry = request.registry.ok_or("no registry")?;
//! #   Ok(vec![AuthorizationData {
//! #       authorization_token: Some("QVdTOnNlY3JldA==".to_owned()),
//! #       expires_at: None,
//! #       proxy_endpoint: Some(format!("https://{}", registry.host())),
//! #   }])
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let registry = Registry::parse("123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/app:1.0")?;
//! let source = TokenSource::builder(get_authorization_token).registry(registry).build();
//! let credentials = source.get().await?;
//! assert_eq!(credentials.username, "AWS");
//! assert_eq!(credentials.password.expose(), "secret");
//!
//! // The registry responded with 400, 401 or 403: request another token. A rejected token is not returned again.
//! assert!(source.get_after_rejection(&credentials).await.is_err());
//! # Ok(())
//! # }
//! ```
//!
//! # Guarantees
//!
//! - **Renewal before expiry.** A cached token is returned without a call until its remaining TTL is less than its [`Margin`]:
//!   a tenth of the TTL, or five minutes if that is longer. After that, each request for a token starts a call or waits for the
//!   current call, unless another process has stored a new token in the file.
//! - **One call.** A caller that requests a token during a call receives the result of that call: a token or an error. The
//!   call continues while at least one caller waits for it. It is cancelled when the future of the last caller is dropped.
//!   The source requires no particular async runtime and spawns no task.
//! - **No expired token from the cache.** A cached token that has expired according to the clock is never returned, neither
//!   from memory nor from the file. If no new token can be fetched, an error is returned.
//! - **No rejected token.** The source remembers the last 64 passwords that were passed to
//!   [`TokenSource::get_after_rejection`]. It does not return a token with one of these passwords from memory, from the file or
//!   from a new response.
//! - **Failed calls are tolerated.** If a call fails while the cached token is still valid, the cached token is returned.
//!   The next request for a token starts the next call. Errors are not cached.
//! - **The requested registry.** If the source was built with a registry, a response without a token for the same account,
//!   Region and partition is an error.
//! - **A limited TTL.** ECR's tokens are valid for twelve hours. An `expiresAt` that is more than twelve hours after the call
//!   is reduced to twelve hours after the call. A new token whose `expiresAt` is missing or in the past is returned only to
//!   the callers that wait for it. It is not cached.
//! - **No secrets in logs.** The `Debug` output of [`Password`] does not contain the password. Only the owner of the
//!   [`CacheFile`] can read the file. On Windows, this depends on its directory.

mod cache;
mod clock;
mod credentials;
mod error;
mod fetch;
mod margin;
mod registry;
mod response;
#[cfg(feature = "sdk")]
mod sdk;
mod source;
mod token;

pub use cache::{CacheFile, Identity, replace_private_file};
pub use clock::{Clock, SystemClock};
pub use credentials::{Credentials, Password};
pub use error::TokenError;
pub use fetch::{Fetch, FetchError, FetchFuture, TokenRequest};
pub use margin::Margin;
pub use registry::{ParseRegistryError, Partition, Registry};
pub use response::{AuthorizationData, ResponseError};
#[cfg(feature = "sdk")]
pub use sdk::SdkFetcher;
pub use source::{Builder, TokenSource};

/// The example of the guide on credential helpers, which is compiled as a doctest.
#[cfg(all(doctest, feature = "sdk"))]
mod book {
    #![doc = include_str!("../../../docs/src/guides/credential-helpers.md")]
}
