//! Tokens of Amazon ECR that are never dead when they are handed out.
//!
//! A [`TokenSource`] stands between a program and `GetAuthorizationToken`. It keeps the token that it has, lets all who ask
//! at once share one call, asks anew in time, and once more when the registry has refused a token before its end.
//!
//! ```
//! use ecr_token_source::{TokenRequest, AuthorizationData, FetchError, Registry, TokenSource};
//!
//! async fn get_authorization_token(request: TokenRequest) -> Result<Vec<AuthorizationData>, FetchError> {
//!     // With the feature `sdk`, `Sdk::new(aws_sdk_ecr::Client)` stands in this place.
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
//! // The registry said 401, 403 or 400 to these: another token, or an error, but never this one again.
//! assert!(source.get_after_rejection(&credentials).await.is_err());
//! # Ok(())
//! # }
//! ```
//!
//! # What it promises
//!
//! - **In time.** A token is kept until less than a [`Margin`] of its life is left: the larger of five minutes and a tenth.
//! - **One call.** Whoever asks while a call is under way shares its outcome, be it a token or an error. The call goes on
//!   while anybody waits for it, and ends with the last; no runtime is needed and no task is spawned.
//! - **No dead token.** What is past its end by the clock, or was refused, is not handed out of memory or file, whatever fails.
//! - **A failed call costs nothing while the old token lives.** It is handed out until its end, and each further request tries anew.
//!   An error is never kept.
//! - **No foreign token.** Where a registry was asked for, an answer for another account, region or partition is an error.
//! - **No absurd end.** ECR's tokens live twelve hours, and a longer life is not believed. A token without an end, or one just
//!   made whose end is past, serves the request in hand and is not kept.
//! - **No secrets.** A [`Password`] shows itself in no `Debug`, and the [`CacheFile`] is for its owner alone.

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
