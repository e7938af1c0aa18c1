//! Caches authorization tokens of Amazon ECR and renews them before they expire.
//!
//! A [`TokenSource`] calls `GetAuthorizationToken` and caches the token. Concurrent callers share one call. The source
//! requests a new token before the old one expires, and also when the registry rejects a token that has not expired yet.
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
//! // The registry responded with 400, 401 or 403: request another token. The rejected token is never returned again.
//! assert!(source.get_after_rejection(&credentials).await.is_err());
//! # Ok(())
//! # }
//! ```
//!
//! # Guarantees
//!
//! - **Renewal before expiry.** A cached token is returned until its remaining TTL is less than its [`Margin`]: a tenth of the
//!   TTL, but at least five minutes.
//! - **One call.** A caller that arrives during a call shares its result, a token or an error. The call continues while a
//!   caller waits for it and is cancelled when the last caller is dropped. It needs no runtime and spawns no task.
//! - **No expired token.** A token that has expired by the clock or was rejected is never returned, neither from memory nor
//!   from the file. An error is returned instead.
//! - **Failed calls are tolerated.** While the old token is valid, it is returned if the call for a new one fails. Each later
//!   request repeats the call. Errors are not cached.
//! - **The requested registry.** If a registry was requested, a response for another account, region or partition is an error.
//! - **A bounded TTL.** Tokens of ECR are valid for twelve hours; a later `expiresAt` is capped. A token without `expiresAt`,
//!   or with one in the past, is returned to the callers that wait for it and is not cached.
//! - **No secrets in logs.** `Debug` of [`Password`] does not print the password. Only its owner can read the [`CacheFile`].

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

pub use cache::{CacheFile, Identity};
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
